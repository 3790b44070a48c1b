"""Rows of the tables with their place, as the checks of the validator read them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from perovdata.dataset.check.csv_lines import Rows
from perovdata.dataset.check.problems import Problem, shorten

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def number(text: str) -> float:
    """A cell as a finite number, else NaN."""
    if not _NUMBER.fullmatch(text):
        return math.nan
    value = float(text)
    return value if math.isfinite(value) else math.nan


@dataclass(frozen=True)
class Entry:
    """One row of a table and the line on which it stands."""

    table: str
    line: int
    row: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.row[column]

    def number(self, column: str) -> float:
        """A cell as a finite number, else NaN."""
        return number(self.row[column])

    def problem(
        self, column: str, problem: str, accepted: str, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """A finding at one cell of this row."""
        value = shorten(self.row[column])
        return Problem(f"{self.table}.csv", self.line, column, value, problem, accepted, severity)

    def warning(self, column: str, problem: str, accepted: str) -> Problem:
        """A finding that asks for a second look."""
        return self.problem(column, problem, accepted, "warning")


@dataclass(frozen=True)
class Sheets:
    """Rows of every table with their line numbers."""

    rows: Mapping[str, Rows]
    lines: Mapping[str, list[int]]

    def each(self, table: str) -> Iterator[Entry]:
        """The entries of a table."""
        for line, row in zip(self.lines[table], self.rows[table], strict=True):
            yield Entry(table, line, row)
