"""Which law describes the curve: all laws on the same readings, ranked, and the field's conventions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perovdata.devices import label_to_a
from perovdata.fitting.laws.likelihood import Sweep
from perovdata.fitting.laws.shapes import SHAPES, ShapeFit, fit_shape

#: More places along the pulses than any law needs; beyond it neighbours are averaged.
_MAX_PLACES = 512
#: Sums of squares below this share of the whole are rounding.
_ROUNDING = 1e-7
#: With few independent readings, laws closer than this share of the variance are not told apart,
_NOT_TOLD_APART = 0.005
#: and the readings count as so many.
_FEW = 10.0


def aicc(rss: float, n: int, k: int, n_effective: float | None = None) -> float:
    """Small-sample Akaike criterion of a least-squares fit with k parameters (noise counted).

    Residuals that hang together count as fewer independent ones (``n_effective``), so that a long noisy
    train does not decide between laws with false certainty. Hurvich, Tsai, Biometrika 1989,
    doi:10.1093/biomet/76.2.297.
    """
    m = n if n_effective is None else n_effective
    correction = 2 * k * (k + 1) / (m - k - 1) if m > k + 1 else 2.0 * k * (k + 1)
    return float(m * np.log(max(rss, 1e-300) / n) + 2 * k + correction)


def scores(
    rss: Sequence[float], n: Sequence[int], k: Sequence[int], total: float, n_effective: Sequence[float]
) -> list[float]:
    """Criterion of each law fitted to the same readings; the lowest is best.

    AICc, with the independent readings that the closest law leaves as the sample size of all, so that their
    sums of squares are compared on one scale. Where these are so few that the small-sample correction of
    the closest law exceeds its penalty, the criterion would count readings instead of judging curves: then
    laws that differ by less than 0.5 % of the variance count as equal, and the one with fewer numbers is
    first.

    Parameters
    ----------
    rss : sequence of float
        Sum of squares that each law leaves.
    n : sequence of int
        Readings used by each.
    k : sequence of int
        Numbers fitted by each, noise counted.
    total : float
        Sum of squares of the readings around their mean.
    n_effective : sequence of float
        Independent readings that the residuals of each leave.
    """
    closest = int(np.argmin(np.asarray(rss) / np.asarray(n)))
    m = n_effective[closest]
    if m < 2 * k[closest] + 2:
        return [
            float(_FEW * np.log(r / total + _NOT_TOLD_APART) + 2 * p) for r, p in zip(rss, k, strict=True)
        ]
    return [aicc(r + _ROUNDING * total, own, p, m) for r, own, p in zip(rss, n, k, strict=True)]


def independent(n: int, residuals: list[np.ndarray]) -> float:
    """Readings that count as independent, by the correlation of neighbouring residuals."""
    rho = max(lag_one(residuals), 0.0)
    return n * (1.0 - rho) / (1.0 + rho)


@dataclass(frozen=True)
class Reduced:
    """All readings of one direction, by place along the pulses.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Pulses over the pulses of a sweep.
    mean : ndarray, shape (K,)
        Mean reading.
    weight : ndarray, shape (K,)
        Readings behind each mean.
    within : float
        Sum of squares around the means.
    """

    x: np.ndarray
    mean: np.ndarray
    weight: np.ndarray
    within: float

    @property
    def total(self) -> float:
        """Sum of squares around the mean of all readings."""
        centre = self.weight @ self.mean / self.weight.sum()
        return self.within + float(self.weight @ (self.mean - centre) ** 2)


def reduced(sweep: Sweep) -> Reduced:
    """Average the sweeps of one direction; long ones over neighbouring pulses too."""
    here = np.isfinite(sweep.values)
    seen = here.any(axis=0)
    values = np.where(here, sweep.values, 0.0)[:, seen]
    weight = here.sum(axis=0)[seen].astype(float)
    total, squares = values.sum(axis=0), (values**2).sum(axis=0)
    x = sweep.pulses[seen] / sweep.n_pulses
    if len(x) > _MAX_PLACES:
        start = np.unique(np.linspace(0, len(x), _MAX_PLACES, endpoint=False).astype(int))
        x = np.add.reduceat(x * weight, start) / np.add.reduceat(weight, start)
        weight, total, squares = (np.add.reduceat(v, start) for v in (weight, total, squares))
    mean = total / weight
    return Reduced(x, mean, weight, max(float(np.sum(squares - weight * mean**2)), 0.0))


@dataclass(frozen=True)
class LawFit:
    """One law fitted to all directions, each with a window of its own.

    ``r2`` is over all readings; ``r2_worst`` over the mean sweep, of the direction that is described worse.
    """

    law: str
    directions: tuple[ShapeFit, ...]
    r2: float
    r2_worst: float
    aicc: float
    n_effective: float
    n_parameters: int
    runs: bool


@dataclass(frozen=True)
class Comparison:
    """All laws tried, best first."""

    fits: list[LawFit]
    signs: tuple[int, ...]
    n_pulses: tuple[int, ...]

    def of(self, law: str) -> LawFit:
        """The fit of one law."""
        return next(f for f in self.fits if f.law == law)

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """Best first, with Akaike weights."""
        weights = np.exp(-0.5 * (np.array([f.aicc for f in self.fits]) - self.fits[0].aicc))
        weights /= weights.sum()
        return [
            {
                "law": f.law,
                "n_parameters": f.n_parameters,
                "r2": f.r2,
                "aicc": f.aicc,
                "delta_aicc": f.aicc - self.fits[0].aicc,
                "weight": float(w),
                "n_effective": f.n_effective,
            }
            for f, w in zip(self.fits, weights, strict=True)
        ]

    def conventions(self, labels: list[float]) -> dict[str, Any]:
        """The curve's nonlinearity in the conventions of the literature, each fitted to the same readings.

        ``alpha`` of the power form G = g_min + (g_max - g_min) (n / N)^alpha; ``alpha``, ``beta`` of the
        exponential step: Querlioz et al., IEEE Trans. Nanotechnol. 2013, doi:10.1109/TNANO.2013.2250995.
        """
        names = {1: "ltp", -1: "ltd"}
        found: dict[str, Any] = {
            "neurosim": {
                "source": "MLP-NeuroSim label and A (over the pulses of a sweep); LTD < 0: steepest first"
            },
            "power": {"source": "G = g_min + (g_max - g_min) x^alpha, x = n / N; LTD mirrored"},
            "exponential_step": {
                "source": "dG = alpha exp(-beta (G - g_min) / (g_max - g_min)); LTD mirrored; alpha in S"
            },
        }
        power, log = self.of("power"), self.of("logarithmic")
        for k, sign in enumerate(self.signs):
            name = names[sign]
            a = float(label_to_a(labels[k]))
            found["neurosim"][f"label_{name}"] = labels[k]
            found["neurosim"][f"a_{name}"] = a if np.isfinite(a) else None
            own, step = power.directions[k], log.directions[k]
            beta = step.shape.numbers(step.point)["beta"]
            found["power"][f"alpha_{name}"] = own.shape.numbers(own.point)["exponent"]
            found["exponential_step"][f"beta_{name}"] = beta
            found["exponential_step"][f"alpha_{name}"] = float(
                abs(step.height) * np.expm1(beta) / beta / self.n_pulses[k]
            )
        return found


def compare_laws(sweeps: list[Sweep]) -> Comparison:
    """Fit every law to every direction by least squares and rank them by :func:`scores`."""
    data = [reduced(s) for s in sweeps]
    n = int(sum(d.weight.sum() for d in data))
    total = sum(d.total for d in data)
    fitted = [tuple(fit_shape(shape, d.x, d.mean, d.weight) for d in data) for shape in SHAPES]
    squares = [sum(f.rss + d.within for f, d in zip(fits, data, strict=True)) for fits in fitted]
    effective = [
        independent(n, [s.values - f.curve(s.pulses / s.n_pulses) for s, f in zip(sweeps, fits, strict=True)])
        for fits in fitted
    ]
    numbers = [1 + sum(2 + len(f.point) for f in fits) for fits in fitted]
    score = scores(squares, [n] * len(SHAPES), numbers, max(total, 1e-300), effective)
    found = []
    for j, (shape, fits) in enumerate(zip(SHAPES, fitted, strict=True)):
        r2 = 1.0 - squares[j] / max(total, 1e-300)
        worst = min(1.0 - f.rss / max(d.total - d.within, 1e-300) for f, d in zip(fits, data, strict=True))
        found.append(LawFit(shape.law, fits, r2, worst, score[j], effective[j], numbers[j], shape.runs))
    found.sort(key=lambda f: f.aicc)
    return Comparison(found, tuple(s.sign for s in sweeps), tuple(s.n_pulses for s in sweeps))


def lag_one(residuals: list[np.ndarray]) -> float:
    """Correlation of neighbouring residuals, -1 .. 1.

    Parameters
    ----------
    residuals : list of ndarray, shape (S, K)
        Of each direction, NaN where missing.
    """
    before = np.concatenate([r[:, :-1].ravel() for r in residuals])
    after = np.concatenate([r[:, 1:].ravel() for r in residuals])
    seen = np.isfinite(before) & np.isfinite(after)
    # The same readings above and below the line keep the ratio within -1 .. 1.
    power = float(np.sqrt(np.sum(before[seen] ** 2) * np.sum(after[seen] ** 2)))
    return float(np.sum(before[seen] * after[seen]) / power) if power > 0 else 0.0


def residual_pattern(residuals: list[np.ndarray], width: float) -> dict[str, Any]:
    """Whether residuals look random along the pulses.

    Parameters
    ----------
    residuals : list of ndarray, shape (S, K)
        Measured minus fitted of each sweep, NaN where missing.
    width : float
        Window, for relative figures.
    """
    counts = [np.isfinite(r).sum(axis=0) for r in residuals]
    mean = [
        np.divide(np.nansum(r, axis=0), c, out=np.full(len(c), np.nan), where=c > 0)
        for r, c in zip(residuals, counts, strict=True)
    ]
    flat = [(m - np.nanmean(m))[None, :] for m in mean if np.isfinite(m).any()]
    pairs = sum(int((np.isfinite(m[:, 1:]) & np.isfinite(m[:, :-1])).sum()) for m in flat)
    lag = lag_one(flat) if flat else 0.0
    every = np.concatenate([r[np.isfinite(r)] for r in residuals])
    return {
        "rms": float(np.sqrt(np.mean(every**2)) / width),
        "largest": float(np.max(np.abs(every)) / width),
        "lag_1": lag,
        "verdict": "systematic" if lag > 2.0 / np.sqrt(max(pairs, 1)) + 0.3 else "random",
    }
