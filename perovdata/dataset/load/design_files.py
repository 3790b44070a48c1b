"""Designs from a CSV or JSON-lines file: rows, their columns, the metrics known of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from perovdata.dataset.schema.schema import DESIGN_COLUMNS, METRICS
from perovdata.errors import InputError, unknown_choice

__all__ = ["read_designs"]

_ALIASES = {"formula": "composition", "n": "n_layers"}


def read_designs(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of a CSV or JSON-lines file (by suffix: ``.jsonl``, ``.ndjson``).

    Parameters
    ----------
    path : Path
        Columns are named like the design options (``device_type`` or ``device-type``); ``known_METRIC``
        columns condition the prediction.

    Returns
    -------
    rows : list of dict
        Design columns and ``known_METRIC`` cells.
    ignored : list of str
        Columns that mean nothing here.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, has no column ``composition`` or a column that looks misspelt.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    rows = _json_lines(path, text) if path.suffix in (".jsonl", ".ndjson") else _csv_rows(path, text)
    if not rows:
        raise InputError(f"{path}: no designs in it; a CSV header and at least one row are needed")
    columns = list(dict.fromkeys(c for row in rows for c in row))
    names = {column: _column(path, column) for column in columns}
    if "composition" not in names.values():
        raise InputError(f"{path}: column 'composition' is missing; found {', '.join(columns)}")
    ignored = [column for column, name in names.items() if name is None]
    kept = {column: name for column, name in names.items() if name is not None}
    return [{name: row[column] for column, name in kept.items() if column in row} for row in rows], ignored


def _csv_rows(path: Path, text: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise InputError(f"{path} line {reader.line_num}: its number of cells differs from the header's")
        rows.append(row)
    return rows


def _json_lines(path: Path, text: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path} line {number}: not JSON ({error})") from None
        if not isinstance(row, dict):
            raise InputError(
                f'{path} line {number}: an object such as {{"composition": "CsPbBr3"}} is needed'
            )
        measured = row.pop("known", None) or {}
        rows.append({**row, **{f"known_{metric}": value for metric, value in measured.items()}})
    return rows


def _column(path: Path, column: str) -> str | None:
    """Name a column means; None if it is nobody's and resembles nothing."""
    from difflib import get_close_matches

    name = column.strip().lower().replace("-", "_").replace(" ", "_")
    name = _ALIASES.get(name, name)
    accepted = [*DESIGN_COLUMNS, *(f"known_{m}" for m in METRICS)]
    if name in accepted:
        return name
    if name.startswith("known_"):
        raise unknown_choice(f"{path}: column {column}", name.removeprefix("known_"), METRICS)
    if get_close_matches(name, accepted, n=1, cutoff=0.8):
        raise unknown_choice(f"{path}: column", column, DESIGN_COLUMNS)
    return None
