"""How many draws or seeds a simulation takes where the user does not say: until its median is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from perovdata.studies.intervals import standard_error
from perovdata.studies.sources import Source
from perovdata.vision import TaskResult

WANTED_ERROR = 1.0  # percentage points of the median accuracy
MOST_DRAWS = 128
FIRST_SEEDS, MOST_SEEDS = 8, 32


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
        return [
            f"{number} {counted} are the most that are run unasked; the standard error of the median is "
            f"{error:.1f} points, above {WANTED_ERROR:g} (argument {counted}: a larger number narrows it)"
        ]


def until_known(
    read: Callable[[int | None], Source],
    measure: Callable[[Source, int], TaskResult],
    draws: int | None,
    seeds: int | None,
) -> Repeated:
    """Run a task with as many draws (a device with uncertainty) or seeds (without) as its median asks for.

    Parameters
    ----------
    read : callable
        Draws -> the device; None for the default number.
    measure : callable
        (device, seeds) -> result.
    draws, seeds : int or None
        What the user says; nothing is added to it.

    Returns
    -------
    Repeated
        Its result is the one of that many draws and seeds when they are asked for by number.

    Notes
    -----
    The error of a median falls with the root of the number, so the next number is the smallest doubling that
    the error so far asks for; it is run as a whole, because joint draws of another number are others.
    """
    source = read(draws)
    n_sets = source.parameters.n_sets
    if n_sets > 1 and draws is None:
        counted, number, most = "draws", n_sets, MOST_DRAWS
    elif n_sets == 1 and seeds is None:
        counted, number, most = "seeds", FIRST_SEEDS, MOST_SEEDS
    else:
        return Repeated(source, measure(source, seeds or 1))
    while True:
        result = measure(source, number if counted == "seeds" else seeds or 1)
        error = standard_error(result.accuracy)
        reached = error is not None and error < WANTED_ERROR
        if reached or number >= most or result.interrupted:
            told = {"counted": counted, "wanted": WANTED_ERROR, "reached": reached}
            return Repeated(source, result, told)
        number = _next(number, error, most)
        if counted == "draws":
            source = read(number)


def _next(number: int, error: float | None, most: int) -> int:
    """The smallest doubling at which the error is expected below the wanted one, at most `most`."""
    if error is None or not error < float("inf"):
        return most
    expected = ceil(number * (error / WANTED_ERROR) ** 2)
    number *= 2
    while number < min(expected, most):
        number *= 2
    return min(number, most)
