"""What the sensor looks at: noisy frames, pulse streams, moving figures, colour mixtures."""

from __future__ import annotations

from typing import TypeVar

import jax
import numpy as np
from scipy.ndimage import zoom

from perovdata.errors import InputError

Pictures = TypeVar("Pictures", np.ndarray, jax.Array)

#: Unit steps (rows, columns) of the eight directions of motion.
DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
#: Blue, green and red light of common laser and LED sources.
WAVELENGTHS_NM = (450.0, 532.0, 635.0)


def binarise(images: np.ndarray, crop: int = 0) -> np.ndarray:
    """Black and white at half intensity, after cutting ``crop`` pixels off every side.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        Grey values in 0..1.
    crop : int
        4 turns the 28 x 28 of MNIST into the 20 x 20 of MLP-NeuroSim.

    Returns
    -------
    ndarray of float32, shape (n, height - 2 crop, width - 2 crop)
    """
    cut = images[:, crop : images.shape[1] - crop, crop : images.shape[2] - crop]
    return (cut >= 0.5).astype(np.float32)


def enlarge(images: np.ndarray, factor: int) -> np.ndarray:
    """Pictures with ``factor`` times the pixels per side, by linear interpolation."""
    if factor == 1:
        return images
    return np.clip(zoom(images, (1, factor, factor), order=1), 0, 1).astype(np.float32)


def stretch(pictures: Pictures) -> Pictures:
    """Automatic gain: every picture stretched to 0..1 (a flat picture becomes black)."""
    axes = (-2, -1)
    low = pictures.min(axis=axes, keepdims=True)
    span = pictures.max(axis=axes, keepdims=True) - low
    return (pictures - low) / (span + (span <= 1e-9))


def noisy_frames(
    images: np.ndarray, n_frames: int, noise: float, kind: str, rng: np.random.Generator
) -> np.ndarray:
    """Independent noisy exposures of the same pictures.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    n_frames : int
    noise : float
        Standard deviation of the grey value (``gaussian``), or share of the pixels that become black or
        white at random (``salt-pepper``).
    kind : str
    rng : numpy Generator

    Returns
    -------
    ndarray of float32, shape (n_frames, n, height, width)
        Light is never negative: values are kept in 0..1.
    """
    shape = (n_frames, *images.shape)
    if kind == "gaussian":
        frames = images + noise * rng.standard_normal(shape, dtype=np.float32)
    else:
        hit = rng.random(shape, dtype=np.float32) < noise
        frames = np.where(hit, rng.random(shape, dtype=np.float32) < 0.5, images)
    return np.clip(frames, 0, 1).astype(np.float32)


def bit_streams(images: np.ndarray, n_bits: int) -> np.ndarray:
    """Cut the rows of black-and-white pictures into streams of pulses.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        Values 0 or 1.
    n_bits : int
        Pulses per stream; rows are filled up with black at their end.

    Returns
    -------
    ndarray of float32, shape (n_bits, n, streams)
        Time first; height x ceil(width / n_bits) streams, one device each.
    """
    n, _, width = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (0, -width % n_bits)))
    return np.moveaxis(padded.reshape(n, -1, n_bits), 2, 0).astype(np.float32)


def moving_figures(
    images: np.ndarray, n_frames: int, speeds: tuple[int, ...], figure: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Figures that cross a field of twice their size.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        One figure per scene.
    n_frames : int
    speeds : tuple of int
        Pixels per frame.
    figure : str
        ``digit``: the pictures themselves; ``bar``: a bar at a random angle instead.
    rng : numpy Generator

    Returns
    -------
    frames : ndarray of float32, shape (n_frames, n, 2 height, 2 width)
        The field is closed (what leaves on one side enters on the other) and the start is anywhere, so
        no single frame tells anything about the motion.
    labels : ndarray of int32, shape (n,)
        8 x (index of the speed) + direction.
    """
    n, height, width = images.shape
    direction = rng.integers(0, len(DIRECTIONS), n)
    speed = rng.integers(0, len(speeds), n)
    start = rng.integers(0, (2 * height, 2 * width), (n, 2))
    if figure == "bar":
        images = _bars(n, height, width, rng)
    field = np.zeros((n, 2 * height, 2 * width), np.float32)
    field[:, :height, :width] = images
    step = np.asarray(DIRECTIONS)[direction] * np.asarray(speeds)[speed, None]
    scene = np.arange(n)[:, None, None]
    frames = np.empty((n_frames, *field.shape), np.float32)
    for index in range(n_frames):
        offset = start + index * step
        rows = (np.arange(2 * height) - offset[:, :1]) % (2 * height)
        columns = (np.arange(2 * width) - offset[:, 1:]) % (2 * width)
        frames[index] = field[scene, rows[:, :, None], columns[:, None, :]]
    return frames, np.asarray(len(DIRECTIONS) * speed + direction, np.int32)


def _bars(n: int, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, np.pi, (n, 1, 1))
    y = np.arange(height)[:, None] - (height - 1) / 2
    x = np.arange(width)[None, :] - (width - 1) / 2
    across = np.abs(y * np.cos(angle) - x * np.sin(angle))
    along = np.abs(y * np.sin(angle) + x * np.cos(angle))
    return ((across <= 1.0) & (along <= min(height, width) / 2)).astype(np.float32)


def colour_mixtures(
    images: np.ndarray, labels: np.ndarray, n_colours: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Scenes of several figures over each other, one per colour of light.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    labels : ndarray of int, shape (n,)
    n_colours : int
        C.
    rng : numpy Generator

    Returns
    -------
    scenes : ndarray of float32, shape (C, n, height, width)
        Intensity of each colour.
    figure : ndarray of int32, shape (C, n)
        Class of the figure in each colour.
    """
    if len(images) < n_colours:
        raise InputError(f"colour mixtures: {len(images)} images, at least {n_colours} are needed")
    order = np.stack([rng.permutation(len(images)) for _ in range(n_colours)])
    return images[order].astype(np.float32), labels[order].astype(np.int32)
