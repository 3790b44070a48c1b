"""Which column of a table holds what."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.table.reader import Table

__all__ = ["Columns"]


class Columns:
    """Columns of a table by what they hold."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.roles: dict[str, list[int]] = {}
        self.values: list[int] = []
        for k, heading in enumerate(table.headings):
            role = self._role(k, heading.role, heading.quantity)
            self.roles.setdefault(role, []).append(k)
            if role in ("ltp", "ltd", "conductance", "current", "resistance", "value"):
                self.values.append(k)

    def _role(self, k: int, role: str | None, quantity: str | None) -> str:
        if role == "pulse" and quantity in ("conductance", "current", "resistance"):
            return quantity
        if role in ("voltage", "read_voltage") or (role is None and quantity == "voltage"):
            column = self.table.columns[k]
            # A reading is made at one polarity; both polarities are the pulses themselves.
            both = (column > 0).any() and (column < 0).any()
            return "pulse_voltage" if both else role or "voltage"
        if role in ("ltp", "ltd") and quantity == "time":
            return "time"
        if role == "cycle" and quantity in ("conductance", "current", "resistance"):
            return "value"  # "Cycle 1 (nS)", "Cycle 2 (nS)": one column per cycle
        if role is not None:
            return role
        if quantity in ("conductance", "current", "resistance", "time", "voltage"):
            return quantity
        if quantity == "percent":
            return "index"
        first = k == 0 and len(self.table.columns) > 1
        return "pulse" if first and _counts(self.table.columns[0]) else "abscissa" if first else "value"

    def get(self, role: str) -> np.ndarray | None:
        """The first column of a role."""
        found = self.roles.get(role)
        return self.table.columns[found[0]] if found else None

    def has(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


def _counts(x: np.ndarray) -> bool:
    """Whether a column looks like a pulse count: whole numbers, at least 0."""
    return bool((x == np.round(x)).all() and (x >= 0).all() and np.ptp(x) > 0)
