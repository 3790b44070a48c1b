"""How many draws or seeds a simulation takes where the user does not say: until its median is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.studies.intervals import standard_error
from perovdata.studies.sources import DEFAULT_DRAWS, Source
from perovdata.vision import TaskResult, joined, repeated

WANTED_ERROR = 1.0  # percentage points of the median accuracy
MOST_DRAWS = 256
FIRST_SEEDS, MOST_SEEDS = 8, 128  # run side by side

Progress = Callable[[float, int], None]
#: (parameter sets, seeds of shape (sets, repetitions), progress) -> result.
Measure = Callable[[SynapseParameters, np.ndarray, Progress | None], TaskResult]
SeedsOf = Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class Repeated:
    """A task, repeated until its median is known.

    Attributes
    ----------
    source : Source
    result : TaskResult
    precision : dict or None
        ``counted`` (``draws`` or ``seeds``), ``wanted`` standard error, whether it was ``reached``. None
        where the user says how many.
    notes : list of str
    """

    source: Source
    result: TaskResult
    precision: dict[str, Any] | None = None

    @property
    def notes(self) -> list[str]:
        """One line if the most that is run unasked leaves the median less known than wanted."""
        if self.precision is None or self.precision["reached"] or self.result.interrupted:
            return []
        counted = self.precision["counted"]
        number = self.result.accuracy.shape[0 if counted == "draws" else 1]
        error = standard_error(self.result.accuracy)
        most = MOST_DRAWS if counted == "draws" else MOST_SEEDS
        why = "the most that are run unasked" if number >= most else "what the time given allowed"
        return [
            f"{number} {counted} are {why}; the standard error of the median is "
            f"{error:.1f} points, above {WANTED_ERROR:g} (argument {counted}: a larger number narrows it)"
        ]


def until_known(
    read: Callable[[int | None], Source],
    measure: Measure,
    draws: int | None,
    seeds: int | None,
    *,
    seeds_of: SeedsOf,
    progress: Progress | None = None,
    patience_s: float = inf,
) -> Repeated:
    """Run a task with as many draws (a device with uncertainty) or seeds (without) as its median asks for.

    Parameters
    ----------
    read : callable
        Draws -> the device; None for the default number.
    measure : callable
        (parameter sets, seeds of shape (sets, repetitions), progress) -> result.
    draws, seeds : int or None
        What the user says; nothing is added to it.
    seeds_of : callable
        Number of draws -> seed of the first repetition of each (:func:`perovdata.studies.draws.seeds_for`);
        further repetitions count up from it.
    progress : callable, optional
        Called with (parameter sets finished, also in part, in all so far as is known).
    patience_s : float
        No step is begun after so many seconds.

    Returns
    -------
    Repeated
        Its result is the one of that many draws and seeds when they are asked for by number; ``wall_s`` is
        that of all steps.
    """
    source = read(draws)
    n_sets = source.parameters.n_sets
    if n_sets > 1 and draws is None:
        return _more_draws(read, source, measure, seeds_of, seeds or 1, progress, patience_s)
    if n_sets == 1 and seeds is None:
        return _more_seeds(source, measure, seeds_of, progress, patience_s)
    return Repeated(source, measure(source.parameters, _seeds(seeds_of, n_sets, seeds or 1), progress))


def _seeds(seeds_of: SeedsOf, n_sets: int, repetitions: int) -> np.ndarray:
    return np.add.outer(seeds_of(n_sets), np.arange(repetitions))


def _more_draws(
    read: Callable[[int | None], Source],
    source: Source,
    measure: Measure,
    seeds_of: SeedsOf,
    repetitions: int,
    progress: Progress | None,
    patience_s: float,
) -> Repeated:
    """Twice the draws at most; those of before are the first of the new ones, and only the others are run."""
    result = measure(source.parameters, _seeds(seeds_of, source.parameters.n_sets, repetitions), progress)
    while not (_ends(result, patience_s) or source.parameters.n_sets >= MOST_DRAWS):
        before = source.parameters
        wanted = _asked_for(before.n_sets, result, DEFAULT_DRAWS)
        source = read(min(wanted, 2 * before.n_sets, MOST_DRAWS))
        sets = source.parameters
        done = before.n_sets if _begin_with(sets, before) else 0
        own_seeds = _seeds(seeds_of, sets.n_sets, repetitions)[done:]
        try:
            more = measure(
                sets.take(np.arange(done, sets.n_sets)), own_seeds, _after(done, sets.n_sets, progress)
            )
        except KeyboardInterrupt:
            return _told(source, replace(result, interrupted=True), "draws")
        result = joined(result, more) if done else replace(more, wall_s=result.wall_s + more.wall_s)
    return _told(source, result, "draws")


def _more_seeds(
    source: Source, measure: Measure, seeds_of: SeedsOf, progress: Progress | None, patience_s: float
) -> Repeated:
    """Eight times the seeds at most, of which only the new ones are run."""
    result = measure(source.parameters, _seeds(seeds_of, 1, FIRST_SEEDS), progress)
    while not (_ends(result, patience_s) or result.accuracy.shape[1] >= MOST_SEEDS):
        done = result.accuracy.shape[1]
        number = min(_asked_for(done, result, FIRST_SEEDS), 8 * done, MOST_SEEDS)
        try:
            more = measure(source.parameters, _seeds(seeds_of, 1, number)[:, done:], progress)
        except KeyboardInterrupt:
            return _told(source, replace(result, interrupted=True), "seeds")
        result = repeated(result, more)
    return _told(source, result, "seeds")


def _told(source: Source, result: TaskResult, counted: str) -> Repeated:
    return Repeated(
        source, result, {"counted": counted, "wanted": WANTED_ERROR, "reached": _is_known(result)}
    )


def _is_known(result: TaskResult) -> bool:
    error = standard_error(result.accuracy)
    return error is not None and error < WANTED_ERROR


def _ends(result: TaskResult, patience_s: float) -> bool:
    return _is_known(result) or result.interrupted or result.wall_s >= patience_s


def _begin_with(sets: SynapseParameters, first: SynapseParameters) -> bool:
    """Whether the first sets are these, as they are where draws follow :mod:`perovdata.quasirandom`."""
    cut, wanted = sets.take(np.arange(first.n_sets)), first.as_dict()
    same = all(np.array_equal(column, wanted[name], equal_nan=True) for name, column in cut.as_dict().items())
    if cut.absorption is None or first.absorption is None:
        return same and cut.absorption is first.absorption
    return same and np.array_equal(cut.absorption, first.absorption)


def _after(done: int, total: int, progress: Progress | None) -> Progress | None:
    return None if progress is None else lambda finished, _: progress(done + finished, total)


def _asked_for(number: int, result: TaskResult, step: int) -> int:
    """The next multiple of a step at which the error, falling with the root, should be small enough."""
    error = standard_error(result.accuracy)
    if error is None or not error < inf:
        return MOST_DRAWS
    return step * max(ceil(number * (error / WANTED_ERROR) ** 2 / step), number // step + 1)
