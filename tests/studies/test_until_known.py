"""The default of draws and seeds: one figure from command and Python, known to one point or said so."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

import perovdata
from perovdata.cli.application import app
from perovdata.errors import InputError
from perovdata.quasirandom import seeds_of_draws
from perovdata.studies.draws import seeds_apart, seeds_for
from perovdata.studies.sources import from_device, from_record
from perovdata.studies.until_known import until_known
from perovdata.units import with_error
from perovdata.vision import run

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
    assert told["precision"]["reached"] or told[counted] == {"draws": 256, "seeds": 128}[counted]
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
    assert told["draws"] == 256
    assert not told["precision"]["reached"]
    assert any("256 draws are the most that are run unasked" in note for note in told["notes"])


class _Steps:
    """A task whose accuracy is chance, in the order of the sets; every step takes a second."""

    def __init__(self, stopped_at=None):
        self.sizes, self.seeds, self.stopped_at = [], [], stopped_at

    def __call__(self, sets, seeds, progress):
        self.sizes.append(seeds.size)
        self.seeds.append(seeds)
        if len(self.sizes) == self.stopped_at:
            raise KeyboardInterrupt
        done = run("associate", sets, seeds=1, cues=1)
        if progress is not None:
            progress(sets.n_sets, sets.n_sets)
        scattered = np.random.default_rng(len(self.sizes)).uniform(30, 90, seeds.shape)
        extras = {name: np.zeros(seeds.shape) for name in done.extras}
        return replace(done, accuracy=scattered, seeds=seeds, confusion=None, extras=extras, wall_s=1.0)


def repeated(source, steps, repetitions=None, *, seed=0, **more):
    """Until it is known, with as many draws or seeds as that takes."""
    return until_known(
        source, steps, None, repetitions, seeds_of=partial(seeds_for, "associate", seed=seed), **more
    )


def record(number):
    return from_record("d0036", draws=number)


def plain(_):
    return from_device("plain.yaml")


def test_more_draws_run_only_the_new_ones_and_count_all_their_time():
    steps, told = _Steps(), []
    found = repeated(record, steps, progress=lambda done, total: told.append((done, total)))
    assert len(steps.sizes) >= 3
    assert sum(steps.sizes) == len(found.result.accuracy) == found.source.parameters.n_sets
    assert all(size <= before for size, before in zip(steps.sizes[1:], np.cumsum(steps.sizes), strict=False))
    assert found.result.wall_s == len(steps.sizes)
    assert told == [(n, n) for n in np.cumsum(steps.sizes)]
    assert all(len(of_one) == sum(steps.sizes) for of_one in found.result.extras.values())


def test_draws_of_a_scrambling_share_a_seed_whatever_the_step():
    steps = _Steps()
    found = repeated(record, steps, 2, seed=5)
    seeds = np.concatenate(steps.seeds)
    assert np.array_equal(seeds, found.result.seeds)
    assert np.array_equal(seeds[:8], np.column_stack([seeds_of_draws(8, 5), np.add(seeds_of_draws(8, 5), 1)]))
    assert seeds[0, 0] == 5
    assert len(np.unique(seeds)) == 16
    assert all(np.array_equal(row, seeds[k % 8]) for k, row in enumerate(seeds))


@pytest.mark.parametrize("number", [1, 5, 8, 20])
@pytest.mark.parametrize("task", ["associate", "digits-online"])
def test_a_device_without_uncertainty_needs_as_many_copies_as_draws_have_seeds(task, number):
    seeds = seeds_for(task, number, 5)
    apart = seeds_apart(task, number)
    assert len(set(seeds)) == apart == (number if task == "digits-online" else min(number, 8))
    assert all(own == seeds[k % apart] for k, own in enumerate(seeds))


def test_more_seeds_run_only_the_new_ones_and_count_all_their_time(there):
    steps = _Steps()
    found = repeated(plain, steps, seed=3)
    assert len(steps.sizes) >= 2
    assert found.result.wall_s == len(steps.sizes)
    assert sum(steps.sizes) == found.result.accuracy.size
    assert np.concatenate(steps.seeds, axis=1)[0].tolist() == list(range(3, 3 + sum(steps.sizes)))
    assert found.result.seeds.shape == found.result.accuracy.shape


def test_no_step_is_begun_after_the_time_given(there):
    found = repeated(record, _Steps(), patience_s=1.0)
    assert found.result.accuracy.shape == (32, 1)
    assert not found.precision["reached"]
    assert "32 draws are what the time given allowed" in found.notes[0]
    found = repeated(plain, _Steps(), patience_s=0.5)
    assert found.result.accuracy.shape == (1, 8)


def test_an_interrupted_step_keeps_what_is_known():
    found = repeated(record, _Steps(stopped_at=2))
    assert found.result.interrupted
    assert found.result.accuracy.shape == (32, 1)
    with pytest.raises(KeyboardInterrupt):
        repeated(record, _Steps(stopped_at=1))


def test_what_the_user_says_is_what_runs(there):
    told = perovdata.simulate("CsPbBr3", predictor=_Wild(), draws=3, **QUICK)
    assert (told["draws"], told["seeds"], told["precision"]) == (3, 1, None)
    told = perovdata.simulate(device="plain.yaml", seeds=2, **QUICK)
    assert (told["draws"], told["seeds"], told["precision"]) == (1, 2, None)
    with pytest.raises(InputError, match="seeds: 0 is not a whole number"):
        perovdata.simulate("CsPbBr3", seeds=0, **QUICK)
