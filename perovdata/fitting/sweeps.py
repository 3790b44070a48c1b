"""Segments of one direction on one axis of pulse numbers, without the glitches of instruments."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.laws.likelihood import Sweep
from perovdata.fitting.signal.conductance import noise_of
from perovdata.fitting.signal.glitches import spikes
from perovdata.fitting.signal.measurements import PulseTrain

#: No more than this share of the readings are spikes.
_MOST_SPIKES = 0.1
#: An outlier lies so many standard deviations off a curve that its neighbours follow.
_OUTLIER = 5.0
#: From so many cycles on, cycles are compared with each other.
_MANY = 4


def sweeps_of(train: PulseTrain) -> list[Sweep]:
    """Collect the segments of each direction on one axis of pulse numbers."""
    sweeps = []
    for sign in (1, -1):
        segments = train.of(sign)
        if not segments:
            continue
        axis = np.unique(np.concatenate([s.pulses for s in segments]))
        values = np.full((len(segments), len(axis)), np.nan)
        for row, segment in zip(values, segments, strict=True):
            row[np.searchsorted(axis, segment.pulses)] = segment.values
        n_pulses = max(1, round(float(np.median([s.pulses[-1] for s in segments]))))
        shared = bool(axis[0] == 0 and all(s.shared_start for s in segments[-1:]))
        sweeps.append(Sweep(sign, axis, values, n_pulses, shared))
    return sweeps


def without_spikes(sweeps: list[Sweep]) -> tuple[list[Sweep], int]:
    """Take out single readings that jump away from both neighbours and back (glitches of the instrument).

    Returns
    -------
    list of Sweep
        With NaN where a spike was.
    int
        How many.
    """
    count = 0
    cleaned = []
    for sweep in sweeps:
        values = sweep.values.copy()
        for row in values:
            seen = np.flatnonzero(np.isfinite(row))
            found = spikes(row[seen])
            if found.sum() <= max(_MOST_SPIKES * len(seen), 1):
                row[seen[found]] = np.nan
                count += int(found.sum())
        cleaned.append(Sweep(sweep.sign, sweep.pulses, values, sweep.n_pulses, sweep.shared_start))
    return cleaned, count


def without_outliers(sweeps: list[Sweep], curves: list[np.ndarray]) -> tuple[list[Sweep], int]:
    """Take out single readings that lie far from a curve which their neighbours follow.

    Parameters
    ----------
    sweeps : list of Sweep
    curves : list of ndarray, shape (K,)
        What a law says at the pulses of each.

    Returns
    -------
    list of Sweep
        With NaN where an outlier was.
    int
        How many; none where they are too many to be outliers.
    """
    cleaned, count = [], 0
    for sweep, curve in zip(sweeps, curves, strict=True):
        values = sweep.values.copy()
        cycles = np.isfinite(values).sum(axis=0)
        if len(values) >= _MANY and np.median(cycles) >= _MANY:
            left = off = _off_cycles(values)
        else:
            left = values - curve
            off = np.stack([_off_neighbours(row) for row in left])
        if not np.isfinite(off).any():
            cleaned.append(sweep)
            continue
        span = float(np.nanmax(values) - np.nanmin(values))
        # A reading is often the median itself: from such zeros alone the scatter would seem too small.
        noise = float(np.median([noise_of(row[np.isfinite(row)]) for row in left]))
        scale = max(1.4826 * float(np.nanmedian(np.abs(off))), noise, 1e-4 * span)
        far = np.abs(off) > _OUTLIER * scale
        if 0 < far.sum() <= _MOST_SPIKES * np.isfinite(values).sum():
            values[far] = np.nan
            count += int(far.sum())
        cleaned.append(Sweep(sweep.sign, sweep.pulses, values, sweep.n_pulses, sweep.shared_start))
    return cleaned, count


def _off_neighbours(residual: np.ndarray) -> np.ndarray:
    """Residuals against the median of the nearest five; 0 at the ends, where a first jump is no outlier."""
    off = np.full(len(residual), np.nan)
    seen = np.flatnonzero(np.isfinite(residual))
    if len(seen) < 8:
        return off
    r = residual[seen]
    padded = np.concatenate([r[2:0:-1], r, r[-2:-4:-1]])
    middle = np.median(np.stack([padded[k : len(r) + k] for k in range(5)]), axis=0)
    off[seen] = r - middle
    off[seen[[0, -1]]] = 0.0
    return off


def _off_cycles(values: np.ndarray) -> np.ndarray:
    """Residuals of each cycle against the median of all at the same pulses, shifted and stretched to it."""
    middle = np.full(values.shape[1], np.nan)
    seen = np.isfinite(values).any(axis=0)
    middle[seen] = np.nanmedian(values[:, seen], axis=0)
    off = np.full(values.shape, np.nan)
    for row, left in zip(values, off, strict=True):
        own = np.isfinite(row)
        basis = np.stack([np.ones(int(own.sum())), middle[own]], axis=1)
        kept = np.ones(len(basis), bool)
        for _ in range(2):  # once more without what lies far off
            drift = np.linalg.lstsq(basis[kept], row[own][kept], rcond=None)[0]
            residual = row[own] - basis @ drift
            kept = np.abs(residual) <= _OUTLIER * 1.4826 * np.median(np.abs(residual)) + 1e-300
        left[own] = residual
    return off
