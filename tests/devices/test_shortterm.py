"""Short-term dynamics, light, ageing: what must come out of the states."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import curve_fit

from perovdata.devices import (
    SynapseParameters,
    age,
    at_temperature,
    decay,
    epsc,
    erase,
    event,
    intensity_drive,
    optical_drive,
    paired_pulse_index,
    read_disturb,
    respond,
    rest,
    retained,
    spike_number_response,
    spike_rate_response,
)

FACILITATING = {"ppf_amplitude_1": 0.6, "ppf_tau_1": 0.03, "ppf_amplitude_2": 0.3, "ppf_tau_2": 0.4}


def test_paired_pulse_parameters_come_out_of_a_simulated_experiment():
    truth = np.array([0.6, 0.03, 0.3, 0.4])
    intervals = np.geomspace(0.003, 3, 40)
    index = np.asarray(paired_pulse_index(SynapseParameters.make(**FACILITATING), intervals))[0]

    def model(t, c1, t1, c2, t2):
        return 100 * (1 + c1 * np.exp(-t / t1) + c2 * np.exp(-t / t2))

    found, _ = curve_fit(model, intervals, index, p0=[0.5, 0.02, 0.5, 0.2])
    np.testing.assert_allclose(found, truth, rtol=0.02)


def test_index_above_200_percent_and_depression():
    params = SynapseParameters.make(ppf_amplitude_1=[1.8, -0.4], ppf_tau_1=0.1)
    index = paired_pulse_index(params, [1e-4, 0.1, 100.0])
    np.testing.assert_allclose(index[0], [100 + 180 * np.exp(-1e-3), 100 + 180 / np.e, 100], rtol=1e-4)
    np.testing.assert_allclose(index[1], [100 - 40 * np.exp(-1e-3), 100 - 40 / np.e, 100], rtol=1e-4)


def test_decay_is_exact_between_events():
    params = SynapseParameters.make(
        **FACILITATING, rise_tau=0.01, epsc_fast_tau=0.002, persistent_fraction=0.1
    )
    traces, _ = event(rest((1,)), 1.0, params)
    whole = decay(traces, 0.25, params)
    for dt in (0.1, 0.05, 0.07, 0.03):
        traces = decay(traces, dt, params)
    for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(traces), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_epsc_is_linear_superposition_when_the_traces_sum_below_one():
    params = SynapseParameters.make(**FACILITATING, epsc_fast_tau=0.001)

    def kernel(t):
        decaying = 0.6 * np.exp(-t / 0.03) + 0.3 * np.exp(-t / 0.4) + 0.1 * np.exp(-t / 0.001)
        return np.where(t >= 0, decaying, 0.0)

    events, samples = [0.1, 0.15, 0.4], np.linspace(0, 1, 301)
    samples = samples[np.min(np.abs(samples[:, None] - np.array(events)), axis=1) > 1e-6]
    expected = sum(kernel(samples - t) for t in events)
    np.testing.assert_allclose(epsc(params, events, [1, 1, 1], samples)[0], expected, atol=2e-5)


def test_epsc_rises_with_the_rise_time_and_never_jumps_down_to_nothing():
    params = SynapseParameters.make(ppf_amplitude_1=0.9, ppf_tau_1=1.0, rise_tau=0.05)
    current = np.asarray(epsc(params, [0.0], [1.0], [-0.1, 0.0, 0.01, 0.2, 5.0]))[0]
    assert current[0] == 0
    assert current[1] == pytest.approx(1.0)
    assert current[2] == pytest.approx(0.9 * (np.exp(-0.01) - np.exp(-0.2)), rel=1e-4)
    assert current[2] < current[3] > current[4]


def test_number_and_rate_dependence():
    params = SynapseParameters.make(ppf_amplitude_1=0.8, ppf_tau_1=0.1)
    peaks = np.asarray(spike_number_response(params, 50, 0.05))[0]
    q = np.exp(-0.5)
    assert peaks[0] == 1
    assert peaks[-1] == pytest.approx(1 + 0.8 * q / (1 - q), rel=1e-4)  # geometric series
    gains = np.asarray(spike_rate_response(params, [1.0, 5.0, 50.0]))[0]
    assert gains[0] == pytest.approx(1.0, abs=1e-3)
    assert gains[0] < gains[1] < gains[2]


def test_traces_saturate():
    params = SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=1e3, stm_saturation=2.0)
    traces, _ = respond(params, jnp.full(60, 0.01), jnp.ones(60))
    assert float(traces.total[0]) == pytest.approx(2.0, abs=0.01)


def test_arrays_of_devices_and_parameter_sets():
    params = SynapseParameters.make(ppf_amplitude_1=[0.2, 0.8], ppf_tau_1=0.1)
    drives = jnp.ones((3, 1, 4, 5)) * jnp.asarray([1.0, 0.5, 1.0])[:, None, None, None]
    traces, peaks = respond(params, jnp.full(3, 0.05), drives)
    assert peaks.shape == (3, 2, 4, 5)
    assert traces.slow_1.shape == (2, 4, 5)
    single, _ = respond(params.take(1), jnp.full(3, 0.05), jnp.asarray([1.0, 0.5, 1.0]))
    np.testing.assert_allclose(traces.slow_1[1], single.slow_1[0], rtol=1e-6)


def test_saturation_of_light_and_persistence():
    params = SynapseParameters.make(
        intensity_reference=10.0,
        intensity_exponent=0.7,
        intensity_saturation=50.0,
    )
    drive = np.asarray(intensity_drive(params, jnp.asarray([[0.0, 10.0, 1e9]])))[0]
    top = (50 / 10) ** 0.7 * (1 + (10 / 50) ** 0.7)
    np.testing.assert_allclose(drive, [0, 1, top], rtol=1e-4)
    assert (
        float(optical_drive(SynapseParameters.make(), 2.0, 700.0)[0]) == 2.0
    )  # no band gap known: all light acts
    memory = SynapseParameters.make(persistent_fraction=0.5, persistent_tau=1e4)
    after, _ = event(rest((1,)), 1.0, memory)
    assert float(decay(after, 1e4, memory).total[0]) == pytest.approx(0.5 / np.e, rel=1e-5)


def test_an_erase_pulse_removes_its_share_of_every_trace():
    params = SynapseParameters.make(**FACILITATING, electrical_erase=0.5)
    traces, _ = event(rest((1,)), 1.0, params)
    assert float(erase(traces, params, 2).total[0]) == pytest.approx(float(traces.total[0]) / 4, rel=1e-6)


def test_retention_laws():
    params = SynapseParameters.make(
        retention_tau=[100, 100, np.inf, np.inf],
        retention_beta=[1, 0.5, 1, 1],
        retention_nu=[0, 0, 0.1, 0],
        retention_floor=[0, 0.2, 0, 0],
    )
    left = np.asarray(retained(params, jnp.asarray([[0.0, 400.0]])))
    np.testing.assert_allclose(left[:, 0], 1)
    np.testing.assert_allclose(left[:, 1], [np.exp(-4), 0.2 + 0.8 * np.exp(-2), 401**-0.1, 1], rtol=1e-5)
    np.testing.assert_allclose(age(jnp.full((4, 1), 0.5), params, 400.0)[:, 0], left[:, 1] / 2, rtol=1e-6)


def test_read_disturb_pulls_to_either_end():
    params = SynapseParameters.make(read_disturb=[0.01, -0.01])
    g = read_disturb(jnp.full((2, 1), 0.5), 100, params)[:, 0]
    np.testing.assert_allclose(g, [1 - 0.5 * 0.99**100, 0.5 * 0.99**100], rtol=1e-4)


def test_arrhenius():
    params = SynapseParameters.make(
        activation_energy=[0.5, 0.0], retention_tau=1e4, reference_temperature=300.0
    )
    hot = at_temperature(params, 350.0)
    factor = np.exp(0.5 / 8.617333262e-5 * (1 / 350 - 1 / 300))
    np.testing.assert_allclose(hot.retention_tau, [1e4 * factor, 1e4], rtol=1e-4)
    np.testing.assert_allclose(at_temperature(params, 300.0).retention_tau, [1e4, 1e4])
