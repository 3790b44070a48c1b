"""Median, interval and standard error of what a study measures, and the same for paired differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_RESAMPLES = 400


def spread(values: npt.ArrayLike, level: float) -> dict[str, Any]:
    """Median and interval of the finite values; None where there are none."""
    numbers = np.asarray(values, float).ravel()
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return {"median": None, "interval": None}
    tails = np.quantile(finite, (0.5 - level / 2, 0.5 + level / 2))
    return {"median": float(np.median(finite)), "interval": [float(q) for q in tails]}


def standard_error(values: npt.ArrayLike) -> float | None:
    """Standard error of the median over draws and seeds.

    Parameters
    ----------
    values : array, shape (draws, seeds)

    Returns
    -------
    float or None
        Bootstrap: draws are resampled, and within each of them its seeds (nested). None if there is one
        value only, which tells nothing of its error.

    Notes
    -----
    Efron, Annals of Statistics 7 (1979) 1, doi:10.1214/aos/1176344552. It says how well the median is known
    with so many draws, not how far single devices lie from it: that is the interval.
    """
    numbers = np.asarray(values, float)
    n_draws, n_seeds = numbers.shape
    if numbers.size < 2:
        return None
    rng = np.random.default_rng(0)  # its own: the same values have the same error
    draws = rng.integers(n_draws, size=(_RESAMPLES, n_draws, 1))
    seeds = rng.integers(n_seeds, size=(_RESAMPLES, n_draws, n_seeds))
    return float(np.median(numbers[draws, seeds], axis=(1, 2)).std(ddof=1))


def paired_difference(a: npt.ArrayLike, b: npt.ArrayLike, level: float) -> dict[str, Any]:
    """Median and interval of a - b, value by value on the same draws and seeds.

    Parameters
    ----------
    a, b : array, shape (draws, seeds)
        One draw (a device without uncertainty) is compared with all of the other.
    level : float

    Returns
    -------
    dict
        ``difference``, ``interval``, and ``share_better``: share of the pairs in which a is the higher, ties
        counted half.
    """
    difference = np.asarray(a, float) - np.asarray(b, float)
    told = spread(difference, level)
    better = float(np.mean(difference > 0) + np.mean(difference == 0) / 2)
    return {"difference": told["median"], "interval": told["interval"], "share_better": better}
