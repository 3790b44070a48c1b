"""From columns to potentiation and depression: conductance, order of the pulses, sweeps."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.signal.conductance import conductance, read_voltage_of
from perovdata.fitting.signal.cutting import check_segments, long_enough, split
from perovdata.fitting.signal.measurements import PulseTrain, Segment
from perovdata.fitting.signal.segments import trend
from perovdata.fitting.table import looks
from perovdata.fitting.table.columns import Columns

#: More readings than any train of pulses.
_MAX_READINGS = 2_000_000
#: Rank correlation with the pulse number from which a sweep counts as rising or falling.
_TREND = 0.3
#: Points picked from a figure lie within this share of the axis of where they belong.
_PICKING = 0.04


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
        No usable column, readings of both polarities, constant readings, readings in no order, pulses out of
        order, no sweep long enough.
    """
    table = columns.table
    if not columns.values:
        raise table.error("no column of conductance, current or resistance found")
    notes = list(table.notes)
    _tell_uneven_pulses(columns, notes)
    voltage = read_voltage_of(columns, read_voltage)
    named = columns.has("ltp", "ltd")
    ways: list[list[Segment]] = [[]]
    for k in columns.values:
        sign = {"ltp": 1, "ltd": -1}.get(columns.role_of[k]) if named else None
        _check_reading(columns, k)
        g = conductance(columns, k, voltage, notes)
        if len(g) > _MAX_READINGS:
            raise table.error(
                f"{len(g)} readings in column {k + 1}; at most {_MAX_READINGS} are fitted: give a part"
            )
        pulses, g = _pulse_numbers(columns, k, g, notes)
        if sign is None and len(columns.values) == 2 and not columns.has("cycle", "pulse_voltage"):
            sign = _opposite_pair(columns)[columns.values.index(k)]
        ways = _together(ways, split(table, g, pulses, columns, sign))
    if named:
        ways = [_turned(columns, ways[0], notes)]
    check_segments(table, ways[0])
    ways = [way for way in ways if long_enough(way)]
    volts = None if voltage is None else float(np.median(np.abs(voltage)))
    return PulseTrain(ways[0], volts, list(dict.fromkeys(notes)), ways[1:])


def _tell_uneven_pulses(columns: Columns, notes: list[str]) -> None:
    """A label is of identical pulses; of growing ones it is a number for that program alone."""
    for k in columns.roles.get("pulse_voltage", []):
        size = np.abs(columns.table.columns[k])
        if len(np.unique(size)) >= looks.SWEEP_LEVELS and np.ptp(size) > 0.1 * size.max():
            notes.append(
                f"{columns.table.name(k)}: pulses of {size.min():.3g} … {size.max():.3g} V are not equal: "
                "the label is of this program of pulses, not of the device under equal ones"
            )


def _check_reading(columns: Columns, k: int) -> None:
    """A column headed as a reading that counts 0, 1, 2 ... or has no order is none."""
    table, y = columns.table, columns.table.columns[k]
    raw = np.round(y / table.headings[k].scale, 9)
    if len(raw) >= 6 and looks.counts(raw):
        raise table.error(
            f"{table.name(k)} {looks.describe(raw)}: that is a pulse number, not a reading "
            "(are headings exchanged?)"
        )
    alternating = columns.has("pulse_voltage", "cycle") or len(columns.values) > 1
    if not alternating and looks.in_no_order(y):
        raise table.error(
            f"{table.name(k)} {looks.describe(y)}: no potentiation or depression in the file "
            "(are the pulses in order?)"
        )


def _pulse_numbers(
    columns: Columns, k: int, g: np.ndarray, notes: list[str]
) -> tuple[np.ndarray | None, np.ndarray]:
    """Pulse numbers of column k and its readings in their order; None: one reading per pulse, counted."""
    table = columns.table
    j = columns.abscissa_of(k, "pulse")
    if j is None:
        j = columns.abscissa_of(k, "abscissa")
    if j is None:
        if columns.has("time"):
            notes.append("no pulse numbers: one reading per pulse is assumed, the time is not used")
        return None, g
    x = table.columns[j][: len(g)]
    if table.headings[j].text.lower() == "index" and looks.counts(x):
        return None, g  # an instrument numbers its readings, not the pulses
    if len(x) < len(g):
        raise table.error(f"{table.name(k)} is longer ({len(g)}) than the pulse numbers ({len(x)})")
    if np.ptp(x) < 2 or x.min() < -1 - _PICKING * np.ptp(x):
        raise table.error(
            f"{table.name(j)} goes from {x.min():.4g} to {x.max():.4g}: no pulse numbers "
            "(are headings exchanged?)"
        )
    if (x == np.round(x)).all():
        return x, g
    regular = _whole(x)
    if regular is not None:
        off = float(np.abs(x - regular).max())
        notes.append(
            f"{table.name(j)}: picked from a figure, read as every {regular[1] - regular[0]:g}. pulse "
            f"(at most {off:.2g} off)"
        )
        return regular, g
    back = np.diff(x)
    if (back <= 0).any() and -back.min() <= _PICKING * np.ptp(x):
        order = np.argsort(x, kind="stable")
        x, g = x[order], g[order]
        # Two points picked at one place: their order is kept, a hair apart.
        x = np.maximum.accumulate(x) + 1e-9 * np.ptp(x) * np.arange(len(x))
        notes.append(f"{table.name(j)}: points that lie side by side in the figure put in order")
    return x, g


def _whole(x: np.ndarray) -> np.ndarray | None:
    """Whole pulse numbers, where points picked from a figure are every k-th pulse; else None."""
    if len(x) < 4:
        return None
    rank = np.arange(len(x))
    step = float(np.polyfit(rank, x, 1)[0])
    whole = max(round(step), 1)
    regular = round(float(np.mean(x - whole * rank))) + whole * rank.astype(float)
    off = float(np.abs(x - regular).max())
    even = abs(step - whole) <= 0.02 * whole
    return regular if even and off <= max(_PICKING * float(np.ptp(x)), 0.5 * whole) else None


def _together(ways: list[list[Segment]], own: list[list[Segment]]) -> list[list[Segment]]:
    """Add a column: columns are cut alike, so the k-th way of each belongs together."""
    if ways == [[]]:
        return own
    if len(ways) != len(own):
        return [ways[0] + own[0]]
    return [way + more for way, more in zip(ways, own, strict=True)]


def _turned(columns: Columns, segments: list[Segment], notes: list[str]) -> list[Segment]:
    """Depression that is stored rising (as NeuroSim's fitting script stores it) is turned round."""
    moves = {
        sign: float(np.mean([trend(s.values) for s in segments if s.sign == sign]))
        for sign in {s.sign for s in segments}
    }
    rising, falling = moves.get(-1, 0.0) > _TREND, moves.get(1, 0.0) < -_TREND
    if falling:
        word = "LTP falls and LTD rises" if rising else "the column headed LTP falls"
        raise columns.table.error(f"{word}: are the headings exchanged?")
    if not rising:
        return segments
    notes.append("LTD is stored rising (reading 0 is the last state): turned round")
    return [
        s if s.sign > 0 else Segment(-1, s.pulses[-1] - s.pulses[::-1], s.values[::-1], s.shared_start)
        for s in segments
    ]


def _opposite_pair(columns: Columns) -> tuple[int | None, int | None]:
    """Two unnamed columns are LTP and LTD if one rises and the other falls throughout, else two cycles."""
    a, b = (columns.table.columns[k] for k in columns.values)
    if columns.table.headings[columns.values[0]].quantity == "resistance":
        a, b = -a, -b
    if (a <= 0).all() and (b <= 0).all():  # magnitudes count
        a, b = -a, -b
    moves = trend(a), trend(b)
    if moves[0] * moves[1] < 0 and min(map(abs, moves)) > 0.6:
        return (1, -1) if moves[0] > 0 else (-1, 1)
    return None, None
