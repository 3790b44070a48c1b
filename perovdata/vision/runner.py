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
from perovdata.vision.ceilings import CEILING_SEEDS, float_ceiling
from perovdata.vision.data.images import Images, load_images
from perovdata.vision.parts.sensor import fill_memory
from perovdata.vision.task import Course, EnergyTerm, Plan, Scores, Task, read_options
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
    seeds : ndarray of int, shape (P, S)
        What each accuracy was computed with; a run of one repetition with that seed gives it again.
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
    seeds: np.ndarray
    options: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    wall_s: float = 0.0


def run(
    task: str,
    params: SynapseParameters,
    *,
    seeds: int = 1,
    seed: int | Sequence[int] = 0,
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
        P parameter sets. Sets of one seed see the same random numbers, so that they are compared in pairs.
    seeds : int
        Number of repetitions S.
    seed : int or sequence of int
        Seed of the first repetition, the next ones count up; one for all sets, or one per set.
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
    check_counts(seeds=seeds)
    own_seeds = _seeds(params.n_sets, seed, seeds)
    plan = _plan(task, tuple(own_seeds[0].tolist()), epochs, protocol, data_dir, images, options)
    definition, images, values = TASKS[task], plan.images, plan.options
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
            chosen = np.arange(first, min(first + definition.max_sets, params.n_sets))
            share = partial(_report_share, report, done, len(chosen), params.n_sets)
            parts.append(_scored(definition, plan, course, params.take(chosen), own_seeds[chosen], share))
            done += len(chosen)
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
        seeds=own_seeds[:done],
        options=values,
        interrupted=interrupted,
        wall_s=time.perf_counter() - start,
        **_joined(parts),
    )


def ceiling(
    task: str,
    *,
    epochs: int | None = None,
    protocol: str = "default",
    data_dir: str | os.PathLike[str] | None = None,
    images: Images | str | os.PathLike[str] | None = None,
    **options: Any,
) -> float:
    """What the network of a task reaches in float, percent, without running a device; as for :func:`run`."""
    plan = _plan(task, CEILING_SEEDS, epochs, protocol, data_dir, images, options)
    return float_ceiling(TASKS[task], plan)


def _plan(
    task: str,
    seeds: tuple[int, ...],
    epochs: int | None,
    protocol: str,
    data_dir: str | os.PathLike[str] | None,
    images: Images | str | os.PathLike[str] | None,
    options: Mapping[str, Any],
) -> Plan:
    values = check_request(task, protocol, options)
    check_counts(epochs=epochs)
    if not isinstance(images, Images):
        images = load_images(images if images is not None else TASKS[task].image_set, data_dir)
    return Plan(images, seeds, epochs, protocol, values, data_dir)


def repeated(first: TaskResult, more: TaskResult) -> TaskResult:
    """The result of the repetitions of two runs of the same sets, the first run's repetitions first.

    What a task measures per set, such as energy, is a mean over the repetitions.
    """
    n, m = first.seeds.shape[1], more.seeds.shape[1]

    def mean(a: Any, b: Any) -> Any:
        return None if a is None else (n * a + m * b) / (n + m)

    def beside(a: Any, b: Any) -> Any:
        return None if a is None else np.concatenate([a, b], axis=1)

    return replace(
        first,
        **{name: beside(getattr(first, name), getattr(more, name)) for name in _PER_REPETITION},
        **{name: mean(getattr(first, name), getattr(more, name)) for name in _PER_SET},
        extras={name: beside(values, more.extras[name]) for name, values in first.extras.items()},
        energy_terms={
            name: replace(term, values=mean(term.values, more.energy_terms[name].values))
            for name, term in first.energy_terms.items()
        },
        interrupted=first.interrupted or more.interrupted,
        wall_s=first.wall_s + more.wall_s,
    )


_PER_REPETITION = ("accuracy", "curve", "confusion", "seeds")
_PER_SET = ("energy_per_image_J", "energy_training_J", "latency_per_image_s", "area_m2")


def joined(first: TaskResult, more: TaskResult) -> TaskResult:
    """The result of the sets of two runs that differ in nothing else, the first run's sets first."""
    return replace(
        first,
        **_joined([first, more]),
        seeds=np.concatenate([first.seeds, more.seeds]),
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


def _report_share(report: Callable, done: float, count: float, total: int, share: float) -> None:
    report(done + share * count, total)


def _seeds(n_sets: int, seed: int | Sequence[int], repetitions: int) -> np.ndarray:
    """Seeds of all repetitions of every set, shape (sets, repetitions)."""
    for own in {seed} if np.ndim(seed) == 0 else set(seed):  # type: ignore[arg-type]
        check_seed(own)  # type: ignore[arg-type]
    first = np.broadcast_to(np.asarray(seed), n_sets)
    return first[:, None] + np.arange(repetitions)


def _scored(
    task: Task,
    plan: Plan,
    course: Course,
    params: SynapseParameters,
    seeds: np.ndarray,
    report: Callable[[float], None],
) -> Scores:
    """Scores of sets with seeds of shape (sets, repetitions): together, or one seed after another."""
    if task.mixed_seeds:
        return course.score_mixed(params, seeds, report)  # type: ignore[attr-defined]
    firsts = list(dict.fromkeys(seeds[:, 0].tolist()))
    found, order = [], []
    for count, own in enumerate(firsts):
        chosen = np.flatnonzero(seeds[:, 0] == own)
        group = tuple(seeds[chosen[0]].tolist())
        ready = course if group == plan.seeds else task.prepare(replace(plan, seeds=group))
        size = padded(len(chosen)) if task.pad else len(chosen)
        filled = chosen[np.minimum(np.arange(size), len(chosen) - 1)]
        share = partial(_report_share, lambda done, _: report(done), count / len(firsts), 1 / len(firsts), 1)
        found.append(_chosen(ready.score(params.take(filled), share), np.arange(len(chosen))))
        order.append(chosen)
    return _chosen(replace(found[0], **_joined(found)), np.argsort(np.concatenate(order)))


def _chosen(scores: Scores, index: np.ndarray) -> Scores:
    """Scores of the sets of an index."""
    cut: dict[str, Any] = {
        item.name: value[index]
        for item in fields(Scores)
        if isinstance(value := getattr(scores, item.name), np.ndarray)
    }
    extras = {name: values[index] for name, values in scores.extras.items()}
    terms = {name: replace(term, values=term.values[index]) for name, term in scores.energy_terms.items()}
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
    seed: int | Sequence[int] = 0,
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
