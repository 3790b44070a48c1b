"""Distributions and stand-in values from interval labels."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr


def turnbull(
    labels: np.ndarray,
    weights: np.ndarray | None = None,
    support: np.ndarray | None = None,
    *,
    n_iter: int = 300,
) -> tuple[np.ndarray, np.ndarray]:
    """Non-parametric maximum likelihood distribution from interval labels (Turnbull 1976).

    For lower bounds only this is the Kaplan-Meier estimate with the mass beyond the last value put at
    the last bound. Source: doi 10.1111/j.2517-6161.1976.tb01597.x.

    Parameters
    ----------
    labels : ndarray, shape (n, 2)
        Intervals; exact values have equal ends.
    weights : ndarray, shape (n,), optional
    support : ndarray, shape (k,), optional
        Points that may carry mass; by default the distinct finite ends of the labels.
    n_iter : int
        Self-consistency steps.

    Returns
    -------
    support, mass : ndarray, shape (k,)
        Points and their probabilities.
    """
    labels = np.asarray(labels, dtype=float)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=float)
    weights = weights / weights.sum()
    support = np.unique(labels[np.isfinite(labels)]) if support is None else np.asarray(support)
    allowed = (support >= labels[:, :1]) & (support <= labels[:, 1:])
    mass = np.full(len(support), 1 / len(support))
    for _ in range(n_iter):
        share = allowed * mass
        mass = weights @ (share / share.sum(1, keepdims=True))
    return support, mass


def conditional_mean(labels: np.ndarray, support: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Expected value of each row given its interval, under a discrete distribution, shape (n,).

    Where the distribution has no mass inside the interval the finite end (the middle, if both are)
    stands in.
    """
    labels = np.asarray(labels, dtype=float)
    inside = ((support >= labels[:, :1]) & (support <= labels[:, 1:])) * mass
    total = inside.sum(1)
    ends = np.where(np.isfinite(labels), labels, np.nan)
    fallback = np.nanmean(ends, axis=1)
    mean = np.divide(inside @ support, total, out=fallback.copy(), where=total > 1e-9)
    return np.where(labels[:, 0] == labels[:, 1], labels[:, 0], mean)


def _density(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def truncated_normal_mean(
    mean: np.ndarray | float, sd: np.ndarray | float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Mean of a normal distribution given that it lies in [low, high] (element-wise)."""
    a, b = (np.asarray(low) - mean) / sd, (np.asarray(high) - mean) / sd
    with np.errstate(all="ignore"):
        mass = ndtr(b) - ndtr(a)
        value = mean + sd * (_density(a) - _density(b)) / mass
    nearest = np.clip(mean, low, high)
    return np.where((mass > 1e-10) & np.isfinite(value), np.clip(value, low, high), nearest)


def winsorise(values: np.ndarray, weights: np.ndarray | None = None, *, limit: float = 2.0) -> np.ndarray:
    """Pull values beyond `limit` robust standard deviations from the median back to that limit, shape (n,).

    Reported extremes of several decades would otherwise steer every least-squares fit, while scores are
    absolute errors. Only fitting sees winsorised values, never scoring.
    """
    values = np.asarray(values, dtype=float)
    weights = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values)
    share = np.cumsum(weights[order]) - np.asarray(weights)[order] / 2
    low, centre, high = np.interp(np.array([0.25, 0.5, 0.75]) * np.sum(weights), share, values[order])
    sd = max((high - low) / 1.349, 1e-3)
    return np.clip(values, centre - limit * sd, centre + limit * sd)


def signed_error(prediction: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Signed distance to the label interval, zero inside.

    Parameters
    ----------
    prediction : ndarray, shape (n,) or (n, m)
    labels : ndarray, shape (n, 2)

    Returns
    -------
    ndarray, shape of `prediction`
    """
    prediction = np.asarray(prediction, dtype=float)
    low, high = labels[:, 0], labels[:, 1]
    if prediction.ndim == 2:
        low, high = low[:, None], high[:, None]
    return prediction - np.clip(prediction, low, high)


def censored_median(labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The constant with the smallest weighted absolute distance to the labels.

    For exact values this is the median. Where a whole stretch is optimal the point nearest to the
    median of the finite ends is taken, so that lower bounds alone give no infinity.

    Parameters
    ----------
    labels : ndarray, shape (n, 2)
    weights : ndarray, shape (n,), optional
    """
    labels = np.asarray(labels, dtype=float)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=float)
    ends = np.unique(labels[np.isfinite(labels)])
    loss = (np.abs(signed_error(np.tile(ends, (len(labels), 1)), labels)) * weights[:, None]).sum(0)
    best = ends[loss <= loss.min() * (1 + 1e-12) + 1e-15]
    centre = np.median(labels[np.isfinite(labels)])
    return float(np.clip(centre, best.min(), best.max()))
