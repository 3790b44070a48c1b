"""Draws that fill the space evenly: what every user of them relies on."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.quasirandom import SCRAMBLINGS, Part, choose, normals, uniforms
from perovdata.studies.intervals import standard_error

SEEDS = range(30)


@pytest.mark.parametrize("n", [1, 3, 8, 13, 32, 100, 128])
def test_any_number_of_draws_begins_with_the_fewer_ones(n):
    covariance = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 0.0]])
    for part in Part:
        points = uniforms(part, n, seed=5)
        assert points.shape == (n, part.value[1])
        assert ((points > 0) & (points < 1)).all()
        np.testing.assert_array_equal(points, uniforms(part, 300, seed=5)[:n])
    drawn = normals(Part.METRICS, n, 5, covariance)
    np.testing.assert_array_equal(drawn, normals(Part.METRICS, 300, 5, covariance)[:n])
    np.testing.assert_array_equal(drawn[:, 2], 0)


def test_seeds_and_parts_differ_and_every_scrambling_is_even():
    points = np.concatenate([uniforms(part, 128, seed=0) for part in Part], axis=1)
    assert not np.isin(points, uniforms(Part.DEVICE, 128, seed=1)).any()
    assert len(np.unique(points[0])) == points.shape[1]
    for k in range(SCRAMBLINGS):
        cells = np.sort((points[k::SCRAMBLINGS] * 16).astype(int), axis=0)
        np.testing.assert_array_equal(cells, np.repeat(np.arange(16)[:, None], points.shape[1], axis=1))


def test_normals_have_their_covariance():
    covariance = np.array([[4.0, 1.0], [1.0, 0.5]])
    drawn = normals(Part.DEVICE, 4096, 0, covariance)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.03)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.01)


def test_refused_draws_give_way_to_the_next_of_their_scrambling():
    kept = np.ones(32, dtype=bool)
    kept[[0, 9]] = False
    np.testing.assert_array_equal(choose(kept, 16), [8, 1, *range(2, 8), 16, 17, *range(10, 16)])
    assert choose(kept, 32) is None


def _smooth(n, seed):
    """An accuracy that falls smoothly with four of its coordinates."""
    u = uniforms(Part.DEVICE, n, seed)
    loss = 2 * u[:, 2] ** 2 + u[:, 3] + u[:, 4] * u[:, 5]
    return 10 + 80 / (1 + np.exp(3 * (loss - 1.5)))


def _rough(n, seed):
    """The same with a part that belongs to each draw alone."""
    return _smooth(n, seed) + 10 * np.random.default_rng(seed).standard_normal(n)


@pytest.mark.parametrize("accuracy", [_smooth, _rough])
@pytest.mark.parametrize("n", [32, 100, 128])
def test_the_error_said_is_the_scatter_over_seeds(accuracy, n):
    medians = [np.median(accuracy(n, seed)) for seed in SEEDS]
    said = [standard_error(accuracy(n, seed)[:, None]) for seed in SEEDS]
    # The scatter of 30 medians is itself known to 13 %.
    assert np.sqrt(np.mean(np.square(said))) == pytest.approx(np.std(medians, ddof=1), rel=0.35)


def test_even_draws_need_a_quarter_of_the_random_ones():
    even = np.std([np.median(_smooth(128, seed)) for seed in SEEDS], ddof=1)
    random = []
    for seed in SEEDS:
        u = np.random.default_rng(seed).random((4, 128, 6))
        loss = 2 * u[..., 2] ** 2 + u[..., 3] + u[..., 4] * u[..., 5]
        random.append(np.median(10 + 80 / (1 + np.exp(3 * (loss - 1.5)))))
    assert even < np.std(random, ddof=1)


def test_eight_draws_or_fewer_are_random_ones():
    values = np.random.default_rng(0).normal(50, 10, (6, 1))
    rng = np.random.default_rng(1)
    plain = np.median(values.ravel()[rng.integers(6, size=(4000, 6))], axis=1).std()
    assert standard_error(values) == pytest.approx(plain * np.sqrt(6 / 5), rel=0.1)
