"""The one rule for whole numbers, seeds and levels, whoever asks: library or command line."""

from __future__ import annotations

from numbers import Integral

from perovdata.errors import InputError

_LARGEST_SEED = 2**32 - 1  # what NumPy's and scikit-learn's generators all take
_MOST = {"seeds": 100_000, "epochs": 10_000}  # more would fill the memory before the first result
_LEVELS = (0.5, 0.99)  # beyond, too few papers stand behind the ends of an interval


def check_counts(**values: int | None) -> None:
    """Refuse draws, seeds, epochs ... that are not whole numbers of 1 or more; None stands for a default.

    At most 100,000 seeds and 10,000 epochs are taken; the memory bounds the draws
    (:func:`perovdata.engine.require_memory`).

    Raises
    ------
    InputError
        Naming the first of them.
    """
    for name, value in values.items():
        if value is not None and not (_is_whole(value) and value >= 1):
            raise InputError(f"{name}: {value!r} is not a whole number of 1 or more")
        if value is not None and value > _MOST.get(name, value):
            raise InputError(f"{name}: {value!r} is more than {_MOST[name]}, the most that is taken")


def check_seed(seed: int) -> None:
    """Refuse what is no seed of a random generator.

    Raises
    ------
    InputError
        If it is not a whole number from 0 to 2^32 - 1.
    """
    if not (_is_whole(seed) and 0 <= seed <= _LARGEST_SEED):
        raise InputError(f"seed: {seed!r} is not a whole number from 0 to {_LARGEST_SEED}")


def check_level(level: float) -> None:
    """Refuse what is no level of an interval.

    Raises
    ------
    InputError
        If it is not a number from 0.5 to 0.99.
    """
    low, high = _LEVELS
    if isinstance(level, bool | str) or not low <= level <= high:
        raise InputError(f"level: {level!r} is not from {low} to {high}")


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
