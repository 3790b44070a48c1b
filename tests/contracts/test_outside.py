"""What other packages add works like what is inside: an update rule, a task, an image source."""

from __future__ import annotations

import dataclasses
import importlib
from dataclasses import dataclass
from importlib.metadata import EntryPoint

import jax.numpy as jnp
import numpy as np
import pytest

import perovdata.plugins
from perovdata.arrays import Crossbar, FullPulses, Rule
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.vision import load_images, run


@dataclass(frozen=True)
class SignPulses(Rule):
    """One pulse in the direction of the gradient, whatever its size (Manhattan rule), above a threshold."""

    threshold: float = 0.0
    label: str = "a text is no number to check"

    def apply_one(self, cells, state, x, d, key):
        wanted = -x[:, :, None] * d[:, None, :]
        return cells.write(state, jnp.where(jnp.abs(wanted) > self.threshold, jnp.sign(wanted), 0.0), key)


def test_a_rule_of_a_user_learns():
    rng = np.random.default_rng(0)
    target = rng.uniform(-0.5, 0.5, (8, 3)).astype(np.float32)
    crossbar = Crossbar(SynapseParameters.make(g_max=1e-6, n_pulses_ltp=200, n_pulses_ltd=200), (8, 3))
    state = crossbar.empty()
    rule = SignPulses(threshold=1e-3)
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


def own_task():
    """A task: the reservoir under another name."""
    from perovdata.vision.tasks.reservoir import reservoir_task

    return dataclasses.replace(reservoir_task("digits"), name="of-a-user", image_set="shades")


OWN_TASK = own_task()


@pytest.fixture
def _installed(monkeypatch):
    """An installed package that offers a task and images, and tasks read anew as in a fresh process."""
    offered = [
        EntryPoint("of-a-user", f"{__name__}:OWN_TASK", "perovdata.tasks"),
        EntryPoint("shades", f"{__name__}:two_shades", "perovdata.images"),
    ]
    monkeypatch.setattr(
        perovdata.plugins, "entry_points", lambda group: [e for e in offered if e.group == group]
    )
    tasks = importlib.import_module("perovdata.vision.tasks")
    before = dict(tasks.TASKS)
    tasks.TASKS.update(tasks.outside_tasks())
    yield
    tasks.TASKS.clear()
    tasks.TASKS.update(before)


@pytest.mark.usefixtures("_installed")
def test_a_task_and_images_of_another_package_run():
    result = run("of-a-user", SynapseParameters.make(ppf_amplitude_1=1.0, ppf_tau_1=0.15))
    assert result.task == "of-a-user"
    assert result.classes == ("dark", "bright")
    assert result.accuracy.shape == (1, 1)


def test_a_broken_package_is_named(monkeypatch):
    bad = EntryPoint("broken", "no_such_module:task", "perovdata.tasks")
    monkeypatch.setattr(perovdata.plugins, "entry_points", lambda group: [bad])
    with pytest.raises(InputError, match=r"broken of perovdata.tasks"):
        perovdata.plugins.plugins("perovdata.tasks")
