"""What limits accuracy: the gain from each single ideal parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from perovdata.devices import FIELDS, SynapseParameters
from perovdata.errors import unknown_choice
from perovdata.quasirandom import SCRAMBLINGS
from perovdata.routing.design_space import (
    EFFECTS,
    pulse_noise,
)
from perovdata.studies.draws import seeds_of_groups
from perovdata.vision import TASKS, run_stacked

DIGITS_DO_NOT_TELL = (
    "the digits are 1,797 pictures of 8 x 8: they show which effects limit, not the accuracy on larger "
    "pictures, whose arrays sum more devices and whose training writes them more often; the task "
    "mnist-online tells that (argument task)"
)


def limits(
    sources: Mapping[str, SynapseParameters],
    task: str = "digits-online",
    *,
    effects: Sequence[str] | None = None,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Gain in accuracy if one effect at a time became ideal.

    Parameters
    ----------
    sources : mapping of name to SynapseParameters
        Draws of each device; one set (a device without uncertainty) is trained with the seeds of eight
        draws, so that its intervals hold the scatter of training.
    task : str
    effects : sequence of str, optional
        Keys of ``EFFECTS``; default: all that the task reads and that are not
        ideal already.
    seeds, seed : int
    level : float
        Of the interval of the gain over draws and seeds; gains are differences between runs with the same
        random numbers.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    list of dict
        ``device, task, effect, accuracy, accuracy_low, accuracy_high, accuracy_ideal, ideal_low, ideal_high,
        gain, low, high, parameters``, the largest gain first within a device; the effect ``"all"`` makes
        every one of them ideal. Means over draws and seeds, so that ``gain`` is ``accuracy_ideal`` less
        ``accuracy``; beside each its interval.
    """
    unknown = [name for name in effects or () if name not in EFFECTS]
    if unknown:
        raise unknown_choice("effect", unknown[0], EFFECTS)
    if task not in TASKS:
        raise unknown_choice("task", task, TASKS)
    used = set(TASKS[task].uses)
    plan: list[tuple[str, str, SynapseParameters]] = []
    for name, stated in sources.items():
        parameters = stated if stated.n_sets > 1 else stated.take(np.zeros(SCRAMBLINGS, int))
        ideal = set(parameters.ideal_fields)
        present = [e for e in effects or EFFECTS if set(EFFECTS[e]) & used - ideal]
        plan.append((name, "none", parameters))
        for effect in present:
            plan.append((name, effect, _made_ideal(parameters, EFFECTS[effect])))
        plan.append((name, "all", _made_ideal(parameters, sum((EFFECTS[e] for e in present), ()))))
    groups = [p for _, _, p in plan]
    accuracies, _ = run_stacked(
        task, groups, seeds=seeds, seed=seeds_of_groups(task, groups, seed), progress=progress, **options
    )
    rows: list[dict[str, Any]] = []
    base = np.empty((0, 0))  # of the device as it is, which comes before its effects
    for (name, effect, _), accuracy in zip(plan, accuracies, strict=False):
        if effect == "none":
            base = accuracy
            continue
        gain = accuracy - base
        rows.append(
            {
                "device": name,
                "task": task,
                "effect": effect,
                **_mean_and_interval("accuracy", base, level, "accuracy_low", "accuracy_high"),
                **_mean_and_interval("accuracy_ideal", accuracy, level, "ideal_low", "ideal_high"),
                **_mean_and_interval("gain", gain, level, "low", "high"),
                "parameters": list(EFFECTS.get(effect, ())),
            }
        )
    order = {name: index for index, name in enumerate(sources)}
    rows.sort(key=lambda row: (order[row["device"]], -row["gain"]))
    return rows


def _mean_and_interval(name: str, values: np.ndarray, level: float, low: str, high: str) -> dict[str, float]:
    ends = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return {name: float(values.mean()), low: float(ends[0]), high: float(ends[1])}


def _made_ideal(parameters: SynapseParameters, names: Sequence[str]) -> SynapseParameters:
    # An unknown quantity has the neutral value NaN, which is how "not given" is written.
    changed = {name: np.full(parameters.n_sets, FIELDS[name].neutral) for name in names}
    if "n_pulses_ltp" in names and "c2c_sigma" not in names:
        changed["c2c_sigma"] = pulse_noise(
            parameters.c2c_sigma, parameters.n_pulses_ltp, FIELDS["n_pulses_ltp"].neutral
        )
    return parameters.replace(**changed)
