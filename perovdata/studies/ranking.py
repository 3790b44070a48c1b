"""The leaderboard: every device of the tables that states enough, on the same tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from perovdata.dataset import family_of, load_benchmarks, load_synapses, load_tables
from perovdata.dataset.schema import known
from perovdata.errors import InputError, unknown_choice
from perovdata.routing import DESIGN_SPACE, Routed
from perovdata.studies.draws import require_draws, seeds_of_groups
from perovdata.studies.sources import route_record
from perovdata.vision import TASKS, TaskResult, run_stacked

if TYPE_CHECKING:
    import pandas as pd

LEADERBOARD_TASKS = ("digits-online", "digits-inference")

_IMAGE_SETS = {"digits": "mnist (8x8)", "mnist": "mnist", "fashion": "fashion-mnist"}


def _metrics_of(fields: Sequence[str]) -> frozenset[str]:
    """Metrics that feed these parameters."""
    wanted = set(fields)
    return frozenset(
        metric
        for row in DESIGN_SPACE
        if wanted & set(row.fields)
        for metric in (*row.metrics, *row.if_measured)
    )


def eligible_devices(min_stated: int = 2) -> dict[str, list[str]]:
    """Devices that state enough to be placed.

    Parameters
    ----------
    min_stated : int
        Least number of stated metrics that decide the score of some task.

    Returns
    -------
    dict of str to list of str
        Device to these metrics.
    """
    deciding = _metrics_of([field for task in TASKS.values() for field in task.uses])
    rows = load_synapses()
    rows = rows[rows["metric"].isin(deciding)]
    stated = rows.groupby("device_id")["metric"].unique()
    return {str(device): sorted(metrics) for device, metrics in stated.items() if len(metrics) >= min_stated}


def devices_apart(tasks: Sequence[str], min_stated: int = 2) -> list[dict[str, Any]]:
    """Devices that state enough in all, but nothing that a task reads: it could only rank their family.

    Parameters
    ----------
    tasks : sequence of str
    min_stated : int
        As for :func:`leaderboard`.

    Returns
    -------
    list of dict
        ``task, rank, group`` (both None), ``device_id, composition, stated`` (empty).
    """
    devices = load_tables().devices.set_index("device_id")
    return [
        {
            "task": task,
            "rank": None,
            "group": None,
            "device_id": device,
            "composition": _text(devices.loc[device, "composition"]),
            "stated": [],
        }
        for task in tasks
        for device, metrics in eligible_devices(min_stated).items()
        if not _metrics_of(TASKS[task].uses) & set(metrics)
    ]


class _Device(NamedTuple):
    device_id: str
    stated: list[str]
    routed: Routed
    row: Any


def leaderboard(
    tasks: Sequence[str] = LEADERBOARD_TASKS,
    *,
    min_stated: int = 2,
    draws: int = 8,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    data_dir: str | os.PathLike[str] | None = None,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Rank the devices of the tables per task.

    What a device does not state is drawn from the population of its family (its own paper left out), or
    assumed where nobody reports it. All devices share the random numbers, so that they are compared pair by
    pair, draw by draw. Devices that state nothing of what the task reads are left to :func:`devices_apart`.

    Parameters
    ----------
    tasks : sequence of str
    min_stated : int
        Least number of stated metrics that decide the score of some task, at least one of them of the task
        in question.
    draws : int
        Parameter sets per device.
    seeds, seed : int
    level : float
        Of the intervals of accuracy and rank.
    data_dir : path, optional
    progress : callable, optional
        Called with (parameter sets finished, in all) over all tasks.
    **options
        For :func:`perovdata.vision.run`, e.g. ``epochs``.

    Returns
    -------
    list of dict
        One per device and task, best first within a task, those without a stated composition after the
        others: ``task, rank, rank_low, rank_high, group, share_won, device_id, label, paper_id, doi, url,
        composition, family, accuracy, low, high, ceiling, chance, stated, n_measured, n_read, population,
        assumed, reported_accuracy, reported_dataset, energy_per_image_J``. ``share_won`` is the share of all
        paired comparisons (other devices, draws, seeds; ties half) that the device wins; it gives the rank.
        Devices of one ``group`` are not told apart: their paired difference to the first of the group spans
        0. ``stated``, ``population`` and ``assumed`` list what the task reads, ``n_measured`` of ``n_read``
        parameters are the device's own. ``reported_accuracy`` is the paper's claim for its own network, on
        the images of the task if it names them; None if it claims none.

    Raises
    ------
    InputError
        Unknown task, or no device states enough.
    """
    for task in tasks:
        if task not in TASKS:
            raise unknown_choice("task", task, TASKS)
    eligible = eligible_devices(min_stated)
    require_draws(draws, max(1, len(eligible)))
    devices = [
        _Device(device, metrics, *route_record(device, draws=draws, seed=seed))
        for device, metrics in eligible.items()
    ]
    fields = {task: [d for d in devices if _metrics_of(TASKS[task].uses) & set(d.stated)] for task in tasks}
    total = draws * sum(len(field) for field in fields.values())
    if total == 0:
        raise InputError(
            f"leaderboard: no device of the tables states {min_stated} of the metrics that decide"
        )

    rows: list[dict[str, Any]] = []
    before = 0
    for task, field in fields.items():
        if not field:
            continue
        groups = [device.routed.parameters for device in field]
        accuracies, result = run_stacked(
            task,
            groups,
            seeds=seeds,
            seed=seeds_of_groups(task, groups, seed),
            data_dir=data_dir,
            progress=_shifted(progress, before, total),
            **options,
        )
        before += draws * len(field)
        scores = np.array([part.ravel() for part in accuracies])
        rows += _ranked(task, field[: len(scores)], scores, level, result)
        if result.interrupted:
            break
    return rows


def _shifted(
    progress: Callable[[float, int], None] | None, before: int, total: int
) -> Callable[[float, int], None] | None:
    return None if progress is None else lambda done, _: progress(before + done, total)


def _ranked(
    task: str, devices: list[_Device], scores: np.ndarray, level: float, result: TaskResult
) -> list[dict[str, Any]]:
    """Rows of one task, scores of shape (devices, draws x seeds)."""
    tails = (0.5 - level / 2, 0.5 + level / 2)
    # Rank of each device within each draw; devices of equal accuracy share the better rank.
    ranks = 1 + (scores[None] > scores[:, None]).sum(axis=1)
    median = np.round(np.median(scores, axis=1), 6)
    won = _share_won(scores)
    group = _groups(scores, won, level)
    energy = result.energy_per_image_J
    n_draws = result.accuracy.shape[0] // max(len(devices), 1)
    reported = load_benchmarks()
    papers = load_tables().papers.set_index("paper_id")
    rows = []
    for index, device in enumerate(devices):
        low, high = np.quantile(scores[index], tails)
        rank_low, rank_high = np.quantile(ranks[index], tails)
        own_energy = () if energy is None else energy[index * n_draws : (index + 1) * n_draws]
        rows.append(
            {
                "task": task,
                "rank": int(1 + (won > won[index] + 1e-9).sum()),
                "rank_low": int(np.floor(rank_low)),
                "rank_high": int(np.ceil(rank_high)),
                "group": int(group[index]),
                "share_won": float(won[index]),
                "device_id": device.device_id,
                "paper_id": device.row["paper_id"],
                "label": _label(device, papers.loc[device.row["paper_id"]]),
                "doi": _text(papers.loc[device.row["paper_id"], "doi"]),
                "url": _text(papers.loc[device.row["paper_id"], "url"]),
                "composition": _text(device.row["composition"]),
                "family": family_of(device.row),
                "accuracy": float(median[index]),
                "low": float(low),
                "high": float(high),
                "ceiling": result.ceiling,
                "chance": result.chance,
                **_evidence(task, device),
                **_reported(reported, device.device_id, task),
                "energy_per_image_J": _median(own_energy),
            }
        )
    return sorted(rows, key=lambda row: (row["composition"] is None, row["rank"], row["device_id"]))


def _share_won(scores: np.ndarray) -> np.ndarray:
    """Share of paired comparisons that each device wins, ties half; scores of shape (devices, pairs)."""
    if len(scores) == 1:
        return np.ones(1)
    above = (scores[:, None] > scores[None]).mean(axis=2)
    level = (scores[:, None] == scores[None]).mean(axis=2)
    np.fill_diagonal(level, 0.0)
    return (above + level / 2).sum(axis=1) / (len(scores) - 1)


def _groups(scores: np.ndarray, won: np.ndarray, level: float) -> np.ndarray:
    """Number of the group of each device: a new one starts where the first of the last is surely better."""
    group = np.zeros(len(scores), int)
    leader, number = None, 0
    for index in np.argsort(-won, kind="stable"):
        if leader is None or np.quantile(scores[leader] - scores[index], 0.5 - level / 2) > 0:
            leader, number = index, number + 1
        group[index] = number
    return group


def _label(device: _Device, paper: pd.Series) -> str:
    author = _text(paper["first_author"])
    surname = author.split()[-1] if author else paper.name
    year = f" {int(paper['year'])}" if known(paper["year"]) else ""
    return (
        f"{device.device_id} {_text(device.row['composition']) or 'composition not seen'} ({surname}{year})"
    )


def _median(values: Iterable[float]) -> float | None:
    finite = [v for v in values if np.isfinite(v)]
    return float(np.median(finite)) if finite else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _evidence(task: str, device: _Device) -> dict[str, Any]:
    """What the task reads: metrics stated, parameters drawn from the population, parameters assumed."""
    uses = set(TASKS[task].uses)
    by_kind = {
        kind: sorted(
            name for name, origin in device.routed.origins.items() if origin.kind == kind and name in uses
        )
        for kind in ("population", "assumed")
    }
    read = [origin.kind for name, origin in device.routed.origins.items() if name in uses]
    return {
        "stated": sorted(_metrics_of(TASKS[task].uses) & set(device.stated)),
        "n_measured": read.count("measured"),
        "n_read": len(read),
        **by_kind,
    }


def _reported(reported: pd.DataFrame, device: str, task: str) -> dict[str, Any]:
    """The paper's own accuracy: on the task's images if stated, else on whatever it names."""
    own = reported[reported["device_id"] == device]
    if own.empty:
        return {"reported_accuracy": None, "reported_dataset": None}
    named = own["dataset"].fillna("").astype(str)
    wanted = _IMAGE_SETS.get(task.split("-")[0], "")
    same = own[named.str.lower() == wanted]
    best = (same if not same.empty else own).sort_values("accuracy_percent").iloc[-1]
    what = _text(best["dataset"]) or _text(best["task"]) or "not named"
    return {"reported_accuracy": float(best["accuracy_percent"]), "reported_dataset": what}
