"""Robust non-linear least squares with multi-start, on transformed parameters, with a covariance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.special import stdtrit

from perovdata.devices import Uncertainty
from perovdata.fitting.laws.compare import independent, scores

#: A trace whose time constant is below the shortest time over this has fallen to 5 % at the first reading.
_LEFT = 3.0
#: A time constant is not known if its interval reaches so many times its value.
_UNKNOWN = 10.0
#: A model that explains this much more of the variance than the others stands whatever it does not fix.
_EXPLAINS = 0.02
#: A law with more parameters than another must be so much better in AICc: odds of 20 to 1. Less is what the
#: noise gives a second exponential now and then, and a few rows more or less would change the law.
_CLEARLY = 6.0


@dataclass(frozen=True)
class Model:
    """A curve with named parameters.

    Parameters
    ----------
    law : str
    names : tuple of str
    positive : tuple of bool
        Whether a parameter is fitted on a logarithmic scale.
    curve : callable
        ``curve(x, *values) -> y``.
    starts : sequence of sequences of float
        Where to start, in natural values.
    """

    law: str
    names: tuple[str, ...]
    positive: tuple[bool, ...]
    curve: Callable[..., np.ndarray]
    starts: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Solution:
    """Fitted values, with covariance on the fitted scale (log for positive parameters).

    ``n_effective``: independent readings that the residuals leave; ``aicc``: criterion among the models of
    :func:`solve_all`.
    """

    model: Model
    values: np.ndarray
    covariance: np.ndarray
    rss: float
    r2: float
    n: int
    n_effective: float
    fitted: np.ndarray
    aicc: float = np.inf

    def fixes_its_times(self, shortest: float) -> bool:
        """Whether the readings fix every time constant: none far below the shortest time, none unknown.

        Parameters
        ----------
        shortest : float
            Of the times at which the readings tell something, in the unit of the abscissa.
        """
        for name in self.model.names:
            if "tau" in name:
                value, _, high = self.interval(name, 0.95)
                if value < shortest / _LEFT or not high <= _UNKNOWN * value:
                    return False
        return True

    def with_faster_first(self) -> Solution:
        """The faster of two exponentials is number 1 (parameters: share, time, share, time, others)."""
        if not self.model.law.startswith("double") or self.values[1] <= self.values[3]:
            return self
        order = [2, 3, 0, 1, *range(4, len(self.values))]
        return replace(self, values=self.values[order], covariance=self.covariance[np.ix_(order, order)])

    def interval(self, name: str, level: float) -> tuple[float, float, float]:
        """Value and confidence interval (delta method, Student's t) of one parameter."""
        k = self.model.names.index(name)
        quantile = stdtrit(max(self.n - len(self.values), 1), 0.5 + level / 2)
        half = float(quantile * np.sqrt(self.covariance[k, k]))
        value = float(self.values[k])
        if self.model.positive[k]:
            # Beyond e^300 the interval says no more than "not known".
            half = min(half, 300.0) if np.isfinite(half) else 300.0
            return value, value * float(np.exp(-half)), value * float(np.exp(half))
        return value, value - half, value + half


def solve(model: Model, x: np.ndarray, y: np.ndarray) -> Solution:
    """Fit a model.

    Every start runs with a soft loss (single bad points lose their pull); the best is polished by plain least
    squares on the points within five robust deviations.
    """
    positive = np.array(model.positive)
    scale = float(np.ptp(y)) or 1.0

    def natural(p: np.ndarray) -> np.ndarray:
        return np.where(positive, np.exp(np.clip(np.where(positive, p, 0.0), -300, 300)), p)

    def residual(p: np.ndarray) -> np.ndarray:
        return np.nan_to_num((model.curve(x, *natural(p)) - y) / scale, nan=1e6, posinf=1e6, neginf=-1e6)

    tries = []
    for start in model.starts:
        first = np.asarray(start, float)
        inner = np.where(positive, np.log(np.where(positive, np.maximum(first, 1e-300), 1.0)), first)
        tries.append(
            least_squares(residual, inner, loss="soft_l1", f_scale=0.05, x_scale="jac", max_nfev=200)
        )
    best = min(tries, key=lambda r: r.cost)
    spread = 1.4826 * float(np.median(np.abs(best.fun)))
    inside = np.abs(best.fun) <= max(5.0 * spread, 1e-12)
    polished = least_squares(lambda p: residual(p)[inside], best.x, x_scale="jac", max_nfev=200)
    n, k = int(inside.sum()), len(polished.x)
    rss = 2.0 * polished.cost
    size = np.maximum(np.linalg.norm(polished.jac, axis=0), 1e-300)  # parameters differ by many decades
    normal = (polished.jac / size).T @ (polished.jac / size)
    covariance = np.linalg.pinv(normal, rcond=1e-12) / np.outer(size, size) * rss / max(n - k, 1)
    used = y[inside] / scale
    fitted = model.curve(x, *natural(polished.x))
    return Solution(
        model,
        natural(polished.x),
        covariance,
        rss * scale**2,
        1.0 - rss / float(np.sum((used - used.mean()) ** 2)),
        n,
        independent(n, [np.where(inside, y - fitted, np.nan)[None, :]]),
        fitted,
    )


def solve_all(models: Sequence[Model], x: np.ndarray, y: np.ndarray) -> list[Solution]:
    """Fit every model and rank them: the chosen one first.

    A model with a time constant that the readings do not fix stands behind those without, unless it explains
    2 % more of the variance than each of them: what it says of that time is the noise's word. Of laws nearly
    as good as the best, the one with the fewest parameters is chosen.
    """
    found = [solve(model, x, y) for model in models]
    total = max(float(np.sum((y - y.mean()) ** 2)), 1e-300)
    score = scores(
        [s.rss for s in found],
        [s.n for s in found],
        [len(s.values) + 1 for s in found],
        total,
        [s.n_effective for s in found],
    )
    ranked = [replace(s, aicc=own).with_faster_first() for s, own in zip(found, score, strict=True)]
    shortest = float(x[x > 0][0]) if x[0] > 0 else float(x[1] - x[0])
    enough = max(s.r2 for s in ranked) - _EXPLAINS
    good = [s for s in ranked if s.r2 >= enough and s.fixes_its_times(shortest)]
    able = good or ranked
    lowest = min(s.aicc for s in able)
    near = [s for s in able if s.aicc <= lowest + _CLEARLY]
    best = min(near, key=lambda s: (len(s.values), s.aicc))
    return [best, *sorted((s for s in ranked if s is not best), key=lambda s: s.aicc)]


def propagate(solution: Solution, device: Callable[[np.ndarray], dict[str, float]]) -> Uncertainty:
    """Joint uncertainty of positive device values that follow from fitted ones (delta method, log scales).

    Parameters
    ----------
    solution : Solution
    device : callable
        From the fitted values to fields of the device file.
    """
    names = [name for name, value in device(solution.values).items() if value > 0]
    columns = []
    for k, positive in enumerate(solution.model.positive):
        ends = []
        for sign in (1, -1):
            moved = solution.values.copy()
            step = 1e-4 if positive else 1e-4 * max(abs(moved[k]), 1e-300)
            moved[k] = moved[k] * np.exp(sign * step) if positive else moved[k] + sign * step
            found = device(moved)
            ends.append(np.log([max(found[name], 1e-300) for name in names]))
        columns.append((ends[0] - ends[1]) / (2 * step))
    jacobian = np.stack(columns, axis=1)
    covariance = jacobian @ solution.covariance @ jacobian.T
    # Not wider than a factor e^3 for one sigma: beyond that the data say nothing.
    shrink = np.minimum(1.0, 3.0 / np.sqrt(np.maximum(np.diag(covariance), 1e-300)))
    covariance = (covariance + covariance.T) / 2 * np.outer(shrink, shrink)
    return Uncertainty(tuple(names), ("log",) * len(names), covariance)


def ranking(ordered: list[Solution]) -> list[dict[str, Any]]:
    """Models of :func:`solve_all` in their order, with Akaike weights."""
    scores_of = np.array([s.aicc for s in ordered])
    weights = np.exp(-0.5 * (scores_of - scores_of.min()))
    weights /= weights.sum()
    return [
        {
            "law": s.model.law,
            "n_parameters": len(s.values) + 1,
            "r2": s.r2,
            "aicc": s.aicc,
            "delta_aicc": s.aicc - ordered[0].aicc,
            "weight": float(w),
        }
        for s, w in zip(ordered, weights, strict=True)
    ]
