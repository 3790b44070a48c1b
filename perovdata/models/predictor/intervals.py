"""Predictive distributions by grouped cross-conformal prediction (CV+).

Every training row was predicted once by a model that had not seen its paper. A new design gets, for
each such row, the prediction of that row's fold model plus the row's residual: the jackknife+/CV+ sample
of Barber et al. (2021, doi 10.1214/20-AOS1965), with whole papers left out because rows of one paper are
not exchangeable with rows of another. Residuals are divided by a local scale that grows with the distance
to reported designs. Residuals that are only bounded (the label was a bound) give their mass to the
residuals they allow (Turnbull's estimate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from perovdata.models.estimators.censoring import turnbull

_WIDEN = (0.15, 1.5)  # least and greatest relative widening at the applicability threshold


@dataclass(frozen=True)
class LocalScale:
    """Relative width of a residual as a function of the distance to reported designs.

    ``scale = 1 + slope * max(0, (distance - typical) / (threshold - typical))``.

    Attributes
    ----------
    typical, threshold : float
        Median and 95 % quantile of the training distances, own paper left out.
    slope : float
        Widening at the threshold.
    """

    typical: float
    threshold: float
    slope: float = _WIDEN[0]

    def excess(self, distance: np.ndarray) -> np.ndarray:
        """Distance beyond the typical one, 1 at the threshold."""
        return np.maximum(0.0, (distance - self.typical) / max(self.threshold - self.typical, 1e-9))

    def __call__(self, distance: np.ndarray) -> np.ndarray:
        """Relative scale, at least 1."""
        return 1.0 + self.slope * self.excess(distance)

    @classmethod
    def fit(cls, distance: np.ndarray, error: np.ndarray, weights: np.ndarray) -> LocalScale:
        """Slope of the absolute error against the excess distance, kept between bounds.

        Parameters
        ----------
        distance, error, weights : ndarray, shape (n,)
            Distance of each training row, its out-of-fold error and its weight.
        """
        typical, threshold = np.quantile(distance, [0.5, 0.95])
        blank = cls(float(typical), float(threshold))
        x = blank.excess(distance)
        design = np.column_stack([np.ones_like(x), x]) * np.sqrt(weights)[:, None]
        level, rise = np.linalg.lstsq(design, np.abs(error) * np.sqrt(weights), rcond=None)[0]
        slope = rise / level if level > 1e-9 else 0.0
        return cls(blank.typical, blank.threshold, float(np.clip(slope, *_WIDEN)))


@dataclass(frozen=True)
class ResidualSample:
    """Scaled out-of-fold residuals with their masses.

    Attributes
    ----------
    value, mass : ndarray, shape (k,)
        Residuals in units of the local scale and their probabilities.
    fold : ndarray of int, shape (k,)
        Fold whose model made the residual.
    n_papers : int
        Papers behind the sample: sets how far into the tails it can speak.
    """

    value: np.ndarray
    mass: np.ndarray
    fold: np.ndarray
    n_papers: int

    def points(self, fold_predictions: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """CV+ sample of new designs.

        Parameters
        ----------
        fold_predictions : ndarray, shape (n, n_folds)
        scale : ndarray, shape (n,)

        Returns
        -------
        ndarray, shape (n, k)
        """
        return fold_predictions[:, self.fold] + scale[:, None] * self.value


def residual_sample(
    prediction: np.ndarray,
    labels: np.ndarray,
    scale: np.ndarray,
    fold: np.ndarray,
    weights: np.ndarray,
    n_papers: int,
) -> ResidualSample:
    """Turn out-of-fold predictions into a residual sample.

    Parameters
    ----------
    prediction, scale, fold, weights : ndarray, shape (n,)
    labels : ndarray, shape (n, 2)
    n_papers : int
    """
    residual = (labels - prediction[:, None]) / scale[:, None]
    finite = np.isfinite(residual)
    exact = residual[:, 0] == residual[:, 1]
    finite[exact, 1] = False  # one point per exact row
    row, end = np.nonzero(finite)
    support = residual[row, end]
    _, mass = turnbull(residual, weights, support)
    keep = mass > 1e-4 * mass.max()
    return ResidualSample(support[keep], mass[keep] / mass[keep].sum(), fold[row[keep]], n_papers)


def positions(mass: np.ndarray, n_papers: int) -> np.ndarray:
    """Probability that a new paper falls below each sorted point: j/(n+1) for equal masses."""
    middle = np.cumsum(mass, axis=-1) - mass / 2
    return (n_papers * middle + 0.5) / (n_papers + 1)


def _sorted(points: np.ndarray, mass: np.ndarray, n_papers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(points, axis=1, kind="stable")
    x = np.take_along_axis(points, order, 1)
    m = mass[order]
    p = positions(m, n_papers)
    centre = (x * m).sum(1, keepdims=True)
    spread = np.sqrt(((x - centre) ** 2 * m).sum(1) * (n_papers + 1) / max(n_papers - 1, 1))
    return x, p, np.maximum(spread, 1e-9)


def ppf(points: np.ndarray, mass: np.ndarray, n_papers: int, u: np.ndarray) -> np.ndarray:
    """Quantiles of CV+ samples; beyond the outermost points a normal tail of the sample's spread goes on.

    Parameters
    ----------
    points : ndarray, shape (n, k)
    mass : ndarray, shape (k,)
    n_papers : int
    u : ndarray, shape (n, q)
        Probabilities, strictly between 0 and 1.

    Returns
    -------
    ndarray, shape (n, q)
    """
    x, p, spread = _sorted(points, mass, n_papers)
    out = _interpolate(u, p, x)
    first, last = p[:, :1], p[:, -1:]
    low, high = u < first, u > last
    z = ndtri(u)
    out = np.where(low, x[:, :1] + spread[:, None] * (z - ndtri(first)), out)
    return np.where(high, x[:, -1:] + spread[:, None] * (z - ndtri(last)), out)


def _interpolate(u: np.ndarray, p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """numpy.interp row by row: x at u, along the rising p, shapes (n, q), (n, k), (n, k)."""
    if p.shape[1] == 1:
        return np.broadcast_to(x, u.shape).copy()
    left = np.clip((p[:, :, None] <= u[:, None, :]).sum(axis=1) - 1, 0, p.shape[1] - 2)
    p0, p1 = np.take_along_axis(p, left, 1), np.take_along_axis(p, left + 1, 1)
    x0, x1 = np.take_along_axis(x, left, 1), np.take_along_axis(x, left + 1, 1)
    inside = (x1 - x0) / (p1 - p0) * (u - p0) + x0
    return np.where(u >= p[:, -1:], x[:, -1:], np.where(u <= p[:, :1], x[:, :1], inside))


def cdf(points: np.ndarray, mass: np.ndarray, n_papers: int, value: ArrayLike) -> np.ndarray:
    """Inverse of :func:`ppf`: probability below a value, shape (n,).

    Parameters
    ----------
    points : ndarray, shape (n, k)
    mass : ndarray, shape (k,)
    n_papers : int
    value : ndarray, shape (n,)
    """
    x, p, spread = _sorted(points, mass, n_papers)
    value = np.asarray(value, dtype=float)
    out = np.array([np.interp(v, xi, pi) for v, xi, pi in zip(value, x, p, strict=True)])
    below = ndtr(ndtri(p[:, 0]) + (value - x[:, 0]) / spread)
    above = ndtr(ndtri(p[:, -1]) + (value - x[:, -1]) / spread)
    return np.where(value < x[:, 0], below, np.where(value > x[:, -1], above, out))
