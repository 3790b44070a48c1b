"""From a table of numbers to a measurement of a known kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.signal.measurements import Decay, Endurance, PairedPulse, PulseTrain, Trace
from perovdata.fitting.signal.pulse_trains import pulse_train
from perovdata.fitting.signal.segments import trend
from perovdata.fitting.signal.simple_kinds import decay, endurance, paired_pulse
from perovdata.fitting.signal.traces import READ_BEFORE_NEXT, ReadRule, find_pulses, pulsed_trace
from perovdata.fitting.table import looks
from perovdata.fitting.table.columns import Columns
from perovdata.fitting.table.readings import Table

#: A light that rises over so many readings is an intensity that was varied.
_LEVELS = 5
#: A column's heading that names the device.
_DEVICE = re.compile(r"\b(device|dev|sample|chip|synapse)[ _#-]*([a-z]|\d+)(?![a-z0-9])", re.IGNORECASE)

Measurement = PulseTrain | PairedPulse | Decay | Endurance | Trace


@dataclass(frozen=True)
class Interpretation:
    """What a table holds.

    Parameters
    ----------
    kind : str
        "pd", "jump", "ppf", "decay", "iv-endurance" or "trace" (pulses within a record of current over time).
    measurement
        In SI units and in the order of the pulses.
    columns : Columns
        How each column was read.
    """

    kind: str
    measurement: Measurement
    columns: Columns


def interpret(
    table: Table,
    kind: str = "auto",
    read_voltage: float | None = None,
    read: ReadRule = READ_BEFORE_NEXT,
) -> Interpretation:
    """Decide what was measured and bring it into order.

    Parameters
    ----------
    table : Table
    kind : {"auto", "pd", "ppf", "decay", "jump", "iv-endurance"}
    read_voltage : float, optional, V
        Turns currents into conductances where the table has no column for it.
    read : ReadRule
        When the state after a pulse is taken from a record over time.

    Raises
    ------
    InputError
        The table does not hold that measurement, or nothing tells what it holds.
    """
    if max(len(c) for c in table.columns) < 2:
        raise table.error("a single point; at least 4 readings in a row are needed")
    table = _in_order_of_x(table)
    columns = Columns(table, kind)
    if columns.has("pulse", "time", "interval"):
        once = table.without_repeated_rows()
        columns = columns if once is table else Columns(once, kind)
        table = once
    _refuse_sweeps(columns)
    _refuse_other_axes(columns)
    found = _recognise(columns) if kind == "auto" else kind
    if found in ("pd", "jump") and _is_record(columns) and _holds_pulses(columns):
        found = "trace"
    if found == "trace":
        return Interpretation(found, pulsed_trace(columns, read_voltage, read), columns)
    if found == "ppf":
        return Interpretation(found, paired_pulse(columns), columns)
    if found == "decay":
        return Interpretation(found, decay(columns), columns)
    if found == "iv-endurance":
        return Interpretation(found, endurance(columns), columns)
    return Interpretation(found, pulse_train(columns, read_voltage), columns)


def _in_order_of_x(table: Table) -> Table:
    """Points of a figure that were picked in no order, by X."""
    if table.source != "WebPlotDigitizer":
        return table
    columns, notes = list(table.columns), list(table.notes)
    for k in range(0, len(columns) - 1, 2):
        if table.headings[k].text == "X" and looks.in_no_order(columns[k]):
            order = np.argsort(columns[k], kind="stable")
            columns[k], columns[k + 1] = columns[k][order], columns[k + 1][order]
            notes.append(f"{table.name(k + 1)}: the points were picked in no order; put in the order of X")
    return replace(table, columns=columns, notes=notes)


def _refuse_sweeps(columns: Columns) -> None:
    """A swept voltage makes an I-V curve."""
    if columns.has("pulse", "cycle"):
        return
    for role in ("pulse_voltage", "read_voltage", "voltage"):
        for k in columns.roles.get(role, []):
            v = columns.table.columns[k]
            if looks.swept(v):
                raise columns.table.error(
                    f"{columns.table.name(k)}: the voltage is swept ({v.min():.4g} … {v.max():.4g} V in "
                    "steps): this is an I-V curve, not a train of pulses; readings at one read voltage are "
                    "expected"
                )


def _refuse_other_axes(columns: Columns) -> None:
    """Readings against an intensity or a target are no train, columns of several devices no cycles."""
    table = columns.table
    for k in columns.roles.get("target", []):
        raise table.error(
            f"{table.name(k)} is what was aimed at: readings against a target are no train of pulses; say "
            "what the columns are, e.g. argument columns='pulse=1,conductance=2:uS'"
        )
    for k in columns.roles.get("light", []):
        light = table.columns[k]
        if looks.rises(light) and len(light) >= _LEVELS and not columns.has("pulse", "time", "cycle"):
            raise table.error(
                f"{table.name(k)} {looks.describe(light)}: readings against the intensity are no train of "
                "pulses; pulse numbers or a time are expected"
            )
    devices = {found[0].lower() for k in columns.values if (found := _DEVICE.search(table.headings[k].text))}
    if len(devices) > 1:
        raise table.error(
            f"columns of {len(devices)} devices ({', '.join(sorted(devices))}): they are not cycles of one; "
            f"choose one, e.g. argument columns='pulse=1,conductance={columns.values[0] + 1}:uS'"
        )


def _recognise(columns: Columns) -> str:
    if columns.has("index") or (columns.has("first_peak") and columns.has("second_peak")):
        return "ppf"
    if columns.has("hrs") and columns.has("lrs"):
        return "iv-endurance"
    if columns.has("interval"):
        return "ppf"
    if columns.has("ltp", "ltd", "pulse"):
        return "pd"
    if columns.has("time") and columns.values:
        return _over_time(columns)
    if columns.has("pulse_voltage"):
        return "pd"
    if columns.table.source == "WebPlotDigitizer":
        return _digitised(columns)
    if columns.has("abscissa"):
        raise _unknown_abscissa(columns)
    return "pd"


def _over_time(columns: Columns) -> str:
    """A record over time: pulses within it, a decay, or neither."""
    if _holds_pulses(columns):
        return "trace"
    table = columns.table
    t, y = columns.get("time"), table.columns[columns.values[0]]
    assert t is not None
    n = min(len(t), len(y))
    falls = n >= 5 and (np.diff(t[:n]) > 0).all()
    if not falls or not columns.has("pulse_voltage"):
        return "decay"
    raise table.error(
        f"{table.name(columns.roles['time'][0])} is a time, not a pulse number, and no pulses are found in "
        "the readings; say what the columns are, e.g. argument columns='pulse=1,current=2:nA'"
    )


def _is_record(columns: Columns) -> bool:
    return columns.has("time") and not columns.has("pulse") and bool(columns.values)


def _holds_pulses(columns: Columns) -> bool:
    """Whether a record over time has at least two pulses in it."""
    try:
        return len(find_pulses(columns).onsets) >= 2
    except InputError:
        return False


def _digitised(columns: Columns) -> str:
    """Curves picked from a figure without a word on the axis: trains if they look like nothing else."""
    moves = [trend(columns.table.columns[k]) for k in columns.values]
    if max(moves) > 0.5:  # nothing but potentiation rises
        columns.table.notes.append("X of the figure is taken as the pulse number")
        return "pd"
    raise columns.table.error(
        "a digitised curve that falls: depression or decay? Give argument kind='pd' or argument kind='decay'"
    )


def _unknown_abscissa(columns: Columns) -> InputError:
    """An abscissa that nothing names."""
    table, k = columns.table, columns.roles["abscissa"][0]
    unordered = [j for j in columns.values if looks.in_no_order(table.columns[j])]
    if unordered:
        j = unordered[0]
        return table.error(
            f"{table.name(j)} {looks.describe(table.columns[j])}: no potentiation or depression in the file"
        )
    seen = "; ".join(f"{table.name(j)} {looks.describe(c)}" for j, c in enumerate(table.columns))
    return table.error(
        f"what the first column is cannot be told: {seen}. Give, for example, argument columns="
        f"'pulse={k + 1},conductance={columns.values[0] + 1 if columns.values else 2}:uS' or argument kind"
    )
