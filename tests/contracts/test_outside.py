"""What other packages add works like what is inside: update rules, estimators, tasks, image sources."""

from __future__ import annotations

import dataclasses
import importlib
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin

import perovdata.plugins
from perovdata.arrays import Crossbar, FullPulses, Rule, make_rule, update_rules
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.candidates import Candidate, candidates_of
from perovdata.vision import load_images, run
from perovdata.vision.task import Scores, Task


@dataclass(frozen=True)
class SignPulses(Rule):
    """One pulse in the direction of the gradient, whatever its size (Manhattan rule), above a threshold."""

    threshold: float = 0.0
    label: str = "a text is no number to check"

    def apply_one(self, cells, state, x, d, key):
        wanted = -x[:, :, None] * d[:, None, :]
        return cells.write(state, jnp.where(jnp.abs(wanted) > self.threshold, jnp.sign(wanted), 0.0), key)


RULE = EntryPoint("sign", f"{__name__}:SignPulses", "perovdata.rules")


def offers(*entries):
    """What ``entry_points`` answers where an installed package offers these."""
    return lambda group: [entry for entry in entries if entry.group == group]


def test_a_rule_of_a_user_learns(monkeypatch):
    rng = np.random.default_rng(0)
    target = rng.uniform(-0.5, 0.5, (8, 3)).astype(np.float32)
    crossbar = Crossbar(SynapseParameters.make(g_max=1e-6, n_pulses_ltp=200, n_pulses_ltd=200), (8, 3))
    state = crossbar.empty()
    assert "SignPulses" not in update_rules()
    monkeypatch.setattr(perovdata.plugins, "entry_points", offers(RULE))
    rule = make_rule("SignPulses", threshold=1e-3)
    for _ in range(200):
        x = rng.uniform(-1, 1, (1, 8)).astype(np.float32)
        y, state = crossbar.read(state, x)
        state = crossbar.update(state, x, y[0, 0] - x @ target, rule)
    assert np.abs(np.asarray(crossbar.weights(state))[0, 0] - target).mean() < 0.08


def test_a_rule_without_a_way_to_apply_it_says_so():
    crossbar = Crossbar(SynapseParameters.make(), (2, 2))
    with pytest.raises(NotImplementedError, match="Rule defines neither"):
        crossbar.update(crossbar.empty(), np.ones((1, 2)), np.ones((1, 2)), Rule())
    with pytest.raises(InputError, match="learning_rate"):
        FullPulses(learning_rate=-1)


def test_a_rule_is_found_by_its_name_with_its_fields():
    assert make_rule("FullPulses", learning_rate=0.2, momentum=0.5) == FullPulses(0.2, 0.5)
    with pytest.raises(InputError, match="did you mean 'FullPulses'"):
        make_rule("FullPulse")
    with pytest.raises(InputError, match=r"momentun.*did you mean 'momentum'"):
        make_rule("FullPulses", momentun=0.5)


def test_what_is_offered_as_a_rule_and_is_none_is_named(monkeypatch):
    bad = EntryPoint("shades", f"{__name__}:two_shades", "perovdata.rules")
    monkeypatch.setattr(perovdata.plugins, "entry_points", offers(bad))
    with pytest.raises(InputError, match=r"shades of perovdata\.rules.*not a subclass of Rule"):
        update_rules()


class MeanOfAll(RegressorMixin, BaseEstimator):
    """An estimator of a user: the mean of the middles of the labels."""

    def fit(self, X, y, sample_weight=None):
        self.mean_ = np.asarray(y).mean()
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


MEAN_OF_ALL = Candidate("mean of all", lambda columns, seed: MeanOfAll())


def test_an_estimator_of_another_package_is_tried_where_it_is_named(monkeypatch):
    entry = EntryPoint("mean", f"{__name__}:MEAN_OF_ALL", "perovdata.estimators")
    monkeypatch.setattr(perovdata.plugins, "entry_points", offers(entry))
    assert "mean of all" not in candidates_of(())
    chosen = candidates_of(["mean of all"])
    assert set(chosen) == {*BASELINES, "mean of all"}
    fitted = chosen["mean of all"].make((), 0).fit(np.zeros((2, 1)), np.array([[1.0, 1.0], [2.0, 2.0]]))
    assert fitted.predict(np.zeros((3, 1))).tolist() == [1.5, 1.5, 1.5]


def two_shades(data_dir):
    """An image source: dark and bright pictures."""
    digits = load_images("digits").take(200, 60)
    level = np.arange(200) % 2
    shade = {"train": 0.1 + 0.8 * level, "test": 0.1 + 0.8 * level[:60]}
    pictures = {name: np.ones((len(v), 8, 8), np.float32) * v[:, None, None] for name, v in shade.items()}
    for picture in pictures.values():
        picture[:, :4] *= 0.5
    labels = {"train_labels": level.astype(np.int32), "test_labels": level[:60].astype(np.int32)}
    return dataclasses.replace(digits, name="shades", classes=("dark", "bright"), **pictures, **labels)


class LevelCourse:
    """Two pictures are told apart by the current of one column of devices at their largest conductance."""

    checkpoints = ("", ())
    stand_ins: ClassVar[dict[str, float]] = {}

    def __init__(self, plan):
        self.plan = plan

    def ceiling(self):
        return np.full(len(self.plan.seeds), 100.0)

    def score(self, params, report):
        images = self.plan.images
        currents = params.g_max[:, None] * images.test.mean(axis=(1, 2))
        cut = params.g_max * images.train.mean()
        right = (currents > cut[:, None]) == images.test_labels
        report(1.0)
        return Scores(np.repeat(100.0 * right.mean(axis=1)[:, None], len(self.plan.seeds), axis=1))


@dataclass(frozen=True)
class LevelTask(Task):
    """A task of a user: a subclass with its own way to tell chance."""

    def chance(self, images):
        return 50.0


OWN_TASK = LevelTask(
    name="of-a-user",
    shows="whether the mean grey value is seen",
    image_set="shades",
    encoder="mean grey value",
    array="one column",
    network="a threshold",
    protocol="none",
    score="share of pictures named right",
    uses=("g_max",),
    prepare=LevelCourse,
)


@pytest.fixture
def _installed(monkeypatch):
    """An installed package that offers a task and images, and tasks read anew as in a fresh process."""
    task = EntryPoint("of-a-user", f"{__name__}:OWN_TASK", "perovdata.tasks")
    images = EntryPoint("shades", f"{__name__}:two_shades", "perovdata.images")
    monkeypatch.setattr(perovdata.plugins, "entry_points", offers(task, images))
    tasks = importlib.import_module("perovdata.vision.tasks")
    before = dict(tasks.TASKS)
    tasks.TASKS.update(tasks.outside_tasks())
    yield
    tasks.TASKS.clear()
    tasks.TASKS.update(before)


@pytest.mark.usefixtures("_installed")
def test_a_task_and_images_of_another_package_run():
    result = run("of-a-user", SynapseParameters.make(g_max=2e-6), seeds=2)
    assert result.task == "of-a-user"
    assert result.classes == ("dark", "bright")
    assert result.accuracy.tolist() == [[100.0, 100.0]]
    assert result.chance == 50.0


def test_a_broken_package_is_named(monkeypatch):
    bad = EntryPoint("broken", "no_such_module:task", "perovdata.tasks")
    monkeypatch.setattr(perovdata.plugins, "entry_points", offers(bad))
    with pytest.raises(InputError, match=r"broken of perovdata.tasks"):
        perovdata.plugins.plugins("perovdata.tasks")
