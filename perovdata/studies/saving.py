"""A result on disk: JSON, one table row per parameter set and seed, pictures."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.files import write_atomic, write_json
from perovdata.studies.sources import Source
from perovdata.vision import TaskResult

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def save_result(
    folder: str | os.PathLike[str], result: TaskResult, source: Source, description: dict[str, Any]
) -> None:
    """Write ``result.json``, ``draws.parquet`` and pictures (PNG) into a folder.

    Parameters
    ----------
    folder : path-like
        Made if absent; files of an earlier result are replaced.
    result : TaskResult
    source : Source
    description : dict
        From :func:`perovdata.studies.describe`.
    """
    folder = Path(folder)
    write_json(folder / "result.json", description)
    write_parquet(folder / "draws.parquet", draws_frame(result, source))
    for name, figure in _figures(result, description):
        write_atomic(folder / f"{name}.png", figure)


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a DataFrame as Parquet, atomically."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    write_atomic(path, buffer.getvalue())


def draws_frame(result: TaskResult, source: Source) -> pd.DataFrame:
    """One row per parameter set and seed: accuracy, extras, cost, and the parameters that are not ideal.

    Parameters
    ----------
    result : TaskResult
    source : Source

    Returns
    -------
    pandas.DataFrame
    """
    import pandas as pd

    n_sets, n_seeds = result.accuracy.shape
    columns: dict[str, np.ndarray | float] = {
        "draw": np.repeat(np.arange(n_sets), n_seeds),
        "seed": result.seeds.ravel(),
        "accuracy_percent": result.accuracy.ravel(),
        "ceiling_percent": result.ceiling,
    }
    for name, values in result.extras.items():
        if values.ndim == 2:
            columns[name] = values.ravel()
    if result.curve is not None:
        for index, point in enumerate(result.checkpoints):
            label = f"accuracy_percent_{result.checkpoint_axis}_{point:g}"
            columns[label] = result.curve[:, :, index].ravel()
    for name in ("energy_per_image_J", "energy_training_J", "latency_per_image_s", "area_m2"):
        values = getattr(result, name)
        if values is not None:
            columns[name] = np.repeat(values, n_seeds)
    stated = source.parameters.as_dict()
    for name in source.table:
        columns[name] = np.repeat(stated[name][:n_sets], n_seeds)
    return pd.DataFrame(columns)


def _figures(result: TaskResult, description: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of each figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.hist(result.accuracy.ravel(), bins=20, range=(0, 100), color="#3b6ea5")
    axes.axvline(description["ceiling"], color="black", linestyle="--", label="float ceiling")
    axes.axvline(result.chance, color="grey", linestyle=":", label="chance")
    axes.set(xlabel="accuracy (%)", ylabel="parameter sets and seeds", title=result.task)
    axes.legend()
    yield "accuracy", _png(figure)

    if result.curve is not None:
        yield "curve", _curve(result, description)
    if result.confusion is not None:
        yield "confusion", _confusion(result.confusion, result.classes)
    if result.pictures:
        yield "pictures", _pictures(result)


def _curve(result: TaskResult, description: dict[str, Any]) -> bytes:
    from matplotlib.figure import Figure

    axis = result.checkpoint_axis
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    low, high = np.array(description[f"accuracy_by_{axis}_interval"], float).T
    axes.fill_between(result.checkpoints, low, high, alpha=0.3, color="#3b6ea5", label="interval")
    axes.plot(result.checkpoints, description[f"accuracy_by_{axis}"], "o-", color="#3b6ea5", label="median")
    axes.axhline(description["ceiling"], color="black", linestyle="--", label="float ceiling")
    if result.checkpoints.max() > 1000 * max(result.checkpoints.min(), 1e-30):
        axes.set_xscale("log")
    axes.set(xlabel=axis.replace("_", " "), ylabel="accuracy (%)", ylim=(0, 100), title=result.task)
    axes.legend()
    return _png(figure)


def _confusion(confusion: np.ndarray, classes: Sequence[str]) -> bytes:
    from matplotlib.figure import Figure

    counts = confusion.sum(axis=(0, 1)).astype(float)
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(4.6, 4), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(share, vmin=0, vmax=100, cmap="Blues")
    figure.colorbar(image, label="% of the true class")
    axes.set(xlabel="named", ylabel="true")
    if len(classes) == len(share):
        axes.set_xticks(range(len(share)), classes, rotation=90)
        axes.set_yticks(range(len(share)), classes)
    return _png(figure)


def _pictures(result: TaskResult) -> bytes:
    from matplotlib.figure import Figure

    columns = max(len(pictures) for pictures in result.pictures.values())
    rows = len(result.pictures)
    figure = Figure(figsize=(1.2 * columns, 1.45 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for row, (title, pictures) in zip(grid, result.pictures.items(), strict=True):
        for axes in row:
            axes.axis("off")
        for axes, picture in zip(row, pictures, strict=False):
            axes.imshow(picture, cmap="gray", interpolation="nearest")
        row[0].set_title(title, loc="left", fontsize=8)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    # No software version and date inside: the same result gives the same file.
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()
