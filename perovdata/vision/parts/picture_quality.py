"""Picture quality: PSNR, SSIM and contrast."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter


def psnr(picture: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio in dB for grey values in 0..1.

    Parameters
    ----------
    picture, reference : ndarray, shape (..., height, width)

    Returns
    -------
    ndarray, shape (...)
        10 log10(1 / mean squared error); infinite for equal pictures.
    """
    error = np.mean((np.asarray(picture, float) - reference) ** 2, axis=(-2, -1))
    with np.errstate(divide="ignore"):
        return -10 * np.log10(error)


def ssim(picture: np.ndarray, reference: np.ndarray, window: int = 7) -> np.ndarray:
    """Mean structural similarity for grey values in 0..1.

    Parameters
    ----------
    picture, reference : ndarray, shape (..., height, width)
    window : int
        Side of the square window in pixels; at most the smaller side of the picture is used.

    Returns
    -------
    ndarray, shape (...)
        1 for equal pictures.

    Notes
    -----
    Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, IEEE Trans. Image Process. 13, 600 (2004),
    10.1109/TIP.2003.819861; uniform window, K1 = 0.01, K2 = 0.03, dynamic range 1.
    """
    a, b = np.broadcast_arrays(np.asarray(picture, float), np.asarray(reference, float))
    side = min(window, *a.shape[-2:])
    size = (1,) * (a.ndim - 2) + (side, side)

    def mean(values: np.ndarray) -> np.ndarray:
        return uniform_filter(values, size, mode="reflect")

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    similarity = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    )
    return similarity.mean(axis=(-2, -1))


def contrast(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Michelson contrast between the figure and its ground.

    Parameters
    ----------
    picture : ndarray, shape (..., height, width)
        Grey values of 0 or more.
    mask : ndarray of bool, same shape
        True where the figure is.

    Returns
    -------
    ndarray, shape (...)
        (figure - ground) / (figure + ground) of the mean grey values; 0 for a black picture.
    """
    picture = np.asarray(picture, float)
    mask = np.broadcast_to(mask, picture.shape)

    def mean(where: np.ndarray) -> np.ndarray:
        return (picture * where).sum(axis=(-2, -1)) / np.maximum(where.sum(axis=(-2, -1)), 1)

    figure, ground = mean(mask), mean(~mask)
    total = figure + ground
    return np.divide(figure - ground, total, out=np.zeros_like(total), where=total > 0)
