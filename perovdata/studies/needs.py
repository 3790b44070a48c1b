"""What a device must reach: the values, pairs and combinations of metrics that meet a target accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from perovdata.checks import check_counts, check_seed
from perovdata.dataset.load import measured_metrics
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.studies.gains import DIGITS_DO_NOT_TELL
from perovdata.studies.needs_space import (
    CONTEXTS,
    VARIED,
    factorial,
    grid_of,
    is_whole,
    map_axes,
    one_device,
    sets_at,
    span_of,
)
from perovdata.studies.ranking import eligible_devices
from perovdata.vision import TASKS, ceiling, run_stacked


def requirements(
    task: str,
    accuracy: float,
    *,
    devices: Mapping[str, SynapseParameters] | None = None,
    axes: str = "number of states,nonlinearity",
    joint: bool = False,
    levels: int = 3,
    seeds: int = 2,
    seed: int = 0,
    points: int = 9,
    map_points: int = 7,
    note: Callable[[str], None] | None = None,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Find what each metric must reach for a target accuracy.

    Parameters
    ----------
    task : str
    accuracy : float
        Target, percent.
    devices : mapping of name to SynapseParameters, optional
        Devices at which one quantity at a time is varied, the others as they are (the median of their
        draws); besides, all others ideal and all others typical.
    axes : str
        The two quantities of the map, with a comma between.
    joint : bool
        Whether to look for the least demanding combinations of all quantities that the task reads.
    levels : int
        Values of each quantity in the combinations.
    seeds, seed : int
        Accuracy is the mean over the seeds.
    points : int
        Values of each metric in its sweep, 2 or more.
    map_points : int
        Points per axis of the map, 2 or more.
    note : callable, optional
        Gets one line before the study: how many runs it takes.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    dict
        ``task, target, ceiling, reachable``; ``table``: per metric and context the value needed (None: out
        of reach even at its best; ``"any"`` where the whole range will do), the same for every seed alone
        (``needed_by_seed``), and the sweep behind it; ``map``: accuracy over two quantities, the others as
        in the first of ``devices`` or ideal; ``joint``: combinations that reach the target such that no
        other that does asks for less in every quantity; ``devices``: reported devices with the metrics they
        state; ``note``: what the task cannot tell, or None.

    Raises
    ------
    InputError
        Target not between 0 and 100, or above what the same network reaches in floating point.
    """
    if not 0 < accuracy < 100:
        raise InputError(f"accuracy: {accuracy} is not between 0 and 100 %")
    pair = map_axes(axes)
    check_counts(seeds=seeds)
    check_seed(seed)
    _check_points(points=points, map_points=map_points)
    common: dict[str, Any] = {"seeds": seeds, "seed": seed, **options}
    _check_reachable(task, accuracy, options)
    contexts: dict[str, str | SynapseParameters] = {name: name for name in CONTEXTS}
    contexts |= {name: one_device(parameters) for name, parameters in (devices or {}).items()}
    sweeps = [(name, context) for name in VARIED for context in contexts]
    groups = [
        sets_at([{name: value} for value in grid_of(name, points)], contexts[context])
        for name, context in sweeps
    ]
    place = next(iter(devices or {}), "ideal")
    x_axis, y_axis = (grid_of(name, map_points) for name in pair)
    groups.append(sets_at([{pair[0]: x, pair[1]: y} for x in x_axis for y in y_axis], contexts[place]))
    combinations = factorial(_read(task), levels) if joint else []
    if combinations:
        groups.append(sets_at(combinations, "ideal"))
    if note is not None:
        n_sets = sum(group.n_sets for group in groups)
        note(
            f"{n_sets} parameter sets x {seeds} seeds of {task}; a smaller number makes it shorter: "
            "argument points, argument map_points, argument seeds, argument epochs"
        )
    accuracies, result = run_stacked(task, groups, progress=progress, **common)
    if len(accuracies) < len(groups):
        raise KeyboardInterrupt
    table = [
        _row(name, context, part, accuracy) for (name, context), part in zip(sweeps, accuracies, strict=False)
    ]
    mapped = accuracies[len(sweeps)].mean(axis=1).reshape(map_points, map_points)
    return {
        "task": task,
        "target": accuracy,
        "ceiling": result.ceiling,
        "reachable": bool(max(part.mean(axis=1).max() for part in accuracies) >= accuracy),
        "table": table,
        "map": {
            pair[0]: x_axis.tolist(),
            pair[1]: y_axis.tolist(),
            "axes": list(pair),
            "accuracy": mapped.tolist(),
            "others": place,
        },
        "joint": _least_demanding(combinations, accuracies[-1], accuracy) if combinations else None,
        "devices": reported_devices(),
        "note": DIGITS_DO_NOT_TELL if task.startswith("digits") else None,
        "seeds": seeds,
        "seed": seed,
    }


def _check_points(**counts: int) -> None:
    for name, value in counts.items():
        if value < 2:
            raise InputError(f"{name}: {value} is not 2 or more: a sweep has two ends")


def _check_reachable(task: str, accuracy: float, options: dict[str, Any]) -> None:
    """Stop before the sweeps at a target that no device can reach."""
    most = ceiling(task, **options)
    if accuracy > most:
        raise InputError(
            f"accuracy: {accuracy:g} % is above what the same network reaches in floating point on {task} "
            f"({most:.1f} %): no device can; accepted is less, or another task or network"
        )


def _read(task: str) -> list[str]:
    """Quantities that the task reads."""
    uses = set(TASKS[task].uses)
    return [name for name, rows in VARIED.items() if any(uses & set(row.fields) for row in rows)]


def _row(name: str, context: str, accuracy: np.ndarray, target: float) -> dict[str, Any]:
    span = span_of(name)
    grid = grid_of(name, len(accuracy))
    mean = accuracy.mean(axis=1)
    return {
        "metric": name,
        "unit": span.unit or VARIED[name][0].unit,
        "others": context,
        "better": "at least" if span.best > span.worst else "at most",
        "needed": _crossing(name, grid, mean, target),
        "needed_by_seed": [_crossing(name, grid, of_seed, target) for of_seed in accuracy.T],
        "accuracy_at_best": float(mean[0]),
        "values": grid.tolist(),
        "accuracy": mean.tolist(),
    }


def _crossing(name: str, grid: np.ndarray, accuracy: np.ndarray, target: float) -> float | str | None:
    """Least demanding value up to which the target holds from the demanding end, interpolated."""
    met = accuracy >= target
    if not met[0]:
        return None
    if met.all():
        return "any"
    first_miss = int(np.argmin(met))
    a, b = accuracy[first_miss - 1], accuracy[first_miss]
    share = (a - target) / (a - b)
    low, high = grid[first_miss - 1], grid[first_miss]
    if span_of(name).log:
        value = float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    else:
        value = float(low + share * (high - low))
    return float(math.ceil(value - 1e-9)) if is_whole(name) else value


def _least_demanding(
    combinations: list[dict[str, float]], accuracy: np.ndarray, target: float
) -> list[dict[str, Any]]:
    """Combinations that reach the target, without those that ask for more than another in every quantity."""
    names = list(combinations[0])
    ranks = [list(grid_of(name, len({c[name] for c in combinations}))) for name in names]
    # 0 is the most demanding value of a quantity.
    ease = np.array([[ranks[k].index(c[name]) for k, name in enumerate(names)] for c in combinations])
    reached = np.flatnonzero(accuracy.mean(axis=1) >= target)
    kept = [
        i
        for i in reached
        if not any((ease[j] >= ease[i]).all() and (ease[j] > ease[i]).any() for j in reached)
    ]
    rows = [
        {
            **combinations[i],
            "accuracy": float(accuracy[i].mean()),
            "accuracy_low": float(accuracy[i].min()),
            "accuracy_high": float(accuracy[i].max()),
        }
        for i in kept
    ]
    return sorted(rows, key=lambda row: -row["accuracy"])


def reported_devices() -> list[dict[str, Any]]:
    """Devices of the tables that state at least one of the metrics varied here."""
    devices = []
    for device in eligible_devices(1):
        values, _ = measured_metrics(device)
        stated = {}
        for name, rows in VARIED.items():
            for metric in rows[0].metrics:
                if metric in values:
                    stated[name] = values[metric]
                    break
        if stated:
            devices.append({"device_id": device, **stated})
    return devices
