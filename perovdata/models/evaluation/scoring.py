"""Scores that respect bounds, and their bootstrap over papers.

All of them rest on the signed distance of a prediction to the interval of possible values: a
prediction above a lower bound, or inside a reported range, is no error. The same map turns a predictive
sample into distances, so that CRPS and pinball loss become the usual ones for exact values and their
threshold-weighted forms for bounds (chaining function of Allen, Ginsbourger and Ziegel 2023,
doi 10.1137/22M1532184), which stay proper where a plain CRPS at the bound would not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from perovdata.models.estimators.censoring import signed_error

LEVELS = (0.5, 0.8, 0.9)
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: Variants: the whole nested choice, and a stranger's model as it is; others bear the candidate's name.
PROCEDURE, OWN = "procedure", "model"


def quantile_column(q: float) -> str:
    """Name of the column that holds a quantile: ``q05`` ... ``q95``."""
    return f"q{round(100 * q):02d}"


def covered(low: np.ndarray, high: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether the interval holds a value that the label allows, shape (n,), bool.

    For an exact value this is the usual coverage; for a bound it asks only that interval and bound do
    not contradict each other, which is all the record can tell.
    """
    return (np.asarray(low) <= labels[:, 1]) & (np.asarray(high) >= labels[:, 0])


def crps(points: np.ndarray, weights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of weighted predictive samples.

    Parameters
    ----------
    points, weights : ndarray, shape (n, m)
        Sample points per row and their weights (normalised here).
    labels : ndarray, shape (n, 2)

    Returns
    -------
    ndarray, shape (n,)
        In model-scale units; lower is better.
    """
    distance = signed_error(points, labels)
    weights = np.broadcast_to(weights, distance.shape)
    weights = weights / weights.sum(1, keepdims=True)
    order = np.argsort(distance, axis=1)
    x = np.take_along_axis(distance, order, 1)
    w = np.take_along_axis(weights, order, 1)
    below = np.cumsum(w, 1)
    spread = (np.diff(x, axis=1) * below[:, :-1] * (1 - below[:, :-1])).sum(1)  # half of E|X - X'|
    return (np.abs(x) * w).sum(1) - spread


def pinball(quantile: np.ndarray, level: float, labels: np.ndarray) -> np.ndarray:
    """Pinball loss of a predicted quantile, zero inside the label interval, shape (n,)."""
    error = -signed_error(quantile, labels)
    return np.maximum(level * error, (level - 1) * error)


def spearman(prediction: np.ndarray, value: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Rank correlation (weighted over rows); nan if one side is constant."""
    from scipy.stats import rankdata  # heavy, and prediction never needs it

    a, b = rankdata(prediction), rankdata(value)
    weights = np.ones(len(a)) if weights is None else weights
    a = a - np.average(a, weights=weights)
    b = b - np.average(b, weights=weights)
    scale = np.sqrt(np.average(a * a, weights=weights) * np.average(b * b, weights=weights))
    return float(np.average(a * b, weights=weights) / scale) if scale > 1e-12 else float("nan")


def weighted_mean(values: np.ndarray | pd.Series, weights: np.ndarray) -> float:
    """Mean over rows in which every paper counts once."""
    return float(np.average(values, weights=weights))


def skill(errors: np.ndarray, reference: np.ndarray, weights: np.ndarray) -> float:
    """One minus the ratio of mean absolute errors; positive if better than the reference."""
    base = np.average(np.abs(reference), weights=weights)
    return float(1 - np.average(np.abs(errors), weights=weights) / base) if base > 0 else 0.0


def bootstrap_papers(
    statistic: Callable[[np.ndarray], float],
    papers: np.ndarray,
    *,
    n: int = 2000,
    level: float = 0.9,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a statistic when whole papers are drawn again.

    Parameters
    ----------
    statistic : callable
        Takes row multiplicities, shape (rows,), and returns a number.
    papers : ndarray, shape (rows,)
        Group of each row.
    n : int
        Resamples.
    level : float
        Level of the interval.
    seed : int

    Returns
    -------
    low, high : float
    """
    names, index = np.unique(np.asarray(papers, dtype=str), return_inverse=True)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n)
    values = np.array([statistic(d[index].astype(float)) for d in draws])
    tail = (1 - level) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)
