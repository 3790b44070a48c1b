"""A table of numbers with its headings, as read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.table.units import Heading


def shorten(line: str, limit: int = 70) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass
class Table:
    """Columns of numbers with their headings.

    Parameters
    ----------
    path : Path
    headings : list of Heading
        Without a heading line: empty texts.
    columns : list of ndarray
        SI values (scaled by the unit of the heading); a column may be shorter than the others.
    first_line : str
        First line of the file, for messages.
    first_row : int
        Line (text) or row (Excel) of the first data row, counted from 1.
    notes : list of str
        What was assumed or left out, for people.
    source : str
        "" or the tool whose layout it is ("WebPlotDigitizer", "analyser"): its columns have no units.
    """

    path: Path
    headings: list[Heading]
    columns: list[np.ndarray]
    first_line: str
    first_row: int
    notes: list[str] = field(default_factory=list)
    source: str = ""

    def without_repeated_rows(self) -> Table:
        """This table without rows that repeat the row before in every column, which is noted.

        Only for tables with an abscissa: two readings at one place that agree in every digit are one.
        """
        n = min(len(c) for c in self.columns)
        same = np.all([c[1:n] == c[: n - 1] for c in self.columns], axis=0)
        if not same.any():
            return self
        kept = [np.delete(c, np.flatnonzero(same) + 1) for c in self.columns]
        rows = "row that repeats" if same.sum() == 1 else "rows that repeat"
        note = f"{same.sum()} {rows} the row before left out (the first after data row {np.argmax(same) + 1})"
        return replace(self, columns=kept, notes=[*self.notes, note])

    def error(self, message: str) -> InputError:
        """An error about this file that shows its first line."""
        return InputError(f"{self.path.name}: {message} (first line read: '{shorten(self.first_line)}')")

    def name(self, k: int) -> str:
        """How messages name column k."""
        text = self.headings[k].text
        return f"column {k + 1} ('{text}')" if text else f"column {k + 1}"
