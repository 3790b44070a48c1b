"""Of several ways to cut a bare column of readings into sweeps, the one under which they are likeliest."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.laws.noise_models import StateSpace, peak
from perovdata.fitting.signal.measurements import PulseTrain, Segment
from perovdata.fitting.sweeps import sweeps_of

#: So many cuts that look best by a quick measure are compared by their likelihood.
_FINALISTS = 5
#: A likelihood is compared on the first so many readings.
_ENOUGH = 6_000


def likeliest_cut(train: PulseTrain) -> PulseTrain:
    """Choose among the ways to cut.

    Every turn put freely costs as much as a parameter (Schwarz, Ann. Stat. 1978, doi:10.1214/aos/1176344136),
    so sweeps of one length win where noise hides the turns.
    """
    ways = [train.segments, *train.alternatives]
    if len(ways) == 1:
        return train
    best, lowest = train.segments, np.inf
    warm: list[np.ndarray] = []
    for segments in _finalists(ways):
        sweeps = sweeps_of(PulseTrain(_first(segments)))
        model = StateSpace(sweeps)
        # Beside the usual starts where the best cut so far ended: that one may lie in a flat part.
        near = [point for point in warm if len(point) == len(model.bounds)]
        point, minimum = peak(model, model.starts([1.0] * len(sweeps)) + near, quick=True)
        n_parameters = len(sweeps) + (0 if _regular(segments) else len(segments) - 1)
        counted = sum(len(s.values) for s in _first(segments))
        score = minimum * counted / model.n_used + n_parameters * np.log(model.n_used)
        if score < lowest:
            best, lowest, warm = segments, score, [point]
    return PulseTrain(best, train.read_voltage, train.notes)


def _regular(segments: list[Segment]) -> bool:
    """Whether the sweeps of each direction are equally long, but for the first and a last one broken off."""
    gaps = any(len(s.values) != round(float(s.pulses[-1] - s.pulses[0])) + 1 for s in segments)
    return gaps or len({(s.sign, len(s.values)) for s in segments[1:-1]}) <= 2


def _first(segments: list[Segment]) -> list[Segment]:
    """The first segments, up to so many readings as decide."""
    kept, count = [], 0
    for segment in segments:
        kept.append(segment)
        count += len(segment.values)
        if count > _ENOUGH and len(kept) >= 4:
            break
    return kept


def _finalists(ways: list[list[Segment]]) -> list[list[Segment]]:
    """Cuts that are worth a likelihood: the best by each of two quick measures, the free one always."""
    if len(ways) <= _FINALISTS + 2:
        return ways
    quick = np.array([_quick_measures(_first(way)) for way in ways])
    chosen = {0}
    for column in quick.T:
        chosen |= set(np.argsort(column, kind="stable")[:_FINALISTS].tolist())
    return [ways[k] for k in sorted(chosen)]


def _quick_measures(segments: list[Segment]) -> tuple[float, float]:
    """Mean squares that a pulse leaves given the state before, and a reading given its pulse number.

    The first is small for the right cut where pulses scatter (the exponential law is affine in the state),
    the second where readings do.
    """
    steps = places = 0.0
    n_steps = n_places = 0
    for sign in (1, -1):
        own = [s.values for s in segments if s.sign == sign]
        before = np.concatenate([v[:-1] for v in own]) if own else np.zeros(0)
        if before.size < 4:
            continue
        after = np.concatenate([v[1:] for v in own])
        x = before - before.mean()
        slope = float(x @ after) / max(float(x @ x), 1e-300)
        left = after - after.mean() - slope * x
        steps += float(left @ left)
        n_steps += len(left)
        longest = max(map(len, own))
        table = np.full((len(own), longest), np.nan)
        for row, v in zip(table, own, strict=True):
            row[: len(v)] = v
        seen = np.isfinite(table)
        centre = np.where(seen, table, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        off = np.where(seen, table - centre, 0.0)
        places += float(np.sum(off**2))
        n_places += int(seen.sum()) - longest
    return steps / max(n_steps, 1), places / max(n_places, 1)
