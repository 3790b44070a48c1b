"""The default of draws and seeds: one figure from command and Python, known to one point or said so."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import perovdata
from perovdata.cli.application import app
from perovdata.errors import InputError
from perovdata.units import with_error

from .test_simulate import FixedPredictor

QUICK = {"task": "reservoir-digits", "options": {"look": "rows"}}
WORDS = ["simulate", "--task", "reservoir-digits", "--set", "look=rows"]
DEVICES = {
    "plain.yaml": "name: plain\nppf: {amplitude_1: 0.6, tau_1: 0.1}\n",
    "fitted.yaml": (
        "name: fitted\nppf: {amplitude_1: 0.6, tau_1: 0.1}\n"
        "uncertainty: {fields: [ppf_amplitude_1, ppf_tau_1], scales: [linear, log], "
        "covariance: [[0.04, 0.0], [0.0, 0.04]]}\n"
    ),
}
CASES = [
    {"formula": "(PEA)2SnI4"},
    {"formula": "CsPbBr3"},
    {"formula": "MAPbI3"},
    {"formula": "Cs3Sb2Br9"},
    {"record": "d0002"},
    {"record": "d0036"},
    {"record": "d0117"},
    {"preset": "ag-a-si"},
    {"device": "plain.yaml"},
    {"device": "fitted.yaml"},
]


@pytest.fixture
def there(tmp_path, monkeypatch):
    for name, text in DEVICES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


def command(case, *more):
    ((kind, name),) = case.items()
    done = CliRunner().invoke(app, [*WORDS, *([name] if kind == "formula" else [f"--{kind}", name]), *more])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("case", CASES, ids=lambda case: next(iter(case.values())))
def test_command_and_python_tell_the_same(there, case):
    told = perovdata.simulate(**case, **QUICK)
    printed = json.loads(command(case, "--json"))
    for key in ("accuracy", "draws", "seeds", "precision", "energy_per_image_J", "notes", "ceiling"):
        same = [line.replace("option --", "argument ") for line in printed[key]] if key == "notes" else None
        assert (same or printed[key]) == told[key], key
    counted, error = told["precision"]["counted"], told["accuracy"]["standard_error"]
    assert counted == ("seeds" if told["draws"] == 1 else "draws")
    assert told["precision"]["reached"] == (error < 1)
    assert told["precision"]["reached"] or told[counted] == {"draws": 128, "seeds": 32}[counted]
    assert told["precision"]["reached"] != any("the most that are run unasked" in n for n in told["notes"])
    # Asked for by number, they are the same devices.
    again = perovdata.simulate(**case, **QUICK, draws=told["draws"], seeds=told["seeds"])
    assert again["accuracy"] == told["accuracy"]
    assert again["precision"] is None


def test_the_table_prints_the_digits_that_are_known(there):
    accuracy = perovdata.simulate(record="d0036", **QUICK)["accuracy"]
    shown = with_error(accuracy["median"], accuracy["standard_error"], "%")
    assert shown in command({"record": "d0036"})


class _Wild(FixedPredictor):
    """A facilitation that is there or not: its median stays unknown."""

    def sample(self, designs, *, known, n_draws, seed):
        found = super().sample(designs, known=known, n_draws=n_draws, seed=seed)
        rng = np.random.default_rng(seed)
        return {**found, "ppf_index": rng.choice([100.1, 180.0], (len(designs), n_draws))}


def test_a_median_that_stays_unknown_is_told_so():
    told = perovdata.simulate("CsPbBr3", predictor=_Wild(), **QUICK)
    assert told["draws"] == 128
    assert not told["precision"]["reached"]
    assert any("128 draws are the most that are run unasked" in note for note in told["notes"])


def test_what_the_user_says_is_what_runs(there):
    told = perovdata.simulate("CsPbBr3", predictor=_Wild(), draws=3, **QUICK)
    assert (told["draws"], told["seeds"], told["precision"]) == (3, 1, None)
    told = perovdata.simulate(device="plain.yaml", seeds=2, **QUICK)
    assert (told["draws"], told["seeds"], told["precision"]) == (1, 2, None)
    with pytest.raises(InputError, match="seeds: 0 is not a whole number"):
        perovdata.simulate("CsPbBr3", seeds=0, **QUICK)
