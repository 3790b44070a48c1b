"""The frozen tasks: designs, labels and folds of one version, as files that never change again.

A version is three files: ``designs.csv`` (what is known of each row), ``labels.csv`` (per task and row the
interval of possible values, the group and the fold of every repeat) and ``checksums.json``. The tables go on
growing; a version stays, so that scores of different years can be compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perovdata.dataset import DESIGN_COLUMNS, METRICS, Metric
from perovdata.errors import InputError, unknown_choice
from perovdata.features import design_frame
from perovdata.files import data_dir, write_atomic, write_json
from perovdata.models import Corpus, Target, from_scale, to_scale

#: The version that is scored if none is named.
VERSION = "v1"

_FILES = ("designs.csv", "labels.csv")
_EXTRA = ("family", "lead_free")


@dataclass(frozen=True)
class Benchmark:
    """One task: predict one metric of rows whose whole group is hidden.

    Attributes
    ----------
    task : str
        Name of the metric.
    version : str
    checksum : str
        SHA-256 of the version's labels.
    designs : DataFrame, shape (n rows)
        Design columns as the papers tell them, ``family`` and ``lead_free``; index is the row's name.
    y : ndarray, shape (n, 2)
        Interval of possible values on the metric's scale (decades for ``log10`` metrics): equal ends for
        a number, an infinite end for a bound.
    groups : ndarray of str, shape (n,)
        What is hidden as a whole: the paper, or the chemical system of a material property.
    folds : ndarray of int, shape (repeats, n)
    """

    task: str
    version: str
    checksum: str
    designs: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray
    folds: np.ndarray

    @property
    def metric(self) -> Metric:
        """Definition, unit and scale."""
        return METRICS[self.task]

    @cached_property
    def X(self) -> pd.DataFrame:
        """What a model may look at: numbers of the composition and the device, then text columns.

        The columns of :func:`perovdata.features.design_frame`, and what it leaves out of the design.
        """
        frame = design_frame(self.designs)
        if self.designs["family"].notna().any():
            frame["family"] = self.designs["family"].fillna("")
        more = [c for c in self.designs if c not in frame]
        return pd.concat([frame, self.designs[more]], axis=1)

    @property
    def values(self) -> np.ndarray:
        """The reported number on the scale: the middle of a range, the finite end of a bound, shape (n,)."""
        finite = np.where(np.isfinite(self.y), self.y, np.nan)
        return np.asarray(np.nanmean(finite, axis=1))

    def corpus(self) -> Corpus:
        """The task as the corpus that the project's own evaluation works on."""
        size = pd.Series(self.groups).map(pd.Series(self.groups).value_counts()).to_numpy()
        target = Target(
            metric=self.metric,
            rows=np.arange(len(self.y)),
            labels=self.y,
            reported=self.values,
            papers=self.groups.astype(object),
            weights=1.0 / size,
        )
        designs = self.designs.assign(paper_id=self.groups, device_id=self.designs.index)
        return Corpus(designs, {self.task: target})


def load_benchmark(task: str, version: str = VERSION) -> Benchmark:
    """One task of a frozen version.

    Parameters
    ----------
    task : str
        A name of :func:`task_names`.
    version : str

    Returns
    -------
    Benchmark
        ``X`` (frame), ``y`` (with bounds), ``groups``, ``folds``.

    Raises
    ------
    InputError
        For an unknown task or version, or files that are not those that were frozen.

    Examples
    --------
    >>> task = load_benchmark("on_off_ratio")
    >>> task.y.shape[1], len(task.X) == len(task.groups)
    (2, True)
    """
    designs, labels, checksum = _read(version)
    names = sorted(set(labels["task"]))
    if task not in names:
        raise unknown_choice("benchmark task", task, names)
    rows = labels[labels["task"] == task].reset_index(drop=True)
    metric = METRICS[task]
    low, high = (to_scale(metric, rows[end].to_numpy(float)) for end in ("low", "high"))
    y = np.column_stack([np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)])
    repeats = [str(c) for c in rows if str(c).startswith("fold_")]
    own = designs.loc[rows["row"]].dropna(axis="columns", how="all")
    return Benchmark(
        task=task,
        version=version,
        checksum=checksum,
        designs=own.reindex(columns=[c for c in designs if c in own or c in ("composition", *_EXTRA)]),
        y=y,
        groups=rows["group"].to_numpy(str),
        folds=rows[repeats].to_numpy(int).T,
    )


def task_names(version: str = VERSION) -> list[str]:
    """Names of the tasks of a version."""
    return sorted(set(_read(version)[1]["task"]))


def summary(task: str, version: str = VERSION) -> dict[str, Any]:
    """What a task holds: unit and scale, number of rows, groups and bounds."""
    frozen = load_benchmark(task, version)
    return {
        "task": task,
        "version": version,
        "unit": frozen.metric.unit,
        "scale": frozen.metric.scale,
        "rows": len(frozen.y),
        "groups": len(set(frozen.groups)),
        "bounds": int((frozen.y[:, 0] < frozen.y[:, 1]).sum()),
        "folds": int(frozen.folds.max()) + 1,
        "repeats": len(frozen.folds),
    }


def _folder(version: str) -> Path:
    return data_dir() / "benchmark" / version


@lru_cache(maxsize=4)
def _read(version: str) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    folder = _folder(version)
    if not (folder / "checksums.json").is_file():
        known = sorted(p.name for p in folder.parent.glob("*/")) if folder.parent.is_dir() else []
        raise unknown_choice("benchmark version", version, known)
    frozen = json.loads((folder / "checksums.json").read_text(encoding="utf-8"))
    for name in _FILES:
        if _sha256(folder / name) != frozen.get(name):
            raise InputError(
                f"{folder / name}: not the file that was frozen as {version}; reinstall perovdata"
            )
    designs = pd.read_csv(
        folder / "designs.csv", index_col="row", dtype={"row": str}, keep_default_na=False, na_values=[""]
    )
    labels = pd.read_csv(
        folder / "labels.csv", dtype={"row": str, "group": str}, keep_default_na=False, na_values=[""]
    )
    return designs, labels, frozen["labels.csv"]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_version(folder: Path, parts: Sequence[tuple[Corpus, list[dict[str, int]], list[str]]]) -> None:
    """Freeze tasks as a new version.

    Parameters
    ----------
    folder : Path
        Must not exist: a version is never written again.
    parts : sequence of (Corpus, folds, tasks)
        Tasks of a corpus, and the fold of every group of it, one mapping per repeat.

    Raises
    ------
    InputError
        If the folder exists.
    """
    if folder.exists():
        raise InputError(f"{folder}: this version is frozen; choose a new name")
    labels = pd.concat(
        [_labels(corpus, folds, name) for corpus, folds, tasks in parts for name in tasks], ignore_index=True
    )
    designs = pd.concat([corpus.designs for corpus, _, _ in parts])
    columns = [c for c in (*DESIGN_COLUMNS, *_EXTRA) if c in designs]
    used = designs.loc[designs.index.isin(labels["row"]), columns]
    write_atomic(folder / "designs.csv", used.to_csv(index_label="row", lineterminator="\n"))
    write_atomic(folder / "labels.csv", labels.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
    write_json(folder / "checksums.json", {name: _sha256(folder / name) for name in _FILES})


def _labels(corpus: Corpus, folds: list[dict[str, int]], name: str) -> pd.DataFrame:
    target = corpus.targets[name]
    ends = from_scale(target.metric, target.labels)
    return pd.DataFrame(
        {
            "task": name,
            "row": corpus.designs.index[target.rows],
            "group": target.papers,
            "low": np.where(np.isfinite(target.labels[:, 0]), ends[:, 0], np.nan),
            "high": np.where(np.isfinite(target.labels[:, 1]), ends[:, 1], np.nan),
            **{f"fold_{r}": [deal[g] for g in target.papers] for r, deal in enumerate(folds)},
        }
    )
