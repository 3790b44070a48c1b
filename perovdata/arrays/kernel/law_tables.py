"""Update laws as tables: where 1, 2, 4, 8 ... pulses lead from a state, for every law but the exponential.

The exponential has a closed form and keeps it. Any other law tells where one pulse may lead
(:meth:`perovdata.devices.Law.outcomes`); two pulses are one pulse after another, and so on by doubling, with
the window's ends and the noise of every single pulse inside. n pulses are then one look-up per binary digit
of n (:mod:`~perovdata.arrays.kernel.look_up`): n at once and n one by one have the same distribution.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np

from perovdata.devices import Law, SynapseParameters
from perovdata.devices.laws import ATOMS

#: States of a table, linear between them.
NODES = 65
_STATES = np.linspace(0.0, 1.0, NODES)
#: Targets for which the pulses from an erased device are tabulated.
_TARGETS = np.linspace(0.0, 1.0, 257)
#: One call counts at most so many full sweeps (the largest number of the doublings that reach it).
_SWEEPS, _MOST_LEVELS = 4, 20


class LawTables(NamedTuple):
    """Tables of T different laws (with their pulses and noise)."""

    outcome: np.ndarray | jax.Array  #: (T, 2, levels, ATOMS, NODES) state after 2^level pulses, LTP and LTD
    pulses_to: np.ndarray | jax.Array  #: (T, targets) LTP pulses that bring g = 0 to a target
    symmetry: np.ndarray | jax.Array  #: (T,) state at which one LTP and one LTD pulse cancel


def law_tables(params: SynapseParameters) -> tuple[LawTables | None, np.ndarray]:
    """Tables of the laws that the sets follow, and the number of each set's table (-1: the exponential)."""
    p = {name: column.astype(float) for name, column in params.as_dict().items()}
    pulses = np.stack([p["n_pulses_ltp"], p["n_pulses_ltd"]], 1)
    levels = _levels(float(pulses.max()))
    number = np.full(params.n_sets, -1, np.int32)
    keys: dict[tuple, int] = {}
    for k in range(params.n_sets):
        law = params.law_of(k)
        if law is not None:
            own = (*pulses[k], p["c2c_sigma"][k], p["c2c_relative"][k]) if law.uses_parameters else (0.0,) * 4
            number[k] = keys.setdefault((law, levels, *own), len(keys))
    if not keys:
        return None, number
    parts = [_tables(*key) for key in keys]
    return LawTables(*(np.stack(column).astype(np.float32) for column in zip(*parts, strict=True))), number


def _levels(longest: float) -> int:
    """Doublings that cover so many full sweeps; even numbers only, so that few programs are compiled."""
    needed = int(np.ceil(np.log2(_SWEEPS * longest + 1)))
    return min(2 * -(-needed // 2), _MOST_LEVELS)


@lru_cache(maxsize=256)
def _tables(
    law: Law, levels: int, n_ltp: float, n_ltd: float, sigma: float, relative: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes (2, levels, ATOMS, NODES), pulses to each target, and the symmetry point of one law."""
    both = []
    for sign, n in ((1, n_ltp), (-1, n_ltd)):
        doublings = [np.asarray(law.outcomes(_STATES, sign, n, sigma, relative), float)]
        while len(doublings) < levels:
            doublings.append(_twice(doublings[-1]))
        both.append(np.stack(doublings))
    outcome = np.stack(both)  # (2, levels, NODES, ATOMS)
    mean = outcome.mean(-1)
    return outcome.swapaxes(-1, -2), _pulses_to(mean[0]), _symmetry(mean[:, 0])


def _twice(outcome: np.ndarray) -> np.ndarray:
    """The same number of pulses again: all pairs of outcomes, gathered into as many equally likely ones."""
    place = outcome * (NODES - 1)
    low = np.minimum(place.astype(int), NODES - 2)
    share = (place - low)[..., None]
    pairs = (outcome[low] * (1.0 - share) + outcome[low + 1] * share).reshape(NODES, ATOMS * ATOMS)
    pairs.sort(axis=1)
    atoms = pairs.reshape(NODES, ATOMS, ATOMS).mean(-1)
    # Means of groups scatter a little less than what they stand for.
    centre, before, after = pairs.mean(1, keepdims=True), pairs.std(1), atoms.std(1)
    wider = np.divide(before, after, out=np.ones_like(after), where=after > 1e-9)
    return np.clip(centre + (atoms - centre) * wider[:, None], 0.0, 1.0)


def _pulses_to(mean: np.ndarray) -> np.ndarray:
    """LTP pulses (not rounded) from g = 0 to every target, along the mean of each doubling (levels, NODES).

    Targets beyond what pulses reach take those that come within a thousandth of it.
    """
    state, n = np.zeros(1), 0.0
    top = np.zeros(1)
    for doubling in mean:
        top = np.interp(top, _STATES, doubling)
    target = np.minimum(_TARGETS, 0.999 * top.max())
    state, n = np.zeros_like(target), np.zeros_like(target)
    for level in range(len(mean) - 1, -1, -1):
        further = np.interp(state, _STATES, mean[level])
        taken = further <= target
        state, n = np.where(taken, further, state), n + np.where(taken, 2.0**level, 0.0)
    step = np.interp(state, _STATES, mean[0]) - state
    return n + np.clip(np.divide(target - state, step, out=np.zeros_like(step), where=step > 0), 0.0, 1.0)


def _symmetry(mean: np.ndarray) -> np.ndarray:
    """State at which the mean outcomes of an LTP and an LTD pulse (2, NODES) cancel; 0.5 if all do."""
    both = (mean - _STATES).sum(0)
    if np.abs(both).max() < 1e-6:
        return np.array(0.5)
    below = both <= 0
    if below[0] or not below.any():
        return np.array(0.0 if below[0] else 1.0)
    k = int(np.argmax(below))
    return _STATES[k - 1] + (_STATES[k] - _STATES[k - 1]) * both[k - 1] / (both[k - 1] - both[k])
