"""The draws of a study: whether memory holds them, and the seeds that they are trained with."""

from __future__ import annotations

from collections.abc import Iterable

from perovdata.checks import check_counts
from perovdata.devices import SynapseParameters
from perovdata.engine import require_memory
from perovdata.quasirandom import SCRAMBLINGS, seeds_of_draws
from perovdata.vision import TASKS

_BYTES_OF_DRAW = 6000  # at most held for a draw, measured with 20,000 of a composition and of a record


def require_draws(draws: int, devices: int = 1) -> None:
    """Refuse draws that are no number, or that memory does not hold, before any is made.

    Parameters
    ----------
    draws : int
        Parameter sets of each device.
    devices : int
        How many are held at once.

    Raises
    ------
    InputError
        With the largest number that fits.
    """
    check_counts(draws=draws)
    require_memory(_BYTES_OF_DRAW * devices, draws, "draws")


def seeds_for(task: str, n: int, seed: int) -> list[int]:
    """Seed with which each of n draws runs a task: its own where seeds cost the task nothing."""
    return seeds_of_draws(n, seed, shared=not TASKS[task].mixed_seeds)


def seeds_of_groups(task: str, groups: Iterable[SynapseParameters], seed: int) -> list[int]:
    """Seed of every draw of several devices one after another: draws of the same number share theirs."""
    return [own for group in groups for own in seeds_for(task, group.n_sets, seed)]


def seeds_apart(task: str, n: int) -> int:
    """How many different seeds n draws of a device have in a task; after them they come round again."""
    return n if TASKS[task].mixed_seeds else min(n, SCRAMBLINGS)
