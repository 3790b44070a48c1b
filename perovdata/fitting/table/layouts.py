"""Layouts that tools write: semiconductor analysers, WebPlotDigitizer, Origin, buffers on one line."""

from __future__ import annotations

from perovdata.fitting.table.numbers import MISSING, Style, parse_number
from perovdata.fitting.table.units import unit_of

#: Number of a line or row, and its cells.
Row = tuple[int, list[str]]

_NO_UNIT = {"", "#", "1", "-", "a.u.", "arb. units", "no.", "number"}
#: A buffer printed on one line has at least this many numbers, and a file at most so many buffers.
_BUFFER, _MAX_BUFFERS = 8, 6


def known_layout(rows: list[Row], style: Style) -> tuple[list[Row], str, list[str]]:
    """Bring the layouts of tools into rows under one heading.

    Returns
    -------
    rows : list of Row
    source : str
        "" or the tool.
    notes : list of str
        What was done.
    """
    notes: list[str] = []
    source = ""
    if any(cells[0].lower() == "datavalue" for _, cells in rows):
        rows, source = _analyser(rows, notes), "analyser"
    pairs = next((k for k, (_, cells) in enumerate(rows) if _is_pairs(cells)), None)
    if pairs is not None:
        rows, source = _digitised(rows, pairs), "WebPlotDigitizer"
    rows = _upright(rows, style, notes)
    if not any(is_numeric(cells, style) for _, cells in rows):
        rows = _without_text_columns(rows, style, notes)
    return rows, source, notes


def is_numeric(cells: list[str], style: Style) -> bool:
    """Whether a row holds numbers only (empty cells allowed)."""
    filled = [cell for cell in cells if cell.lower() not in MISSING]
    return bool(filled) and all(parse_number(cell, style) is not None for cell in filled)


def units_row(cells: list[str]) -> bool:
    """Whether a row under the names holds their units (Origin's second row)."""
    known = [unit_of(cell.strip("()[]")) is not None for cell in cells]
    return any(known) and all(
        ok or cell.strip("()[]").lower() in _NO_UNIT for ok, cell in zip(known, cells, strict=True)
    )


def _analyser(rows: list[Row], notes: list[str]) -> list[Row]:
    """Agilent/Keysight B1500 (EasyEXPERT): 'DataName' and 'DataValue' before every row of the result.

    A file may hold several measurements one after the other: those with the same names are one train.
    """
    heading: Row | None = None
    same = True
    kept: list[Row] = []
    left_out = 0
    for number, cells in rows:
        word = cells[0].lower()
        if word == "dataname":
            heading = heading or (number, cells[1:])
            same = cells[1:] == heading[1]
        elif word == "datavalue" and same:
            kept.append((number, cells[1:]))
        elif word == "datavalue":
            left_out += 1
    if left_out:
        notes.append(f"{left_out} rows of later measurements with other columns left out")
    return [heading, *kept] if heading else kept


def _is_pairs(cells: list[str]) -> bool:
    words = [cell.lower() for cell in cells]
    return len(words) >= 2 and len(words) % 2 == 0 and words == ["x", "y"] * (len(words) // 2)


def _digitised(rows: list[Row], pairs: int) -> list[Row]:
    """WebPlotDigitizer: names of the data sets over the first of two columns each, then X, Y, X, Y ..."""
    number, cells = rows[pairs]
    names = rows[pairs - 1][1] if pairs else []
    heading = ["X", "Y"] * (len(cells) // 2)
    for k in range(0, len(names), 2):
        if names[k] and k + 1 < len(heading):
            heading[k + 1] = names[k]
    return [(number, heading), *rows[pairs + 1 :]]


def _upright(rows: list[Row], style: Style, notes: list[str]) -> list[Row]:
    """Buffers printed on one line each, with or without a name in front, become columns."""
    named = [
        (number, cells) for number, cells in rows if len(cells) > _BUFFER and is_numeric(cells[1:], style)
    ]
    if not named or len(named) > _MAX_BUFFERS or len(rows) > len(named) + 1:
        return rows
    if len({len(cells) for _, cells in named}) != 1:
        return rows
    columns = [cells for _, cells in named]
    names: list[str] = []
    if not any(is_numeric(cells[:1], style) for cells in columns):
        names, columns = [cells[0] for cells in columns], [cells[1:] for cells in columns]
    elif not all(is_numeric(cells, style) for cells in columns):
        return rows
    notes.append(f"{len(columns)} lines of {len(columns[0])} numbers read as columns")
    first = named[0][0]
    body = [(first, list(cells)) for cells in zip(*columns, strict=True)]
    return [(first, names), *body] if names else body


def _without_text_columns(rows: list[Row], style: Style, notes: list[str]) -> list[Row]:
    """Columns of words beside the numbers (a unit in every row, a date) are left out."""
    widths = [len(cells) for _, cells in rows]
    width = max(set(widths), key=widths.count)
    body = [cells for _, cells in rows if len(cells) == width]
    share = [sum(parse_number(cells[k], style) is not None for cells in body) for k in range(width)]
    kept = [k for k in range(width) if share[k] >= 0.6 * len(body)]
    if len(body) < 4 or not kept:
        return rows
    names = [body[0][k] or f"column {k + 1}" for k in range(width) if k not in kept]
    notes.append(f"columns of text left out: {', '.join(names)[:80]}")
    return [
        (number, [cells[k] for k in kept]) if len(cells) == width else (number, cells)
        for number, cells in rows
    ]
