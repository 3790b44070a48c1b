"""Cut one column of readings into segments of pulses of one direction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from perovdata.fitting.signal.measurements import Segment
from perovdata.fitting.signal.segments import Layout, layouts, trend
from perovdata.fitting.table.columns import Columns
from perovdata.fitting.table.readings import Table

_MIN_SEGMENT = 4
#: Share of sweeps that must move the way an alternating program says.
_MOST = 2 / 3
#: A run whose numbers begin within so many steps of 0 counts its pulses from 0.
_FIRST_ROWS = 5
#: A run whose rank correlation with its order is this large is one sweep.
_MONOTONE = 0.6
#: A run correlates so well with the beginning of a longer one of the same program.
_SAME_COURSE = 0.9
#: The sweeps of a direction move at least this share of the range.
_LEAST_MOVE = 0.1

#: Readings that follow each other, and their pulse numbers if the file has any.
Run = tuple[np.ndarray, np.ndarray | None]


def split(
    table: Table, g: np.ndarray, pulses: np.ndarray | None, columns: Columns, sign: int | None
) -> list[list[Segment]]:
    """Cut one column into segments of one direction: every way that is worth a fit, usually one."""
    voltage, cycle = columns.get("pulse_voltage"), columns.get("cycle")
    if voltage is not None and len(voltage) >= len(g):
        return [by_sign(g, voltage[: len(g)])]
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
        ways = _cut_with_gaps(g, pulses) or [_cut(*runs[0], layout) for layout in layouts(g)]
        return [way for k, way in enumerate(ways) if k == 0 or (_alternates(way) and _moves(way))]
    return _cut_alike(runs)


def _cut_alike(runs: list[Run]) -> list[list[Segment]]:
    """Cuts of several runs: those of one program turn where their median turns."""
    keys = [_key(run) for run, _ in runs]
    alike: dict[tuple[int, int], list[np.ndarray]] = {key: [] for key in keys}
    for key, (run, _) in zip(keys, runs, strict=True):
        alike[key].append(run)
    programs = {key: _Program.of(own) for key, own in alike.items()}
    whole = max(programs.values(), key=lambda program: len(program.layouts))  # long, and run more than once
    followed = [
        whole if _breaks_off(run, whole) else programs[key] for key, (run, _) in zip(keys, runs, strict=True)
    ]
    ways: list[list[Segment]] = []
    for k in range(max(len(program.layouts) for program in programs.values())):
        cut = [
            _cut(run, number, program.layout(k, len(run)))
            for (run, number), program in zip(runs, followed, strict=True)
        ]
        segments = [segment for own in cut for segment in own]
        if not ways or (all(map(_alternates, cut)) and _moves(segments)):
            ways.append(segments)
    return ways


def _key(run: np.ndarray) -> tuple[int, int]:
    """Length, and whether a run rises, falls or does both: runs alike in these follow one program."""
    move = trend(run)
    return len(run), (0 if abs(move) < _MONOTONE else 1 if move > 0 else -1)


@dataclass(frozen=True)
class _Program:
    """Runs of one kind: their median, and the ways to cut it."""

    middle: np.ndarray
    layouts: list[Layout]

    @classmethod
    def of(cls, runs: list[np.ndarray]) -> _Program:
        middle = np.median(np.stack(runs), axis=0)
        if len(runs) < 2 or len(middle) < 3:
            return cls(middle, [_plain_layout(middle)])
        # Numbered pulses: only an exact repetition at the turns is the same state read twice.
        kept = [
            layout
            for layout in layouts(middle)
            if layout.repeated
            == (bool(layout.turns) and all(run[t] == run[t + 1] for run in runs for t in layout.turns))
        ]
        return cls(middle, kept or [_plain_layout(middle)])

    def layout(self, k: int, length: int) -> Layout:
        """The k-th way, or the first, for a run of this length: one that was broken off turns less often."""
        layout = self.layouts[k] if k < len(self.layouts) else self.layouts[0]
        return replace(layout, turns=tuple(turn for turn in layout.turns if turn < length - 1))


def _breaks_off(run: np.ndarray, whole: _Program) -> bool:
    """Whether a run is the beginning of a longer program."""
    beginning = whole.middle[: len(run)]
    if not len(whole.middle) > len(run) >= _MIN_SEGMENT or 0 in (np.ptp(run), np.ptp(beginning)):
        return False
    return bool(np.corrcoef(beginning, run)[0, 1] > _SAME_COURSE)


def _cut_with_gaps(g: np.ndarray, pulses: np.ndarray | None) -> list[list[Segment]]:
    """Cuts of a train that is numbered through with readings missing: sweeps are equally long in pulses.

    The turns are looked for with the gaps bridged; what was bridged is no reading. Empty without gaps.
    """
    if pulses is None or (pulses != np.round(pulses)).any():
        return []
    # Numbers that begin at 1 leave out the state before the first pulse; beyond, rows are gone.
    start = 0.0 if pulses[0] > 1 and _starts_near_zero(pulses) else pulses[0]
    if start == pulses[0] and np.diff(pulses).max(initial=1) == 1:
        return []
    full = np.arange(start, pulses[-1] + 1)
    if len(full) > 2 * len(g):
        return []
    bridged = np.interp(full, pulses, g)
    present = np.isin(full, pulses)
    place = np.arange(float(len(full)))
    ways = []
    for layout in layouts(bridged):
        segments = []
        for own, where in zip(_cut(bridged, full, layout), _cut(place, full, layout), strict=True):
            kept = present[where.values.astype(int)]
            shared = own.shared_start and bool(kept[0])
            segments.append(Segment(own.sign, own.pulses[kept], own.values[kept], shared))
        ways.append([s for s in segments if len(s.values)])
    return ways


def _moves(segments: list[Segment]) -> bool:
    """Whether the sweeps of each direction move the state on the average: a flat top is no depression."""
    low, high = np.percentile(np.concatenate([segment.values for segment in segments]), [2, 98])
    for sign in {segment.sign for segment in segments}:
        own = [s.values for s in segments if s.sign == sign and len(s.values) >= 3]
        move = np.mean([np.median(v[-3:]) - np.median(v[:3]) for v in own]) if own else np.inf
        if abs(move) < _LEAST_MOVE * (high - low):
            return False
    return True


def _alternates(segments: list[Segment]) -> bool:
    return all(a.sign != b.sign for a, b in pairwise(segments))


def _plain_layout(run: np.ndarray) -> Layout:
    """Turns of a short numbered run as found freely; a doubled reading at the turn must be exact."""
    turns = layouts(run)[0].turns if len(run) > 2 else ()
    return Layout(turns, repeated=bool(turns) and all(run[t] == run[t + 1] for t in turns))


def _check_order(table: Table, pulses: np.ndarray, back: np.ndarray) -> None:
    """A pulse number may fall only to start again."""
    restarts = (pulses[back] <= pulses.min() + 1) & (pulses[back] < pulses[back - 1])
    if back.size and not restarts.all():
        k = int(back[np.argmin(restarts)])
        raise table.error(
            f"data row {k + 1}: pulse number {pulses[k]:g} after {pulses[k - 1]:g}; pulses in the order "
            "in which they were applied are expected"
        )


def by_sign(g: np.ndarray, voltage: np.ndarray) -> list[Segment]:
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


def _cut(g: np.ndarray, pulses: np.ndarray | None, layout: Layout) -> list[Segment]:
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


def _count(g: np.ndarray, first_pulse: int, pulses: np.ndarray | None) -> np.ndarray:
    """Pulse numbers of a run: as given if they start near 0, else from its first reading."""
    if pulses is None:
        return np.arange(float(len(g))) + first_pulse
    return pulses if _starts_near_zero(pulses) else pulses - pulses[0]


def _starts_near_zero(pulses: np.ndarray) -> bool:
    """Whether a run counts the pulses applied, its first rows perhaps gone, and no other clock."""
    step = float(np.median(np.diff(pulses))) if len(pulses) > 1 else 1.0
    return bool(0 <= pulses[0] <= _FIRST_ROWS * step)


def check_segments(table: Table, segments: list[Segment]) -> None:
    if not segments:
        raise table.error("no pulses found")
    values = np.concatenate([s.values for s in segments])
    if np.ptp(values) == 0:
        raise table.error(
            f"constant conductance ({values[0]:g} S); a train of pulses that changes it is expected"
        )
    if not long_enough(segments):
        typical = np.median([len(s.values) for s in segments])
        raise table.error(
            f"{len(segments)} runs of about {typical:.0f} readings: no potentiation or depression of at "
            f"least {_MIN_SEGMENT} pulses in a row (are the pulses in order?)"
        )


def long_enough(segments: list[Segment]) -> bool:
    return bool(segments) and np.median([len(s.values) for s in segments]) >= _MIN_SEGMENT
