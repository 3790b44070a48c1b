"""Columns of designs without pandas, whose import takes longer than a prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

import numpy as np


class Table(Protocol):
    """What an estimator asks of designs: a data frame has it, and so have :class:`Columns`."""

    def __len__(self) -> int:
        """Number of designs."""
        ...

    def __getitem__(self, name: Any, /) -> Any:
        """One column, or several side by side."""
        ...


@dataclass(frozen=True)
class Columns:
    """Numbers and texts of designs, read by name like a data frame.

    Parameters
    ----------
    names : sequence of str
        Of the numbers.
    values : ndarray of float, shape (n, len(names))
    texts : mapping of str to ndarray of object, shape (n,)
    """

    names: Sequence[str]
    values: np.ndarray
    texts: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        """Number of designs."""
        return len(self.values)

    @overload
    def __getitem__(self, name: str) -> np.ndarray: ...
    @overload
    def __getitem__(self, name: list[str]) -> np.ndarray: ...
    def __getitem__(self, name: str | list[str]) -> np.ndarray:
        """A column, shape (n,), or the numbers of several, shape (n, len(name))."""
        if isinstance(name, list):
            place = {known: i for i, known in enumerate(self.names)}
            return self.values[:, [place[one] for one in name]]
        return self.texts[name] if name in self.texts else self.values[:, self.names.index(name)]

    def take(self, rows: np.ndarray) -> Columns:
        """The designs at some positions."""
        return Columns(self.names, self.values[rows], {name: text[rows] for name, text in self.texts.items()})
