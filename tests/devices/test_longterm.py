"""Long-term laws: n single pulses = one n-pulse transition, bounds, noise statistics, device spread."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.devices import (
    JumpTable,
    MeasuredCurve,
    SynapseParameters,
    exponential,
    hold_stuck,
    jump,
    label_to_a,
    label_to_curvature,
    logarithmic,
    piecewise,
    power,
    preset,
    quantise,
    sample_devices,
    soft_bounds,
    step_exponential,
    worn_window,
)
from perovdata.errors import InputError

_CURVE = MeasuredCurve.make([0.0, 0.35, 0.6, 0.75, 0.9, 0.97, 1.0], [1.0, 0.5, 0.3, 0.15, 0.08, 0.03, 0.0])

LAWS = {
    "exponential": lambda g, n: exponential(g, n / 64.0, jnp.where(n > 0, 2.0, -5.0)),
    "soft bounds": lambda g, n: soft_bounds(g, n, 0.03),
    "linear step": lambda g, n: soft_bounds(g, n, 0.02, 0.4),
    "constant step": lambda g, n: soft_bounds(g, n, 0.01, 0.0),
    "power": lambda g, n: power(g, n, 0.03, 2.2),
    "logarithmic": lambda g, n: logarithmic(g, n, 0.04, 3.0),
    "piecewise": lambda g, n: piecewise(g, n, _CURVE),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("sign", [1, -1])
def test_n_single_pulses_equal_one_transition(name, sign):
    law = jax.jit(LAWS[name])
    start = jnp.linspace(0.3, 0.7, 9)
    n = 3 if name == "piecewise" else 20
    g = start
    for _ in range(n):
        g = law(g, jnp.full(9, 1.0 * sign))
    whole = law(start, jnp.full(9, 1.0 * sign * n))
    if name in ("constant step", "logarithmic"):  # these laws leave the window when driven on
        g, whole = jnp.clip(g, 0, 1), jnp.clip(whole, 0, 1)
    np.testing.assert_allclose(g, whole, atol=1e-6)
    assert (sign * (whole - start) >= 0).all()


def test_exponential_equals_the_published_curve():
    # G_LTP(P) = B (1 - exp(-P / A)) + Gmin and G_LTD (Chen, Peng, Yu 2018), 2.4 / -4.88.
    params = preset("ag-a-si")
    pulses = np.arange(98)
    a = float(label_to_a(2.4)) * 97
    curve = (1 - np.exp(-pulses / a)) / (1 - np.exp(-97 / a))
    np.testing.assert_allclose(step_exponential(jnp.zeros((1, 98)), pulses, params)[0], curve, atol=2e-6)
    pulses = np.arange(101)
    a = float(label_to_a(4.88)) * 100
    curve = 1 - (1 - np.exp(-pulses / a)) / (1 - np.exp(-100 / a))
    np.testing.assert_allclose(step_exponential(jnp.ones((1, 101)), -pulses, params)[0], curve, atol=2e-6)


@given(
    st.lists(st.integers(-40, 40), min_size=1, max_size=12),
    st.floats(-9, 9),
    st.floats(-9, 9),
    st.floats(0, 0.3),
    st.integers(0, 2**31 - 1),
)
@settings(deadline=None, max_examples=30)
def test_any_pulse_sequence_stays_inside_the_window(sequence, up, down, sigma, seed):
    params = SynapseParameters.make(
        n_pulses_ltp=32, n_pulses_ltd=50, nonlinearity_ltp=up, nonlinearity_ltd=down, c2c_sigma=sigma
    )
    rng = np.random.default_rng(seed)
    g = jnp.full((1, 8), 0.5)
    for n in sequence:
        g = step_exponential(g, n, params, jnp.asarray(rng.standard_normal((1, 8)), jnp.float32))
        assert bool(((g >= 0) & (g <= 1)).all())


@pytest.mark.parametrize("n", [1, 4, 16])
def test_cycle_noise_has_its_mean_variance_and_root_n_scaling(n):
    params = SynapseParameters.make(n_pulses_ltp=400, c2c_sigma=0.01)
    noise = jax.random.normal(jax.random.key(3), (1, 100_000))
    g = step_exponential(jnp.full((1, 100_000), 0.5), n, params, noise)
    moved = np.asarray(g[0]) - 0.5
    sigma = 0.01 * np.sqrt(n)
    assert moved.mean() == pytest.approx(n / 400, abs=4 * sigma / np.sqrt(1e5))
    assert moved.std() == pytest.approx(sigma, rel=4 / np.sqrt(2e5))


def test_relative_noise_of_n_pulses_adds_like_independent_pulses():
    params = SynapseParameters.make(n_pulses_ltp=400, c2c_relative=0.3)
    noise = jax.random.normal(jax.random.key(4), (2, 16, 100_000))
    start = jnp.full((1, 100_000), 0.5)
    whole = step_exponential(start, 16, params, noise[0, :1])
    single = start
    for k in range(16):
        single = step_exponential(single, 1, params, noise[1, k : k + 1])
    assert float(whole.std()) == pytest.approx(float(single.std()), rel=0.02)
    assert float(whole.std()) == pytest.approx(0.3 / 400 * 4, rel=0.02)


def test_no_pulse_no_noise():
    params = SynapseParameters.make(c2c_sigma=0.1, c2c_relative=0.5)
    g = jnp.full((1, 5), 0.4)
    np.testing.assert_array_equal(step_exponential(g, 0, params, jnp.ones((1, 5))), g)


def test_update_is_differentiable_also_without_noise_and_at_label_zero():
    def end(label):
        params = SynapseParameters.make(n_pulses_ltp=64)
        params = jax.tree.map(lambda leaf: leaf[0], params)
        object.__setattr__(params, "nonlinearity_ltp", label)
        return step_exponential(jnp.float32(0.2), 10.0, params, jnp.float32(0.3))

    slope = jax.grad(end)(jnp.float32(0.0))
    finite = (end(jnp.float32(0.05)) - end(jnp.float32(-0.05))) / 0.1
    assert float(slope) == pytest.approx(float(finite), rel=0.02)


def test_soft_bounds_equals_aihwkit_mean_update():
    # aihwkit LinearStep, w in [-1, 1]: dw = dw_min (1 - gamma w / w_max); iterated in plain float64.
    dw_min, gamma = 0.02, 0.6
    w = -0.9
    for _ in range(50):
        w += dw_min * (1 - gamma * w)
    g = soft_bounds(jnp.float32(0.05), 50.0, dw_min * (1 + gamma) / 2, 2 * gamma / (1 + gamma))
    assert float(g) == pytest.approx((w + 1) / 2, abs=1e-6)
    # and soft bounds are the exponential law with u = -N log(1 - step)
    same = exponential(jnp.float32(0.05), 50 / 64, jnp.float32(-64 * np.log(1 - 0.03)))
    scale = 1 / (1 - 0.97**64)  # NeuroSim's curve reaches 1 after N pulses, soft bounds only later
    assert float(soft_bounds(jnp.float32(0.05 / scale), 50.0, 0.03)) * scale == pytest.approx(
        float(same), abs=1e-6
    )


def test_quantise():
    params = SynapseParameters.make(n_states=[5, np.inf])
    g = jnp.asarray([[0.1, 0.13, 0.9], [0.1, 0.13, 0.9]])
    np.testing.assert_allclose(quantise(g, params), [[0.0, 0.25, 1.0], [0.1, 0.13, 0.9]], atol=1e-7)


def test_measured_curve_must_be_monotone():
    with pytest.raises(InputError, match="pulses 1, 2"):
        MeasuredCurve.make([0, 0.5, 0.4], [1, 0])


def test_jump_table_reproduces_mean_and_spread():
    rng = np.random.default_rng(0)
    g = rng.uniform(0, 1, 40_000)
    dg_up = 0.05 * (1 - g) + rng.normal(0, 0.01, g.size)
    dg_down = -0.02 + rng.normal(0, 0.005, g.size)
    table = JumpTable.from_pulses(g, dg_up, g, dg_down, n_quantiles=64)
    start = jnp.full(20_000, 0.4)
    uniforms = jax.random.uniform(jax.random.key(0), (4, 20_000))
    one = np.asarray(jump(start, 1, table, uniforms)) - 0.4
    assert one.mean() == pytest.approx(0.03, abs=1e-3)
    assert one.std() == pytest.approx(0.01, rel=0.05)
    four = np.asarray(jump(start, -4, table, uniforms)) - 0.4
    assert four.mean() == pytest.approx(-0.08, abs=1e-3)
    assert four.std() == pytest.approx(0.01, rel=0.05)
    with pytest.raises(InputError, match="at least 5"):
        JumpTable.from_pulses([0.1], [0.1], g, dg_down)


def test_device_spread_matches_its_parameters():
    params = SynapseParameters.make(
        g_max=[1e-6, 2e-6],
        g_min=1e-8,
        nonlinearity_ltp=2.0,
        nonlinearity_ltd=-3.0,
        d2d_label_sigma=[0.4, 0.0],
        d2d_g_max=0.1,
        d2d_g_min=0.2,
        d2d_correlation=0.7,
        stuck_on=0.02,
        stuck_off=0.05,
    )
    devices = sample_devices(jax.random.key(1), params, (100_000,))
    assert devices.g_max.shape == (2, 100_000)
    log_max, log_min = np.log(devices.g_max[0] / 1e-6), np.log(devices.g_min[0] / 1e-8)
    assert log_max.std() == pytest.approx(0.1, rel=0.02)
    assert log_min.std() == pytest.approx(0.2, rel=0.02)
    assert np.corrcoef(log_max, log_min)[0, 1] == pytest.approx(0.7, abs=0.01)
    np.testing.assert_allclose(devices.g_max[1], 2 * devices.g_max[0], rtol=1e-5)  # common random numbers
    up = np.asarray(devices.curvature_ltp)
    assert np.ptp(up[1]) == 0
    from perovdata.devices import curvature_to_label

    labels_up = np.asarray(curvature_to_label(devices.curvature_ltp[0]))
    labels_down = np.asarray(curvature_to_label(devices.curvature_ltd[0]))
    assert labels_up.mean() == pytest.approx(2.0, abs=0.01)
    assert labels_up.std() == pytest.approx(0.4, rel=0.02)
    assert np.corrcoef(np.abs(labels_up), np.abs(labels_down))[0, 1] == pytest.approx(0.7, abs=0.01)
    stuck = np.asarray(devices.stuck[0])
    assert (stuck == 1).mean() == pytest.approx(0.02, abs=0.003)
    assert (stuck == -1).mean() == pytest.approx(0.05, abs=0.003)
    held = hold_stuck(jnp.full(100_000, 0.3), devices.stuck[0])
    assert set(np.unique(held)) == {np.float32(0), np.float32(0.3), np.float32(1)}


def test_window_halves_at_the_endurance():
    params = SynapseParameters.make(endurance_cycles=[1e5, np.inf], endurance_exponent=2.0)
    left = worn_window(params, jnp.asarray([[0.0, 1e5, 2e5]]))
    np.testing.assert_allclose(left, [[1, 0.5, 1 / 16], [1, 1, 1]], rtol=1e-5)


def test_labels_survive_a_step_in_float32_at_both_ends():
    for label in (9.0, 1e-4, 0.0, -9.0):
        g = exponential(jnp.float32(0.0), jnp.float32(1.0), label_to_curvature(jnp.float32(label)))
        assert float(g) == pytest.approx(1.0, abs=1e-6)
