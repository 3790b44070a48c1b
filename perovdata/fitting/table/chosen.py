"""The argument ``columns="pulse=1,current=4:nA"``: which column holds what, said by the user."""

from __future__ import annotations

import re

from perovdata.errors import InputError, unknown_choice
from perovdata.fitting.table.readings import Table
from perovdata.fitting.table.units import Heading, unit_of

#: What a column can be said to hold.
ROLES = (
    "pulse", "cycle", "time", "interval", "ltp", "ltd", "conductance", "current", "resistance",
    "read_voltage", "pulse_voltage", "light", "index", "first_peak", "second_peak", "hrs", "lrs",
)  # fmt: skip
_QUANTITIES = ("conductance", "current", "resistance")
_ENTRY = re.compile(r"^\s*(?P<role>[\w-]+)\s*=\s*(?P<column>.+?)\s*$")


def choose_columns(table: Table, text: str) -> Table:
    """Keep the columns named, with the roles and units given.

    Parameters
    ----------
    table : Table
    text : str
        ``role=column`` or ``role=column:unit``, separated by commas; a column by number (from 1) or heading.

    Raises
    ------
    InputError
        Unknown role, no such column, a column or role given twice without meaning, unknown unit.
    """
    headings: list[Heading] = []
    columns, taken = [], set()
    for entry in re.split(r",(?=\s*[\w-]+\s*=)", text):
        match = _ENTRY.match(entry)
        if match is None:
            raise InputError(
                f"argument columns: '{entry.strip()}' is not role=column, e.g. "
                "argument columns='pulse=1,current=4:nA'"
            )
        role = match["role"].replace("-", "_").lower()
        if role not in ROLES:
            raise unknown_choice("argument columns, role", match["role"], ROLES)
        k, unit = _find(table, match["column"])
        if k in taken:
            raise InputError(f"argument columns: column {k + 1} is given twice")
        taken.add(k)
        own = table.headings[k]
        quantity, scale, written = own.quantity, own.scale, own.unit
        if unit is not None:
            known = unit_of(unit)
            if known is None:
                raise InputError(
                    f"argument columns: '{unit}' is not a unit that is read, e.g. nA, uS, ms, mV"
                )
            (quantity, scale), written = known, unit
        if role in _QUANTITIES and quantity is None:
            quantity = role
        headings.append(Heading(own.text, role, quantity, scale, written, given=True))
        columns.append(table.columns[k] / own.scale * scale)
    return Table(
        table.path, headings, columns, table.first_line, table.first_row, list(table.notes), table.source
    )


def _find(table: Table, text: str) -> tuple[int, str | None]:
    """Index of a column by number or heading, and the unit after a colon."""
    candidates: list[tuple[str, str | None]] = [(text, None)]
    if ":" in text:
        before, _, after = text.rpartition(":")
        candidates.append((before.strip(), after.strip()))
    for name, unit in candidates:
        if name.isdigit():
            if not 1 <= int(name) <= len(table.columns):
                raise InputError(
                    f"argument columns: no column {name}; {table.path.name} has {len(table.columns)}"
                )
            return int(name) - 1, unit
        for k, heading in enumerate(table.headings):
            if heading.text.strip().lower() == name.lower():
                return k, unit
    known = ", ".join(f"'{h.text}'" for h in table.headings if h.text) or "no headings"
    raise InputError(
        f"argument columns: no column '{text}' in {table.path.name} ({known}); a number from 1 or a heading"
    )
