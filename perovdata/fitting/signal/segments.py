"""Find where a train of pulses turns from potentiation to depression and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perovdata.fitting.signal.glitches import bridged

#: A reversal counts once it exceeds this share of the (robust) range of the readings.
_REVERSAL = 0.5


@dataclass(frozen=True)
class Layout:
    """One way to cut a train into sweeps.

    Parameters
    ----------
    turns : tuple of int
        Index of the last reading before each change of direction.
    repeated : bool
        Each sweep begins by reading the end of the one before again, without a pulse between.
    regular : bool
        All sweeps are equally long.
    first_pulse : int
        Pulses before the first reading: 0, or 1 if the train begins without reading the untouched device.
    """

    turns: tuple[int, ...]
    repeated: bool = False
    regular: bool = False
    first_pulse: int = 0


def layouts(y: np.ndarray) -> list[Layout]:
    """Ways to cut a train of readings into sweeps that are worth a fit.

    Where noise hides the turns, how trains are programmed helps: equally long sweeps, with or without a first
    reading of the untouched device, with or without a second reading at each turn. The turns found freely are
    always among the candidates.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Readings in the order of the pulses.

    Returns
    -------
    list of Layout
        At least one; a train that never turns has one without turns.
    """
    y = bridged(y)  # a glitch is no turn
    low, high = np.percentile(y, [2, 98])
    coarse, rising = turning_points(y, _REVERSAL * (high - low))
    free = _refined(y, coarse, rising) if coarse else []
    n, sweeps = len(y), len(free) + 1
    found = [Layout(tuple(free), repeated) for repeated in ((False, True) if free else (False,))]
    if free:  # noise on a flat top moves a turn by a few pulses
        found += [
            Layout(turns, repeated)
            for shift in (-2, -1, 1, 2)
            if (turns := tuple(t + shift for t in free))[0] > 0 and turns[-1] < n - 2
            for repeated in (False, True)
        ]
    if sweeps > 3:
        found += [Layout(_periodic(n, free), repeated) for repeated in (False, True)]
    # Where noise rivals the window it makes turns and hides turns: their number is only roughly known.
    for count in range(max(2, sweeps // 3), 2 * sweeps + 2):
        for before in (0, 1):
            length, rest = divmod(n - before, count)
            if rest or length < 3 or count == 1:
                continue
            turns = tuple(before + length * k - 1 for k in range(1, count))
            found.append(Layout(turns, False, True, 1 - before))
            if not before:
                found.append(Layout(turns, True, True))
    return found + _unfinished(n, free)


def _unfinished(n: int, free: list[int]) -> list[Layout]:
    """Equally long sweeps of which the last one was broken off, near the lengths that were found freely."""
    if len(free) < 2:
        return []
    found = []
    for length in {int(np.median(np.diff(free))) + step for step in (-1, 0, 1)}:
        for before in (0, 1):
            turns = tuple(range(before + length - 1, n - 2, max(length, 1)))
            if length >= 3 and len(turns) > 1 and (n - before) % length > 0:
                found.append(Layout(turns, False, True, 1 - before))
    return found


def _periodic(n: int, free: list[int]) -> tuple[int, ...]:
    """Turns of alternating sweeps of two lengths, the medians of what was found freely."""
    lengths = np.diff(free)
    one, other = int(np.median(lengths[0::2])), int(np.median(lengths[1::2]))
    steps = np.resize([one, other], len(lengths))
    relative = np.concatenate([[0], np.cumsum(steps)])
    start = int(np.median(np.array(free) - relative))
    return tuple(int(np.clip(start + r, 1, n - 2)) for r in relative)


def _refined(y: np.ndarray, turns: list[int], rising: bool) -> list[int]:
    """Each turn where a rising and a falling curve leave the smallest squared error (unimodal regression)."""
    edges = [0, *turns, len(y) - 1]
    refined = []
    for k in range(1, len(edges) - 1):
        start = (edges[k - 1] + edges[k]) // 2 if k > 1 else 0
        stop = (edges[k] + edges[k + 1]) // 2 if k < len(edges) - 2 else len(y) - 1
        up_first = rising == (k % 2 == 1)
        part = y[start : stop + 1] if up_first else -y[start : stop + 1]
        cost = isotonic_errors(part) + np.append(isotonic_errors(part[::-1])[::-1][1:], 0.0)
        # Equal costs (an extreme read twice): the first one is the end of the sweep.
        refined.append(start + int(np.argmin(np.round(cost / max(cost.max(), 1e-300), 12))))
    return refined


def turning_points(y: np.ndarray, threshold: float) -> tuple[list[int], bool]:
    """Alternating extremes by hysteresis, and whether the train starts rising."""
    top = bottom = 0
    direction = first = 0  # 0: not known yet
    turns: list[int] = []
    for k, value in enumerate(y):
        if value > y[top]:
            top = k
        if value < y[bottom]:
            bottom = k
        fell, rose = y[top] - value > threshold, value - y[bottom] > threshold
        if fell and direction >= 0:
            if direction:
                turns.append(top)
            direction, bottom = -1, k
        elif rose and direction <= 0:
            if direction:
                turns.append(bottom)
            direction, top = 1, k
        first = first or direction
    return turns, first >= 0


def isotonic_errors(y: np.ndarray) -> np.ndarray:
    """Squared error of the best rising curve through the first k readings, for every k.

    Pool adjacent violators: Barlow et al., Statistical Inference under Order Restrictions, Wiley 1972.
    """
    errors = np.empty(len(y))
    # Stack of pools: sum, count, sum of squares, error of all pools up to here.
    pools: list[tuple[float, int, float, float]] = []
    for k, value in enumerate(y):
        total, count, squares = float(value), 1, float(value) ** 2
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            last = pools.pop()
            total, count, squares = total + last[0], count + last[1], squares + last[2]
        before = pools[-1][3] if pools else 0.0
        error = before + max(squares - total**2 / count, 0.0)
        pools.append((total, count, squares, error))
        errors[k] = error
    return errors


def trend(y: np.ndarray) -> float:
    """Rank correlation of readings with their order (Spearman)."""
    if len(y) < 3 or np.ptp(y) == 0:
        return 0.0
    rank = np.argsort(np.argsort(y))
    return float(np.corrcoef(rank, np.arange(len(y)))[0, 1])
