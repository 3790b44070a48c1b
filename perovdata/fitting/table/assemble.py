"""Rows of cells to columns of numbers: heading and body found, body checked."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.table.layouts import Row, is_numeric, known_layout, units_row
from perovdata.fitting.table.numbers import MISSING, Style, parse_number
from perovdata.fitting.table.readings import Table, shorten
from perovdata.fitting.table.units import parse_heading
from perovdata.text import counted

#: Beginnings of a line that make it a comment.
COMMENTS = ("#", "%", "!", "//", "*")
_OVERFLOW = 9.9e36  # what source-measure units write for "out of range"
_MAX_HEADING_ROWS = 4


def assemble(path: Path, first_line: str, rows: list[Row], style: Style, word: str) -> Table:
    """Find heading and body among the rows, check the body, turn it into columns.

    Parameters
    ----------
    path, first_line
        For messages.
    rows : list of (int, list of str)
        Number and cells of each row.
    style : {"point", "comma", "thousands"}
        Of the numbers.
    word : str
        What a row is called in messages.

    Raises
    ------
    InputError
        No row of numbers, ragged rows, cells that are not finite numbers, gaps, overflow marks.
    """

    def problem(message: str) -> InputError:
        return InputError(f"{path.name}: {message} (first line read: '{shorten(first_line)}')")

    if not rows:
        raise problem("nothing but comments and empty lines; a table of numbers is expected")
    rows, source, notes = known_layout(rows, style)
    numeric = [is_numeric(cells, style) for _, cells in rows]
    if not any(numeric):
        raise problem(
            "no row of numbers found; a table with one row per pulse or time point is expected, "
            "columns separated by tab, comma, semicolon or spaces"
        )
    # A preamble may hold a lone number: the body begins where rows of the common width begin.
    start = numeric.index(True)
    width = _common_width([cells for (_, cells), ok in zip(rows, numeric, strict=True) if ok])
    while start < len(rows) and not (numeric[start] and len(rows[start][1]) == width):
        start += 1
    heading, used = _heading(rows[:start], numeric, width)
    if heading and len(heading) != width:
        notes.append(f"heading of {len(heading)} words not used: the rows have {width} columns")
        heading = []
    heading = heading or [""] * width
    if start > max(used, 1):
        notes.append(f"{counted(start - max(used, 1), 'row')} above the heading left out")

    values = np.full((len(rows) - start, width), np.nan)
    empty = np.zeros(values.shape, bool)
    for r, (number, cells) in enumerate(rows[start:]):
        if len(cells) > width:
            raise problem(f"{word} {number} has {len(cells)} columns, the others have {width}")
        for k in range(width):
            cell = cells[k] if k < len(cells) else ""
            if cell.lower() in MISSING:
                empty[r, k] = True
                continue
            value = parse_number(cell, style)
            if value is None:
                raise problem(f"{word} {number}, column {k + 1}: '{shorten(cell, 30)}' is not a number")
            if not math.isfinite(value):
                raise problem(f"{word} {number}, column {k + 1}: '{cell}'; finite numbers are expected")
            if abs(value) >= _OVERFLOW:
                raise problem(f"{word} {number}, column {k + 1}: '{cell}' is an instrument's overflow mark")
            values[r, k] = value
    headings = [parse_heading(text) for text in heading]
    columns = []
    for k, head in enumerate(headings):
        filled = np.flatnonzero(~empty[:, k])
        if filled.size == 0:
            raise problem(f"column {k + 1} ('{head.text}') is empty")
        gap = np.flatnonzero(empty[: filled[-1], k])
        if gap.size:
            number = rows[start + int(gap[0])][0]
            raise problem(f"{word} {number}, column {k + 1}: empty cell inside the column")
        columns.append(values[: filled[-1] + 1, k] * head.scale)
    return Table(path, headings, columns, first_line, rows[start][0], notes, source)


def _heading(above: list[Row], numeric: list[bool], width: int) -> tuple[list[str], int]:
    """Heading from the rows directly above the body, a row of units included, and the rows it took."""
    if not above or numeric[len(above) - 1]:
        return [], 0
    block = [above[-1]]
    for row, following in zip(above[-2::-1], above[::-1], strict=False):
        # A blank line or a row of another shape ends the block.
        if len(block) == _MAX_HEADING_ROWS or following[0] - row[0] != 1 or len(row[1]) != width:
            break
        block.insert(0, row)
    cells = [row[1] for row in block]
    units = next((k for k in range(len(cells) - 1, 0, -1) if units_row(cells[k])), None)
    if units is None or len({len(row) for row in cells}) > 1:
        return join_units(cells[-1], width), 1
    names = [
        f"{name} ({unit.strip('()[]')})" if unit else name
        for name, unit in zip(cells[units - 1], cells[units], strict=True)
    ]
    for comment in cells[units + 1 :]:  # Origin's third row tells equal names apart
        names = [f"{text} {name}".strip() for name, text in zip(names, comment, strict=True)]
    return names, len(cells) - units + 1


def join_units(heading: list[str], width: int) -> list[str]:
    """Between spaces, ``G (nS)`` is two words of one heading."""
    if len(heading) <= width:
        return heading
    joined: list[str] = []
    for word in heading:
        if joined and (word.startswith(("(", "[")) or joined[-1].count("(") > joined[-1].count(")")):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _common_width(rows: list[list[str]]) -> int:
    widths = [len(cells) for cells in rows]
    return max(set(widths), key=lambda w: (widths.count(w), w))
