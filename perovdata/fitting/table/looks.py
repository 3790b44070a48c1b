"""What a column of numbers looks like, where no heading says it."""

from __future__ import annotations

import numpy as np

#: Steps of an abscissa that a program made scatter less than this around their median.
_EQUAL = 0.05
#: Squared successive differences over the variance: 2 for values in no order, near 0 for a curve.
_NO_ORDER = 1.4
#: A swept voltage takes at least so many values.
SWEEP_LEVELS = 8


def constant(x: np.ndarray) -> bool:
    """Whether a column holds one value, apart from the noise of a source (0.1 %)."""
    return bool(np.ptp(x) <= 1e-3 * abs(np.median(x)))


def rises(x: np.ndarray) -> bool:
    """Whether every value is larger than the one before."""
    return bool(len(x) > 1 and (np.diff(x) > 0).all())


def equal_steps(x: np.ndarray) -> bool:
    """Whether a column rises in equal steps, as an index, a clock or a sweep does and no measurement."""
    if len(x) < 5 or not rises(x):
        return False
    step = np.diff(x)
    return bool(np.abs(step - np.median(step)).max() <= _EQUAL * np.median(step))


def counts(x: np.ndarray) -> bool:
    """Whether a column counts 0, 1, 2 ... or 1, 2, 3 ..., with new starts allowed."""
    if not (x == np.round(x)).all() or x.min() not in (0, 1) or np.ptp(x) == 0:
        return False
    step = np.diff(x)
    return bool(((step == 1) | (x[1:] == x.min())).all() and (step == 1).mean() >= 0.6)


def nearly_counts(x: np.ndarray) -> bool:
    """Whether a column counts 0, 1, 2 ... with the jitter of a digitised figure."""
    whole = np.round(x)
    return bool(
        len(x) >= 6 and (np.diff(whole) == 1).all() and whole[0] in (0, 1) and np.abs(x - whole).max() < 0.3
    )


def two_polarities(x: np.ndarray) -> bool:
    """Whether a column holds both signs."""
    return bool((x > 0).any() and (x < 0).any())


def swept(v: np.ndarray) -> bool:
    """Whether a voltage is swept: up and down in equal steps over many values, not pulsed."""
    if len(v) < SWEEP_LEVELS or len(np.unique(v)) < SWEEP_LEVELS:
        return False
    step = np.diff(v)
    moving = np.abs(step[step != 0])
    if moving.size < 0.8 * step.size:
        return False
    even = np.abs(moving - np.median(moving)) <= 0.25 * np.median(moving)
    turns = np.count_nonzero(np.diff(np.sign(step[step != 0])))
    # A sweep may jump back once a round; a pulse train changes direction at every pulse.
    return bool(even.mean() >= 0.85 and turns <= 0.2 * step.size)


def in_no_order(y: np.ndarray) -> bool:
    """Whether neighbouring values have no more in common than distant ones (von Neumann's ratio).

    A few values far outside, which an instrument's glitch leaves, do not hide the order of the others.

    von Neumann, Ann. Math. Stat. 1941, doi:10.1214/aoms/1177731677.
    """
    y = np.clip(y, *np.percentile(y, [5, 95]))
    spread = float(np.sum((y - y.mean()) ** 2))
    return len(y) >= 12 and spread > 0 and float(np.sum(np.diff(y) ** 2)) > _NO_ORDER * spread


def describe(x: np.ndarray) -> str:
    """What a column looks like, in words."""
    if constant(x):
        return f"is constant at {np.median(x):.4g}"
    if counts(x):
        return f"counts {x[0]:g} … {x.max():g}"
    ends = f"from {x[0]:.4g} to {x[-1]:.4g}"
    if equal_steps(x):
        return f"rises in equal steps {ends} (a time? an index?)"
    if rises(x):
        return f"rises {ends}"
    if swept(x):
        return f"is swept between {x.min():.4g} and {x.max():.4g}"
    if in_no_order(x):
        return f"scatters in no order between {x.min():.4g} and {x.max():.4g}"
    return f"varies between {x.min():.4g} and {x.max():.4g}"
