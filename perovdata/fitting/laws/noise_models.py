"""Noise models of a pulse train, each a likelihood over labels, window and noise, and their maximum.

Three models share one interface: `StateSpace` (noise of pulses and of readings together), and, for readings
that pile up at a hard end of the window (a compliance, a clipped simulation), `CensoredSteps` (noise of
pulses) and `CensoredReadings` (noise of readings), where a reading at the end only says "at least there"
(Tobin, Econometrica 1958, doi:10.2307/1907382).

The optimiser's variables are ``asinh(u / 2)`` of each sweep (u its curvature), then the model's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr, ndtri

from perovdata.devices import MAX_LABEL, curvature_to_label, label_to_curvature
from perovdata.fitting.laws.likelihood import Profile, Sweep, mean_curve, profile

_X_MAX = float(np.arcsinh(label_to_curvature(MAX_LABEL) / 2.0))
#: Bounds of log10(variance of a pulse / variance of a reading): beyond them one of the two is not seen.
_LOG_RATIO = (-5.0, 3.0)


@dataclass(frozen=True)
class Natural:
    """Window and noise at a point: siemens, and fractions of the window."""

    g_min: float
    g_max: float
    c2c: float
    read: float


def _share(sigma: float, width: float) -> float:
    """Noise as a share of the window; infinite where the readings leave no window (two steps of a file)."""
    return sigma / width if width > 0 else float("inf")


class NoiseModel(Protocol):
    """What `maximise` needs."""

    sweeps: list[Sweep]
    bounds: list[tuple[float, float]]
    n_used: int

    def starts(self, guess: list[float]) -> list[np.ndarray]: ...
    def minus_two_log_likelihood(self, x: np.ndarray) -> float: ...
    def natural(self, x: np.ndarray) -> Natural: ...
    def window_covariance(self, x: np.ndarray) -> np.ndarray: ...
    def noise_intervals(self, maximum: Maximum, level: float) -> dict[str, tuple[float, float]]: ...


def curvatures(x: np.ndarray, n: int) -> list[float]:
    """u of the first n variables."""
    return [2.0 * float(np.sinh(v)) for v in x[:n]]


class StateSpace:
    """Noise of pulses and of readings; see :mod:`~perovdata.fitting.laws.likelihood`."""

    def __init__(self, sweeps: list[Sweep]) -> None:
        self.sweeps = sweeps
        self.bounds = [(-_X_MAX, _X_MAX)] * len(sweeps) + [_LOG_RATIO]
        self.n_used = profile(sweeps, [1.0] * len(sweeps), 0.0).n_used

    def _profile(self, x: np.ndarray) -> Profile:
        return profile(self.sweeps, curvatures(x, len(self.sweeps)), x[-1])

    def starts(self, guess: list[float]) -> list[np.ndarray]:
        return [np.array([*guess, ratio]) for ratio in (-3.0, 1.0)]

    def minus_two_log_likelihood(self, x: np.ndarray) -> float:
        return self._profile(x).minus_two_log_likelihood

    def natural(self, x: np.ndarray) -> Natural:
        p = self._profile(x)
        scale = p.sigma / abs(p.width)
        c2c = 0.0 if x[-1] <= _LOG_RATIO[0] + 1e-3 else scale / np.sqrt(1.0 + 10.0 ** -x[-1])
        read = 0.0 if x[-1] >= _LOG_RATIO[1] - 1e-3 else scale / np.sqrt(1.0 + 10.0 ** x[-1])
        return Natural(p.g_min, p.g_min + p.width, float(c2c), float(read))

    def window_covariance(self, x: np.ndarray) -> np.ndarray:
        mix = np.array([[1.0, 0.0], [1.0, 1.0]])
        return mix @ self._profile(x).window_covariance @ mix.T

    def noise_intervals(self, maximum: Maximum, level: float) -> dict[str, tuple[float, float]]:
        """Profile over the ratio of the two noises, the labels held."""
        z = ndtri(0.5 + level / 2)
        base, best = maximum.point, maximum.minus_two_log_likelihood
        inside = [maximum.natural]
        for ratio in np.linspace(*_LOG_RATIO, 33):
            x = np.append(base[:-1], ratio)
            if self.minus_two_log_likelihood(x) <= best + z**2:
                inside.append(self.natural(x))
        own = 1.0 + z / np.sqrt(2.0 * self.n_used)
        found = {}
        for name in ("c2c", "read"):
            values = [getattr(n, name) for n in inside]
            found[name] = (min(values) / own, max(values) * own)
        return found


class _Censored:
    """Common part of the models with hard ends: free ends of the window and one noise, on log scale."""

    def __init__(self, sweeps: list[Sweep], low: float | None, high: float | None) -> None:
        self.sweeps = sweeps
        self.low, self.high = low, high
        everything = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
        self.span = float(np.ptp(everything))
        self.lowest, self.highest = float(everything.min()), float(everything.max())
        n = len(sweeps)
        # Free ends are offsets in units of the span.
        self.bounds = [(-_X_MAX, _X_MAX)] * n + [
            (-14.0, 1.0),
            *[(-0.5, 0.5)] * (low is None),
            *[(-0.5, 0.5)] * (high is None),
        ]

    def starts(self, guess: list[float]) -> list[np.ndarray]:
        free = (self.low is None) + (self.high is None)
        return [np.array([*guess, sigma, *[0.0] * free]) for sigma in (-4.0,)]

    def ends(self, x: np.ndarray) -> tuple[float, float]:
        """g_min, g_max at a point."""
        offsets = list(x[len(self.sweeps) + 1 :])
        low = self.lowest + self.span * offsets.pop(0) if self.low is None else self.low
        high = self.highest + self.span * offsets.pop(0) if self.high is None else self.high
        return low, high

    def _log_likelihood(self, y: np.ndarray, mean: np.ndarray, sigma: float) -> float:
        """Of readings y with censoring at the hard ends."""
        z = (y - mean) / sigma
        terms = -0.5 * z**2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)
        if self.high is not None:
            terms = np.where(y >= self.high, log_ndtr(-z), terms)
        if self.low is not None:
            terms = np.where(y <= self.low, log_ndtr(z), terms)
        return float(np.sum(terms))

    def _sigma(self, x: np.ndarray) -> float:
        return float(np.exp(x[len(self.sweeps)])) * self.span

    def window_covariance(self, x: np.ndarray) -> np.ndarray:
        return np.zeros((2, 2))

    def noise_intervals(self, maximum: Maximum, level: float) -> dict[str, tuple[float, float]]:
        k = len(self.sweeps)
        factor = float(np.exp(ndtri(0.5 + level / 2) * np.sqrt(maximum.covariance[k, k])))
        n = maximum.natural
        return {"c2c": (n.c2c / factor, n.c2c * factor), "read": (n.read / factor, n.read * factor)}


class CensoredSteps(_Censored):
    """Noise of pulses only: each reading follows from the one before."""

    def __init__(self, sweeps: list[Sweep], low: float | None, high: float | None) -> None:
        super().__init__(sweeps, low, high)
        self._pairs = []
        for sweep in sweeps:
            y = sweep.values
            here = np.isfinite(y[:, 1:]) & np.isfinite(y[:, :-1])
            steps = np.broadcast_to(np.diff(sweep.pulses), here.shape)[here]
            self._pairs.append((y[:, :-1][here], y[:, 1:][here], steps))
        self.n_used = sum(len(before) for before, _, _ in self._pairs)

    def minus_two_log_likelihood(self, x: np.ndarray) -> float:
        g_min, g_max = self.ends(x)
        width, sigma = g_max - g_min, self._sigma(x)
        total = 0.0
        for sweep, (before, after, steps), u in zip(
            self.sweeps, self._pairs, curvatures(x, len(self.sweeps)), strict=True
        ):
            start = (before - g_min) / width if sweep.sign > 0 else (g_max - before) / width
            part = steps / sweep.n_pulses
            end = start * np.exp(-u * part) + (part if abs(u) < 1e-9 else np.expm1(-u * part) / np.expm1(-u))
            mean = g_min + width * end if sweep.sign > 0 else g_max - width * end
            total += self._log_likelihood(after, mean, sigma * np.sqrt(steps))
        return -2.0 * total

    def natural(self, x: np.ndarray) -> Natural:
        g_min, g_max = self.ends(x)
        return Natural(g_min, g_max, _share(self._sigma(x), g_max - g_min), 0.0)


class CensoredReadings(_Censored):
    """Noise of readings only: all follow the mean curve.

    ``without_first`` leaves out the first reading of every sweep, which the model of steps cannot count: only
    then are the two likelihoods about the same readings.
    """

    def __init__(
        self, sweeps: list[Sweep], low: float | None, high: float | None, *, without_first: bool = False
    ) -> None:
        super().__init__(sweeps, low, high)
        self._present = []
        for sweep in sweeps:
            here = np.isfinite(sweep.values)
            if without_first:
                here = here & np.pad(here[:, :-1], ((0, 0), (1, 0)))
            elif sweep.shared_start:
                here = here & (sweep.pulses > 0)
            self._present.append(here)
        self.n_used = int(sum(here.sum() for here in self._present))

    def minus_two_log_likelihood(self, x: np.ndarray) -> float:
        g_min, g_max = self.ends(x)
        sigma, total = self._sigma(x), 0.0
        for sweep, here, u in zip(self.sweeps, self._present, curvatures(x, len(self.sweeps)), strict=True):
            mean = g_min + (g_max - g_min) * mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, u)
            total += self._log_likelihood(sweep.values[here], np.broadcast_to(mean, here.shape)[here], sigma)
        return -2.0 * total

    def natural(self, x: np.ndarray) -> Natural:
        g_min, g_max = self.ends(x)
        return Natural(g_min, g_max, 0.0, _share(self._sigma(x), g_max - g_min))


def hard_ends(sweeps: list[Sweep]) -> tuple[float | None, float | None]:
    """Ends of the window at which readings pile up: equal, and far more often than any other value."""
    y = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
    values, counts = np.unique(y, return_counts=True)
    inner = counts[1:-1].max(initial=1)
    low = float(values[0]) if counts[0] >= max(3, 3 * inner) else None
    high = float(values[-1]) if counts[-1] >= max(3, 3 * inner) else None
    return low, high


@dataclass(frozen=True)
class Maximum:
    """Maximum of a likelihood and the inverse information around it, on the optimiser's scale."""

    model: NoiseModel
    point: np.ndarray
    minus_two_log_likelihood: float
    covariance: np.ndarray

    @property
    def curvatures(self) -> list[float]:
        return curvatures(self.point, len(self.model.sweeps))

    @property
    def labels(self) -> list[float]:
        """NeuroSim labels of the sweeps."""
        return [label_at(s.sign, x) for s, x in zip(self.model.sweeps, self.point, strict=False)]

    @property
    def natural(self) -> Natural:
        return self.model.natural(self.point)

    def window_covariance(self) -> np.ndarray:
        """Joint covariance of the sweeps' labels, g_min and g_max (delta method)."""
        n = len(self.model.sweeps)
        jacobian = np.empty((n + 2, len(self.point)))
        for k, sigma in enumerate(np.sqrt(np.diag(self.covariance))):
            move = np.zeros(len(self.point))
            move[k] = np.clip(0.3 * sigma, 1e-5, 0.05)
            up, down = (self._all(self.point + s * move) for s in (1, -1))
            jacobian[:, k] = (up - down) / (2 * move[k])
        total = jacobian @ self.covariance @ jacobian.T
        total[n:, n:] += self.model.window_covariance(self.point)
        return total

    def _all(self, x: np.ndarray) -> np.ndarray:
        x = np.array([np.clip(v, *b) for v, b in zip(x, self.model.bounds, strict=True)])
        natural = self.model.natural(x)
        labels = [label_at(s.sign, v) for s, v in zip(self.model.sweeps, x, strict=False)]
        return np.array([*labels, natural.g_min, natural.g_max])


def label_at(sign: int, x: float) -> float:
    """Label of a sweep at a value of the optimiser's variable."""
    return float(sign * curvature_to_label(2.0 * np.sinh(x)))


def maximise(model: NoiseModel, guess: list[float]) -> Maximum:
    """Multi-start maximum likelihood.

    Parameters
    ----------
    model : NoiseModel
    guess : list of float
        Curvature of each sweep from a least-squares fit.
    """
    starts = model.starts([float(np.clip(np.arcsinh(u / 2.0), -_X_MAX, _X_MAX)) for u in guess])
    point, minimum = peak(model, starts)
    # Maximum likelihood takes the noise too small by what the parameters have absorbed.
    left = max(model.n_used - len(point) - 2, 1)
    return Maximum(model, point, minimum, _inverse_information(model, point) * model.n_used / left)


def peak(model: NoiseModel, starts: list[np.ndarray], *, quick: bool = False) -> tuple[np.ndarray, float]:
    """Where the likelihood is largest, and -2 log L there; quick: good enough to rank candidates."""
    options = {"eps": 1e-5, "ftol": 1e-6 if quick else 1e-10, "maxiter": 12 if quick else 80}
    found = [
        minimize(model.minus_two_log_likelihood, x, method="L-BFGS-B", bounds=model.bounds, options=options)
        for x in starts
    ]
    best = min(found, key=lambda r: r.fun)
    return best.x, float(best.fun)


def _inverse_information(model: NoiseModel, point: np.ndarray) -> np.ndarray:
    """Inverse of half the second differences of -2 log L, with steps of about one standard deviation."""
    step = np.full(len(point), 0.01)
    for _ in range(2):
        covariance = _inverse_differences(model, point, step)
        step = np.clip(np.sqrt(np.diag(covariance)), 2e-4, 0.3)
    return covariance


def _inverse_differences(model: NoiseModel, point: np.ndarray, step: np.ndarray) -> np.ndarray:
    k = len(point)
    width = np.array([high - low for low, high in model.bounds])
    step = np.minimum(step, width / 10)
    centre = np.array(
        [np.clip(p, b[0] + h, b[1] - h) for p, b, h in zip(point, model.bounds, step, strict=True)]
    )

    def at(*moves: tuple[int, float]) -> float:
        x = centre.copy()
        for i, sign in moves:
            x[i] += sign * step[i]
        return model.minus_two_log_likelihood(x)

    base = at()
    hessian = np.empty((k, k))
    for i in range(k):
        hessian[i, i] = (at((i, 1)) - 2 * base + at((i, -1))) / step[i] ** 2
        for j in range(i):
            mixed = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
            hessian[i, j] = hessian[j, i] = mixed / (4 * step[i] * step[j])
    values, vectors = np.linalg.eigh(hessian / 2.0)
    # A direction without curvature is one that the data leave open: as wide as the bounds.
    return (vectors / np.maximum(values, 1.0 / width.max() ** 2)) @ vectors.T
