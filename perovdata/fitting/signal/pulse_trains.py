"""From columns to potentiation and depression: conductance, order of the pulses, sweeps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from perovdata.fitting.signal.measurements import PulseTrain, Segment
from perovdata.fitting.signal.segments import Layout, layouts
from perovdata.fitting.table.columns import Columns
from perovdata.fitting.table.reader import Table

__all__ = ["pulse_train"]

_MIN_SEGMENT = 4
#: Share of sweeps that must move the way an alternating program says.
_MOST = 2 / 3
#: More readings than any train of pulses that a fit needs.
_MAX_READINGS = 50_000
#: A synapse that conducts more than this (S, or A) does not exist.
_LARGEST_PLAUSIBLE = 1e-2
#: What the largest reading in arbitrary units becomes, S (the neutral g_max of a device file).
_ARBITRARY_MAXIMUM = 1e-5


def pulse_train(columns: Columns, read_voltage: float | None) -> PulseTrain:
    """Bring potentiation and depression into order.

    Parameters
    ----------
    columns : Columns
    read_voltage : float or None, V
        Turns currents into conductances where no column does.

    Raises
    ------
    InputError
        No usable column, negative or constant readings, pulses out of order, no sweep long enough.
    """
    table = columns.table
    if not columns.values:
        raise table.error("no column of conductance, current or resistance found")
    notes = list(table.notes)
    x = columns.get("pulse")
    if x is None:
        x = columns.get("abscissa")
    voltage = _read_voltage(columns, read_voltage)
    named = columns.has("ltp", "ltd")
    scale = _arbitrary_scale(columns, notes)
    ways: list[list[Segment]] = [[]]
    for k in columns.values:
        sign = {"ltp": 1, "ltd": -1}.get(table.headings[k].role) if named else None
        if named and sign is None:
            continue
        g = scale.get(k, 1.0) * _conductance(columns, k, voltage, notes)
        if len(g) > _MAX_READINGS:
            raise table.error(
                f"{len(g)} readings in column {k + 1}; at most {_MAX_READINGS} are fitted: give a part"
            )
        pulses = None if x is None else x[: len(g)]
        if pulses is not None and len(pulses) < len(g):
            raise table.error(f"column {k + 1} is longer ({len(g)}) than the pulse numbers ({len(pulses)})")
        if sign is None and len(columns.values) == 2 and not columns.has("cycle", "pulse_voltage"):
            sign = _opposite_pair(columns)[columns.values.index(k)]
        ways = _together(ways, _split(table, g, pulses, columns, sign))
    _check_segments(table, ways[0])
    ways = [way for way in ways if _long_enough(way)]
    volts = None if voltage is None else float(np.median(np.abs(voltage)))
    return PulseTrain(ways[0], volts, list(dict.fromkeys(notes)), ways[1:])


def _together(ways: list[list[Segment]], own: list[list[Segment]]) -> list[list[Segment]]:
    """Add a column: columns are cut alike, so the k-th way of each belongs together."""
    if ways == [[]]:
        return own
    if len(ways) != len(own):
        return [ways[0] + own[0]]
    return [way + more for way, more in zip(ways, own, strict=True)]


def _arbitrary_scale(columns: Columns, notes: list[str]) -> dict[int, float]:
    """Factor for columns without a unit whose numbers cannot be siemens (or amperes): arbitrary units."""
    bare = [k for k in columns.values if columns.table.headings[k].quantity in (None, "arbitrary")]
    top = max((float(np.max(columns.table.columns[k])) for k in bare), default=0.0)
    if top <= _LARGEST_PLAUSIBLE:
        return {}
    notes.append(
        f"no unit, and {top:g} is too large for siemens: taken as arbitrary units, the largest reading as "
        f"{_ARBITRARY_MAXIMUM:g} S"
    )
    return dict.fromkeys(bare, _ARBITRARY_MAXIMUM / top)


def _opposite_pair(columns: Columns) -> tuple[int | None, int | None]:
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


def _read_voltage(columns: Columns, given: float | None) -> np.ndarray | float | None:
    for role in ("read_voltage", "voltage"):
        column = columns.get(role)
        if column is not None and (column != 0).all():
            return column
    return given


def _conductance(columns: Columns, k: int, voltage, notes: list[str]) -> np.ndarray:
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
        if heading.quantity is None and y.max() <= _LARGEST_PLAUSIBLE:
            notes.append(f"column '{heading.text or k + 1}' has no unit: amperes assumed")
        if voltage is None:
            notes.append("no read voltage known: conductance = current / 1 V (give --read-voltage)")
            return y
        v = np.abs(voltage if np.ndim(voltage) == 0 else voltage[: len(y)])
        return y / v
    if heading.quantity is None and y.max() <= _LARGEST_PLAUSIBLE:
        notes.append(f"column '{heading.text or k + 1}' has no unit: siemens assumed")
    return y


def _split(table: Table, g: np.ndarray, pulses, columns: Columns, sign: int | None) -> list[list[Segment]]:
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
        return [[Segment(sign, _count(run, 0, number), run) for run, number in runs]]
    if len(runs) == 1:
        ways = [_cut(*runs[0], layout) for layout in layouts(g)]
        return [way for k, way in enumerate(ways) if k == 0 or _alternates(way)]
    return [[segment for run, number in runs for segment in _cut(run, number, _plain_layout(run))]]


def _alternates(segments: list[Segment]) -> bool:
    return all(a.sign != b.sign for a, b in pairwise(segments))


def _plain_layout(run: np.ndarray) -> Layout:
    """Turns of a short numbered run as found freely; a doubled reading at the turn must be exact."""
    turns = layouts(run)[0].turns if len(run) > 2 else ()
    return Layout(turns, repeated=bool(turns) and all(run[t] == run[t + 1] for t in turns))


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
    edges = list(pairwise([0, *layout.turns, len(g) - 1]))
    changes = np.array([g[stop] - g[start] for start, stop in edges])
    directions = np.where(changes >= 0, 1, -1)
    if layout.regular:
        # Programmed to alternate: where noise is strong a few sweeps end on the wrong side of their start.
        alternating = np.where(np.arange(len(edges)) % 2, -1, 1)
        alternating *= 1 if changes @ alternating >= 0 else -1
        if np.mean(directions == alternating) > _MOST:
            directions = alternating
    segments = []
    for k, ((start, stop), direction) in enumerate(zip(edges, directions.tolist(), strict=True)):
        # The reading at the turn is the state before the first pulse; read twice, the second one is.
        first = start + 1 if k and layout.repeated else start
        values = g[first : stop + 1]
        if k == 0:
            number = _count(values, layout.first_pulse, None if pulses is None else pulses[: stop + 1])
        else:
            number = (
                np.arange(float(len(values))) if pulses is None else pulses[first : stop + 1] - pulses[first]
            )
        segments.append(Segment(direction, number, values, shared_start=k > 0 and not layout.repeated))
    return segments


def _count(g: np.ndarray, first_pulse: int, pulses) -> np.ndarray:
    """Pulse numbers of a run: as given if they start at 0 or 1, else counted."""
    if pulses is None:
        return np.arange(float(len(g))) + first_pulse
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
            f"{len(segments)} runs of about {typical:.0f} readings: no potentiation or depression of at "
            f"least {_MIN_SEGMENT} pulses in a row (are the pulses in order?)"
        )


def _long_enough(segments: list[Segment]) -> bool:
    return bool(segments) and np.median([len(s.values) for s in segments]) >= _MIN_SEGMENT
