"""Mean, spread and quantiles of the change of one pulse as functions of the state, from raw sweeps.

Local straight lines over the k nearest readings in the order of the states (nearest-neighbour local linear
regression: Cleveland, J. Am. Stat. Assoc. 1979, doi:10.1080/01621459.1979.10481038, with equal weights), k by
cross-validation over sweeps: wide where noise hides the curve, narrow where a jump or a plateau is plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: Rows of a table: half of them equally spaced, half with equally many readings.
_ROWS = 65
_QUANTILES = 16
#: Candidates for the share of the readings that one local line sees, and the fewest readings.
_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
_FEWEST = 4
#: Readings that a spread and its quantiles come from, at least (of those there are).
_FOR_QUANTILES = 96
_FOLDS = 5


class JumpStatistics(NamedTuple):
    """See :class:`perovdata.devices.Jumps`; ``reading_noise`` is the sigma of one reading."""

    state: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    quantiles: np.ndarray
    pulses: np.ndarray
    window: tuple[float, float]
    reading_noise: float


def conditional_jumps(sweeps: Sequence[np.ndarray], sign: int) -> JumpStatistics:
    """Table of one direction from its sweeps (normalised readings, one pulse apart, NaN: none)."""
    before = np.concatenate([row[:-1] for row in sweeps])
    change = np.concatenate([row[1:] - row[:-1] for row in sweeps])
    sweep = np.concatenate([np.full(len(row) - 1, k) for k, row in enumerate(sweeps) if len(row)])
    seen = np.isfinite(before) & np.isfinite(change)
    order = np.argsort(before[seen], kind="stable")
    state, jump = before[seen][order], change[seen][order]
    fold = sweep[seen][order] if len(sweeps) > 1 else np.arange(len(state))
    k = _best_width(state, jump, fold % _FOLDS)

    rows = _rows(state)
    mean = _monotone(rows, _local_line(state, jump, rows, k))
    left = change - np.interp(before, rows, mean)
    wide = max(k, _FOR_QUANTILES)
    reading = _reading_variance(sweeps, before, left, rows, wide)
    spread, around = _spread(_near(state, left[seen][order], rows, wide), reading)
    edges = np.searchsorted(state, np.concatenate([[-np.inf], (rows[1:] + rows[:-1]) / 2, [np.inf]]))
    count = np.diff(edges).astype(float)
    return JumpStatistics(
        rows,
        mean,
        spread,
        mean[:, None] + around,
        count,
        _window(sweeps, sign),
        float(np.sqrt(reading.mean())),
    )


def _rows(state: np.ndarray) -> np.ndarray:
    """States of the table: equally spaced ones and equally filled ones, none too close to another."""
    even = np.linspace(state[0], state[-1], _ROWS // 2 + 1)
    filled = np.quantile(state, np.linspace(0.0, 1.0, _ROWS // 2 + 1))
    rows = np.unique(np.concatenate([even, filled]))
    apart = max((rows[-1] - rows[0]) / (8 * _ROWS), 1e-9)
    kept = [rows[0]]
    for row in rows[1:]:
        if row - kept[-1] >= apart:
            kept.append(row)
    if len(kept) < 2:  # a device that stands still
        kept.append(kept[0] + 1e-6)
    return np.array(kept)


def _local_line(state: np.ndarray, jump: np.ndarray, at: np.ndarray, k: int) -> np.ndarray:
    """Value at ``at`` of the straight line through the k readings around it in the order of the states."""
    k = min(k, len(state))
    centre = np.searchsorted(state, at)
    start = np.clip(centre - k // 2, 0, len(state) - k)
    shift, unit = state.mean(), max(float(np.ptp(state)), 1e-12)
    x = (state - shift) / unit
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (x, x * x, jump, x * jump)]
    sx, sxx, sy, sxy = (total[start + k] - total[start] for total in sums)
    variance = sxx / k - (sx / k) ** 2
    covariance = sxy / k - sx * sy / k**2
    plain = variance > 1e-10  # readings all at one state have a mean but no slope
    slope = np.where(plain, covariance / np.where(plain, variance, 1.0), 0.0)
    return sy / k + slope * ((at - shift) / unit - sx / k)


def _best_width(state: np.ndarray, jump: np.ndarray, fold: np.ndarray) -> int:
    """Readings per local line that predict left-out sweeps best."""
    widths = sorted({max(_FEWEST, round(share * len(state))) for share in _SHARES})
    folds = np.unique(fold)
    if len(folds) < 2:
        return widths[0]
    errors = np.zeros(len(widths))
    for out in folds:
        own, other = fold == out, fold != out
        for i, k in enumerate(widths):
            guess = _local_line(state[other], jump[other], state[own], max(_FEWEST, round(k * other.mean())))
            errors[i] += np.sum((jump[own] - guess) ** 2)
    # Among widths as good as the best but for rounding, the narrowest keeps most of the shape.
    return widths[int(np.argmax(errors <= errors.min() * (1 + 1e-9) + 1e-18))]


def _monotone(state: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Mean changes after which a higher state is still the higher one, as near to the given ones as a mean of
    the two bounds."""
    end = state + mean
    rising = (np.maximum.accumulate(end) + np.minimum.accumulate(end[::-1])[::-1]) / 2
    return rising - state


def _reading_variance(
    sweeps: Sequence[np.ndarray], before: np.ndarray, left: np.ndarray, rows: np.ndarray, k: int
) -> np.ndarray:
    """Variance of a reading's own error at the rows: what it adds to one change it takes from the next."""
    ends = np.cumsum([len(row) - 1 for row in sweeps])[:-1]
    states, changes = np.split(before, ends), np.split(left, ends)
    place = np.concatenate([part[1:] for part in states])
    undone = -np.concatenate([part[1:] * part[:-1] for part in changes])
    seen = np.isfinite(place) & np.isfinite(undone)
    place, undone = place[seen], undone[seen]
    # Within twice its own error it is taken as none: chance must not make the noise of pulses smaller.
    if undone.size < _FEWEST or undone.mean() <= 2 * undone.std() / np.sqrt(undone.size):
        return np.zeros(len(rows))
    order = np.argsort(place, kind="stable")
    return np.maximum(_near(place[order], undone[order], rows, 2 * k).mean(1), 0.0)


def _near(state: np.ndarray, values: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """The k values nearest to each row in the order of the states, shape (rows, k)."""
    k = min(k, len(state))
    start = np.clip(np.searchsorted(state, rows) - k // 2, 0, len(state) - k)
    return values[start[:, None] + np.arange(k)]


def _spread(near: np.ndarray, reading: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spread and quantiles of changes around their mean, the readings' noise taken out."""
    near = near - near.mean(1, keepdims=True)
    variance = np.mean(near**2, 1)
    spread = np.sqrt(np.maximum(variance - 2 * reading, 0.0))
    levels = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    shrink = np.divide(spread, np.sqrt(variance), out=np.zeros_like(spread), where=variance > 0)
    return spread, np.quantile(near, levels, axis=1).T * shrink[:, None]


def _window(sweeps: Sequence[np.ndarray], sign: int) -> tuple[float, float]:
    """Lowest and highest state of the direction: medians over the sweeps of where each began and got to."""
    full = [row[np.isfinite(row)] for row in sweeps]
    full = [row for row in full if len(row)]
    low, high = (float(np.clip(np.median([end(row) for row in full]), 0.0, 1.0)) for end in (np.min, np.max))
    return (low, high) if low < high else (max(0.0, high - 1e-6), max(high, 1e-6))
