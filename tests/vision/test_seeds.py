"""Seeds: what a set computes depends on its own seed only, whatever runs beside it."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.quasirandom import seeds_of_draws
from perovdata.vision import joined, repeated, run

TASKS = {
    "digits-online": {"epochs": 1, "hidden": 8},
    "digits-inference": {"epochs": 1, "hidden": 8, "ages_s": (1.0,)},
    "associate": {"cues": 2},
    "retina-denoise": {"epochs": 1, "hidden": 8},
}
DEVICES = SynapseParameters.make(
    n_pulses_ltp=[16.0, 64.0, 16.0, 64.0],
    n_pulses_ltd=64.0,
    c2c_sigma=0.02,
    ppf_amplitude_1=[0.3, 0.9, 0.3, 0.9],
    ppf_tau_1=0.5,
    energy_per_pulse=1e-12,
)
OWN = [5, 5, 1_000_005, 5]


@pytest.mark.parametrize("task", TASKS)
def test_a_set_computes_what_a_run_with_its_seed_does(task):
    together = run(task, DEVICES, seeds=2, seed=OWN, **TASKS[task])
    assert together.seeds.tolist() == [[own, own + 1] for own in OWN]
    alone = [
        [run(task, DEVICES.take([k]), seed=own + s, **TASKS[task]) for s in (0, 1)]
        for k, own in enumerate(OWN)
    ]
    assert together.accuracy.tolist() == [[one.accuracy.item() for one in row] for row in alone]
    assert np.array_equal(together.accuracy[1], together.accuracy[3])  # the same device with the same seeds
    if together.energy_training_J is not None:
        mean = [np.mean([one.energy_training_J for one in row]) for row in alone]
        np.testing.assert_allclose(together.energy_training_J, mean, rtol=1e-5)


@pytest.mark.parametrize("task", TASKS)
def test_repetitions_and_sets_join(task):
    whole = run(task, DEVICES, seeds=2, seed=OWN, **TASKS[task])
    first = run(task, DEVICES, seed=OWN, **TASKS[task])
    second = run(task, DEVICES, seed=[own + 1 for own in OWN], **TASKS[task])
    both = repeated(first, second)
    parts = [run(task, DEVICES.take(part), seeds=2, seed=np.array(OWN)[part].tolist(), **TASKS[task])
             for part in ([0, 1, 2], [3])]  # fmt: skip
    for found in (both, joined(*parts)):
        assert np.array_equal(found.accuracy, whole.accuracy)
        assert np.array_equal(found.seeds, whole.seeds)
        assert all(np.array_equal(values, whole.extras[name]) for name, values in found.extras.items())
        if whole.energy_training_J is not None:
            np.testing.assert_allclose(found.energy_training_J, whole.energy_training_J, rtol=1e-5)


def test_draws_of_one_seed_begin_with_the_fewer():
    few, many = seeds_of_draws(5, 7), seeds_of_draws(20, 7)
    assert many[:5] == few
    assert few[0] == 7
    assert len(set(many)) == 8
    assert many[8:16] == many[:8]
    assert set(many).isdisjoint(seeds_of_draws(20, 8))
    assert max(seeds_of_draws(8, 2**32 - 1)) < 2**32


def test_where_seeds_are_free_every_draw_has_its_own():
    shared, own = seeds_of_draws(1000, 7), seeds_of_draws(1000, 7, shared=False)
    assert own[:8] == shared[:8]
    assert len(set(own)) == 1000
    assert own[:100] == seeds_of_draws(100, 7, shared=False)
    assert set(own).isdisjoint(seeds_of_draws(1000, 8, shared=False))


def test_what_is_no_seed_is_told():
    with pytest.raises(InputError, match="seed: -1 is not a whole number"):
        run("associate", DEVICES, seed=[0, 1, 2, -1])
