"""Address events: the N-MNIST file format, and events made from a sequence of frames."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from perovdata.errors import InputError
from perovdata.files import write_atomic

_RECORD = 5  # bytes of one event
_MAX_TIME = (1 << 23) - 1  # microseconds
_DARK = 0.05  # added to grey values: a dark pixel is not infinitely dark


@dataclass(frozen=True)
class Events:
    """A stream of address events (AER), in order of time.

    Attributes
    ----------
    x, y : ndarray of int32, shape (n,)
        Column and row of the pixel.
    on : ndarray of bool, shape (n,)
        True where the pixel became brighter.
    t : ndarray of float64, shape (n,)
        Time in seconds.
    """

    x: np.ndarray
    y: np.ndarray
    on: np.ndarray
    t: np.ndarray

    def __len__(self) -> int:
        return len(self.t)


def read_events(path: str | os.PathLike[str]) -> Events:
    """Read one file of N-MNIST or N-Caltech101.

    Parameters
    ----------
    path : path-like
        A ``.bin`` file: 40 bits per event, big-endian: x (8), y (8), polarity (1), time in us (23).

    Returns
    -------
    Events

    Raises
    ------
    InputError
        If the file is absent, empty, or not a whole number of events.

    Notes
    -----
    G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor, Front. Neurosci. 9, 437 (2015),
    10.3389/fnins.2015.00437. Time stamps that run backwards are refused: such a file is damaged.
    """
    path = Path(path)
    try:
        raw = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(
            f"file {path}: cannot be read ({error.strerror}); expected an N-MNIST .bin file"
        ) from error
    if raw.size == 0 or raw.size % _RECORD:
        raise InputError(
            f"file {path}: {raw.size} bytes; expected a whole number of 5-byte events (N-MNIST .bin)"
        )
    record = raw.reshape(-1, _RECORD).astype(np.int64)
    time = ((record[:, 2] & 0x7F) << 16) | (record[:, 3] << 8) | record[:, 4]
    backwards = np.flatnonzero(np.diff(time) < 0)
    if backwards.size:
        raise InputError(
            f"file {path}: time of event {backwards[0] + 1} runs backwards; expected an N-MNIST .bin file"
        )
    return Events(
        record[:, 0].astype(np.int32), record[:, 1].astype(np.int32), (record[:, 2] >> 7) == 1, time * 1e-6
    )


def write_events(path: str | os.PathLike[str], events: Events) -> None:
    """Write events in the format of N-MNIST.

    Parameters
    ----------
    path : path-like
    events : Events
        Pixels up to 255, times up to 8.388607 s.

    Raises
    ------
    InputError
        If an address or a time does not fit the format.
    """
    time = np.rint(np.asarray(events.t) * 1e6).astype(np.int64)
    for what, values, top in (("x", events.x, 255), ("y", events.y, 255), ("time in us", time, _MAX_TIME)):
        if len(values) and (np.min(values) < 0 or np.max(values) > top):
            raise InputError(f"events for {path}: {what} outside 0..{top}, the range of the N-MNIST format")
    record = np.empty((len(events), _RECORD), np.uint8)
    record[:, 0], record[:, 1] = events.x, events.y
    record[:, 2] = (np.asarray(events.on, np.int64) << 7) | (time >> 16)
    record[:, 3], record[:, 4] = (time >> 8) & 0xFF, time & 0xFF
    write_atomic(path, record.tobytes())


def events_from_frames(frames: np.ndarray, interval_s: float, threshold: float = 0.2) -> Events:
    """Make events from a sequence of frames, as a dynamic vision sensor would.

    Parameters
    ----------
    frames : ndarray, shape (n_frames, height, width)
        Grey values of 0 or more.
    interval_s : float
        Time between frames in seconds.
    threshold : float
        Change of log intensity that makes one event.

    Returns
    -------
    Events
        A pixel that changes by several thresholds between two frames gives as many events, spread
        evenly over the interval; the pixel's memory moves by whole thresholds, so small changes add up.

    Notes
    -----
    P. Lichtsteiner, C. Posch, T. Delbruck, IEEE J. Solid-State Circuits 43, 566 (2008),
    10.1109/JSSC.2007.914337: an event for each step of log intensity.
    """
    if not (interval_s > 0 and threshold > 0):
        raise InputError(f"events: interval {interval_s} s and threshold {threshold} must be positive")
    frames = np.asarray(frames, float)
    if frames.ndim != 3 or len(frames) < 2:
        raise InputError(f"events: frames of shape {frames.shape}; accepted is (2 or more, height, width)")
    log_frames = np.log(frames + _DARK)
    memory = log_frames[0].copy()
    columns = []
    for index, frame in enumerate(log_frames[1:]):
        steps = np.trunc((frame - memory) / threshold).astype(np.int64)
        memory += steps * threshold
        y, x = np.nonzero(steps)
        count = np.abs(steps[y, x])
        number = np.concatenate([np.arange(1, c + 1) for c in count]) if len(count) else np.empty(0)
        times = (index + number / (np.repeat(count, count) + 1)) * interval_s
        columns.append((np.repeat(x, count), np.repeat(y, count), np.repeat(steps[y, x] > 0, count), times))
    x, y, on, t = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    order = np.argsort(t, kind="stable")
    return Events(x[order].astype(np.int32), y[order].astype(np.int32), on[order], t[order])


def on_event_counts(frames: np.ndarray, threshold: float = 0.2, *, falling: bool = False) -> np.ndarray:
    """Number of on-events (or off-events) per interval between frames, for many scenes at once.

    Parameters
    ----------
    frames : ndarray, shape (n_frames, ...)
        Grey values of 0 or more, time first.
    threshold : float
        As for :func:`events_from_frames`, whose counts these are.
    falling : bool
        Count off-events instead.

    Returns
    -------
    ndarray of float32, shape (n_frames - 1, ...)
    """
    log_frames = np.log(np.asarray(frames, float) + _DARK)
    memory = log_frames[0].copy()
    counts = np.empty((len(frames) - 1, *memory.shape), np.float32)
    for index, frame in enumerate(log_frames[1:]):
        steps = np.trunc((frame - memory) / threshold)
        memory += steps * threshold
        counts[index] = np.maximum(-steps if falling else steps, 0)
    return counts


def frames_from_events(
    events: Events, shape: tuple[int, int], n_frames: int, duration_s: float | None = None
) -> np.ndarray:
    """Count events per pixel, polarity and time bin: the pulses that an in-sensor array receives.

    Parameters
    ----------
    events : Events
    shape : (int, int)
        Height and width; events outside are an error.
    n_frames : int
        Time bins.
    duration_s : float, optional
        Length of the stream; default: up to the last event.

    Returns
    -------
    ndarray of float32, shape (2, n_frames, height, width)
        Off events first, then on events.

    Raises
    ------
    InputError
        If an event lies outside the picture.
    """
    height, width = shape
    if len(events) and (events.x.max() >= width or events.y.max() >= height):
        raise InputError(f"events: pixel ({events.x.max()}, {events.y.max()}) outside {width} x {height}")
    duration = duration_s or (float(events.t[-1]) if len(events) else 1.0)
    bins = np.minimum((events.t / max(duration, 1e-12) * n_frames).astype(np.int64), n_frames - 1)
    counts = np.zeros((2, n_frames, height, width), np.float32)
    np.add.at(counts, (events.on.astype(np.int64), bins, events.y, events.x), 1)
    return counts
