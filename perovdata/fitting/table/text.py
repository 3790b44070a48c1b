"""Rows of cells from text: delimiter, quotes, decimal point or comma."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from perovdata.fitting.table.assemble import COMMENTS, assemble, join_units
from perovdata.fitting.table.layouts import is_numeric
from perovdata.fitting.table.numbers import MISSING, STYLES, Style, ambiguous, decisive_style, parse_number
from perovdata.fitting.table.readings import Table, shorten
from perovdata.fitting.table.units import parse_heading
from perovdata.text import counted

_DELIMITERS = ("\t", ";", ",", "|", None)
_SNIFF_LINES = 400
#: Bodies longer than this are first tried with NumPy's own reader.
_LONG = 5_000

#: Number of a line and its text.
Line = tuple[int, str]


def read_text(path: Path, text: str, decimal: str | None = None) -> Table:
    """Read a table from text.

    Parameters
    ----------
    path : Path
        For messages.
    text : str
    decimal : {"comma", "point"}, optional
        Settles numbers such as ``1,100``; None: refused where nothing else in the file settles them.

    Raises
    ------
    InputError
        No rows of numbers, ragged rows, cells that are no numbers, numbers that can be two.
    """
    all_lines = text.splitlines()
    first_line = next((line for line in all_lines if line.strip()), "")
    filled = [(number, line) for number, line in enumerate(all_lines, 1) if line.strip()]
    numbered = [line for line in filled if not _is_comment(line[1])]
    sample = [line for _, line in numbered[:_SNIFF_LINES]]
    delimiter, style = _sniff(sample)
    numbered = _with_marked_heading(filled, numbered, delimiter, style)
    comments = len(filled) - len(numbered)
    style = _settled(path, first_line, numbered, delimiter, style, decimal)
    table = _read_long(path, first_line, numbered, delimiter, style) if len(numbered) > _LONG else None
    if table is None:
        rows = [(number, _split(line, delimiter)) for number, line in numbered]
        # A delimiter at the end of every line makes an empty last column.
        used = max((k + 1 for _, cells in rows for k, cell in enumerate(cells) if cell), default=1)
        table = assemble(path, first_line, [(n, cells[:used]) for n, cells in rows], style, "line")
    if comments:
        table.notes.append(f"{counted(comments, 'comment line')} left out")
    if style != "point":
        table.notes.append("decimal comma" if style == "comma" else "commas separate thousands")
    return table


def _is_comment(line: str) -> bool:
    """Whether a line begins with a mark of comments that is no cell of its own ("#" heads pulse numbers)."""
    line = line.lstrip().lstrip('"')
    return line.startswith(COMMENTS) and not line[1:].lstrip(' "').startswith(("\t", ";", ","))


def _with_marked_heading(
    filled: list[Line], numbered: list[Line], delimiter: str | None, style: Style
) -> list[Line]:
    """The lines with the comment directly above the first numbers, if it is their heading.

    NumPy and gnuplot write ``# pulse,G (uS)``.
    """
    if not numbered or not is_numeric(first := _split(numbered[0][1], delimiter), style):
        return numbered
    above = [line for line in filled if line[0] < numbered[0][0]]
    if not above:
        return numbered
    number, line = above[-1]
    text = line.strip().lstrip("".join(COMMENTS)).strip()
    cells = join_units(_split(text, delimiter), len(first))
    headings = [parse_heading(cell) for cell in cells]
    if len(cells) != len(first) or not any(h.role or h.quantity for h in headings):
        return numbered
    return [(number, text), *numbered]


def _read_long(
    path: Path, first_line: str, lines: list[Line], delimiter: str | None, style: Style
) -> Table | None:
    """A long, plain table by NumPy's reader; None where it is not plain enough for that."""
    if style != "point":
        return None
    head = [(number, _split(line, delimiter)) for number, line in lines[:_SNIFF_LINES]]
    try:
        table = assemble(path, first_line, head, style, "line")
    except Exception:  # whatever it is, the slow reader says it with the right place
        return None
    start = next(k for k, (number, _) in enumerate(lines) if number == table.first_row)
    try:
        body = np.loadtxt((line for _, line in lines[start:]), delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    if body.shape[1] != len(table.columns) or not (np.abs(body) < 1e30).all():
        return None
    table.columns = [body[:, k] * head.scale for k, head in enumerate(table.headings)]
    return table


def _split(line: str, delimiter: str | None) -> list[str]:
    if '"' in line and delimiter is not None:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    else:
        cells = line.split(delimiter) if delimiter else line.split()
    return [cell.strip().strip('"').strip() for cell in cells]


def _settled(
    path: Path, first_line: str, lines: list[Line], delimiter: str | None, style: Style, decimal: str | None
) -> Style:
    """The style of all numbers: as given, as one number shows that has only one reading, or refused."""
    if decimal is not None:
        commas = style != "point" or delimiter != ","
        return ("comma" if decimal == "comma" else "thousands") if commas else "point"
    if style == "point":
        _refuse_grouped(path, first_line, lines, delimiter)
        return style
    cells = [cell for _, line in lines if "," in line for cell in _split(line, delimiter)]
    decided = decisive_style(cells)
    if decided is not None:
        return decided
    doubtful = next((cell for cell in cells if ambiguous(cell)), None)
    if doubtful is None:
        return style
    whole, part = doubtful.replace(",", ""), doubtful.replace(",", ".")
    place = next(n for n, line in lines if doubtful in _split(line, delimiter))
    raise Table(path, [], [], first_line, 0).error(
        f"line {place}: '{shorten(doubtful, 30)}' can be {float(whole):g} or {float(part):g}; "
        "give argument decimal='point' (commas separate thousands) or argument decimal='comma'"
    )


def _refuse_grouped(path: Path, first_line: str, lines: list[Line], delimiter: str | None) -> None:
    """Between semicolons, where a comma is the decimal mark, ``1.100`` on every line can be 1100.

    Raises
    ------
    InputError
    """
    if delimiter != ";":
        return
    first: tuple[int, str] | None = None
    for place, line in lines:
        for cell in _split(line, delimiter):
            if "." not in cell or parse_number(cell, "point") is None:
                continue
            if not ambiguous(cell.replace(".", ",")):
                return
            first = first or (place, cell)
    if first is not None:
        place, cell = first
        whole = cell.replace(".", "")
        raise Table(path, [], [], first_line, 0).error(
            f"line {place}: '{shorten(cell, 30)}' can be {float(whole):g} or {float(cell):g}; "
            "give argument decimal='comma' (points separate thousands) or argument decimal='point'"
        )


def _sniff(lines: list[str]) -> tuple[str | None, Style]:
    """Delimiter and style of numbers under which most lines are rows of numbers of one length."""
    best: tuple[str | None, Style] = (",", "point")
    best_score = (0.0, 0.0)
    for delimiter in _DELIMITERS:
        for style in STYLES:
            if style != "point" and delimiter == "," and not any('"' in line for line in lines):
                continue
            widths = []
            for line in lines:
                cells = _split(line, delimiter)
                filled = [cell for cell in cells if cell.lower() not in MISSING]
                if filled and all(parse_number(cell, style) is not None for cell in filled):
                    widths.append(len(cells))
            if not widths:
                continue
            width = max(set(widths), key=widths.count)
            score = (widths.count(width) / len(lines), float(width))
            # More rows that fit; then more columns ("1;2" is also one column of text); then plain decimals.
            if _better(score, best_score):
                best, best_score = (delimiter, style), score
    return _prefer_decimal_comma(lines, best)


def _better(score: tuple[float, float], than: tuple[float, float]) -> bool:
    return score[0] > than[0] + 0.02 or (abs(score[0] - than[0]) <= 0.02 and score[1] > than[1])


def _prefer_decimal_comma(lines: list[str], best: tuple[str | None, Style]) -> tuple[str | None, Style]:
    """``0,123`` on every line under a one-word heading is one column with decimal commas, not two columns."""
    if best != (",", "point"):
        return best
    rows = [line.strip() for line in lines if re.fullmatch(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*", line)]
    others = [line for line in lines if parse_number(line.split(",")[0].strip(), "point") is None]
    if len(rows) < len(lines) - len(others) or not rows:
        return best
    if others:  # the heading decides
        return (";", "comma") if "," not in others[-1] else best
    # Without a heading: a pulse count rises line by line, the integer part of a number does not.
    left = [float(row.split(",")[0]) for row in rows]
    counts = len(left) > 1 and all(b - a == 1 for a, b in pairwise(left))
    leading_zero = any(re.match(r"0\d", row.split(",")[1]) for row in rows)
    return (";", "comma") if leading_zero and not counts else best
