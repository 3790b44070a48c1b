"""Single readings that jump away from both neighbours and back: glitches of the instrument."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.signal.conductance import noise_of

#: A spike leaves its neighbours by so many times the noise.
_SPIKE = 8.0


def spikes(y: np.ndarray) -> np.ndarray:
    """Readings that lie far from the median of their neighbourhood while both neighbours lie on one side."""
    found = np.zeros(len(y), bool)
    if len(y) < 6:
        return found
    step = np.diff(y)
    scale = max(noise_of(y), float(np.median(np.abs(step - np.median(step)))))
    middle = np.array(y)
    # Near the ends the neighbourhood is shorter, but symmetric: of a monotone run the median is the reading.
    middle[1:-1] = np.median(np.stack([y[:-2], y[1:-1], y[2:]]), axis=0)
    middle[2:-2] = np.median(np.stack([y[k : len(y) - 4 + k] for k in range(5)]), axis=0)
    away = y - middle
    before, after = np.zeros_like(y), np.zeros_like(y)
    before[1:], after[:-1] = step, -step
    # Against a neighbour that is a spike itself nothing is said: the median decides.
    found = np.abs(away) > max(_SPIKE * scale, 1e-9 * float(np.ptp(y)))
    alone = (before * after > 0) & (np.minimum(np.abs(before), np.abs(after)) > 0.5 * np.abs(away))
    beside = np.convolve(found, [1, 0, 1], mode="same") > 0
    return found & (alone | beside)


def bridged(y: np.ndarray) -> np.ndarray:
    """Readings with a straight line in place of the spikes, to see where a train turns."""
    found = spikes(y)
    if not found.any() or found.all():
        return y
    at = np.arange(len(y))
    return np.where(found, np.interp(at, at[~found], y[~found]), y)
