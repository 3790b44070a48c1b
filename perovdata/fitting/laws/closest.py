"""The exponential that lies closest to a curve in least squares, and how well the readings know its label.

This is what a NeuroSim label means to everybody who fits one: the label of the exponential, window free,
that leaves the smallest sum of squares. It exists whatever law the device follows. Its uncertainty comes from
the noise alone, not from the misfit: readings are drawn anew around a curve that follows them (the best of
all laws and of splines) with the noise that they show, and the label is fitted again. Bootstrap of residuals
in regression: Wu, Ann. Stat. 1986, doi:10.1214/aos/1176350142; whole cycles are drawn where noise stays in
the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.interpolate import BSpline
from scipy.special import stdtrit

from perovdata.devices import curvature_to_label
from perovdata.fitting.laws.compare import LawFit, Reduced, lag_one, reduced
from perovdata.fitting.laws.likelihood import Sweep
from perovdata.fitting.laws.shapes import EXPONENTIAL, curvature_of, saturating

_DRAWS = 300
_SEED = 20260401
#: Pieces of the splines tried.
_PIECES = (2, 4, 7)
N_SPLINES = len(_PIECES)
#: Noise whose neighbours correlate more than this is drawn in one piece.
_CORRELATED = 0.3
#: Noise of a place is that of so large a part of the sweep (1 / this) ...
_NEIGHBOURHOOD = 4
#: ... and of the whole sweep, which counts as so many degrees of freedom.
_PRIOR = 4.0
#: Search grid of z = asinh(u / 2).
_GRID = np.linspace(EXPONENTIAL.bounds[0][0], EXPONENTIAL.bounds[0][1], 241)


@dataclass(frozen=True)
class Closest:
    """Closest exponential of one direction.

    Parameters
    ----------
    sign : {1, -1}
    z : float
        asinh(u / 2) of its curvature u, positive where the sweep is steepest at its start.
    label : float
        NeuroSim's label.
    low, high : float
        The fitted window: smallest and largest value of the exponential over the sweep, S.
    draws : ndarray, shape (B, 3)
        z, low and high of readings drawn anew, around (z, low, high).
    freedom : float
        Degrees of freedom behind the noise.
    fitted : ndarray, shape (K,)
        The exponential at the pulses of the sweep.
    """

    sign: int
    z: float
    label: float
    low: float
    high: float
    draws: np.ndarray
    freedom: float
    fitted: np.ndarray

    def half_widths(self, level: float) -> np.ndarray:
        """Half widths of the intervals of z, low and high."""
        quantile = float(stdtrit(max(self.freedom, 1.0), 0.5 + level / 2))
        return quantile * np.std(self.draws, axis=0)

    def label_interval(self, level: float) -> tuple[float, float]:
        """Interval of the label, made on the scale of z."""
        half = float(self.half_widths(level)[0])
        ends = sorted(_label(self.sign, np.clip(self.z + s * half, _GRID[0], _GRID[-1])) for s in (-1, 1))
        return ends[0], ends[1]


def _label(sign: int, z: float | np.floating) -> float:
    return float(sign * curvature_to_label(float(curvature_of(np.asarray(z)))))


def closest_exponential(sweep: Sweep, laws: list[LawFit], direction: int) -> Closest:
    """Fit the closest exponential of one direction and draw its uncertainty.

    Parameters
    ----------
    sweep : Sweep
    laws : list of LawFit
        The laws fitted, for the curve that the readings follow.
    direction : int
        Place of the sweep in these fits.
    """
    data = reduced(sweep)
    own = next(f for f in laws if f.law == "exponential").directions[direction]
    reference = reference_curve(data, laws, direction)
    rng = np.random.default_rng(_SEED)
    noise, freedom = _noise(sweep, data, reference, rng)
    z, start, height = _fit_many(data, np.concatenate([reference.curve[None], reference.curve + noise]))
    ends = np.sort(np.stack([start, start + height], axis=1), axis=1)
    draws = np.stack([z, ends[:, 0], ends[:, 1]], axis=1)
    best = np.array([own.point[0], *sorted((own.start, own.start + own.height))])
    rise = own.curve(sweep.pulses / sweep.n_pulses)
    return Closest(
        sweep.sign,
        float(own.point[0]),
        _label(sweep.sign, own.point[0]),
        float(best[1]),
        float(best[2]),
        draws[1:] - draws[0],
        freedom,
        rise,
    )


@dataclass(frozen=True)
class Reference:
    """The curve that the readings follow.

    Parameters
    ----------
    curve : ndarray, shape (K,)
    n_parameters : int
    leverage : ndarray, shape (K,)
        Share of each reading's own noise that the curve follows, 0 .. 1 (diagonal of the hat matrix).
    """

    curve: np.ndarray
    n_parameters: int
    leverage: np.ndarray


def reference_curve(data: Reduced, laws: list[LawFit], direction: int) -> Reference:
    """The curve that the readings follow, at the places of `data`.

    The best by BIC (Schwarz, Ann. Stat. 1978, doi:10.1214/aos/1176344136) of all laws and of cubic splines
    with equally many readings between their knots.
    """
    n = len(data.x)
    floor = 1e-12 * float(data.weight @ (data.mean - data.mean.mean()) ** 2) + 1e-300
    root = np.sqrt(data.weight)

    def bic(curve: np.ndarray, k: int) -> float:
        return n * np.log(float(data.weight @ (data.mean - curve) ** 2) + floor) + k * np.log(n)

    found: list[tuple[float, np.ndarray, int, Callable[[], np.ndarray]]] = []
    for law in laws:
        fit = law.directions[direction]
        curve, k = fit.curve(data.x), 2 + len(fit.point)
        found.append((bic(curve, k), curve, k, partial(fit.tangents, data.x)))
    for pieces in _PIECES:
        k = pieces + 3
        if n < 3 * k:
            break
        inner = np.quantile(data.x, np.arange(1, pieces) / pieces)
        knots = np.concatenate([[data.x[0]] * 4, inner, [data.x[-1]] * 4])
        basis = BSpline.design_matrix(data.x, knots, 3).toarray()
        curve = basis @ np.linalg.lstsq(root[:, None] * basis, root * data.mean, rcond=None)[0]
        found.append((bic(curve, k), curve, k, partial(np.asarray, basis)))
    _, curve, k, tangents = min(found, key=lambda item: item[0])
    directions = root[:, None] * tangents()
    directions = directions / np.maximum(np.linalg.norm(directions, axis=0), 1e-300)
    left, size, _ = np.linalg.svd(directions, full_matrices=False)
    return Reference(curve, k, np.sum(left[:, size > 1e-8 * size[0]] ** 2, axis=1))


def _noise(
    sweep: Sweep, data: Reduced, reference: Reference, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Noise of the mean curve drawn anew, shape (B, K), and the degrees of freedom behind it."""
    full = sweep.values[np.isfinite(sweep.values).all(axis=1)]
    cycles, n = len(full), len(data.x)
    if cycles >= 3 and full.shape[1] == n and cycles >= 0.5 * len(sweep.values):
        deviations = full - full.mean(axis=0)
        own = _without_gain(deviations, full.mean(axis=0))
        if lag_one([own]) < _CORRELATED:
            free = np.full(n, (cycles - 1.0) * (n - 2.0) / n)
            sigma = np.sqrt(_moderated(np.sum(own**2, axis=0), free) / cycles)
            return sigma * rng.standard_normal((_DRAWS, n)), float((cycles - 1) * (n - 2))
        signs = rng.standard_normal((_DRAWS, cycles))
        return np.sqrt(cycles / (cycles - 1.0)) / cycles * (signs @ deviations), float(cycles - 1)
    left = data.mean - reference.curve
    # One more than its parameters: the curve was also chosen.
    freedom = max(n - reference.n_parameters - 1.0, 1.0)
    rho = lag_one([left[None, :]])
    if rho < _CORRELATED:
        free = np.clip(1.0 - reference.leverage - 1.0 / n, 0.0, 1.0)
        sigma = np.sqrt(_moderated(data.weight * left**2, free) / data.weight)
        return sigma * rng.standard_normal((_DRAWS, n)), freedom
    # Noise that hangs together: first-order autoregression with the same power.
    drawn = rng.standard_normal((_DRAWS, n))
    for j in range(1, n):
        drawn[:, j] = rho * drawn[:, j - 1] + np.sqrt(1.0 - rho**2) * drawn[:, j]
    power = float(np.sqrt(np.sum(left**2) / freedom))
    return power * drawn, max(freedom * (1.0 - rho) / (1.0 + rho), 2.0)


def _moderated(squares: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Variance at each place: of its neighbourhood, moderated by that of the whole sweep.

    Noise may grow with the state, so it is not the same everywhere; but a curve follows the noise of the
    few readings that fix it (the first pulses, on which the label hangs most), so what these alone leave
    says too little: their degrees of freedom are the part that the curve did not take, and the whole sweep
    counts as :data:`_PRIOR` more (moderated variances: Smyth, 2004, doi:10.2202/1544-6115.1027).

    Parameters
    ----------
    squares : ndarray, shape (K,)
        Sum of squares left at each place.
    free : ndarray, shape (K,)
        Degrees of freedom behind each.
    """
    whole = float(squares.sum()) / max(float(free.sum()), 1.0)
    near = np.ones(2 * max(round(len(squares) / _NEIGHBOURHOOD / 2), 2) + 1)[: len(squares)]
    return (np.convolve(squares, near, "same") + _PRIOR * whole) / (np.convolve(free, near, "same") + _PRIOR)


def _without_gain(deviations: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Deviations of the cycles without what shifts or stretches a whole cycle (drift)."""
    basis = np.stack([np.ones_like(mean), mean - mean.mean()], axis=1)
    fitted = np.linalg.lstsq(basis, deviations.T, rcond=None)[0]
    return deviations - (basis @ fitted).T


def _fit_many(data: Reduced, curves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Closest exponential of many curves at once: z, start and height, each of shape (B,)."""
    share = data.weight / data.weight.sum()
    rises = saturating(data.x[None, :], curvature_of(_GRID)[:, None])
    centre = rises @ share
    rises = rises - centre[:, None]
    power = rises**2 @ share
    centred = curves - (curves @ share)[:, None]
    cross = (rises * share) @ centred.T
    gain = cross**2 / power[:, None]
    best = np.clip(np.argmax(gain, axis=0), 1, len(_GRID) - 2)
    every = np.arange(len(curves))
    left, middle, right = (gain[best + step, every] for step in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1.0), 0.0)
    z = _GRID[best] + np.clip(shift, -1.0, 1.0) * (_GRID[1] - _GRID[0])
    own = saturating(data.x[None, :], curvature_of(z)[:, None])
    own_centre = own @ share
    own = own - own_centre[:, None]
    height = np.sum(own * share * centred, axis=1) / np.sum(own**2 * share, axis=1)
    return z, curves @ share - height * own_centre, height
