"""Find where a train of pulses turns from potentiation to depression and back."""

from __future__ import annotations

import numpy as np

__all__ = ["isotonic_errors", "turning_points"]

#: A reversal counts once it exceeds this share of the (robust) range of the readings.
_REVERSAL = 0.5


def turning_points(y: np.ndarray) -> list[int]:
    """Indices of the last reading before each change of direction.

    First the coarse turns: alternating extremes whose reversal exceeds half of the range. Then each turn is
    put where a rising curve on one side and a falling one on the other leave the smallest squared error
    (unimodal regression), because noise puts the largest reading of a flat top anywhere.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Readings in the order of the pulses.

    Returns
    -------
    list of int
        Empty if the direction never changes.
    """
    low, high = np.percentile(y, [2, 98])
    turns, rising = _coarse_turns(y, _REVERSAL * (high - low))
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


def _coarse_turns(y: np.ndarray, threshold: float) -> tuple[list[int], bool]:
    """Alternating extremes by hysteresis, and whether the train starts rising."""
    top = bottom = 0
    rising = None
    turns: list[int] = []
    for k, value in enumerate(y):
        if value > y[top]:
            top = k
        if value < y[bottom]:
            bottom = k
        if rising is not False and y[top] - value > threshold:
            if rising is None and top == 0:
                rising = False
            else:
                turns.append(top)
                rising = False
            bottom = k
        elif rising is not True and value - y[bottom] > threshold:
            if rising is None and bottom == 0:
                rising = True
            else:
                turns.append(bottom)
                rising = True
            top = k
    if turns:
        first_up = y[turns[0]] > y[turns[1]] if len(turns) > 1 else not rising
        return turns, bool(first_up)
    return turns, bool(y[-1] >= y[0])


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
