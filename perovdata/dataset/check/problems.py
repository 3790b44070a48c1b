"""What a check found: where, what, and what would be accepted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One finding.

    Parameters
    ----------
    file : str
        File name, e.g. ``"measurements.csv"``.
    row : int or None
        Line of the file, the header being line 1; None if the whole file is meant.
    column : str or None
        Column, or None if the whole row is meant.
    value : str or None
        The cell as it stands (shortened if long).
    problem : str
        What is wrong with it.
    accepted : str
        What would be accepted.
    severity : {"error", "warning"}
        A warning asks for a second look at the source; an error must be mended.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    accepted: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part is not None)
        value = "" if self.value is None else f" '{self.value}'"
        return f"{self.severity}: {place}:{value} {self.problem}; accepted: {self.accepted}"


@dataclass(frozen=True)
class Report:
    """All findings of a validation; `rows` counts the rows read per table."""

    problems: tuple[Problem, ...]
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The findings that must be mended."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The findings that ask for a second look."""
        return tuple(p for p in self.problems if p.severity == "warning")

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of ``perovdata dataset validate --json``."""
        return {
            "ok": self.ok,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "rows": dict(self.rows),
            "problems": [dataclasses.asdict(p) for p in self.problems],
        }


def shorten(text: str, limit: int = 80) -> str:
    """A cell as it can be shown on one line."""
    text = " ".join("".join(c if c.isprintable() else "�" for c in text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
