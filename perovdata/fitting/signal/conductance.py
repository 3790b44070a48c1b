"""Columns of readings as conductance in siemens: units, polarity, offset, read voltage."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.table import looks
from perovdata.fitting.table.columns import Columns
from perovdata.text import counted

#: Without a unit, more than this (S, or A) is not in SI.
LARGEST_PLAUSIBLE = 1e-3
#: Without a unit, more than this is not in volts.
_LARGEST_VOLTAGE = 5.0
#: What the largest reading in arbitrary units becomes, S (the neutral g_max of a device file).
_ARBITRARY_MAXIMUM = 1e-5
#: An offset of an instrument may be this share of the range, however quiet the readings are.
_OFFSET = 2e-3
#: A reading may lie so many standard deviations of the noise below zero.
_NOISE = 4.5


def noise_of(y: np.ndarray) -> float:
    """Scatter of readings around their neighbours (second differences, robust)."""
    if len(y) < 3:
        return 0.0
    # Of white noise, a second difference has six times the variance.
    return 1.4826 * float(np.median(np.abs(np.diff(y, 2)))) / np.sqrt(6.0)


def magnitude(y: np.ndarray, what: str, columns: Columns, notes: list[str]) -> np.ndarray:
    """Readings counted positive; those below zero by less than the noise stay, as an offset.

    Raises
    ------
    InputError
        Both polarities.
    """
    if (y <= 0).all() and (y < 0).any():
        notes.append(f"all readings of {what} are negative: their magnitude is used")
        return -y
    below = np.flatnonzero(y < 0)
    if below.size == 0:
        return y
    allowed = max(_NOISE * noise_of(y), _OFFSET * float(np.ptp(y)))
    if -float(y.min()) > allowed or below.size > 0.2 * len(y):
        row = int(below[0])
        raise columns.table.error(
            f"data row {row + 1}: negative {what} {y[row]:g}; readings of one polarity are expected"
        )
    notes.append(
        f"{counted(below.size, 'reading')} of {what} below zero by no more than the noise "
        f"(lowest {y.min():.3g}): an offset of the instrument; kept"
    )
    return y


def read_voltage_of(columns: Columns, given: float | None) -> np.ndarray | float | None:
    """Read voltage from its column, or as given.

    Raises
    ------
    InputError
        A voltage without a unit that cannot be in volts.
    """
    for role in ("read_voltage", "voltage"):
        column = columns.get(role)
        if column is None or not (column != 0).all():
            continue
        k = columns.roles[role][0]
        if columns.table.headings[k].unit is None and np.abs(column).max() > _LARGEST_VOLTAGE:
            raise columns.table.error(
                f"{columns.table.name(k)} has no unit, and {np.abs(column).max():g} is large for a read "
                f"voltage in V; give argument columns='read_voltage={k + 1}:mV' with the other columns"
            )
        return column
    return given


def require_unit(columns: Columns, k: int, quantity: str) -> None:
    """Refuse numbers without a unit that cannot be in SI units.

    Raises
    ------
    InputError
    """
    heading, y = columns.table.headings[k], columns.table.columns[k]
    if heading.unit is None and float(np.abs(y).max()) > LARGEST_PLAUSIBLE:
        si, example = ("A", "nA") if quantity == "current" else ("S", "uS")
        role = columns.role_of[k] if columns.role_of[k] != "value" else quantity
        raise columns.table.error(
            f"{columns.table.name(k)} has no unit, and {np.abs(y).max():g} is too large for {si}; give the "
            f"unit in the heading or in argument columns='{role}={k + 1}:{example}' with the other columns "
            "(a.u. if it has none)"
        )


def conductance(columns: Columns, k: int, voltage: np.ndarray | float | None, notes: list[str]) -> np.ndarray:
    """One column as conductance in S.

    Raises
    ------
    InputError
        No unit where one is needed, both polarities, a column that is no reading.
    """
    table, heading, y = columns.table, columns.table.headings[k], columns.table.columns[k]
    known = heading.quantity in ("conductance", "current", "resistance")
    quantity = heading.quantity if known else heading.role
    if quantity is None and columns.has("read_voltage"):
        quantity = "current"  # beside a read voltage, what was read is a current
    if quantity == "resistance":
        if (y <= 0).any():
            raise table.error(
                f"row {int(np.argmax(y <= 0)) + 1}: resistance {y[y <= 0][0]:g} ohm is not positive"
            )
        if heading.unit is None:
            raise table.error(
                f"{table.name(k)} has no unit; give argument columns='resistance={k + 1}:kOhm' with the "
                "other columns"
            )
        return 1.0 / y
    what = "current" if quantity == "current" else "conductance"
    y = magnitude(y, what, columns, notes)
    arbitrary = heading.quantity in ("arbitrary", "percent")
    if arbitrary or (table.source == "WebPlotDigitizer" and heading.unit is None):
        return _arbitrary(columns, y, notes)
    require_unit(columns, k, what)
    if quantity == "current":
        if heading.unit is None:
            notes.append(f"{table.name(k)} has no unit: amperes assumed")
        if voltage is None:
            notes.append("no read voltage known: conductance = current / 1 V (give argument read_voltage)")
            return y
        v = np.abs(voltage if isinstance(voltage, float | int) else voltage[: len(y)])
        if np.ndim(v) and looks.constant(y) and not looks.constant(v):
            raise table.error(
                f"{table.name(k)} {looks.describe(y)} while the read voltage varies: are columns exchanged?"
            )
        return y / v
    if heading.unit is None:
        notes.append(f"{table.name(k)} has no unit: siemens assumed")
    return y


def _arbitrary(columns: Columns, y: np.ndarray, notes: list[str]) -> np.ndarray:
    """Arbitrary units: the largest reading of all columns becomes the neutral g_max."""
    top = max(float(np.abs(columns.table.columns[k]).max()) for k in columns.values)
    if top <= LARGEST_PLAUSIBLE:  # a digitised axis in siemens
        return y
    notes.append(f"arbitrary units: the largest reading, {top:g}, is taken as {_ARBITRARY_MAXIMUM:g} S")
    return y * (_ARBITRARY_MAXIMUM / top)
