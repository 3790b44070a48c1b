"""Designs from a CSV or JSON-lines file, row by row: a file of any length in little memory."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perovdata.dataset.check.csv_lines import read_lines
from perovdata.dataset.check.problems import Problem
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import DESIGN_COLUMNS
from perovdata.documents import parse_json, require_file
from perovdata.errors import InputError, unknown_choice

_ALIASES = {"formula": "composition", "n": "n_layers"}
_NUMBERS = frozenset({"n_layers", "wavelength_nm", "thickness_nm"})
_DECIMAL_COMMA = re.compile(r"^(\s*[+-]?\d+),(\d+)(?![\d.,])")
_ONE_DESIGN = 'an object such as {"composition": "CsPbBr3"} is needed'


@dataclass(frozen=True)
class DesignFile:
    """A file of designs that was read once from end to end, and found readable.

    Parameters
    ----------
    path : Path
    names : dict of str to str
        The column that each heading means; headings without meaning are absent.
    delimiter : str
        Between the cells of a CSV file; empty for JSON lines.
    ignored : list of str
        Headings that mean nothing here.
    count : int
        Designs in it.
    sha256 : str
        Of the whole file.
    """

    path: Path
    names: dict[str, str]
    delimiter: str
    ignored: list[str]
    count: int
    sha256: str

    def rows(self) -> Iterator[dict[str, Any]]:
        """Design columns and ``known_METRIC`` cells of each design, in order."""
        for _, row in _rows(self.path, self.delimiter):
            kept = {self.names[heading]: cell for heading, cell in row.items() if heading in self.names}
            if self.delimiter == ";":
                kept = {name: _with_point(name, cell) for name, cell in kept.items()}
            yield kept


def open_designs(path: Path) -> DesignFile:
    """Check a CSV or JSON-lines file of designs (by suffix: ``.jsonl``, ``.ndjson``).

    Parameters
    ----------
    path : Path
        Columns are named like the design options (``device_type`` or ``device-type``); ``known_METRIC``
        columns condition the prediction. The cells of a CSV file are parted by commas, or by semicolons
        where its header is; beside semicolons, numbers may have a decimal comma. A row is one line.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, has no column ``composition``, one that looks misspelt or two of
        one meaning, or, naming the line, a quote that is not closed, a row of another length, or no JSON.
    """
    require_file(path)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    delimiter = "" if path.suffix in (".jsonl", ".ndjson") else _delimiter(path)
    names: dict[str, str | None] = {}
    count = 0
    for line, row in _rows(path, delimiter):
        count += 1
        if new := [heading for heading in row if heading not in names]:
            names |= {heading: _column(path, heading) for heading in new}
        if new or not delimiter:
            _refuse_two_of_one_meaning(f"{path} line {line if not delimiter else 1}", list(row), names)
    if not count:
        raise InputError(f"{path}: no designs in it; a CSV header and at least one row are needed")
    if "composition" not in names.values():
        raise InputError(f"{path}: column 'composition' is missing; found {', '.join(names)}")
    return DesignFile(
        path,
        {heading: name for heading, name in names.items() if name is not None},
        delimiter,
        [heading for heading, name in names.items() if name is None],
        count,
        digest.hexdigest(),
    )


def read_designs(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """All rows of a file of designs, and the columns that mean nothing here (see :func:`open_designs`)."""
    designs = open_designs(path)
    return list(designs.rows()), designs.ignored


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that hold something, with their numbers."""
    for number, text in read_lines(path, file_limit=None):
        if isinstance(text, Problem):
            raise InputError(f"{path} line {number}: {text.problem}; {text.accepted} is needed")
        if text.strip():
            yield number, text


def _delimiter(path: Path) -> str:
    header = next((text for _, text in _lines(path)), "")
    return ";" if ";" in header and "," not in header else ","


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and cells of each design, by heading."""
    if not delimiter:
        for number, text in _lines(path):
            yield number, _json_row(text, f"{path} line {number}")
        return
    header: list[str] = []
    for number, text in _lines(path):
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            raise InputError(
                f"{path} line {number}: a quote is not closed on its line, or stands inside a cell; "
                "a row is one line, inner quotes are doubled"
            ) from None
        if not header:
            header = cells
            twice = [heading for heading, times in Counter(cells).items() if times > 1]
            if twice:
                raise InputError(
                    f"{path} line {number}: column '{twice[0]}' stands twice; each once is accepted"
                )
        elif len(cells) != len(header):
            raise InputError(
                f"{path} line {number}: its number of cells ({len(cells)}) differs from the header's "
                f"({len(header)})"
            )
        else:
            yield number, dict(zip(header, cells, strict=True))


def _json_row(text: str, place: str) -> dict[str, Any]:
    row = parse_json(text, place)
    if not isinstance(row, dict):
        raise InputError(f"{place}: {_ONE_DESIGN}")
    measured = row.pop("known", None)
    if measured is None:
        return row
    if not isinstance(measured, dict):
        raise InputError(f"{place}, known: '{str(measured)[:40]}' is no object of metrics and values")
    for metric in measured:
        if f"known_{metric}" in row:
            raise InputError(f"{place}: known_{metric} stands twice; each once is accepted")
    return {**row, **{f"known_{metric}": value for metric, value in measured.items()}}


def _refuse_two_of_one_meaning(place: str, headings: list[str], names: dict[str, str | None]) -> None:
    first: dict[str, str] = {}
    for heading in headings:
        name = names[heading]
        if name is not None and first.setdefault(name, heading) != heading:
            raise InputError(
                f"{place}: columns '{first[name]}' and '{heading}' mean the same; one of them is accepted"
            )


def _with_point(name: str, cell: str) -> str:
    """A number with a decimal comma, as files with semicolons hold them."""
    number = name in _NUMBERS or name.startswith("known_")
    return _DECIMAL_COMMA.sub(r"\1.\2", cell) if number else cell


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
