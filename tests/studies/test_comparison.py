"""`compare`: the same figures as `simulate`, pair by pair, with curves."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import perovdata
from perovdata.cli.application import app
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.studies import compare
from perovdata.studies.device_curves import device_curves

from .test_simulate import FixedPredictor

QUICK = {"task": "reservoir-digits", "options": {"look": "rows"}}


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    path = tmp_path_factory.mktemp("device") / "mine.yaml"
    path.write_text("name: mine\nppf: {amplitude_1: 0.6, tau_1: 0.1}\nenergy_per_pulse: 1.0e-12\n")
    return path


@pytest.fixture(scope="module")
def found(device):
    things = ["CsPbBr3", "d0036", device, "ag-a-si", device]
    return compare(things, draws=4, seeds=2, seed=1, predictor=FixedPredictor(), **QUICK)


def test_each_thing_is_what_simulate_says_of_it(found, device):
    told = found.to_dict()
    assert [t["name"] for t in told["things"]] == ["CsPbBr3", "d0036", "mine", "ag-a-si", "mine (2)"]
    assert [t["kind"] for t in told["things"]] == ["composition", "record", "device", "preset", "device"]
    alone = perovdata.simulate(record="d0036", draws=4, seeds=2, seed=1, **QUICK)
    for key in ("accuracy", "energy_per_image_J", "parameters", "verdict"):
        assert told["things"][1][key] == alone[key]
    json.dumps(told, allow_nan=False)


def test_pairs_are_compared_draw_by_draw(found):
    pairs = {(p["a"], p["b"]): p for p in found.paired}
    assert len(pairs) == 10
    twins = pairs["mine", "mine (2)"]
    assert twins["difference"] == 0
    assert twins["interval"] == [0, 0]
    assert twins["share_better"] == 0.5
    record, single = found.simulations[1].run.accuracy, found.simulations[2].run.accuracy
    assert (record.shape, single.shape) == ((4, 2), (4, 2))  # once per seed, as the draws of the others
    seeds = [simulation.run.seeds for simulation in found.simulations]
    assert all(np.array_equal(own, seeds[0]) for own in seeds)
    assert pairs["d0036", "mine"]["difference"] == pytest.approx(np.median(record - single))


def test_the_front_holds_what_nothing_beats(found):
    things = found.to_dict()["things"]
    front = {t["name"]: t["on_front"] for t in things}
    assert not front["ag-a-si"]  # a sensor whose event energy is not stated has no place on it
    points = {
        t["name"]: (t["accuracy"]["median"], -t["energy_per_image_J"])
        for t in things
        if t["energy_per_image_J"] is not None
    }
    assert set(points) == set(front) - {"ag-a-si"}
    for name, (accuracy, frugality) in points.items():
        beaten = any(
            a >= accuracy and f >= frugality and (a, f) != (accuracy, frugality) for a, f in points.values()
        )
        assert front[name] != beaten
    assert any(front.values())
    frame = found.to_frame()
    assert list(frame["name"]) == list(found.names)
    assert "mine (2)" in found._repr_html_()


def test_curves_follow_the_parameters():
    parameters = SynapseParameters.make(
        g_max=1e-6, g_min=1e-7, n_pulses_ltp=50.0, n_pulses_ltd=50.0, ppf_amplitude_1=0.5, ppf_tau_1=1.0,
        nonlinearity_ltp=[0.0, 3.0], nonlinearity_ltd=[0.0, -3.0],
    )  # fmt: skip
    curves = device_curves(parameters, level=1.0)
    assert set(curves) == {"ltp_ltd", "ppf", "decay"}
    sweep = curves["ltp_ltd"]
    middle = len(sweep["x"]) // 2
    for name in ("low", "median", "high"):
        assert sweep[name][0] == pytest.approx(0.1)
        assert sweep[name][middle] == pytest.approx(1.0)
        assert sweep[name][-1] == pytest.approx(0.1, abs=1e-6)
    quarter = middle // 2
    assert sweep["low"][quarter] == pytest.approx(0.55)  # the straight one is half-way
    assert sweep["high"][quarter] > 0.7  # the bent one rises at once
    # Two events at once: the second adds its facilitation, 1 + A; later it is gone.
    assert curves["ppf"]["median"][0] == pytest.approx(150, rel=0.02)
    assert curves["ppf"]["median"][-1] == pytest.approx(100, abs=0.1)
    spectrum = device_curves(SynapseParameters.make(bandgap=2.3, film_thickness=5e-7))["spectrum"]
    absorbed = dict(zip(spectrum["x"], spectrum["median"], strict=True))
    assert absorbed[450.0] > 0.5 > 0.05 > absorbed[700.0]


def test_one_thing_or_a_typing_error_is_refused_before_anything_runs():
    with pytest.raises(InputError, match="two or more"):
        compare(["CsPbBr3"], **QUICK)
    with pytest.raises(InputError, match="'ag-a-sj' is not a device file"):
        compare(["d0036", "ag-a-sj"], **QUICK)


def test_command_prints_tables_json_and_a_figure(device, tmp_path):
    arguments = ["compare", "d0036", str(device), "--task", "reservoir-digits", "--draws", "2"]
    arguments += ["--set", "look=rows"]
    run = CliRunner()
    told = run.invoke(app, [*arguments, "--json", "--output", str(tmp_path / "fig.svg")])
    assert told.exit_code == 0, told.output
    assert [t["name"] for t in json.loads(told.stdout)["things"]] == ["d0036", "mine"]
    assert (tmp_path / "fig.svg").read_bytes().startswith(b"<?xml")
    shown = run.invoke(app, [*arguments, "--output", str(tmp_path / "fig.png")])
    assert (tmp_path / "fig.png").read_bytes().startswith(b"\x89PNG")
    assert "Pair by pair" in shown.output
    assert "d0036: " in shown.output
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        run.invoke(app, [*arguments, "--output", "fig.gif"], catch_exceptions=False)
