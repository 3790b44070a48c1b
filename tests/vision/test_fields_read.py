"""Every stated field acts in a task, or the task says that it does not read it."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata import simulate
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.vision import TASKS, load_images, run

SMALL = load_images("digits").take(240, 60)

#: A value for every field that is not neutral and leaves a device that can do something.
STATED = {
    "n_states": 16, "c2c_sigma": 0.05, "c2c_relative": 0.5, "d2d_label_sigma": 0.5, "d2d_g_max": 0.2,
    "d2d_g_min": 0.2, "d2d_correlation": 0.5, "stuck_on": 0.05, "stuck_off": 0.05, "read_noise": 0.1,
    "read_noise_relative": 0.1, "endurance_cycles": 10, "endurance_exponent": 2, "retention_tau": 10,
    "retention_beta": 0.5, "retention_nu": 0.5, "retention_t0": 10, "retention_floor": 0.3,
    "read_disturb": 0.01, "activation_energy": 0.5, "reference_temperature": 350, "epsc_amplitude": 1e-9,
    "epsc_fast_tau": 0.2, "rise_tau": 0.2, "ppf_amplitude_1": 0.5, "ppf_tau_1": 0.3, "ppf_amplitude_2": 0.5,
    "ppf_tau_2": 1.0, "stm_saturation": 1.5, "stm_threshold": 0.1, "ltm_gain": 5, "voltage_scale": 0.3,
    "duration_scale": 0.01, "intensity_reference": 2, "intensity_exponent": 0.5, "intensity_saturation": 1,
    "persistent_fraction": 0.5, "persistent_tau": 1, "electrical_erase": 0.5, "optical_erase": 0.5,
    "erase_photon_energy": 2.0, "erase_photon_width": 0.3,
}  # fmt: skip
TASK_OPTIONS = {
    "digits-inference": {"epochs": 10, "ages_s": (1.0, 5.0), "rounds": 2},
    "memory": {"epochs": 10, "ages_s": (1.0, 5.0)},
    "associate": {"cues": 3},
    "reservoir-digits": {},
}


def _scores(task: str, **fields: float) -> np.ndarray:
    base = {"g_max": 1e-6, "g_min": 1e-8, "n_pulses_ltp": 64, "n_pulses_ltd": 64}
    result = run(task, SynapseParameters.make(**{**base, **fields}), images=SMALL, **TASK_OPTIONS[task])
    return np.concatenate([result.accuracy.ravel(), *(v.ravel() for v in result.extras.values())])


@pytest.mark.parametrize("task", TASK_OPTIONS)
def test_fields_that_a_task_does_not_read_change_nothing(task):
    idle = {name: STATED[name] for name in TASKS[task].not_read(STATED)}
    assert idle
    plain = _scores(task)
    np.testing.assert_array_equal(_scores(task, **idle), plain)


@pytest.mark.parametrize(
    ("task", "fields", "field"),
    [
        ("digits-inference", {}, "read_disturb"),
        ("digits-inference", {"retention_tau": 10, "reference_temperature": 350}, "activation_energy"),
        ("memory", {"retention_tau": 10, "activation_energy": 0.5}, "reference_temperature"),
        # A Hopfield network feels the scale of its weights by the noise of reads only.
        (
            "associate",
            {"retention_tau": 1, "reference_temperature": 350, "read_noise": 0.1},
            "activation_energy",
        ),
        (
            "reservoir-digits",
            {"ppf_amplitude_1": 0.5, "ppf_tau_1": 0.3, "reference_temperature": 270},
            "activation_energy",
        ),
    ],
)
def test_wear_of_reads_and_temperature_act(task, fields, field):
    assert field in TASKS[task].uses
    assert not np.array_equal(_scores(task, **fields), _scores(task, **fields, **{field: STATED[field]}))


def test_heat_shortens_memory():
    params = SynapseParameters.make(retention_tau=1e4, activation_energy=0.5)
    options = {"images": SMALL, "epochs": 10, "ages_s": (1.0, 1e3)}
    cold, hot = (run("memory", params, **options, temperature_K=t) for t in (300, 400))
    assert hot.extras["correlation_by_age"][0, 0, 1] < cold.extras["correlation_by_age"][0, 0, 1] - 0.1
    # Arrhenius by hand: 0.5 eV between 300 and 400 K speeds the loss up by a factor of 126.
    shorter = params.replace(retention_tau=1e4 / np.exp(0.5 / 8.617333262e-5 * (1 / 300 - 1 / 400)))
    same = run("memory", shorter, **options)
    np.testing.assert_allclose(
        same.extras["correlation_by_age"], hot.extras["correlation_by_age"], rtol=1e-3, atol=2e-2
    )


def test_the_result_names_what_it_does_not_read(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text("g_max: 1e-6\nltm_gain: 2\nretention_tau: 100\nread_voltage: 0.1\n")
    told = simulate(device=path, task="digits-inference", options={"ages_s": "1", "rounds": "1"})
    assert told["not_read"] == ["ltm_gain"]
    told = simulate(device=path, task="snn-stdp", options={"train_images": 40, "neurons": 5, "steps": 3})
    assert told["not_read"] == ["retention_tau", "ltm_gain", "read_voltage"]
    assert set(STATED) <= set(FIELDS)
