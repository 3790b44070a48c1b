"""Many designs from a file, one result table, no row lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from perovdata.dataset.load import read_designs
from perovdata.dataset.schema import DESIGN_COLUMNS, SynapseDesign, known, parse_known
from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.models.predictor.predictor import Prediction, Predictor

__all__ = ["COLUMNS", "predict_file"]

COLUMNS = (
    "row",
    "composition",
    "metric",
    "unit",
    "median",
    "low",
    "high",
    "level",
    "kind",
    "model",
    "skill",
    "skill_over_median",
    "n_papers",
    "extrapolating",
    "error",
)
_CHUNK = 1000


def _design(row: dict[str, Any]) -> tuple[SynapseDesign, dict[str, float]]:
    """Design and measured metrics of one row."""
    if not known(row.get("composition")):
        raise InputError("composition: empty; a formula such as CsPbBr3 is needed")
    columns: dict[str, Any] = {c: row.get(c) for c in DESIGN_COLUMNS}
    design = SynapseDesign(**columns)
    measured = dict(
        parse_known(f"{column.removeprefix('known_')}={value}", f"column {column}")
        for column, value in row.items()
        if column.startswith("known_") and known(value)
    )
    return design, measured


def predict_file(
    predictor: Predictor,
    source: Path,
    output: Path,
    *,
    metrics: Sequence[str] | None = None,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, list[str], list[str]]:
    """Predict every design of a file.

    Parameters
    ----------
    predictor : Predictor
    source, output : Path
        CSV or JSON lines, by suffix. The output has one row per design and metric (:data:`COLUMNS`), in the
        order of the input; a design that failed has one row with its error.
    metrics, level, seed
        As in :meth:`Predictor.predict`.
    progress : callable, optional
        Called with (done, total).

    Returns
    -------
    n : int
        Designs read.
    failures : list of str
        One line per failed design.
    ignored : list of str
        Input columns without meaning.

    Raises
    ------
    InputError
        If the file as a whole is unusable.
    """
    rows, ignored = read_designs(source)
    failures: list[str] = []
    lines: list[dict[str, Any]] = []
    for start in range(0, len(rows), _CHUNK):
        lines.extend(
            _chunk(predictor, rows[start : start + _CHUNK], start, source, failures, metrics, level, seed)
        )
        if progress:
            progress(min(start + _CHUNK, len(rows)), len(rows))
    write_atomic(output, _render(lines, output.suffix in (".jsonl", ".ndjson")))
    return len(rows), failures, ignored


def _chunk(predictor, rows, start, source, failures, metrics, level, seed) -> Iterator[dict[str, Any]]:
    designs, measured, errors = {}, {}, {}
    for i, row in enumerate(rows):
        try:
            designs[i], measured[i] = _design(row)
        except InputError as error:
            errors[i] = str(error)
    bad = predictor.unreadable(list(designs.values()))
    for i, message in zip(list(designs), bad, strict=True):
        if message:
            errors[i] = message
            del designs[i]
    results: dict[int, Prediction] = {}
    if designs:
        given = [measured[i] for i in designs]
        found = predictor.predict(
            list(designs.values()), known=given, metrics=metrics, level=level, seed=seed
        )
        results = dict(zip(designs, found, strict=True))
    for i, row in enumerate(rows):
        number = start + i + 1
        if i in errors:
            failures.append(f"{source} row {number}: {errors[i]}")
            yield {"row": number, "composition": row.get("composition"), "error": errors[i]}
        else:
            yield from _lines(number, results[i])


def _lines(number: int, prediction: Prediction) -> Iterator[dict[str, Any]]:
    for name, p in prediction.predictions.items():
        low, high = p.interval or (None, None)
        yield {
            "row": number,
            "composition": prediction.design["composition"],
            "metric": name,
            "unit": p.unit,
            "median": p.median,
            "low": low,
            "high": high,
            "level": p.level,
            "kind": p.kind,
            "model": p.model,
            "skill": p.skill["value"] if p.skill else None,
            "skill_over_median": p.skill_over_median["value"] if p.skill_over_median else None,
            "n_papers": p.n_papers,
            "extrapolating": prediction.applicability["extrapolating"],
            "error": None,
        }


def _render(lines: list[dict[str, Any]], as_json: bool) -> str:
    if as_json:
        return "".join(
            json.dumps({c: line.get(c) for c in COLUMNS}, allow_nan=False) + "\n" for line in lines
        )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([_cell(line.get(c)) for c in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else value
