"""Labelled event streams: N-MNIST from its folder, or made from still pictures by small eye movements."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from perovdata.errors import InputError
from perovdata.vision.data.events import frames_from_events, on_event_counts, read_events
from perovdata.vision.data.images import Images

_NMNIST_SHAPE = (34, 34)
#: Centre of the picture at the corners of a triangle, as the sensor of N-MNIST moved.
_PATH = ((0, 0), (1, 1), (2, 2), (1, 3), (0, 4), (0, 3), (0, 2), (0, 1), (0, 0))


class EventSet(NamedTuple):
    """Events counted in time bins; polarities stand one after the other along the pixels.

    Attributes
    ----------
    train, test : ndarray of float32, shape (bins, n, pixels)
        1 where a pixel gave at least one event in the bin (one pulse), else 0.
    train_labels, test_labels : ndarray of int32, shape (n,)
    source : str
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray
    source: str


def saccades(images: Images) -> EventSet:
    """Make event streams from still pictures: the picture moves along a triangle of a few pixels.

    Parameters
    ----------
    images : Images

    Returns
    -------
    EventSet
        Eight bins, on- and off-events.
    """

    def stream(pictures: np.ndarray) -> np.ndarray:
        reach = 4
        padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach)))
        height, width = pictures.shape[1:]
        frames = np.stack(
            [
                padded[:, reach - dy : 2 * reach + height - dy, reach - dx : 2 * reach + width - dx]
                for dy, dx in _PATH
            ]
        )
        counts = np.stack([on_event_counts(frames), on_event_counts(frames, falling=True)], axis=2)
        return np.minimum(counts, 1).reshape(len(counts), len(pictures), -1)

    return EventSet(
        stream(images.train),
        stream(images.test),
        images.train_labels,
        images.test_labels,
        f"events made from {images.name}",
    )


def load_nmnist(folder: str | os.PathLike[str], n_bins: int, per_class: int) -> EventSet:
    """Read N-MNIST as its authors unpack: ``Train`` and ``Test`` with one sub-folder of .bin files per digit.

    Parameters
    ----------
    folder : path-like
    n_bins : int
        Time bins of equal length, from the first to the last event of a file.
    per_class : int
        Files read per digit of the training part, the first by name; a quarter of it of the test part.

    Returns
    -------
    EventSet

    Raises
    ------
    InputError
        If the folder is not of that form, or a file is damaged.
    """
    parts = []
    for part, count in (("Train", per_class), ("Test", max(1, per_class // 4))):
        pulses, labels = [], []
        for digit in range(10):
            files = sorted((Path(folder) / part / str(digit)).glob("*.bin"))[:count]
            if not files:
                raise InputError(
                    f"folder {folder}: no .bin files in {part}/{digit}; expected N-MNIST as unpacked: "
                    "Train/0 ... Train/9 and Test/0 ... Test/9"
                )
            for file in files:
                counts = frames_from_events(read_events(file), _NMNIST_SHAPE, n_bins)
                pulses.append(np.minimum(np.moveaxis(counts, 0, 1), 1).reshape(n_bins, -1))
                labels.append(digit)
        parts.append((np.stack(pulses, axis=1), np.array(labels, np.int32)))
    (train, train_labels), (test, test_labels) = parts
    return EventSet(train, test, train_labels, test_labels, "N-MNIST")
