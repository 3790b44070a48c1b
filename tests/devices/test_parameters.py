"""Parameters: validation, batching, device files, presets."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from perovdata.devices import (
    FIELDS,
    PRESETS,
    DeviceFile,
    SynapseParameters,
    Uncertainty,
    load_device,
    preset,
    save_device,
)
from perovdata.errors import InputError


def test_make_broadcasts_and_lists_ideal_fields():
    params = SynapseParameters.make(g_max=[1e-6, 2e-6, 3e-6], g_min=1e-8, nonlinearity_ltp=2.4)
    assert params.n_sets == 3
    assert all(leaf.shape == (3,) and leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(params))
    assert "c2c_sigma" in params.ideal_fields
    assert "energy_per_pulse" in params.ideal_fields
    assert not {"g_max", "g_min", "nonlinearity_ltp"} & set(params.ideal_fields)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"g_max": 1e-9, "g_min": 1e-8}, ["g_min", "1e-08", "1e-09"]),
        ({"nonlinearity_ltp": 12.0}, ["nonlinearity_ltp", "12", "-9 to 9"]),
        ({"c2c_sigma": float("nan")}, ["c2c_sigma", "NaN"]),
        ({"c2c_sigma": -0.1}, ["c2c_sigma", "-0.1"]),
        ({"n_states": 0}, ["n_states", "0"]),
        ({"gmax": 1e-6}, ["gmax", "g_max"]),
        ({"g_max": "high"}, ["g_max", "high"]),
        ({"g_max": [1e-6, 2e-6], "g_min": [1e-8, 2e-8, 3e-8]}, ["g_max 2", "g_min 3"]),
        ({"stuck_on": 0.7, "stuck_off": 0.6}, ["stuck", "1.3"]),
    ],
)
def test_bad_values_are_named(values, words):
    with pytest.raises(InputError) as error:
        SynapseParameters.make(**values)
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_take_stack_replace():
    params = SynapseParameters.make(g_max=[1e-6, 2e-6, 3e-6], g_min=1e-8)
    assert params.take(1).n_sets == 1
    both = SynapseParameters.stack([params.take([2, 0]), params.take(slice(1, 2))])
    np.testing.assert_allclose(both.g_max, [3e-6, 1e-6, 2e-6])
    assert float(params.replace(g_min=2e-8).g_min[0]) == pytest.approx(2e-8)
    with pytest.raises(InputError, match="only 3"):
        params.take(3)


def test_works_under_vmap_and_jit():
    params = SynapseParameters.make(g_max=[2e-6, 4e-6], g_min=1e-6)
    window = jax.jit(jax.vmap(lambda p: p.g_max - p.g_min))(params)
    np.testing.assert_allclose(window, [1e-6, 3e-6], rtol=1e-6)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_have_a_source_and_valid_values(name):
    entry = PRESETS[name]
    assert entry.source
    assert preset(name).n_sets == 1


def test_presets_hold_the_published_numbers():
    device = preset("ag-a-si")  # Table II of the manual: 26 MOhm, on/off 12.5
    assert float(1 / device.g_max[0]) == pytest.approx(26e6, rel=1e-3)
    assert float(device.on_off[0]) == pytest.approx(12.5, rel=1e-3)
    assert float(preset("epiram").on_off[0]) == pytest.approx(50.2, rel=1e-3)
    assert float(preset("hzo-fefet").on_off[0]) == pytest.approx(45, rel=1e-3)
    assert float(preset("gst-pcm").on_off[0]) == pytest.approx(19.8, rel=1e-3)
    with pytest.raises(InputError, match="epiram"):
        preset("epiramm")


def test_device_file_round_trip(tmp_path):
    params = SynapseParameters.make(
        g_max=1.25e-6,
        g_min=1e-8,
        nonlinearity_ltp=2.4,
        nonlinearity_ltd=-4.88,
        ppf_amplitude_1=0.6,
        ppf_tau_1=0.02,
    )
    spread = Uncertainty(
        ("nonlinearity_ltp", "g_max"), ("linear", "log"), np.array([[0.01, 0.0], [0.0, 1e-4]])
    )
    path = tmp_path / "fit.yaml"
    save_device(path, DeviceFile("a device", params, spread, {"file": "pd.csv"}))
    back = load_device(path)
    assert back.name == "a device"
    assert back.notes == {"file": "pd.csv"}
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(back.parameters, name), getattr(params, name))
    draws = back.draws(400, seed=1)
    assert draws.n_sets == 400
    assert float(np.std(draws.nonlinearity_ltp)) == pytest.approx(0.1, rel=0.15)
    assert float(np.std(np.log(draws.g_max))) == pytest.approx(0.01, rel=0.15)
    np.testing.assert_array_equal(draws.g_max, back.draws(400, seed=1).g_max)
    assert float(np.ptp(draws.nonlinearity_ltd)) == 0


def test_device_file_of_the_interface_page(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text(
        "name: my device\ng_max: 1e-6  # S\ng_min: 1.0e-8\nn_pulses_ltp: 64\nnonlinearity_ltd: -4.88\n"
        "retention_tau: null\nppf: {amplitude_1: null, tau_1: null, amplitude_2: null, tau_2: null}\n"
        "energy_per_pulse: null\n"
    )
    params = load_device(path).parameters
    assert float(params.g_max[0]) == pytest.approx(1e-6)
    assert {"retention_tau", "ppf_amplitude_1", "energy_per_pulse"} <= set(params.ideal_fields)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gmax: 1e-6\n", ["gmax", "g_max"]),
        ("g_max: [a]\n", ["g_max", "a"]),
        ("g_max: -1\n", ["g_max", "-1"]),
        ("ppf: {tau: 1}\n", ["ppf", "tau"]),
        ("just text\n", ["just text"]),
        ("g_max: [1\n", ["YAML"]),
        ("uncertainty: {fields: [g_max], scales: [log], covariance: [[-1]]}\n", ["covariance"]),
    ],
)
def test_bad_device_files_are_explained(tmp_path, text, words):
    path = tmp_path / "device.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        load_device(path)
    for word in words:
        assert word in str(error.value)


def test_missing_or_binary_device_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_device(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        load_device(tmp_path)
