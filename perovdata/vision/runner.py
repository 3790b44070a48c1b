"""Run a task on many parameter sets and seeds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import numpy as np

from perovdata.checks import check_counts, check_seed
from perovdata.devices import SynapseParameters, at_temperature
from perovdata.engine import padded
from perovdata.errors import unknown_choice
from perovdata.vision.ceilings import float_ceiling
from perovdata.vision.data.images import Images, load_images
from perovdata.vision.parts.sensor import fill_memory
from perovdata.vision.task import EnergyTerm, Plan, Scores, read_options
from perovdata.vision.tasks import TASKS


@dataclass
class TaskResult:
    """Outcome of a task on P parameter sets and S seeds.

    Attributes
    ----------
    task, protocol, image_source : str
    accuracy : ndarray, shape (P, S)
        Percent. P is what was finished: an interrupted run keeps its finished part.
    ceiling : float
        The same network in float, percent: one number per task, protocol and options.
    chance : float
        Percent.
    checkpoint_axis : str
    checkpoints : ndarray, shape (C,)
    curve : ndarray, shape (P, S, C), or None
    confusion : ndarray of int, shape (P, S, K, K), or None
    classes : tuple of str
    energy_per_image_J, energy_training_J, latency_per_image_s, area_m2 : ndarray, shape (P,), or None
        NaN where the device does not state what it takes.
    energy_terms : dict of str to EnergyTerm
        Parts of the energy of an image.
    extras : dict of str to ndarray, shape (P, S, ...)
    pictures : dict of str to ndarray, shape (n, height, width)
        Of the first parameter set and seed.
    ideal_fields : tuple of str
        Parameters that were at their neutral value in every set.
    stand_ins : dict of str to float
        Values that the task used for a device without short-term memory.
    seeds : tuple of int
    options : dict
    interrupted : bool
    wall_s : float
    """

    task: str
    protocol: str
    image_source: str
    accuracy: np.ndarray
    ceiling: float
    chance: float
    checkpoint_axis: str
    checkpoints: np.ndarray
    curve: np.ndarray | None
    confusion: np.ndarray | None
    classes: tuple[str, ...]
    energy_per_image_J: np.ndarray | None
    energy_training_J: np.ndarray | None
    latency_per_image_s: np.ndarray | None
    area_m2: np.ndarray | None
    energy_terms: dict[str, EnergyTerm]
    extras: dict[str, np.ndarray]
    pictures: dict[str, np.ndarray]
    ideal_fields: tuple[str, ...]
    stand_ins: dict[str, float]
    seeds: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    wall_s: float = 0.0


def run(
    task: str,
    params: SynapseParameters,
    *,
    seeds: int = 1,
    seed: int = 0,
    epochs: int | None = None,
    protocol: str = "default",
    data_dir: str | os.PathLike[str] | None = None,
    images: Images | str | os.PathLike[str] | None = None,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> TaskResult:
    """Run a vision task.

    Parameters
    ----------
    task : str
        A name of ``TASKS``.
    params : SynapseParameters
        P parameter sets. Every set sees the same random numbers, so that sets are compared in pairs.
    seeds, seed : int
        Number of repetitions S, and the base from which their random numbers follow.
    epochs : int, optional
        For tasks that train.
    protocol : str
        One of the task's protocols.
    data_dir : path, optional
        Folder of the original IDX files (:func:`load_images`).
    images : Images, str or path, optional
        Another image set than the task's own: a name, a folder of pictures or an ``.npz`` file.
    progress : callable, optional
        Called with (parameter sets finished, also in part, P).
    **options
        Options of the task.

    Returns
    -------
    TaskResult
        After Ctrl-C the sets finished so far, with ``interrupted`` true.

    Raises
    ------
    InputError
        Unknown task, protocol or option; a number out of range; absent images.
    KeyboardInterrupt
        If nothing was finished.
    """
    start = time.perf_counter()
    values = check_request(task, protocol, options)
    definition = TASKS[task]
    check_counts(seeds=seeds, epochs=epochs)
    check_seed(seed)
    if not isinstance(images, Images):
        images = load_images(images if images is not None else definition.image_set, data_dir)
    plan = Plan(images, tuple(range(seed, seed + seeds)), epochs, protocol, values, data_dir)
    report = progress or (lambda *_: None)
    report(0, params.n_sets)
    course = definition.prepare(plan)

    ideal_fields = params.ideal_fields
    if "temperature_K" in values:
        params = at_temperature(params, values["temperature_K"])
    params, lacking = fill_memory(params, course.stand_ins)

    parts: list[Scores] = []
    done = 0
    interrupted = False
    try:
        for first in range(0, params.n_sets, definition.max_sets):
            part = params.take(np.arange(first, min(first + definition.max_sets, params.n_sets)))
            size = padded(part.n_sets) if definition.pad else part.n_sets
            share = partial(_report_share, report, done, part.n_sets, params.n_sets)
            parts.append(_first(course.score(_repeated(part, size), share), part.n_sets))
            done += part.n_sets
            report(done, params.n_sets)
    except KeyboardInterrupt:
        if not parts:
            raise
        interrupted = True

    axis, checkpoints = course.checkpoints
    return TaskResult(
        task=task,
        protocol=protocol,
        image_source=getattr(course, "source", f"{images.name} ({images.source})"),
        ceiling=float_ceiling(definition, plan, course),
        chance=definition.chance(images),
        checkpoint_axis=axis,
        checkpoints=np.asarray(checkpoints, float),
        classes=images.classes,
        ideal_fields=ideal_fields,
        stand_ins=dict(course.stand_ins) if lacking.any() else {},
        seeds=plan.seeds,
        options=values,
        interrupted=interrupted,
        wall_s=time.perf_counter() - start,
        **_joined(parts),
    )


def joined(first: TaskResult, more: TaskResult) -> TaskResult:
    """The result of the sets of two runs that differ in nothing else, the first run's sets first."""
    return replace(
        first,
        **_joined([first, more]),
        ideal_fields=tuple(name for name in first.ideal_fields if name in more.ideal_fields),
        stand_ins=first.stand_ins or more.stand_ins,
        interrupted=first.interrupted or more.interrupted,
        wall_s=first.wall_s + more.wall_s,
    )


def check_request(task: str, protocol: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a task, checked with its name and protocol; raises InputError."""
    if task not in TASKS:
        raise unknown_choice("task", task, TASKS)
    definition = TASKS[task]
    if protocol not in definition.protocols:
        raise unknown_choice(f"protocol of task {task}", protocol, definition.protocols)
    return read_options(definition, options)


def _report_share(report: Callable, done: int, count: int, total: int, share: float) -> None:
    report(done + share * count, total)


def _repeated(params: SynapseParameters, size: int) -> SynapseParameters:
    """Repeat the last set until there are ``size``."""
    return params.take(np.minimum(np.arange(size), params.n_sets - 1))


def _first(scores: Scores, n: int) -> Scores:
    """Scores of the first n sets."""
    cut: dict[str, Any] = {
        item.name: value[:n]
        for item in fields(Scores)
        if isinstance(value := getattr(scores, item.name), np.ndarray)
    }
    extras = {name: values[:n] for name, values in scores.extras.items()}
    terms = {name: replace(term, values=term.values[:n]) for name, term in scores.energy_terms.items()}
    return replace(scores, **cut, extras=extras, energy_terms=terms)


def _joined(parts: Sequence[Scores | TaskResult]) -> dict[str, Any]:
    """Fields of :class:`Scores` of all parts together."""
    first = parts[0]
    found = {item.name: getattr(first, item.name) for item in fields(Scores)}
    for name, value in found.items():
        if isinstance(value, np.ndarray):
            found[name] = np.concatenate([getattr(part, name) for part in parts])
    found["extras"] = {name: np.concatenate([part.extras[name] for part in parts]) for name in first.extras}
    found["energy_terms"] = {
        name: replace(term, values=np.concatenate([part.energy_terms[name].values for part in parts]))
        for name, term in first.energy_terms.items()
    }
    return found


def run_stacked(
    task: str,
    groups: Sequence[SynapseParameters],
    *,
    seeds: int = 1,
    seed: int = 0,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> tuple[list[np.ndarray], TaskResult]:
    """Run several groups of parameter sets as one.

    Parameters
    ----------
    task : str
    groups : sequence of SynapseParameters
        Of any sizes.
    seeds, seed, progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    accuracies : list of ndarray, shape (sets of the group, seeds)
        Percent. After Ctrl-C the groups that were finished.
    result : TaskResult
        Of all sets together.
    """
    result = run(task, SynapseParameters.stack(groups), seeds=seeds, seed=seed, progress=progress, **options)
    ends = np.cumsum([group.n_sets for group in groups])
    parts = np.split(result.accuracy, ends[:-1])
    return [part for part, group in zip(parts, groups, strict=True) if len(part) == group.n_sets], result
