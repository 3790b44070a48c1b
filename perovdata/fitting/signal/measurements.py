"""The kinds of measurement, in SI units and in the order of the pulses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


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
    """A quantity falling with time: s since its peak, or since 0 of the file if it falls from the start."""

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


@dataclass(frozen=True)
class Trace:
    """Pulses within a record of current over time.

    Parameters
    ----------
    train : PulseTrain
        State before the first pulse and after each one.
    decay : Decay or None
        The record after the last pulse, if it falls.
    ppf : tuple of float or None
        Interval (s) and index (percent), for exactly two pulses.
    n_pulses : int
    notes : list of str
        What was found and assumed.
    """

    train: PulseTrain
    decay: Decay | None
    ppf: tuple[float, float] | None
    n_pulses: int
    notes: list[str] = field(default_factory=list)
