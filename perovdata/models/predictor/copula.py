"""Joint distribution of all metrics of one device: a Gaussian copula over out-of-fold residuals.

Each metric keeps its own calibrated predictive distribution; what ties them together is the correlation
of their normal scores, estimated on devices that state both. A pair stated together by few devices says
little, so every correlation is shrunk towards zero by empirical Bayes: the spread of the true (Fisher
transformed) correlations is estimated from all pairs, and each pair is weighted by it against its own
sampling variance. Metrics already measured enter as conditions of the Gaussian: means shift, spreads
shrink, both in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perovdata.quasirandom import Part, normals

_Z_LIMIT = 3.0  # a measured value further out is taken at the limit: the marginal is not known better
_MIN_PAIRS = 4


@dataclass(frozen=True)
class Copula:
    """Correlations of the normal scores of metrics.

    Attributes
    ----------
    names : tuple of str
        Metrics.
    correlation : ndarray, shape (m, m)
    overlap : ndarray of int, shape (m, m)
        Papers that state both.
    """

    names: tuple[str, ...]
    correlation: np.ndarray
    overlap: np.ndarray

    def given(self, known: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Normal scores of all metrics given those of some.

        Parameters
        ----------
        known : dict of str to ndarray, shape (n,)
            Normal scores of the measured metrics, the same metrics for every row.

        Returns
        -------
        mean : ndarray, shape (n, m)
        covariance : ndarray, shape (m, m)
            Zero in the rows and columns of measured metrics.
        """
        index = [self.names.index(name) for name in known]
        if not index:
            return np.zeros((1, len(self.names))), self.correlation
        z = np.clip(
            np.column_stack([np.atleast_1d(known[self.names[i]]) for i in index]), -_Z_LIMIT, _Z_LIMIT
        )
        inside = self.correlation[np.ix_(index, index)]
        cross = self.correlation[:, index]
        gain = np.linalg.solve(inside, cross.T).T
        covariance = self.correlation - gain @ cross.T
        covariance[index, :] = 0.0
        covariance[:, index] = 0.0
        return z @ gain.T, covariance

    def draw(self, known: dict[str, np.ndarray], n_rows: int, n_draws: int, seed: int) -> np.ndarray:
        """Joint normal scores, shape (n_rows, n_draws, m); measured metrics keep their score."""
        mean, covariance = self.given(known)
        noise = normals(Part.METRICS, n_draws, seed, covariance)
        return np.broadcast_to(mean, (n_rows, len(self.names)))[:, None, :] + noise[None]

    def reduction(self, target: str, measured: str, known: dict[str, np.ndarray]) -> float:
        """Expected relative narrowing of the target's interval if `measured` were known too."""
        _, before = self.given(known)
        _, after = self.given({**known, measured: np.zeros(1)})
        i = self.names.index(target)
        return 0.0 if before[i, i] <= 1e-12 else float(1 - np.sqrt(max(after[i, i], 0.0) / before[i, i]))


def fit_copula(
    names: Sequence[str],
    scores: np.ndarray,
    weights: np.ndarray,
    more_scores: np.ndarray | None = None,
    more_weights: np.ndarray | None = None,
) -> Copula:
    """Estimate the shrunken correlations.

    Parameters
    ----------
    names : sequence of str
        Metrics, one per column.
    scores : ndarray, shape (n_devices, m)
        Normal scores, NaN where the device does not state the metric.
    weights : ndarray, shape (n_devices,)
        One over the number of devices of the paper.
    more_scores, more_weights : ndarray, optional
        The same for devices of other materials, whose couplings count as evidence too.
    """
    if more_scores is not None:
        scores, weights = np.vstack([scores, more_scores]), np.concatenate([weights, more_weights])
    m = len(names)
    stated = np.isfinite(scores)
    z = np.where(stated, scores, 0.0)
    count = (stated * weights[:, None]).T @ stated
    product = (z * weights[:, None]).T @ z
    square = (z**2 * weights[:, None]).T @ stated
    with np.errstate(all="ignore"):
        raw = product / np.sqrt(square * square.T)
    usable = (count >= _MIN_PAIRS) & ~np.eye(m, dtype=bool) & np.isfinite(raw)
    fisher = np.arctanh(np.clip(np.where(usable, raw, 0.0), -0.95, 0.95))
    variance = 1 / np.maximum(count - 2, 1)
    spread = _prior_variance(fisher[usable], variance[usable])
    correlation = np.where(usable, np.tanh(fisher * spread / (spread + variance)), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return Copula(tuple(names), _nearest_correlation(correlation), np.rint(count).astype(int))


def _prior_variance(fisher: np.ndarray, variance: np.ndarray) -> float:
    """Spread of the true correlations: the observed one less the sampling variance (DerSimonian-Laird)."""
    if fisher.size == 0:
        return 0.0
    w = 1 / variance
    excess = float((w * fisher**2).sum() - fisher.size)
    return max(0.0, excess / float(w.sum()))


def _nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """Positive definite correlation matrix by lifting small eigenvalues."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    lifted = (vectors * np.maximum(values, 1e-3)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return lifted / np.outer(scale, scale)
