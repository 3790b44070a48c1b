"""From a table of numbers to a measurement of a known kind, in SI units and in the order of the pulses."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from perovdata.devices.curves.reader import Table
from perovdata.devices.curves.segments import Layout, layouts

__all__ = ["Decay", "Endurance", "PairedPulse", "PulseTrain", "Segment", "interpret"]

_MIN_SEGMENT = 4
#: More readings than any train of pulses that a fit needs.
_MAX_READINGS = 100_000


@dataclass(frozen=True)
class Segment:
    """Readings under pulses of one direction.

    Parameters
    ----------
    sign : {1, -1}
    pulses : ndarray, shape (n,)
        Pulses of this segment applied before each reading; starts at 0 if the first reading is the state
        before the first pulse.
    values : ndarray, shape (n,), S
    shared_start : bool
        The first reading is also the last of the segment before.
    """

    sign: int
    pulses: np.ndarray
    values: np.ndarray
    shared_start: bool = False


@dataclass(frozen=True)
class PulseTrain:
    """Potentiation and depression.

    Parameters
    ----------
    segments : list of Segment
        In the order of the file.
    read_voltage : float or None, V
    notes : list of str
        What was assumed.
    alternatives : list of list of Segment
        Other ways to cut the same readings, where the file does not say how.
    """

    segments: list[Segment]
    read_voltage: float | None = None
    notes: list[str] = field(default_factory=list)
    alternatives: list[list[Segment]] = field(default_factory=list)

    def of(self, sign: int) -> list[Segment]:
        """Segments of one direction."""
        return [segment for segment in self.segments if segment.sign == sign]

    @property
    def values(self) -> np.ndarray:
        """All readings."""
        return np.concatenate([segment.values for segment in self.segments])


@dataclass(frozen=True)
class PairedPulse:
    """Paired-pulse index (percent) against interval (s), sorted by interval."""

    interval: np.ndarray
    index: np.ndarray
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Decay:
    """A quantity falling with time (s since its peak)."""

    time: np.ndarray
    value: np.ndarray
    quantity: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Endurance:
    """High and low resistance state against cycle number."""

    cycle: np.ndarray
    high: np.ndarray
    low: np.ndarray
    notes: list[str] = field(default_factory=list)


class _Columns:
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


def interpret(table: Table, kind: str = "auto", read_voltage: float | None = None):
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
    columns = _Columns(table)
    if max(len(c) for c in table.columns) < 2:
        raise table.error("a single point; at least 4 readings in a row are needed")
    kind = _recognise(columns) if kind == "auto" else kind
    builders = {
        "pd": lambda: _pulse_train(columns, read_voltage),
        "jump": lambda: _pulse_train(columns, read_voltage),
        "ppf": lambda: _paired_pulse(columns),
        "decay": lambda: _decay(columns),
        "iv-endurance": lambda: _endurance(columns),
    }
    return kind, builders[kind]()


def _recognise(columns: _Columns) -> str:
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


# --- potentiation and depression ---


def _pulse_train(columns: _Columns, read_voltage: float | None) -> PulseTrain:
    table = columns.table
    if not columns.values:
        raise table.error("no column of conductance, current or resistance found")
    notes = list(table.notes)
    x = columns.get("pulse")
    if x is None:
        x = columns.get("abscissa")
    voltage = _read_voltage(columns, read_voltage)
    named = columns.has("ltp", "ltd")
    ways: list[list[Segment]] = [[]]
    for k in columns.values:
        sign = {"ltp": 1, "ltd": -1}.get(table.headings[k].role) if named else None
        if named and sign is None:
            continue
        g = _conductance(columns, k, voltage, notes)
        if len(g) > _MAX_READINGS:
            raise table.error(
                f"{len(g)} readings in column {k + 1}; a train of at most {_MAX_READINGS} is fitted: give a part of it"
            )
        pulses = None if x is None else x[: len(g)]
        if pulses is not None and len(pulses) < len(g):
            raise table.error(f"column {k + 1} is longer ({len(g)}) than the pulse numbers ({len(pulses)})")
        if sign is None and len(columns.values) == 2 and not columns.has("cycle", "pulse_voltage"):
            sign = _opposite_pair(columns)[columns.values.index(k)]
        own = _split(table, g, pulses, columns, sign)
        ways = own if ways == [[]] else [way + own[0] for way in ways]
    ways = [way for way in ways if _long_enough(way)] or ways[:1]
    _check_segments(table, ways[0])
    volts = None if voltage is None else float(np.median(np.abs(voltage)))
    return PulseTrain(ways[0], volts, notes, ways[1:])


def _opposite_pair(columns: _Columns) -> tuple[int | None, int | None]:
    """Two unnamed columns are LTP and LTD if one rises and the other falls throughout, else two cycles."""
    a, b = (columns.table.columns[k] for k in columns.values)
    if columns.table.headings[columns.values[0]].quantity == "resistance":
        a, b = -a, -b
    trend = []
    for y in (a, b):
        rank = np.argsort(np.argsort(y))
        trend.append(np.corrcoef(rank, np.arange(len(y)))[0, 1] if np.ptp(y) > 0 else 0.0)
    if trend[0] * trend[1] < 0 and min(map(abs, trend)) > 0.6:
        return (1, -1) if trend[0] > 0 else (-1, 1)
    return None, None


def _read_voltage(columns: _Columns, given: float | None) -> np.ndarray | float | None:
    for role in ("read_voltage", "voltage"):
        column = columns.get(role)
        if column is not None and (column != 0).all():
            return column
    return given


def _conductance(columns: _Columns, k: int, voltage, notes: list[str]) -> np.ndarray:
    """One column as conductance in S."""
    table, heading, y = columns.table, columns.table.headings[k], columns.table.columns[k]
    quantity = (
        heading.quantity if heading.quantity in ("conductance", "current", "resistance") else heading.role
    )
    if quantity == "resistance":
        if (y <= 0).any():
            raise table.error(
                f"row {int(np.argmax(y <= 0)) + 1}: resistance {y[y <= 0][0]:g} ohm is not positive"
            )
        return 1.0 / y
    if (y < 0).all() and quantity == "current":
        notes.append("all currents are negative: their magnitude is used")
        y = -y
    if (y < 0).any():
        row = int(np.argmax(y < 0)) + 1
        what = "current" if quantity == "current" else "conductance"
        raise table.error(f"data row {row}: negative {what} {y[row - 1]:g}; positive readings are expected")
    if quantity == "current":
        if voltage is None:
            notes.append("no read voltage known: conductance = current / 1 V (give --read-voltage)")
            return y
        v = np.abs(voltage if np.ndim(voltage) == 0 else voltage[: len(y)])
        return y / v
    if heading.quantity is None:
        notes.append(f"column '{heading.text or k + 1}' has no unit: siemens assumed")
    return y


def _split(table: Table, g: np.ndarray, pulses, columns: _Columns, sign: int | None) -> list[list[Segment]]:
    """Cut one column into segments of one direction: every way that is worth a fit, usually one."""
    voltage, cycle = columns.get("pulse_voltage"), columns.get("cycle")
    if voltage is not None and len(voltage) >= len(g):
        return [_split_by_sign(g, voltage[: len(g)])]
    cuts = {0, len(g)}
    if pulses is not None:
        back = np.flatnonzero(np.diff(pulses) <= 0) + 1
        _check_order(table, pulses, back)
        cuts |= set(back.tolist())
    if cycle is not None and len(cycle) >= len(g):
        cuts |= set((np.flatnonzero(np.diff(cycle[: len(g)]) != 0) + 1).tolist())
    runs = [(g[a:b], None if pulses is None else pulses[a:b]) for a, b in pairwise(sorted(cuts))]
    if sign is not None:
        return [[Segment(sign, _count(run, number), run) for run, number in runs]]
    if len(runs) == 1:
        return [_cut(*runs[0], layout) for layout in layouts(g)]
    return [[segment for run, number in runs for segment in _cut(run, number, _plain_layout(run))]]


def _plain_layout(run: np.ndarray) -> Layout:
    """Turns of a short numbered run as found freely; a doubled reading at the turn must be exact."""
    layout = layouts(run)[0] if len(run) > 2 else Layout((), False, True)
    doubled = bool(layout.turns) and all(run[t] == run[t + 1] for t in layout.turns)
    return Layout(layout.turns, doubled, False)


def _check_order(table: Table, pulses: np.ndarray, back: np.ndarray) -> None:
    """A pulse number may fall only to start again."""
    restarts = pulses[back] <= pulses.min() + 1
    if back.size and not restarts.all():
        k = int(back[np.argmin(restarts)])
        raise table.error(
            f"data row {k + 1}: pulse number {pulses[k]:g} after {pulses[k - 1]:g}; pulses in the order "
            "in which they were applied are expected"
        )


def _split_by_sign(g: np.ndarray, voltage: np.ndarray) -> list[Segment]:
    """Segments by the sign of the pulse that preceded each reading."""
    sign = np.sign(voltage)
    edges = [0, *(np.flatnonzero(np.diff(sign) != 0) + 1).tolist(), len(g)]
    parts = [(int(sign[a]), g[a:b], a) for a, b in pairwise(edges) if sign[a] != 0]
    # Positive pulses potentiate, unless the data say the opposite.
    change = sum(s * (p[-1] - p[0]) for s, p, _ in parts)
    flip = 1 if change >= 0 else -1
    segments = []
    for s, part, start in parts:
        before = g[start - 1 : start]
        values = np.concatenate([before, part])
        segments.append(
            Segment(flip * s, np.arange(1 - len(before), len(part) + 1.0), values, bool(len(before)))
        )
    return segments


def _cut(g: np.ndarray, pulses, layout: Layout) -> list[Segment]:
    """Segments of one run of readings under a layout."""
    segments = []
    for k, (start, stop) in enumerate(pairwise([0, *layout.turns, len(g) - 1])):
        direction = 1 if g[stop] >= g[start] else -1
        # The reading at the turn is the state before the first pulse; read twice, the second one is.
        first = start + 1 if k and layout.repeated else start
        values = g[first : stop + 1]
        if k == 0:
            number = _count(values, None if pulses is None else pulses[: stop + 1])
        else:
            number = (
                np.arange(float(len(values))) if pulses is None else pulses[first : stop + 1] - pulses[first]
            )
        segments.append(Segment(direction, number, values, shared_start=k > 0 and not layout.repeated))
    return segments


def _count(g: np.ndarray, pulses) -> np.ndarray:
    """Pulse numbers of a run: as given if they start at 0 or 1, else counted from 0."""
    if pulses is None:
        return np.arange(float(len(g)))
    return pulses - pulses[0] + (1.0 if pulses[0] == 1 else 0.0)


def _check_segments(table: Table, segments: list[Segment]) -> None:
    if not segments:
        raise table.error("no pulses found")
    values = np.concatenate([s.values for s in segments])
    if np.ptp(values) == 0:
        raise table.error(
            f"constant conductance ({values[0]:g} S); a train of pulses that changes it is expected"
        )
    if not _long_enough(segments):
        typical = np.median([len(s.values) for s in segments])
        raise table.error(
            f"{len(segments)} runs of about {typical:.0f} readings: no potentiation or depression of at least "
            f"{_MIN_SEGMENT} pulses in a row (are the pulses in order?)"
        )


def _long_enough(segments: list[Segment]) -> bool:
    return bool(segments) and np.median([len(s.values) for s in segments]) >= _MIN_SEGMENT


# --- the other kinds ---


def _abscissa(columns: _Columns, *roles: str) -> np.ndarray:
    for role in (*roles, "abscissa", "time", "interval", "pulse"):
        column = columns.get(role)
        if column is not None:
            return column
    raise columns.table.error(f"no column for {roles[0]} found; two columns are expected")


def _paired_pulse(columns: _Columns) -> PairedPulse:
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


def _decay(columns: _Columns) -> Decay:
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


def _endurance(columns: _Columns) -> Endurance:
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
