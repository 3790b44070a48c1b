"""Records of current over time with pulses in them: where the pulses are, the state after each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.signal.conductance import conductance, noise_of, read_voltage_of
from perovdata.fitting.signal.cutting import check_segments
from perovdata.fitting.signal.measurements import Decay, PulseTrain, Segment, Trace
from perovdata.fitting.table import looks
from perovdata.fitting.table.columns import Columns

#: A step that begins a pulse: so many times the noise, and this share of the range.
_STEP_NOISE, _STEP_RANGE = 10.0, 0.015
#: A slower rise begins a pulse from this share of the range.
_RISE_RANGE = 0.12
#: Pulses of a program come in equal intervals, within this relative scatter.
_REGULAR = 0.5
#: Samples averaged for one state: at most so many, and at most this share of an interval.
_SAMPLES, _SHARE = 5, 0.1
_MIN_DECAY = 8


@dataclass(frozen=True)
class ReadRule:
    """When the state after a pulse is read: just before the next one, or a time after the pulse (s)."""

    after: float | None = None

    @classmethod
    def parse(cls, text: str) -> ReadRule:
        """Read ``before-next`` or ``after MS`` (milliseconds).

        Raises
        ------
        InputError
        """
        words = text.replace(":", " ").replace("=", " ").split()
        if words == ["before-next"]:
            return cls()
        try:
            if len(words) == 2 and words[0] == "after" and float(words[1]) >= 0:
                return cls(float(words[1]) * 1e-3)
        except ValueError:
            pass
        raise InputError(
            f"argument read: '{text}'; before-next, or after and milliseconds (e.g. argument read='after 50')"
        )

    @property
    def told(self) -> str:
        return "just before the next pulse" if self.after is None else f"{1e3 * self.after:g} ms after it"


READ_BEFORE_NEXT = ReadRule()


@dataclass(frozen=True)
class Pulses:
    """Pulses of a record, as indices of its samples.

    Parameters
    ----------
    onsets : ndarray of int
        Last sample before each pulse acts.
    ends : ndarray of int
        Sample at which each pulse ends (its peak, if no column shows the pulse).
    signs : ndarray of int
        1 or -1: potentiating or depressing.
    told_by : str
        What they were found from.
    """

    onsets: np.ndarray
    ends: np.ndarray
    signs: np.ndarray
    told_by: str


def find_pulses(columns: Columns) -> Pulses:
    """Find pulses: from a column of the light or of the pulse voltage, else from steps of the readings.

    Raises
    ------
    InputError
        Times out of order, or readings of both polarities.
    """
    table, k = columns.table, columns.values[0]
    t, y = columns.get("time"), table.columns[k]
    assert t is not None
    n = min(len(t), len(y))
    if (np.diff(t[:n]) <= 0).any():
        row = int(np.argmax(np.diff(t[:n]) <= 0)) + 2
        raise table.error(
            f"data row {row}: time {t[row - 1]:g} s after {t[row - 2]:g} s; rising times are expected"
        )
    y = -y[:n] if (y <= 0).all() else y[:n]
    for role in ("light", "pulse_voltage", "voltage"):
        for j in columns.roles.get(role, []):
            drive = table.columns[j][:n]
            if len(drive) == n and np.ptp(drive) > 0 and not looks.swept(drive):
                return _from_drive(drive, y, table.name(j))
    return _from_steps(y)


def _from_drive(drive: np.ndarray, y: np.ndarray, name: str) -> Pulses:
    """Where the drive leaves its resting value (its median) by more than half."""
    away = drive - np.median(drive)
    on = np.abs(away) > 0.5 * np.abs(away).max()
    edges = np.flatnonzero(np.diff(on.astype(int)))
    starts = edges[~on[edges]]
    stops = edges[on[edges]]
    starts = starts[: len(stops)] if stops.size and stops[0] > starts[0:1].sum() else starts
    ends = np.array([stops[stops > s][0] if (stops > s).any() else len(y) - 1 for s in starts], int)
    signs = np.sign(away[np.minimum(starts + 1, len(away) - 1)]).astype(int)
    # Which polarity potentiates, the readings say.
    following = np.append(starts[1:], len(y) - 1)
    moved = sum(s * (y[b] - y[a]) for s, a, b in zip(signs, starts, following, strict=True))
    if (signs == signs[0]).all() if len(signs) else False:
        signs = np.full(len(signs), 1 if y[ends].mean() >= y[starts].mean() else -1)
    elif moved < 0:
        signs = -signs
    return Pulses(starts.astype(int), ends, signs, name)


def _from_steps(y: np.ndarray) -> Pulses:
    """Sudden steps upwards at equal intervals, or slower rises and falls."""
    nothing = np.array([], int)
    span = float(np.ptp(y))
    step = np.diff(y)
    if span == 0 or len(y) < 12:
        return Pulses(nothing, nothing, nothing, "")
    threshold = max(_STEP_NOISE * noise_of(y) * np.sqrt(2.0), _STEP_RANGE * span)
    over = np.flatnonzero(step > threshold)
    if over.size:
        first = over[np.insert(np.diff(over) > 2, 0, True)]
        last = over[np.append(np.diff(over) > 2, True)] + 1
        if 2 <= len(first) <= len(y) / 4 and _regular(first):
            return Pulses(first, last, np.ones(len(first), int), "steps of the readings")
    return _from_rises(y, max(threshold, _RISE_RANGE * span))


def _from_rises(y: np.ndarray, threshold: float) -> Pulses:
    """Alternating valleys and peaks, for pulses that act over many samples."""
    from perovdata.fitting.signal.segments import turning_points

    turns, rising = turning_points(y, threshold)
    points = [0, *turns, len(y) - 1]
    onsets, ends = [], []
    for valley, peak in list(pairwise(points))[0 if rising else 1 :: 2]:
        level = y[valley] + 0.1 * (y[peak] - y[valley])
        below = np.flatnonzero(y[valley:peak] <= level)
        onsets.append(valley + int(below[-1]) if below.size else valley)
        ends.append(peak)
    ok = len(onsets) >= 2 and _regular(np.array(onsets)) and ends[-1] < len(y) - 1
    kept = np.array(onsets if ok else [], int), np.array(ends if ok else [], int)
    return Pulses(*kept, np.ones(len(kept[0]), int), "rises of the readings")


def _regular(onsets: np.ndarray) -> bool:
    gaps = np.diff(onsets)
    return len(onsets) < 2 or bool((gaps >= 3).all() and np.std(gaps) <= _REGULAR * np.mean(gaps))


def pulsed_trace(columns: Columns, read_voltage: float | None, read: ReadRule) -> Trace:
    """The train, the decay after the last pulse and, for two pulses, the paired-pulse index.

    Parameters
    ----------
    columns : Columns
        With a time and a reading.
    read_voltage : float or None, V
    read : ReadRule

    Raises
    ------
    InputError
        No pulses, times out of order, a time of reading beyond the next pulse.
    """
    from perovdata.fitting.signal.simple_kinds import seconds

    table, k = columns.table, columns.values[0]
    pulses = find_pulses(columns)
    t = seconds(columns, "time")
    notes = list(table.notes)
    voltage = read_voltage_of(columns, read_voltage)
    g = conductance(columns, k, voltage, notes)[: len(t)]
    t = t[: len(g)]
    n = len(pulses.onsets)
    if n < 2:
        raise table.error(
            f"{table.name(columns.roles['time'][0])} is a time, not a pulse number, and no pulses are found"
        )
    if len(columns.values) > 1:
        notes.append(f"{table.name(k)} used; {len(columns.values) - 1} more left out")
    states = _states(columns, t, g, pulses, read)
    notes.append(
        f"{n} pulses found from {pulses.told_by}; the state after each is read {read.told} "
        "(argument read='before-next', or argument read='after MS')"
    )
    train = PulseTrain(_segments(pulses.signs, states), _volts(voltage), notes)
    if n >= 4:
        check_segments(table, train.segments)
    tail = slice(int(pulses.ends[-1]), None)
    after = Decay(t[tail] - t[tail][0], g[tail], "current", []) if _falls(g[tail]) else None
    ppf = None
    if n == 2:
        peaks = [
            float(g[a : b + 1].max()) - states[0] for a, b in zip(pulses.onsets, pulses.ends, strict=True)
        ]
        if peaks[0] > 0:
            ppf = float(t[pulses.onsets[1]] - t[pulses.onsets[0]]), 100.0 * peaks[1] / peaks[0]
    return Trace(train, after, ppf, n, notes)


def _states(columns: Columns, t: np.ndarray, g: np.ndarray, pulses: Pulses, read: ReadRule) -> np.ndarray:
    """State before the first pulse and after each."""
    gap = int(np.median(np.diff(pulses.onsets)))
    width = max(1, min(_SAMPLES, int(_SHARE * gap)))
    stops = [*pulses.onsets.tolist(), min(int(pulses.onsets[-1]) + gap, len(g) - 1)]
    if read.after is None:
        return np.array([float(np.mean(g[max(stop - width + 1, 0) : stop + 1])) for stop in stops])
    states = [float(np.mean(g[max(stops[0] - width + 1, 0) : stops[0] + 1]))]
    for end, stop in zip(pulses.ends, stops[1:], strict=True):
        at = int(np.argmin(np.abs(t - (t[end] + read.after))))
        if at > stop:
            raise columns.table.error(
                f"argument read: {1e3 * read.after:g} ms after a pulse is beyond the next pulse "
                f"({1e3 * (t[stop] - t[end]):.4g} ms)"
            )
        states.append(float(np.mean(g[max(at - width // 2, int(end)) : at + width // 2 + 1])))
    return np.array(states)


def _segments(signs: np.ndarray, states: np.ndarray) -> list[Segment]:
    edges = [0, *(np.flatnonzero(np.diff(signs)) + 1).tolist(), len(signs)]
    return [
        Segment(int(signs[a]), np.arange(b - a + 1.0), states[a : b + 1], shared_start=a > 0)
        for a, b in pairwise(edges)
    ]


def _falls(y: np.ndarray) -> bool:
    """Whether a record falls after its first sample, which may still be under the pulse."""
    width = max(len(y) // 10, 1)
    return len(y) >= _MIN_DECAY and float(np.median(y[1:4]) - np.median(y[-width:])) > 6.0 * noise_of(y)


def _volts(voltage: np.ndarray | float | None) -> float | None:
    return None if voltage is None else float(np.median(np.abs(voltage)))
