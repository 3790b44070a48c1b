"""`simulate`: four sources, one structure."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import perovdata
from perovdata.cli.application import app
from perovdata.dataset import load_synapses
from perovdata.devices import (
    FIELDS,
    RENAMED,
    DeviceFile,
    MeasuredLaw,
    SigmoidLaw,
    SynapseParameters,
    preset,
    save_device,
)
from perovdata.errors import InputError
from perovdata.files import finite

QUICK = {"task": "reservoir-digits", "options": {"look": "rows"}}


class FixedPredictor:
    """Draws that depend on the seed only: what `simulate` needs of a predictor."""

    kinds = {"on_off_ratio": "model", "ppf_index": "baseline", "n_pulses": "population"}  # noqa: RUF012

    def sample(self, designs, *, known, n_draws, seed):
        rng = np.random.default_rng(seed)
        draws = {
            "on_off_ratio": 10 ** rng.uniform(1, 4, (len(designs), n_draws)),
            "ppf_index": rng.uniform(120, 180, (len(designs), n_draws)),
            "n_pulses": rng.uniform(10, 100, (len(designs), n_draws)),
        }
        return {**draws, **{name: np.full((len(designs), n_draws), value) for name, value in known.items()}}


def simulate(*args, **more):
    return perovdata.simulate(*args, **{**QUICK, **more})


def test_composition_gives_the_documented_structure():
    result = simulate("(PEA)2SnI4", draws=8, seeds=2, seed=3, predictor=FixedPredictor(), stimulus="optical")
    assert {
        "task", "accuracy", "ceiling", "energy_per_image_J", "parameters", "draws", "seeds", "seed", "wall_s",
        "versions",
    } <= set(result)  # fmt: skip
    assert result["draws"] == 8
    assert result["seeds"] == 2
    assert result["seed"] == 3
    accuracy = result["accuracy"]
    assert len(accuracy["values"]) == 16
    assert accuracy["interval"][0] <= accuracy["median"] <= accuracy["interval"][1]
    assert 0 < accuracy["standard_error"] < np.ptp(accuracy["values"])
    assert set(result["verdict"]) >= {"text", "measure_next", "expected_half_width"}
    assert result["source"]["family"] == "lead-free"
    for name, entry in result["parameters"].items():
        now = RENAMED.get(name, name)
        assert entry == result["parameters"][now]
        assert entry["unit"] == FIELDS[now].unit
        assert entry["origin"] in ("measured", "predicted", "population", "assumed")
    assert result["parameters"]["g_min"]["origin"] == "predicted"
    # What no model beats is a rule, and what too few papers state is what they report.
    assert result["parameters"]["ppf_amplitude_1"]["rests_on"] == "rule"
    assert result["parameters"]["ppf_amplitude_1"]["origin"] == "population"
    assert result["parameters"]["n_pulses_ltp"]["rests_on"] == "population"
    assert 10 <= result["parameters"]["n_pulses_ltp"]["median"] <= 100  # as the predictor draws it
    json.dumps(finite(result), allow_nan=False)


def test_same_seed_same_numbers():
    first, second, other = (
        simulate("CsPbBr3", draws=4, seed=seed, predictor=FixedPredictor()) for seed in (1, 1, 2)
    )
    assert first["accuracy"] == second["accuracy"]
    assert first["parameters"] == second["parameters"]
    assert first["accuracy"] != other["accuracy"]


def test_known_metric_is_measured():
    result = simulate("CsPbBr3", draws=4, predictor=FixedPredictor(), known={"ppf_index": 150})
    assert result["parameters"]["ppf_amplitude_1"]["origin"] == "measured"
    assert result["parameters"]["ppf_amplitude_1"]["median"] == pytest.approx(0.5)


def test_record_completes_from_its_family():
    rows = load_synapses()
    device = rows[rows["metric"] == "ppf_index"]["device_id"].iloc[0]
    result = simulate(record=device, draws=4)
    assert result["parameters"]["ppf_amplitude_1"]["origin"] == "measured"
    assert result["parameters"]["n_pulses_ltp"]["origin"] in ("measured", "population")
    assert result["draws"] == 4


def test_device_file_and_preset(tmp_path):
    path = tmp_path / "device.yaml"
    params = SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=0.2, energy_per_pulse=1e-12)
    save_device(path, DeviceFile("mine", params))
    result = simulate(device=path)
    assert result["source"]["name"] == "mine"
    assert result["draws"] == 1
    assert result["parameters"]["ppf_tau_1"]["median"] == pytest.approx(0.2)
    assert result["energy_per_image_J"] > 0
    assert "nonlinearity_ltp" in result["ideal_parameters"]
    preset = simulate(preset="ag-a-si", draws=5)
    assert preset["draws"] == 1
    assert any("no uncertainty" in line for line in preset["notes"])
    assert preset["stand_ins"]["ppf_amplitude_1"] == 1
    assert preset["energy_per_image_J"] is None


def test_output_folder(tmp_path):
    result = perovdata.simulate(
        preset="ideal", task="memory", seeds=2, options={"ages_s": "1,100"}, output=tmp_path / "out"
    )
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "result.json",
        "draws.parquet",
        "accuracy.png",
        "curve.png",
        "confusion.png",
        "pictures.png",
    }
    assert json.loads((tmp_path / "out" / "result.json").read_text())["accuracy"] == result["accuracy"]
    frame = pd.read_parquet(tmp_path / "out" / "draws.parquet")
    assert frame["accuracy_percent"].tolist() == result["accuracy"]["values"]
    assert result["age_s"] == [1, 100]
    assert len(result["accuracy_by_age_s"]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to simulate"),
        ({"formula": "CsPbBr3", "preset": "ideal"}, "given together"),
        ({"preset": "idael"}, "did you mean 'ideal'"),
        ({"record": "d9999"}, "d9999"),
        ({"preset": "ideal", "morphology": "nanocrystal"}, "morphology describe"),
        ({"formula": "CsPbBr3", "colour": "red"}, "design option"),
        ({"formula": "CsPbBr3", "morphology": "nanokristal"}, "nanocrystal"),
        ({"formula": "CsPbXx3"}, "Xx"),
        ({"preset": "ideal", "draws": 0}, "draws: 0"),
        ({"preset": "ideal", "seed": -1}, "seed: -1"),
        ({"preset": "ideal", "level": 1.5}, "level: 1.5"),
        ({"preset": "ideal", "task": "nothing"}, "is not one of"),
        ({"device": "absent.yaml"}, "absent.yaml"),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        simulate(**arguments)
    assert "\n" not in str(caught.value)


def test_command_prints_the_same(tmp_path):
    result = CliRunner().invoke(
        app, ["simulate", "--preset", "ideal", "--task", "reservoir-digits", "--set", "look=rows", "--json"]
    )
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert printed["accuracy"] == simulate(preset="ideal")["accuracy"]


def test_command_shows_a_table():
    result = CliRunner().invoke(app, ["simulate", "--preset", "epiram", "--task", "reservoir-digits"])
    assert result.exit_code == 0
    assert "same network in float" in result.stdout


@pytest.mark.parametrize("bad", ["look", "=rows", "look="])
def test_option_without_value(bad):
    result = CliRunner().invoke(app, ["simulate", "--preset", "ideal", "--task", "motion", "--set", bad])
    assert isinstance(result.exception, InputError)
    assert "NAME=VALUE" in str(result.exception)


def test_vision_tasks_lists_the_suite():
    result = CliRunner().invoke(app, ["vision", "tasks", "--json"])
    rows = json.loads(result.stdout)
    assert {"digits-online", "mnist-online", "retina-denoise"} <= {row["task"] for row in rows}
    one = CliRunner().invoke(app, ["vision", "tasks", "retina-denoise"])
    assert one.exit_code == 0
    assert "frames" in one.stdout
    assert "digits" in CliRunner().invoke(app, ["vision", "tasks"]).stdout


def test_device_file_runs_the_law_that_it_names(tmp_path):
    law = SigmoidLaw(steepness=(9.0, 9.0))
    sweeps = [[law.curve(sign, 64)] * 3 for sign in (1, -1)]
    device = DeviceFile(
        "film", preset("epiram"), laws={"measured": MeasuredLaw.from_cycles(*sweeps)}, law="measured"
    )
    save_device(tmp_path / "film.yaml", device)
    run = {
        "task": "snn-stdp",
        "device": tmp_path / "film.yaml",
        "options": {"train_images": 60, "neurons": 10},
    }
    told = perovdata.simulate(**run)
    assert told["source"]["law"] == "measured"
    wanted = "law 'measured' of the device file (argument law: exponential instead)"
    assert any(wanted in n for n in told["notes"])
    assert any("% of the window from the measured sweeps" in n for n in told["notes"])
    other = perovdata.simulate(**run, law="exponential")
    assert other["source"]["law"] == "exponential"
    assert other["accuracy"]["median"] != told["accuracy"]["median"]
    with pytest.raises(InputError, match="'power' is not one of exponential, measured"):
        perovdata.simulate(**run, law="power")
    with pytest.raises(InputError, match="laws of a device file"):
        perovdata.simulate(task="snn-stdp", preset="epiram", law="measured")
