"""Quality of the counter-based generator: distribution, tails, independence along every word of the key."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from perovdata.arrays.kernel.counter_rng import (
    event_key,
    hash_bits,
    lane_keys,
    normal,
    normal_from_bits,
    uniform,
)

N = 1 << 20
KEYS = jnp.asarray(lane_keys(5, [0, 0, 1, 2], [0, 1, 0, 0]))


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Normals of four lanes, (4, N)."""
    return np.asarray(normal(KEYS[:, None], jnp.arange(N, dtype=jnp.uint32)), np.float64)


def test_moments(draws):
    z = draws.ravel()
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / z.size)
    assert abs((z**3).mean()) < 4 * np.sqrt(15 / z.size)
    assert abs((z**4).mean() - 3) < 4 * np.sqrt(96 / z.size)


@pytest.mark.parametrize("level", [1.0, 2.0, 3.0, 4.0, 4.5])
def test_tails(draws, level):
    expected = 2 * stats.norm.sf(level) * draws.size
    assert abs((np.abs(draws) > level).sum() - expected) < 4 * np.sqrt(expected)


def test_distribution(draws):
    assert stats.kstest(draws[0], "norm").pvalue > 1e-3


def test_quantile_is_accurate_for_every_bit_pattern():
    bits = np.unique(np.concatenate([np.linspace(0, 2**32 - 1, 200_001), 2.0 ** np.arange(32)])).astype(
        np.uint32
    )
    z = np.asarray(normal_from_bits(jnp.asarray(bits)), np.float64)
    p = ((bits >> 1) + 0.5) / 2**32
    assert np.isfinite(z).all()
    # One polynomial of p, wherever it lies; the sign comes from the lowest bit.
    assert np.abs(z - np.where(bits & 1, 1, -1) * stats.norm.ppf(p)).max() < 1e-4
    assert 6.3 < np.abs(z).max() < 6.4


def test_uniform_stays_off_both_ends():
    u = np.asarray(uniform(KEYS[0], jnp.arange(N, dtype=jnp.uint32)))
    assert u.min() > 0
    assert u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 1e-3


def test_lanes_devices_and_events_are_independent(draws):
    limit = 4.5 / np.sqrt(N)
    across = np.corrcoef(draws)
    assert np.abs(across[np.triu_indices(4, 1)]).max() < limit
    for lag in (1, 2, 100, 400, 1024):
        assert abs(np.corrcoef(draws[0, :-lag], draws[0, lag:])[0, 1]) < limit
    # One device through many events, and neighbouring events on the same devices.
    events = event_key(event_key(KEYS[0], jnp.arange(1024, dtype=jnp.uint32)), 3)
    z = np.asarray(normal(events[:, None], jnp.arange(1024, dtype=jnp.uint32)), np.float64)
    assert abs(np.corrcoef(z[:-1].ravel(), z[1:].ravel())[0, 1]) < limit
    for sums in (z.sum(0), z.sum(1)):  # a common part would show in the variance of sums
        assert abs(sums.var() / 1024 - 1) < 5 * np.sqrt(2 / 1024)


def test_squares_are_independent_as_well():
    z = np.asarray(normal(event_key(KEYS[:2], 7)[:, None], jnp.arange(N, dtype=jnp.uint32)), np.float64) ** 2
    limit = 4.5 / np.sqrt(N)
    assert abs(np.corrcoef(z[0], z[1])[0, 1]) < limit
    assert abs(np.corrcoef(z[0, 1:], z[0, :-1])[0, 1]) < limit


def test_every_bit_flips_half_of_the_output():
    counter = jnp.arange(4096, dtype=jnp.uint32)
    base = np.asarray(hash_bits(KEYS[0], counter))
    for bit in range(32):
        other = np.asarray(hash_bits(KEYS[0], counter ^ np.uint32(1 << bit)))
        flipped = np.unpackbits((base ^ other).view(np.uint8)).reshape(4096, 32).mean(0)
        assert np.abs(flipped - 0.5).max() < 0.06


def test_key_of_a_lane_is_its_own():
    assert np.array_equal(lane_keys(5, [2], [0])[0], np.asarray(KEYS[3]))
    assert len(np.unique(lane_keys(0, range(50), [0] * 50), axis=0)) == 50
    assert not np.array_equal(lane_keys(0, [0], [1]), lane_keys(1, [0], [0]))
