"""Picture quality and scenes."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.vision.data.scenes import (
    DIRECTIONS,
    binarise,
    bit_streams,
    enlarge,
    moving_figures,
    noisy_frames,
    stretch,
)
from perovdata.vision.parts.picture_quality import contrast, psnr, ssim

PICTURE = np.random.default_rng(0).random((3, 8, 8)).astype(np.float32)


def test_psnr_of_a_known_error():
    assert psnr(PICTURE + 0.1, PICTURE) == pytest.approx([20, 20, 20], abs=1e-4)
    assert np.isinf(psnr(PICTURE, PICTURE)).all()


def test_ssim_of_equal_and_unrelated_pictures():
    assert ssim(PICTURE, PICTURE) == pytest.approx([1, 1, 1])
    assert (ssim(PICTURE[::-1], PICTURE)[[0, 2]] < 0.6).all()


def test_ssim_of_constants_follows_the_formula():
    # Without variance only the luminance term is left.
    a, b, c1 = 0.4, 0.6, 0.01**2
    expected = (2 * a * b + c1) / (a * a + b * b + c1)
    assert ssim(np.full((8, 8), a), np.full((8, 8), b)) == pytest.approx(expected)


def test_contrast_is_michelsons():
    picture = np.array([[0.75, 0.25]])
    assert contrast(picture, picture > 0.5) == pytest.approx(0.5)
    assert contrast(np.zeros((1, 2)), np.array([[True, False]])) == 0


def test_bit_streams_keep_the_order_of_the_pixels():
    row = np.array([[[1, 0, 1, 1, 0, 1]]], np.float32)
    streams = bit_streams(row, 4)
    assert streams.shape == (4, 1, 2)
    assert streams[:, 0, 0].tolist() == [1, 0, 1, 1]
    assert streams[:, 0, 1].tolist() == [0, 1, 0, 0]  # filled up with black


def test_binarise_cuts_the_margin():
    images = np.zeros((1, 28, 28), np.float32)
    images[0, 4, 4] = 0.5
    assert binarise(images, 4).shape == (1, 20, 20)
    assert binarise(images, 4)[0, 0, 0] == 1


def test_enlarge_interpolates():
    assert enlarge(PICTURE, 1) is PICTURE
    large = enlarge(PICTURE, 2)
    assert large.shape == (3, 16, 16)
    assert large[:, 0, 0] == pytest.approx(PICTURE[:, 0, 0])


def test_stretch_uses_the_whole_range():
    stretched = stretch(PICTURE * 0.3 + 0.2)
    assert stretched.min(axis=(1, 2)) == pytest.approx([0, 0, 0])
    assert stretched.max(axis=(1, 2)) == pytest.approx([1, 1, 1], abs=1e-6)
    assert stretch(np.full((1, 2, 2), 0.7)).max() == 0


@pytest.mark.parametrize("kind", ["gaussian", "salt-pepper"])
def test_noise_is_independent_and_is_light(kind):
    frames = noisy_frames(PICTURE, 2, 0.3, kind, np.random.default_rng(1))
    assert frames.shape == (2, 3, 8, 8)
    assert frames.min() >= 0
    assert not np.array_equal(frames[0], frames[1])
    assert np.array_equal(noisy_frames(PICTURE, 1, 0.0, kind, np.random.default_rng(1))[0], PICTURE)


def test_figures_move_by_their_speed():
    dot = np.zeros((40, 4, 4), np.float32)
    dot[:, 0, 0] = 1
    frames, labels = moving_figures(dot, 3, (1, 3), "digit", np.random.default_rng(0))
    where = np.array([[np.argwhere(frames[t, n])[0] for n in range(40)] for t in range(3)])
    step = np.asarray(DIRECTIONS)[labels % 8] * np.array([1, 3])[labels // 8][:, None]
    assert np.array_equal((where[1] - where[0]) % 8, step % 8)
    assert np.array_equal((where[2] - where[1]) % 8, step % 8)
    assert len(set(labels.tolist())) > 8
