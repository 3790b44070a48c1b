"""Reading the file that a contributor hands in: JSON lines of records, or the flat CSV of the template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perovdata.dataset.add.submission import Submission, submission_from_record
from perovdata.dataset.check.csv_lines import parse_line, read_lines
from perovdata.dataset.check.problems import Problem, shorten
from perovdata.dataset.schema.schema import TABLES
from perovdata.documents import parse_json
from perovdata.errors import InputError

_PAPER = tuple(c for c in TABLES["papers"].names if c != "paper_id")
_DEVICE = tuple(
    c for c in TABLES["devices"].names if c not in ("device_id", "paper_id", "notes", "source_kind")
)
_MEASUREMENT = ("metric", "operator", "value", "value_high", "unit", "definition", "conditions")
_BENCHMARK = ("dataset", "task", "network", "accuracy_percent", "kind")
FLAT_COLUMNS = (
    "record",
    "device_id",
    *_PAPER,
    "source_kind",
    *_DEVICE,
    "device_notes",
    *_MEASUREMENT,
    *_BENCHMARK,
    "source_url",
    "notes",
)


def read_submissions(path: str | Path) -> list[Submission]:
    """Read a file of records (``.jsonl``, ``.json`` with one record, or the flat ``.csv`` of the template).

    Raises
    ------
    InputError
        If the file is missing, empty, of another kind, or its header is wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"file '{path}': not found; a .jsonl or .csv file is needed")
    suffix = path.suffix.lower()
    if suffix not in (".jsonl", ".json", ".csv"):
        raise InputError(f"file '{path.name}': kind '{suffix}' is not one of .jsonl, .json, .csv")
    out = _read_flat(path) if suffix == ".csv" else _read_jsonl(path)
    if not out:
        raise InputError(f"file '{path.name}': empty; at least one record is needed")
    return out


def _read_jsonl(path: Path) -> list[Submission]:
    out = []
    for number, text in read_lines(path):
        if isinstance(text, Problem):
            out.append(Submission((path.name, number), problems=[text]))
            continue
        if not text.strip():
            continue
        try:
            record = parse_json(text, f"line {number}")
        except InputError as error:
            bad = Problem(path.name, number, None, shorten(text), str(error), "one JSON object per line")
            out.append(Submission((path.name, number), problems=[bad]))
            continue
        out.append(submission_from_record(record, (path.name, number)))
    return out


def _read_flat(path: Path) -> list[Submission]:
    """Group the rows of a flat CSV into records: same paper, record label and device columns."""
    header: list[str] | None = None
    records: dict[tuple, dict[str, Any]] = {}
    places: dict[tuple, tuple[str, int]] = {}
    broken: list[Submission] = []
    for number, text in read_lines(path):
        place = (path.name, number)
        cells = parse_line(text) if isinstance(text, str) else None
        if header is None:
            header = _flat_header(path.name, cells)
            continue
        if isinstance(text, Problem):
            broken.append(Submission(place, problems=[text]))
            continue
        if cells is None or len(cells) != len(header):
            found = "broken quoting" if cells is None else f"{len(cells)} cells"
            bad = Problem(*place, None, shorten(text), found, f"{len(header)} cells, as the header has")
            broken.append(Submission(place, problems=[bad]))
            continue
        row = {k: v.strip() for k, v in zip(header, cells, strict=True) if v.strip()}
        if not row:
            continue
        key = tuple(row.get(c, "") for c in ("record", "device_id", *_PAPER, *_DEVICE, "device_notes"))
        record = records.setdefault(key, _record_from_flat(row))
        places.setdefault(key, place)
        _add_flat_values(record, row, number)
    return [submission_from_record(r, places[k]) for k, r in records.items()] + broken


def _flat_header(name: str, cells: list[str] | None) -> list[str]:
    cells = [c.strip() for c in cells or []]
    needed = ("url", "composition")
    for column in cells:
        if column not in FLAT_COLUMNS:
            raise InputError(f"{name}:1: unknown column '{column}'; accepted: {', '.join(FLAT_COLUMNS)}")
    for column in needed:
        if column not in cells:
            raise InputError(
                f"{name}:1: column '{column}' missing; 'perovdata dataset template' gives the header"
            )
    if len(set(cells)) != len(cells):
        raise InputError(f"{name}:1: a column is given twice; each column once is accepted")
    return cells


def _record_from_flat(row: Mapping[str, str]) -> dict[str, Any]:
    design = {c: row[c] for c in _DEVICE if c in row and c != "applications"}
    return {
        "record_id": row.get("record"),
        "device_id": row.get("device_id"),
        "paper": {c: row[c] for c in _PAPER if c in row},
        "source_kind": row.get("source_kind"),
        "design": design,
        "applications": row.get("applications"),
        "notes": row.get("device_notes"),
        "measurements": [],
        "benchmarks": [],
    }


def _add_flat_values(record: dict[str, Any], row: Mapping[str, str], line: int) -> None:
    """Append the measurement or the benchmark that a flat row holds."""
    shared = {c: row[c] for c in ("operator", "source_url", "notes") if c in row}
    if any(c in row for c in _BENCHMARK):
        values = {c: row[c] for c in _BENCHMARK if c in row}
        record["benchmarks"].append({**shared, **values, "_line": line})
    elif "metric" in row or "value" in row:
        values = {c: row[c] for c in _MEASUREMENT if c in row}
        record["measurements"].append({**shared, **values, "_line": line})
