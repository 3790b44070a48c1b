"""Records of scored models: check one by scoring it again, keep it, and write the leaderboard page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perovdata.benchmark.frozen import VERSION, load_benchmark, task_names
from perovdata.benchmark.protocol import baseline_predictions
from perovdata.benchmark.scores import Score, grade
from perovdata.errors import InputError
from perovdata.files import data_dir, write_atomic, write_json

_MAX_BYTES = 20_000_000
_KEYS = ("name", "task", "version", "checksum", "scores", "predictions")
_TOLERANCE = 1e-6


def check_record(path: str | Path) -> Score:
    """Read a record and score its predictions again.

    Parameters
    ----------
    path : path-like
        JSON as :meth:`perovdata.benchmark.Score.to_dict` gives it.

    Returns
    -------
    Score
        As scored here.

    Raises
    ------
    InputError
        A file that is no record, of another version of the benchmark, or whose scores are not those that
        its predictions get.
    """
    path = Path(path)
    record = _read(path)
    for key in _KEYS:
        if key not in record:
            raise InputError(f"{path}: not a benchmark record, '{key}' is missing; found {', '.join(record)}")
    frozen = load_benchmark(str(record["task"]), str(record["version"]))
    if record["checksum"] != frozen.checksum:
        raise InputError(f"{path}: scored on other labels than version {frozen.version} has")
    name = str(record["name"])
    if not re.fullmatch(r"[\w][\w .+-]{0,79}", name):
        raise InputError(f"{path}: name '{name}': letters, digits, spaces and . + - are accepted, 80 at most")
    try:
        predictions = pd.DataFrame(record["predictions"])
        told = {str(row["variant"]): float(row["mae"]) for row in record["scores"]}
    except (TypeError, ValueError, KeyError) as error:
        raise InputError(f"{path}: scores or predictions are not tables ({error})") from None
    score = grade(frozen, predictions, baseline_predictions(frozen), name=name)
    for variant, mae in zip(score.table["variant"], score.table["mae"], strict=True):
        if not np.isclose(told.get(variant, np.nan), mae, rtol=_TOLERANCE, atol=_TOLERANCE):
            raise InputError(
                f"{path}: {variant}: the record says mae {told.get(variant)}, its predictions get {mae:.6g}"
            )
    return score


def read_predictions(path: str | Path) -> pd.DataFrame:
    """Predictions of the hidden rows from a CSV file.

    Raises
    ------
    InputError
        A file that cannot be read as a table.
    """
    try:
        return pd.read_csv(path, dtype={"row": str}, keep_default_na=False, na_values=[""])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # ParserError and UnicodeDecodeError among them
        raise InputError(f"{path}: not a CSV table ({' '.join(str(error).split())})") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path}: larger than a benchmark record can be ({_MAX_BYTES} bytes)")
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: not a JSON file") from None
    if not isinstance(record, dict):
        raise InputError(f"{path}: not a benchmark record but a JSON {type(record).__name__}")
    return record


def submit(path: str | Path, folder: str | Path | None = None) -> Path:
    """Check a record, keep it, and write the leaderboard page anew.

    Parameters
    ----------
    path : path-like
    folder : path-like, optional
        Where records are kept; ``data/benchmark/VERSION/records`` of the repository by default.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        As :func:`check_record`; a model of this name is there already with other predictions.
    """
    score = check_record(path)
    kept = Path(folder) if folder is not None else data_dir() / "benchmark" / score.version / "records"
    target = kept / f"{score.task}--{score.name.replace(' ', '-')}.json"
    record = score.to_dict()
    if (
        target.exists()
        and json.loads(target.read_text(encoding="utf-8"))["predictions"] != record["predictions"]
    ):
        raise InputError(f"{target}: a model of this name is there already; give the record another name")
    write_json(target, record)
    page = kept.parent / "leaderboard.md"
    write_atomic(page, _page(leaderboard(kept), score.version))
    return page


def leaderboard(folder: str | Path | None = None, version: str = VERSION) -> list[dict[str, Any]]:
    """Scores of all records kept, the best of each task first.

    Returns
    -------
    list of dict
        ``task, name`` and the columns of :attr:`Score.table` of the model itself.
    """
    kept = Path(folder) if folder is not None else data_dir() / "benchmark" / version / "records"
    rows = []
    for path in sorted(kept.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        rows.append({"task": record["task"], "name": record["name"], **record["scores"][0]})
    return sorted(rows, key=lambda row: (row["task"], row["mae"]))


def _page(rows: list[dict[str, Any]], version: str) -> str:
    """The leaderboard as Markdown."""
    lines = [
        f"# Leaderboard of benchmark {version}",
        "",
        "Written by `perovdata benchmark submit`. Error on the metric's scale, skill against the best naive",
        "baseline (1 is perfect, 0 no better), 90 % intervals over groups that the model had not seen.",
    ]
    for task in task_names(version):
        mine = [row for row in rows if row["task"] == task]
        if not mine:
            continue
        lines += ["", f"## {task}", "", "| model | error | skill | best baseline | coverage of 90 % |"]
        lines.append("|---|---|---|---|---|")
        for row in mine:
            coverage = row.get("coverage_90")
            told = f"{coverage:.2f}" if isinstance(coverage, float) else "none given"
            span = f"{row['skill']:.2f} ({row['skill_low']:.2f} .. {row['skill_high']:.2f})"
            lines.append(f"| {row['name']} | {row['mae']:.3g} | {span} | {row['baseline']} | {told} |")
    return "\n".join(lines) + "\n"
