"""Measurements of two columns: paired-pulse index, decay, endurance."""

from __future__ import annotations

import re

import numpy as np

from perovdata.fitting.signal.conductance import magnitude, noise_of, require_unit
from perovdata.fitting.signal.measurements import Decay, Endurance, PairedPulse
from perovdata.fitting.table.columns import Columns
from perovdata.fitting.table.units import INDEX_AS_CHANGE
from perovdata.text import counted

#: An index in percent beyond this is no facilitation.
_LARGEST_INDEX = 2000.0
#: An index that ends below this (percent) goes to 0, not to 100.
_GOES_TO_ZERO = 45.0
#: A decay must give back this share of the range after its peak.
_FALL = 0.5
#: A record that falls from its first reading and begins within so many steps of 0 counts its times from 0.
_FIRST_ROWS = 5
#: Headings of a column that numbers devices.
_CELLS = re.compile(
    r"\W*(cell|device|sample|address|die|bit)s?\b(?! *(current|resistance|conductance))", re.I
)


def seconds(columns: Columns, *roles: str) -> np.ndarray:
    """The column of times, whose unit must be known."""
    for role in (*roles, "time", "interval", "abscissa", "pulse"):
        if not columns.has(role):
            continue
        k = columns.roles[role][0]
        heading = columns.table.headings[k]
        if heading.unit is None and heading.text and not heading.given and not columns.from_instrument():
            raise columns.table.error(
                f"{columns.table.name(k)} has no unit of time; write it in the heading, e.g. 'time (ms)', or "
                f"give argument columns='{roles[0]}={k + 1}:ms' with the other columns"
            )
        if heading.unit is None:
            columns.table.notes.append(f"{columns.table.name(k)} has no unit: seconds assumed")
        return columns.table.columns[k]
    raise columns.table.error(f"no column for {roles[0]} found; two columns are expected")


def paired_pulse(columns: Columns) -> PairedPulse:
    """Paired-pulse index against interval.

    Raises
    ------
    InputError
        No such columns, no unit of time, fewer than 4 intervals, an index that is none.
    """
    table = columns.table
    x = seconds(columns, "interval")
    notes = list(table.notes)
    first, second = columns.get("first_peak"), columns.get("second_peak")
    if first is not None and second is not None:
        n = min(len(first), len(second))
        if (first[:n] == 0).any():
            raise table.error(f"data row {int(np.argmax(first[:n] == 0)) + 1}: first peak A1 is 0")
        index, percent, change = 100.0 * second[:n] / first[:n], True, False
    else:
        index = columns.get("index")
        if index is None and columns.values:
            index = table.columns[columns.values[0]]
        if index is None:
            raise table.error("no column of the paired-pulse index (or of A1 and A2) found")
        heading = table.headings[columns.roles["index"][0]] if columns.has("index") else None
        percent = heading is not None and heading.quantity == "percent"
        change = heading is not None and re.search(INDEX_AS_CHANGE, heading.text.lower()) is not None
    if not percent and np.median(index) < 10:
        notes.append("index given as a ratio: times 100")
        index = 100.0 * index
    n = min(len(x), len(index))
    x, index = x[:n], index[:n]
    if n < 4:
        raise table.error(f"{n} intervals; at least 4 are needed")
    if (x <= 0).any():
        raise table.error(
            f"data row {int(np.argmax(x <= 0)) + 1}: interval {x[x <= 0][0]:g} s is not positive"
        )
    if np.ptp(index) == 0:
        raise table.error(f"constant index ({index[0]:g} %); one that changes with the interval is expected")
    if np.abs(index).max() > _LARGEST_INDEX:
        raise table.error(
            f"an index of {np.abs(index).max():g} %: no paired-pulse index (are headings exchanged?)"
        )
    order = np.argsort(x, kind="stable")
    x, index = x[order], index[order]
    last = index[-max(n // 4, 1) :]
    falls_to_zero = abs(np.median(last)) < _GOES_TO_ZERO and abs(index[0]) > 2 * abs(last[-1])
    if change or (first is None and falls_to_zero):
        why = "the heading says" if change else "the index goes to 0, so it is"
        notes.append(f"{why} (A2 - A1) / A1: 100 added to make it A2 / A1")
        index = index + 100.0
    return PairedPulse(x, index, notes)


def decay(columns: Columns) -> Decay:
    """A current or conductance that falls with time.

    Raises
    ------
    InputError
        No such columns, no unit of time, times out of order, a state that rises or does not fall.
    """
    table = columns.table
    if not columns.values:
        raise table.error("no column of current or conductance found")
    t = seconds(columns, "time")
    notes = list(table.notes)
    k = columns.values[0]
    y, heading = table.columns[k], table.headings[k]
    n = min(len(t), len(y))
    t, y = t[:n], y[:n]
    if n < 6:
        raise table.error(f"{n} points; at least 6 are needed for a decay")
    back = np.diff(t) <= 0
    if back.any():
        row = int(np.argmax(back)) + 2
        raise table.error(
            f"data row {row}: time {t[row - 1]:g} s after {t[row - 2]:g} s; rising times are expected"
        )
    if np.ptp(y) == 0:
        raise table.error(f"constant value ({y[0]:g}); a decay is expected")
    if len(columns.values) > 1:
        notes.append(f"column {k + 1} used; {len(columns.values) - 1} more left out")
    quantity = heading.quantity or heading.role or "value"
    if quantity == "resistance":
        raise table.error("a decay of resistance; current or conductance is expected")
    if quantity in ("current", "conductance"):
        require_unit(columns, k, quantity)
        y = magnitude(y, quantity, columns, notes)
    elif (y <= 0).all():
        notes.append("all values are negative: their magnitude is used")
        y = -y
    peak = _peak(columns, y)
    if peak:
        notes.append(f"{counted(peak, 'point')} before the peak left out")
    start = t[peak]
    if peak == 0 and 0 < start <= _FIRST_ROWS * (t[1] - start):
        notes.append(f"times count from 0 of the file, {start:.4g} s before the first reading")
        start = 0.0
    return Decay(t[peak:] - start, y[peak:], quantity, notes)


def _peak(columns: Columns, y: np.ndarray) -> int:
    """Index of the largest value, if the values fall from it.

    Raises
    ------
    InputError
        They rise to the end, or fall by no more than noise or a small part of what they rose.
    """
    n, width = len(y), max(len(y) // 20, 1)
    head, tail = float(np.median(y[:width])), float(np.median(y[-width:]))
    peak = int(np.argmax(y))
    rose, fell = float(y[peak]) - head, float(y[peak]) - tail
    if tail > head and (fell < _FALL * rose or n - peak < 6):
        k = columns.values[0]
        j = columns.abscissa_of(k, "time", "interval", "abscissa", "pulse") or 0
        raise columns.table.error(
            f"the state rises over {columns.table.name(j)} ({head:.4g} at the start, {tail:.4g} at the end): "
            "no decay to fit, no lifetime; if that column counts pulses, say so: argument "
            f"columns='pulse={j + 1},{columns.table.headings[k].quantity or 'conductance'}={k + 1}'"
        )
    if n - peak < 6 or fell <= 4.0 * noise_of(y):
        raise columns.table.error("the values do not fall beyond their noise: no decay to fit, no lifetime")
    return peak


def endurance(columns: Columns) -> Endurance:
    """High and low resistance state against the cycle.

    Raises
    ------
    InputError
        No two columns, fewer than 4 cycles, values that are not positive.
    """
    table, notes = columns.table, list(columns.table.notes)
    for k, heading in enumerate(table.headings):
        if columns.role_of[k] in ("pulse", "abscissa", "value") and _CELLS.match(heading.text):
            raise table.error(
                f"{table.name(k)} numbers cells: high and low state of one against the cycle are expected"
            )
    high, low = columns.get("hrs"), columns.get("lrs")
    if high is None or low is None:
        if len(columns.values) < 2:
            raise table.error("two columns, high and low resistance state (or their currents), are expected")
        high, low = (table.columns[k] for k in columns.values[:2])
    cycle = columns.get("cycle")
    if cycle is None:
        cycle = columns.get("pulse")
    n = min(len(high), len(low))
    cycle = np.arange(1.0, n + 1) if cycle is None else cycle[:n]
    high, low = high[:n], low[:n]
    if n < 4:
        raise table.error(f"{n} cycles; at least 4 are needed")
    if (np.concatenate([high, low]) <= 0).any():
        raise table.error("resistances and currents must be positive")
    heading = (
        table.headings[columns.roles["hrs"][0]] if columns.has("hrs") else table.headings[columns.values[0]]
    )
    if heading.quantity in ("current", "conductance"):
        high, low = 1.0 / high, 1.0 / low
    if np.median(high) < np.median(low):
        high, low = low, high
        notes.append("the larger resistance is taken as the high state")
    return Endurance(cycle, high, low, notes)
