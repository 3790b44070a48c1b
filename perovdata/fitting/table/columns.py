"""Which column of a table holds what."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from perovdata.fitting.table import looks
from perovdata.fitting.table.readings import Table

_QUANTITIES = ("conductance", "current", "resistance")
_READINGS = ("ltp", "ltd", *_QUANTITIES, "value")
#: A constant column of this magnitude (V) beside small numbers is the read voltage.
_READ_VOLTS = (1e-3, 20.0)
#: Names that only instruments give: DrainI, AnodeV, SMU1_I, GateV, AI (current of the unit called A).
_INSTRUMENT = re.compile(
    r"^((Drain|Gate|Source|Anode|Cathode|SMU ?-?\d|CH\d)[ _-]?(I|V|Current|Voltage)?\b|[A-D][IV]$)", re.I
)
#: Readings of one device lie within this factor of each other.
_ALIKE = 30.0


class Columns:
    """Columns of a table by what they hold.

    Parameters
    ----------
    table : Table
    kind : str
        Kind of measurement asked for; "auto" refuses columns that nothing identifies.

    Attributes
    ----------
    roles : dict of str to list of int
        Columns of each role.
    values : list of int
        Columns of readings.

    Raises
    ------
    InputError
        No headings, and no shape that cannot be mistaken.
    """

    def __init__(self, table: Table, kind: str = "auto") -> None:
        self.table = table
        headless = not any(heading.text or heading.given for heading in table.headings)
        self.role_of = self._by_look(kind) if headless else self._by_heading()
        self.roles: dict[str, list[int]] = {}
        for k, role in enumerate(self.role_of):
            self.roles.setdefault(role, []).append(k)
        self.values = self._readings()

    # --- what a column holds ---

    def _by_heading(self) -> list[str]:
        roles = [self._headed(k) for k in range(len(self.table.columns))]
        if roles[0] == "pulse" and not self.table.headings[0].text and roles.count("pulse") > 1:
            roles[0] = "other"  # the row numbers of a data frame
        return roles

    def _headed(self, k: int) -> str:
        heading, column = self.table.headings[k], self.table.columns[k]
        role, quantity = heading.role, heading.quantity
        if heading.given and role is not None:
            return role
        if role in ("pulse", "light") and quantity in _QUANTITIES:
            return quantity
        if role in ("voltage", "read_voltage") or (role is None and quantity == "voltage"):
            # A reading is made at one polarity; both polarities are the pulses themselves.
            return "pulse_voltage" if looks.two_polarities(column) else role or "voltage"
        if role in ("ltp", "ltd") and quantity == "time":
            return "time"
        if role == "cycle" and quantity in _QUANTITIES:
            return "value"  # "Cycle 1 (nS)", "Cycle 2 (nS)": one column per cycle
        if role is not None:
            return role
        if quantity in (*_QUANTITIES, "time", "voltage"):
            return quantity
        if quantity == "percent":
            counted = any(other.role == "pulse" for other in self.table.headings)
            return "value" if counted else "index"  # against pulses: a change in percent of the start
        if self.table.source == "WebPlotDigitizer":
            return "abscissa" if heading.text == "X" else "value"
        if k == 0 and len(self.table.columns) > 1:
            return "pulse" if looks.counts(column) else "abscissa"
        return "value"

    def _by_look(self, kind: str) -> list[str]:
        """Without headings: only shapes that cannot be mistaken."""
        columns = self.table.columns
        roles = ["value"] * len(columns)
        if len(columns) == 1:
            return roles
        first = columns[0]
        digitised = len(columns) == 2 and looks.nearly_counts(first)
        if looks.counts(first) or digitised:
            roles[0] = "pulse"
        elif kind in ("pd", "jump", "decay", "ppf") and len(columns) == 2 and looks.rises(first):
            roles[0] = {"decay": "time", "ppf": "interval"}.get(kind, "pulse")
        small = min(float(np.abs(c).max()) for c in columns)
        for k, column in enumerate(columns):
            if roles[k] != "value":
                continue
            size = abs(float(np.median(column)))
            if looks.constant(column) and _READ_VOLTS[0] <= size <= _READ_VOLTS[1] and small < _READ_VOLTS[0]:
                roles[k] = "read_voltage"
                self.table.notes.append(f"column {k + 1} is constant at {column[0]:g}: taken as read voltage")
            elif looks.two_polarities(column) and len(np.unique(np.abs(column))) == 1:
                roles[k] = "pulse_voltage"
        left = [columns[k] for k, role in enumerate(roles) if role == "value"]
        sizes = [float(np.median(np.abs(c))) for c in left]
        alike = bool(left) and max(sizes) <= _ALIKE * max(min(sizes), 1e-300)
        # A lone column of readings may rise evenly (a linear device); several next to each other do not.
        if (
            alike
            and (len(left) == 1 or not any(looks.equal_steps(c) for c in left))
            and kind != "iv-endurance"
        ):
            return roles
        seen = "; ".join(f"column {k + 1} {looks.describe(c)}" for k, c in enumerate(columns))
        raise self.table.error(
            f"headings are needed to tell what the columns hold: {seen}. Give a heading line, or for example "
            f"argument columns='pulse=1,current={len(columns)}:nA'"
        )

    def _readings(self) -> list[int]:
        """The columns to fit: of one quantity, conductance before current before resistance."""
        found = self._moving([k for k, role in enumerate(self.role_of) if role in _READINGS])
        for k in self.roles.get("spread", []):
            self.table.notes.append(f"{self.table.name(k)} not used: a spread, not a reading")
        for k in self.roles.get("model", []):
            self.table.notes.append(f"{self.table.name(k)} not used: a fit or a model, not a reading")
        named = [k for k in found if self.role_of[k] in ("ltp", "ltd")]
        if named:
            return named
        for quantity in _QUANTITIES:
            own = [k for k in found if quantity in (self.role_of[k], self.table.headings[k].quantity)]
            if own:
                left = [self.table.name(k) for k in found if k not in own]
                if left:
                    self.table.notes.append(f"{', '.join(left)} not used: {quantity} is read")
                return own
        return found

    def _moving(self, found: list[int]) -> list[int]:
        """Without columns that are constant beside others that are not (a terminal left open)."""
        still = [k for k in found if looks.constant(self.table.columns[k])]
        if len(still) == len(found):
            return found
        for k in still:
            self.table.notes.append(f"{self.table.name(k)} {looks.describe(self.table.columns[k])}: not used")
        return [k for k in found if k not in still]

    # --- asking for columns ---

    def get(self, role: str) -> np.ndarray | None:
        """The first column of a role."""
        found = self.roles.get(role)
        return self.table.columns[found[0]] if found else None

    def has(self, *roles: str) -> bool:
        """Whether there is a column of any of the roles."""
        return any(role in self.roles for role in roles)

    def abscissa_of(self, k: int, *roles: str) -> int | None:
        """The column of such a role that belongs to column k: the nearest to its left, else the first."""
        found = sorted(j for role in roles for j in self.roles.get(role, []))
        left = [j for j in found if j < k]
        return left[-1] if left else found[0] if found else None

    def from_instrument(self) -> bool:
        """Whether the headings are those of a source-measure unit, which writes SI numbers without units."""
        return self.table.source == "analyser" or any(
            _INSTRUMENT.search(heading.text) for heading in self.table.headings
        )

    def told(self) -> list[dict[str, Any]]:
        """How each column was read, for the result."""
        return [
            {
                "index": k + 1,
                "heading": heading.text,
                "read_as": self.role_of[k],
                "unit": heading.unit,
            }
            for k, heading in enumerate(self.table.headings)
        ]
