"""What changed between two versions of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from perovdata.dataset.check.csv_lines import Rows
from perovdata.dataset.schema.schema import TABLES


@dataclass(frozen=True)
class TableDiff:
    """Differences of one table, rows matched by their key.

    Attributes
    ----------
    table : str
        Name of the table.
    added, removed : tuple of dict
        Whole rows.
    changed : tuple of (key, column, old, new)
        Single cells.
    """

    table: str
    added: tuple[dict[str, str], ...]
    removed: tuple[dict[str, str], ...]
    changed: tuple[tuple[str, str, str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        keys = ("key", "column", "old", "new")
        changed = [dict(zip(keys, c, strict=True)) for c in self.changed]
        return {
            "table": self.table,
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": changed,
        }


def diff_tables(old: Mapping[str, Rows], new: Mapping[str, Rows]) -> list[TableDiff]:
    """Compare two sets of tables.

    Parameters
    ----------
    old, new : mapping of str to list of dict
        Rows per table; a key column that stands twice counts with its last row.

    Returns
    -------
    list of TableDiff
        Only the tables that differ.
    """
    out = []
    for name, table in TABLES.items():
        before = {r[table.key]: r for r in old.get(name, [])}
        after = {r[table.key]: r for r in new.get(name, [])}
        changed = tuple(
            (key, column, before[key].get(column, ""), row.get(column, ""))
            for key, row in after.items()
            if key in before
            for column in table.names
            if before[key].get(column, "") != row.get(column, "")
        )
        diff = TableDiff(
            name,
            tuple(r for k, r in after.items() if k not in before),
            tuple(r for k, r in before.items() if k not in after),
            changed,
        )
        if diff:
            out.append(diff)
    return out


def render_diff(diffs: list[TableDiff]) -> list[str]:
    """Lines for people: ``+`` a new row, ``-`` a removed one, ``~`` a changed cell."""
    lines = []
    for diff in diffs:
        lines.append(f"{diff.table}: +{len(diff.added)} -{len(diff.removed)} ~{len(diff.changed)}")
        for sign, rows in (("+", diff.added), ("-", diff.removed)):
            for row in rows:
                lines.append(f"  {sign} " + ", ".join(f"{k}={v}" for k, v in row.items() if v))
        for key, column, before, after in diff.changed:
            lines.append(f"  ~ {key} {column}: '{before}' -> '{after}'")
    return lines or ["no difference"]
