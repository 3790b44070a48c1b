"""From a table of numbers to a measurement of a known kind."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.signal.measurements import Decay, Endurance, PairedPulse, PulseTrain
from perovdata.fitting.signal.pulse_trains import pulse_train
from perovdata.fitting.signal.segments import layouts
from perovdata.fitting.table.columns import Columns
from perovdata.fitting.table.reader import Table

__all__ = ["interpret"]


def interpret(
    table: Table, kind: str = "auto", read_voltage: float | None = None
) -> tuple[str, PulseTrain | PairedPulse | Decay | Endurance]:
    """Decide what was measured and bring it into order.

    Parameters
    ----------
    table : Table
    kind : {"auto", "pd", "ppf", "decay", "jump", "iv-endurance"}
    read_voltage : float, optional, V
        Turns currents into conductances where the table has no column for it.

    Returns
    -------
    kind : str
    PulseTrain, PairedPulse, Decay or Endurance

    Raises
    ------
    InputError
        The table does not hold that measurement.
    """
    columns = Columns(table)
    if max(len(c) for c in table.columns) < 2:
        raise table.error("a single point; at least 4 readings in a row are needed")
    kind = _recognise(columns) if kind == "auto" else kind
    builders = {
        "pd": lambda: pulse_train(columns, read_voltage),
        "jump": lambda: pulse_train(columns, read_voltage),
        "ppf": lambda: _paired_pulse(columns),
        "decay": lambda: _decay(columns),
        "iv-endurance": lambda: _endurance(columns),
    }
    return kind, builders[kind]()


def _recognise(columns: Columns) -> str:
    if columns.has("index") or (columns.has("first_peak") and columns.has("second_peak")):
        return "ppf"
    if columns.has("hrs") and columns.has("lrs"):
        return "iv-endurance"
    if columns.has("ltp", "ltd", "pulse", "pulse_voltage"):
        return "pd"
    x = columns.get("time")
    x = columns.get("interval") if x is None else x
    x = columns.get("abscissa") if x is None else x
    if x is None or not columns.values:
        return "pd"
    y = columns.table.columns[columns.values[0]]
    n = min(len(x), len(y))
    if n < 5 or not (np.diff(x[:n]) > 0).all():
        return "pd"
    y = y[:n]
    tail = np.median(y[-max(n // 10, 1) :])
    if columns.has("interval") or (
        columns.has("abscissa") and np.ptp(y) < 400 and 80 < tail < 130 and y[0] > tail
    ):
        return "ppf"
    peak = int(np.argmax(np.abs(y - tail)))
    return "decay" if peak < 0.5 * n and len(layouts(y)[0].turns) <= 1 else "pd"


def _abscissa(columns: Columns, *roles: str) -> np.ndarray:
    for role in (*roles, "abscissa", "time", "interval", "pulse"):
        column = columns.get(role)
        if column is not None:
            return column
    raise columns.table.error(f"no column for {roles[0]} found; two columns are expected")


def _paired_pulse(columns: Columns) -> PairedPulse:
    table, notes = columns.table, list(columns.table.notes)
    x = _abscissa(columns, "interval", "time")
    first, second = columns.get("first_peak"), columns.get("second_peak")
    if first is not None and second is not None:
        n = min(len(first), len(second))
        if (first[:n] == 0).any():
            raise table.error(f"data row {int(np.argmax(first[:n] == 0)) + 1}: first peak A1 is 0")
        index, percent = 100.0 * second[:n] / first[:n], True
    else:
        index = columns.get("index")
        if index is None and columns.values:
            index = table.columns[columns.values[0]]
        if index is None:
            raise table.error("no column of the paired-pulse index (or of A1 and A2) found")
        heading = table.headings[columns.roles["index"][0]] if columns.has("index") else None
        percent = heading is not None and heading.quantity == "percent"
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
    order = np.argsort(x, kind="stable")
    return PairedPulse(x[order], index[order], notes)


def _decay(columns: Columns) -> Decay:
    table, notes = columns.table, list(columns.table.notes)
    if not columns.values:
        raise table.error("no column of current or conductance found")
    t = _abscissa(columns, "time")
    k = columns.values[0]
    y, heading = table.columns[k], table.headings[k]
    n = min(len(t), len(y))
    t, y = t[:n], y[:n]
    if n < 6:
        raise table.error(f"{n} points; at least 6 are needed for a decay")
    falls = np.diff(t) <= 0
    if falls.any():
        row = int(np.argmax(falls)) + 2
        raise table.error(
            f"data row {row}: time {t[row - 1]:g} s after {t[row - 2]:g} s; rising times are expected"
        )
    if np.ptp(y) == 0:
        raise table.error(f"constant value ({y[0]:g}); a decay is expected")
    if len(columns.values) > 1:
        notes.append(f"column {k + 1} used; {len(columns.values) - 1} more left out")
    if (y <= 0).all():
        notes.append("all values are negative: their magnitude is used")
        y = -y
    tail = np.median(y[-max(n // 20, 1) :])
    peak = int(np.argmax(y - tail))
    if n - peak < 6:
        raise table.error("the values rise to the end: no decay to fit")
    if peak:
        notes.append(f"{peak} points before the peak left out")
    quantity = heading.quantity or heading.role or "value"
    if quantity == "resistance":
        raise table.error("a decay of resistance; current or conductance is expected")
    return Decay(t[peak:] - t[peak], y[peak:], quantity, notes)


def _endurance(columns: Columns) -> Endurance:
    table, notes = columns.table, list(columns.table.notes)
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
