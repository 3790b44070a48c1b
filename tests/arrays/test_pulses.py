"""Bare pulses: the update laws of the devices room, aihwkit's soft bounds, noise statistics, bad input."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.arrays import Crossbar, apply_pulses
from perovdata.devices import SynapseParameters, quantise, step_exponential
from perovdata.errors import InputError

DEVICES = 20_000


@settings(deadline=None, max_examples=25)
@given(
    labels=st.tuples(st.floats(-8.9, 8.9), st.floats(-8.9, 8.9)),
    pulses=st.tuples(st.integers(1, 500), st.integers(1, 500)),
    n=st.integers(-20, 20),
)
def test_mean_follows_the_law_of_the_devices(labels, pulses, n):
    params = SynapseParameters.make(
        nonlinearity_ltp=labels[0],
        nonlinearity_ltd=labels[1],
        n_pulses_ltp=pulses[0],
        n_pulses_ltd=pulses[1],
    )
    g = jnp.linspace(0.0, 1.0, 33)[None]
    got = apply_pulses(params, g, np.full((1, 1), n))
    np.testing.assert_allclose(got, step_exponential(g, jnp.full((1, 33), float(n)), params), atol=2e-5)
    assert got.min() >= 0
    assert got.max() <= 1


@pytest.mark.parametrize("n", [1, 4, -9])
def test_cycle_noise_grows_with_the_square_root_of_pulses(n):
    params = SynapseParameters.make(c2c_sigma=[0.01, 0.02], n_pulses_ltp=1000, n_pulses_ltd=1000)
    g = np.asarray(apply_pulses(params, jnp.full((2, DEVICES), 0.5), np.full((2, 1), n)), float)
    sigma = np.array([0.01, 0.02]) * np.sqrt(abs(n))
    np.testing.assert_allclose(g.mean(1), 0.5 + n / 1000, atol=5 * sigma.max() / np.sqrt(DEVICES))
    np.testing.assert_allclose(g.std(1), sigma, rtol=0.03)


def test_soft_bounds_of_aihwkit():
    """aihwkit's SoftBounds: one pulse moves w by dw_min (1 - w / b) (1 + s xi); n pulses leave (1 - dw/b)^n.

    With label 9 the exponential's own bound lies at the window's end, so both laws coincide (b = 1 here).
    """
    step, spread, n = 0.01, 0.3, 20
    u = 1 / 0.022810  # curvature of label 9, reference page
    params = SynapseParameters.make(
        nonlinearity_ltp=9.0, n_pulses_ltp=u / -np.log(1 - step), c2c_relative=spread
    )
    start = 0.2
    one = (
        np.asarray(apply_pulses(params, jnp.full((1, DEVICES), start), np.ones((1, 1), int))[0], float)
        - start
    )
    np.testing.assert_allclose(one.mean(), step * (1 - start), rtol=0.01)
    np.testing.assert_allclose(one.std(), spread * step * (1 - start), rtol=0.03)
    g = jnp.full((1, DEVICES), start)
    for event in range(n):
        g = apply_pulses(params, g, np.ones((1, 1), int), event=event)
    np.testing.assert_allclose(np.asarray(g).mean(), 1 - (1 - start) * (1 - step) ** n, rtol=1e-3)


def test_no_pulse_no_change():
    params = SynapseParameters.make(c2c_sigma=0.1, nonlinearity_ltp=3.0)
    g = jnp.linspace(0, 1, 50)[None]
    assert np.array_equal(apply_pulses(params, g, np.zeros((1, 50), int)), g)


def test_noise_belongs_to_set_device_and_event():
    params = SynapseParameters.make(c2c_sigma=[0.02] * 3)
    g, n = jnp.full((3, 40), 0.5), np.ones((3, 40), int)
    whole = apply_pulses(params, g, n, seed=4, event=9)
    part = apply_pulses(params.take([2]), g[:1], n[:1], seed=4, event=9, first_set=2)
    assert np.array_equal(whole[2:], part)
    assert len(np.unique(whole)) == whole.size
    assert not np.array_equal(whole, apply_pulses(params, g, n, seed=4, event=10))
    paired = apply_pulses(params, g, n, paired=True)
    assert np.array_equal(paired[0], paired[2])


def test_device_to_device_labels_spread_the_steps():
    params = SynapseParameters.make(nonlinearity_ltp=2.0, d2d_label_sigma=[0.0, 0.5], n_pulses_ltp=50)
    g = np.asarray(apply_pulses(params, jnp.zeros((2, 4000)), np.full((2, 1), 25)))
    assert np.ptp(g[0]) == 0
    assert g[1].std() > 0.01
    assert abs(np.median(g[1]) - g[0, 0]) < 0.01
    again = np.asarray(apply_pulses(params, jnp.zeros((2, 4000)), np.full((2, 1), 25), event=1))
    assert np.array_equal(g[1], again[1])  # a device keeps its own curve


def test_finite_states_are_what_reads_see():
    params = SynapseParameters.make(n_states=5, c2c_sigma=0.1, g_max=1e-6)
    crossbar = Crossbar(params, (1, 500), scheme="reference")
    state = crossbar.empty()
    g = apply_pulses(params, jnp.full((1, 500), 0.5), np.full((1, 1), 300))
    weights = crossbar.weights(state._replace(g=g.reshape(1, 1, 1, 500)))
    np.testing.assert_allclose(weights[0, 0, 0], 2 * np.asarray(quantise(g, params))[0] - 1, atol=1e-5)
    assert set(np.unique(np.round(2 * (np.asarray(weights) + 1), 4))) <= {0.0, 1.0, 2.0, 3.0, 4.0}


@pytest.mark.parametrize("n_states", [64, 33, 32, 16, 2])
def test_few_states_do_not_stop_single_pulses(n_states):
    """A pulse smaller than half a level is not lost: what pulses add up to decides, given at once or not."""
    params = SynapseParameters.make(n_pulses_ltp=64, n_pulses_ltd=64, n_states=n_states)
    g = jnp.zeros((1, 1))
    for event in range(40):
        g = apply_pulses(params, g, np.array([[1]]), event=event)
    at_once = apply_pulses(params, jnp.zeros((1, 1)), np.array([[40]]))
    np.testing.assert_allclose(g, at_once, atol=1e-5)
    np.testing.assert_allclose(quantise(g, params), quantise(at_once, params), atol=1e-6)
    assert float(quantise(g, params)[0, 0]) == pytest.approx(40 / 64, abs=0.51 / (n_states - 1))


@pytest.mark.parametrize("n", [3_000_000_000, -3_000_000_000, 2**63])
def test_more_pulses_than_32_bits_hold_are_refused(n):
    params = SynapseParameters.make(n_pulses_ltp=64)
    with pytest.raises(InputError, match=f"n_pulses: {n} is beyond the 2147483647 pulses"):
        apply_pulses(params, jnp.full((1, 1), 0.5), np.array([[n]]))
    most = apply_pulses(params, jnp.full((1, 1), 0.5), np.array([[2**31 - 1]]))
    assert float(most[0, 0]) == 1.0


@pytest.mark.parametrize(
    ("g", "n", "message"),
    [
        (np.zeros((2, 5)), np.ones((1, 5), int), r"give \(1, devices\)"),
        (np.zeros(5), np.ones((1, 5), int), r"give \(1, devices\)"),
        (np.zeros((1, 5)), np.ones((1, 4), int), "does not fit"),
        (np.zeros((1, 5)), np.ones((1, 5)), "whole numbers"),
    ],
)
def test_bad_input(g, n, message):
    with pytest.raises(InputError, match=message):
        apply_pulses(SynapseParameters.make(), g, n)


def test_more_sets_than_memory_is_refused_before_allocation():
    params = SynapseParameters.make(g_max=np.full(3000, 1e-6))
    shape = jax.ShapeDtypeStruct((3000, 10**9), jnp.float32)  # nothing is allocated
    with pytest.raises(
        InputError, match=r"need about .* GB and .* GB are free; the largest number that fits is \d"
    ):
        apply_pulses(params, shape, np.ones((1, 1), int))
