"""Every field acts in each task that says it reads it, and in no other."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata import simulate
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.vision import TASKS, TaskResult, load_images, run

SMALL = load_images("digits").take(240, 60)

#: A device that can do something in every task.
BASE = {
    "g_max": 1e-6,
    "g_min": 1e-8,
    "n_pulses_ltp": 64,
    "n_pulses_ltd": 64,
    "read_noise": 0.05,
    "ppf_amplitude_1": 0.4,
    "ppf_tau_1": 0.2,
}
#: Another value of every field than the device's own or the neutral one.
STATED = {
    "g_max": 2e-6, "g_min": 2e-7, "n_pulses_ltp": 20, "n_pulses_ltd": 20, "nonlinearity_ltp": 2.0,
    "nonlinearity_ltd": -2.0, "n_states": 8, "c2c_sigma": 0.05, "c2c_relative": 0.5, "d2d_label_sigma": 0.5,
    "d2d_g_max": 0.2, "d2d_g_min": 0.5, "d2d_correlation": 0.9, "stuck_on": 0.05, "stuck_off": 0.05,
    "read_noise": 0.2, "read_noise_relative": 0.1, "endurance_cycles": 10, "endurance_exponent": 2,
    "retention_tau": 10, "retention_beta": 0.5, "retention_nu": 0.5, "retention_t0": 10,
    "retention_floor": 0.3, "read_disturb": 0.01, "activation_energy": 0.5, "reference_temperature": 320,
    "epsc_amplitude": 2e-9, "epsc_fast_tau": 0.2, "rise_tau": 0.2, "ppf_amplitude_1": 0.8, "ppf_tau_1": 0.5,
    "ppf_amplitude_2": 0.5, "ppf_tau_2": 1.0, "stm_saturation": 0.6, "intensity_reference": 2,
    "intensity_exponent": 0.5, "intensity_saturation": 1, "persistent_fraction": 0.5, "persistent_tau": 0.1,
    "bandgap": 2.5, "absorption_width": 0.2, "film_thickness": 1e-7, "film_reflectance": 0.3,
    "electrical_erase": 0.5, "read_voltage": 0.3, "write_voltage": 3.0, "pulse_width": 3e-5,
    "read_width": 3e-5, "energy_per_pulse": 3e-12,
}  # fmt: skip
#: What else a device must state for a field to act.
_WINDOWS = {"d2d_g_max": 0.2, "d2d_g_min": 0.5, "d2d_label_sigma": 0.5, "c2c_sigma": 0.02, "g_min": 3e-7}
_EVENT = {"epsc_amplitude": 1e-9, "read_voltage": 0.1, "pulse_width": 1e-3}
WITH = {
    "g_min": {"read_noise_relative": 0.05},
    "g_max": {"g_min": 3e-7, "read_noise_relative": 0.2},
    "n_pulses_ltd": {"c2c_sigma": 0.05},  # corrections go down too
    "nonlinearity_ltd": {"c2c_sigma": 0.05},
    "d2d_g_min": {"g_min": 3e-7},
    "d2d_g_max": {"stm_saturation": 1.0},
    "d2d_correlation": _WINDOWS,
    "endurance_exponent": {"endurance_cycles": 5},
    "retention_beta": {"retention_tau": 5},
    "retention_t0": {"retention_nu": 0.7},
    "retention_floor": {"retention_tau": 1},
    "activation_energy": {"retention_tau": 1, "reference_temperature": 330},
    "reference_temperature": {"retention_tau": 1, "activation_energy": 0.5},
    "ppf_amplitude_2": {"ppf_tau_2": 1.0},
    "ppf_tau_2": {"ppf_amplitude_2": 1.5, "ppf_tau_2": 0.1},
    "persistent_fraction": {"persistent_tau": 5},
    "persistent_tau": {"persistent_fraction": 0.9},
    "electrical_erase": {"ppf_amplitude_1": 0.9, "ppf_tau_1": 5.0},
    "intensity_reference": {"intensity_saturation": 1, "bandgap": 2.4},
    "intensity_exponent": {"bandgap": 2.4},
    "intensity_saturation": {"bandgap": 2.4},
    "absorption_width": {"bandgap": 2.5},
    "film_thickness": {"bandgap": 2.4},
    "film_reflectance": {"bandgap": 2.4},
    "epsc_amplitude": _EVENT,
    "read_voltage": _EVENT,
    "pulse_width": _EVENT,
}
#: Small runs, with the light and the pause without which some fields have nothing to act on.
_PAUSE = {"pause_s": 0.1}
_LIGHT = {"wavelength_nm": 500.0}
OPTIONS = {
    "digits-online": {"epochs": 2, "hidden": 20},
    "digits-inference": {"epochs": 10, "ages_s": (1.0, 5.0), "rounds": 2},
    "retina-denoise": {"epochs": 10, "frames": 4, **_PAUSE, **_LIGHT},
    "reservoir-digits": _PAUSE,
    "colour": {},
    "motion": {**_PAUSE, **_LIGHT},
    "events": {**_PAUSE, **_LIGHT},
    "memory": {"epochs": 10, "ages_s": (1.0, 5.0)},
    "associate": {"cues": 3},
    "snn-stdp": {"train_images": 60, "neurons": 10, "steps": 6},
}
#: These three read every field; the others take longer together.
QUICK = ("digits-online", "digits-inference", "retina-denoise")


def _run(task: str, sets: list[dict[str, float]]) -> TaskResult:
    params = SynapseParameters.stack([SynapseParameters.make(**{**BASE, **fields}) for fields in sets])
    return run(task, params, images=SMALL, **OPTIONS[task])


def _figures(result: TaskResult) -> np.ndarray:
    """Everything that a task measures and what it costs, shape (sets, figures)."""
    costs = (
        "energy_per_image_J",
        "energy_training_J",
        "latency_per_image_s",
        "area_m2",
        "curve",
        "confusion",
    )
    parts = [result.accuracy, *result.extras.values(), *(getattr(result, name) for name in costs)]
    return np.concatenate([part.reshape(len(part), -1) for part in parts if part is not None], axis=1)


def _differ(a: np.ndarray, b: np.ndarray) -> bool:
    return not np.array_equal(a, b, equal_nan=True)


def test_every_field_is_read_by_a_quick_task():
    assert set(STATED) == set(FIELDS)
    assert set(FIELDS) == {name for task in QUICK for name in (*TASKS[task].uses, *TASKS[task].costs)}


@pytest.mark.parametrize(
    "task", [t if t in QUICK else pytest.param(t, marks=pytest.mark.slow) for t in OPTIONS]
)
def test_every_field_that_a_task_reads_acts_and_no_other(task):
    reads = [*dict.fromkeys((*TASKS[task].uses, *TASKS[task].costs))]
    idle = TASKS[task].not_read(STATED)
    contexts = [WITH.get(name, {}) for name in reads]
    changed = [{**context, name: STATED[name]} for name, context in zip(reads, contexts, strict=True)]
    figures = _figures(_run(task, [*contexts, *changed, {}, {name: STATED[name] for name in idle}]))
    before, after = figures[: len(reads)], figures[len(reads) : -2]
    still = [name for name, one, other in zip(reads, before, after, strict=True) if not _differ(one, other)]
    assert not still
    np.testing.assert_array_equal(figures[-1], figures[-2])


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


def test_erasing_makes_room_for_the_next_scene():
    lasting = {"ppf_amplitude_1": 0.9, "ppf_tau_1": 100.0, "stm_saturation": 6.0}
    params = SynapseParameters.make(**lasting, electrical_erase=[0.0, 1.0])
    options = {"images": SMALL, "epochs": 10, "noise": 0.1}
    full, erased = run("retina-denoise", params, **options, pause_s=1.0).accuracy[:, 0]
    rested = run("retina-denoise", params, **options).accuracy[:, 0]
    assert rested[0] == rested[1] == erased > full + 10


def test_an_event_costs_its_current_times_voltage_and_duration():
    params = SynapseParameters.make(
        ppf_amplitude_1=0.5, ppf_tau_1=1.0, epsc_amplitude=-2e-9, read_voltage=0.1, pulse_width=1e-3,
        energy_per_pulse=[np.nan, 5e-12],
    )  # fmt: skip
    result = run("retina-denoise", params, images=SMALL, epochs=1, frames=2)
    by_current, stated = result.energy_per_image_J
    assert by_current / stated == pytest.approx(2e-9 * 0.1 * 1e-3 / 5e-12, rel=1e-5)


def test_the_result_names_what_it_does_not_read(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text("g_max: 1e-6\nrise_tau: 2\nretention_tau: 100\nread_voltage: 0.1\n")
    told = simulate(device=path, task="digits-inference", options={"ages_s": "1", "rounds": "1"})
    assert told["not_read"] == ["rise_tau"]
    told = simulate(device=path, task="snn-stdp", options={"train_images": 40, "neurons": 5, "steps": 3})
    assert told["not_read"] == ["retention_tau", "rise_tau", "read_voltage"]
