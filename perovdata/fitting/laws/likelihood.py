"""Likelihood of noisy pulse trains under NeuroSim's exponential law.

Between two pulses the law is affine in the conductance, so a train whose pulses scatter (cycle-to-cycle
noise, which accumulates) and whose readings scatter (read noise, which does not) is a linear Gaussian state
space: the deviation d from the mean curve obeys ``d' = q d + sigma_c w``, a reading is ``d + sigma_m v``,
with ``q = exp(-u / N)``. The precision of the hidden states is tridiagonal, so the likelihood costs O(N).
The window (g_min, g_max - g_min) is linear and integrated out (restricted likelihood: a fitted window would
make the noise look too small and the labels too sure), the scale of the noise is profiled out: what stays
for the optimiser are the labels and the ratio of the two noises.

Harville, J. Am. Stat. Assoc. 1977, doi:10.1080/01621459.1977.10480998 (restricted likelihood);
Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, Cambridge 1989 (the model);
Rue, Held, Gaussian Markov Random Fields, Chapman & Hall 2005 (the sparse form).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded

from perovdata.devices import label_to_curvature

#: Under noise that hides this much of the difference between offset and mean curve no window can be fitted,
_TOLD_APART = 1e-7
#: and a sum of squares below zero by more than this share is not rounding but breakdown.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Sweep:
    """All segments of one direction.

    Parameters
    ----------
    sign : {1, -1}
        Potentiation or depression.
    pulses : ndarray, shape (K,)
        Pulses applied before each reading, rising; 0: the state before the first pulse.
    values : ndarray, shape (S, K)
        Readings of S segments; NaN where there is none.
    n_pulses : int
        Pulses of a full sweep, N.
    shared_start : bool
        The first reading also ends a segment of the other direction: it conditions, but is not counted.
    """

    sign: int
    pulses: np.ndarray
    values: np.ndarray
    n_pulses: int
    shared_start: bool = False

    @cached_property
    def alike(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Segments that lack the same readings: which readings there are, and their values, 0 elsewhere."""
        patterns, member = np.unique(np.isfinite(self.values), axis=0, return_inverse=True)
        return [
            (pattern, np.where(pattern, self.values[member.ravel() == k], 0.0))
            for k, pattern in enumerate(patterns)
        ]


@dataclass(frozen=True)
class Profile:
    """Best window and noise for given labels and noise ratio.

    Parameters
    ----------
    minus_two_log_likelihood : float
        Restricted: of the readings whatever the window.
    g_min, width : float
        Window: lower end and size.
    sigma : float
        Scale of the noise: sigma_c^2 + sigma_m^2 = sigma^2.
    window_covariance : ndarray, shape (2, 2)
        Of (g_min, width), the rest fixed.
    n_used : int
        Readings counted.
    """

    minus_two_log_likelihood: float
    g_min: float
    width: float
    sigma: float
    window_covariance: np.ndarray
    n_used: int


def mean_curve(sign: int, pulses: np.ndarray, n_pulses: float, curvature: float) -> np.ndarray:
    """Normalised conductance after pulses of a full sweep; curvature positive: steepest at the start."""
    x = pulses / n_pulses
    rise = x if abs(curvature) < 1e-9 else np.expm1(-curvature * x) / np.expm1(-curvature)
    return rise if sign > 0 else 1.0 - rise


def steepness(sign: int, label: float) -> float:
    """Curvature counted positive where the sweep is steepest at its start (negative label for depression)."""
    return float(sign * label_to_curvature(label))


def _quadratic(
    sweep: Sweep, curvature: float, process: float, reading: float, start_variance: float
) -> tuple[np.ndarray, float, int]:
    """Products of (readings, 1, mean) under the inverse covariance, its log-determinant, readings counted."""
    mean = mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, curvature)
    steps = np.diff(sweep.pulses, prepend=0.0)
    rate = curvature / sweep.n_pulses
    q = np.exp(-rate * steps)
    # Variance that the pulses between two readings add: a geometric sum of q^2.
    added = process * _geometric(-2 * rate, steps)
    first = q[0] ** 2 * start_variance + added[0]
    diagonal = np.append(q[1:] ** 2 / added[1:], 0.0)
    diagonal[1:] += 1.0 / added[1:]
    diagonal[0] += 1.0 / first
    off = np.append(-q[1:] / added[1:], 0.0)
    log_det_states = np.log(first) + np.sum(np.log(added[1:]))

    product, log_det, n_used = np.zeros((3, 3)), 0.0, 0
    for pattern, y in sweep.alike:
        n_segments = len(y)
        basis = np.stack([pattern.astype(float), np.where(pattern, mean, 0.0)], axis=1)
        factor = cholesky_banded(
            np.stack([diagonal + pattern / reading, off]), lower=True, check_finite=False
        )
        columns = np.concatenate([y.T, basis], axis=1) / reading
        # Inverse covariance = (1 - (1/r) (Q + 1/r)^-1 ) / r on the readings that are there.
        weighted = (
            columns
            - cho_solve_banded((factor, True), columns, check_finite=False) * (pattern / reading)[:, None]
        )
        weighted_y, weighted_basis = weighted[:, :n_segments], weighted[:, n_segments:]
        block = np.empty((3, 3))
        block[0, 0] = np.sum(y.T * weighted_y)
        block[0, 1:] = block[1:, 0] = y.sum(axis=0) @ weighted_basis
        block[1:, 1:] = n_segments * (basis.T @ weighted_basis)
        det = 2 * np.sum(np.log(factor[0])) + log_det_states + pattern.sum() * np.log(reading)
        counted = int(pattern.sum())
        if sweep.shared_start and pattern[0]:
            # Counted where it ends the other direction: here it only conditions what follows.
            variance = first + reading
            start = np.stack([y[:, 0], np.ones(n_segments), np.full(n_segments, mean[0])])
            block -= start @ start.T / variance
            det -= np.log(variance)
            counted -= 1
        product += block
        log_det += n_segments * det
        n_used += n_segments * counted
    return product, log_det, n_used


def _geometric(rate: float, steps: float | np.ndarray) -> Any:
    """Sum of exp(rate)^k for k < steps, one for each."""
    return steps * 1.0 if abs(rate) < 1e-12 else np.expm1(rate * steps) / np.expm1(rate)


def _impossible(n: int) -> Profile:
    """Curvatures at which the arithmetic breaks down: as unlikely as can be said in numbers."""
    return Profile(1e15, 0.0, 1.0, 1.0, np.eye(2), n)


def profile(sweeps: list[Sweep], curvatures: list[float], log_ratio: float) -> Profile:
    """Likelihood freed of the window and of the scale of the noise.

    Parameters
    ----------
    sweeps : list of Sweep
    curvatures : list of float
        u of each sweep, positive where it is steepest at its start (:func:`steepness`).
    log_ratio : float
        log10 of the variance of a pulse over the variance of a reading.
    """
    process = 1.0 / (1.0 + 10.0**-log_ratio)
    reading = 1.0 / (1.0 + 10.0**log_ratio)
    product, log_det, n = np.zeros((3, 3)), 0.0, 0
    for k, sweep in enumerate(sweeps):
        # A segment starts where the other direction ended: with the scatter that its pulses left.
        other = (k + 1) % len(sweeps)
        n_other = sweeps[other].n_pulses
        spread = min(_geometric(-2 * curvatures[other] / n_other, n_other), n_other)
        try:
            block, det, counted = _quadratic(sweep, curvatures[k], process, reading, process * spread)
        except LinAlgError:
            return _impossible(n)
        product, log_det, n = product + block, log_det + det, n + counted
    if not (np.isfinite(product).all() and np.isfinite(log_det) and (np.diag(product) > 0).all()):
        return _impossible(n)
    scale = np.sqrt(np.diag(product)[1:])
    correlation = product[1:, 1:] / np.outer(scale, scale)
    if 1.0 - abs(correlation[0, 1]) < _TOLD_APART:
        return _impossible(n)
    inverse = np.linalg.inv(correlation) / np.outer(scale, scale)
    window = inverse @ product[1:, 0]
    rss = product[0, 0] - product[0, 1:] @ window
    if rss < -_ROUNDING * product[0, 0]:
        return _impossible(n)
    rss = max(rss, 1e-12 * product[0, 0], 1e-300)
    variance = rss / max(n - 2, 1)
    return Profile(
        minus_two_log_likelihood=float(
            (n - 2) * np.log(rss / max(n - 2, 1)) + log_det - np.linalg.slogdet(inverse)[1]
        ),
        g_min=float(window[0]),
        width=float(window[1]),
        sigma=float(np.sqrt(variance)),
        window_covariance=variance * inverse,
        n_used=n,
    )
