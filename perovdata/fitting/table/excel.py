"""Rows of cells from an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perovdata.documents import refuse_swelling
from perovdata.errors import InputError
from perovdata.fitting.table.assemble import COMMENTS, Row, assemble
from perovdata.fitting.table.numbers import parse_number
from perovdata.fitting.table.readings import Table

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_BYTES = 100_000_000  # unpacked
MOST_CELLS = 1_000_000  # empty ones counted: a sheet may declare a million columns


def read_excel(path: Path, sheet: str | None, max_rows: int) -> Table:
    """Read the sheet asked for, or the first that holds numbers.

    Raises
    ------
    InputError
        Not a workbook, a damaged one, no such sheet, no numbers, too many rows.
    """
    import openpyxl

    refuse_swelling(path, MOST_BYTES)
    cells_read = 0
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl lets errors of zip, XML and its own schema through, whatever they are
        raise InputError(
            f"{path.name}: a zip archive that is not an Excel workbook; CSV, TSV or .xlsx is expected "
            "(first line read: 'PK…')"
        ) from None
    if sheet is not None and sheet not in book.sheetnames:
        raise InputError(f"{path.name}: no sheet '{sheet}'; there are {', '.join(book.sheetnames)}")
    for name in [sheet] if sheet else book.sheetnames:
        rows: list[Row] = []
        for number, values in enumerate(_sheet_rows(path, book, name), 1):
            if number > max_rows:
                raise InputError(f"{path.name}: more than {max_rows} rows; give every k-th row")
            cells_read += len(values)
            if cells_read > MOST_CELLS:
                raise InputError(f"{path.name}: more than {MOST_CELLS} cells; give a part, or every k-th row")
            cells = ["" if v is None else repr(v) if isinstance(v, float) else str(v).strip() for v in values]
            if any(cells) and not cells[0].startswith(COMMENTS):
                rows.append((number, cells))
        if any(parse_number(cell, "point") is not None for _, cells in rows for cell in cells):
            table = assemble(path, " ".join(filter(None, rows[0][1])), _trim(rows), "point", "row")
            if len(book.sheetnames) > 1:
                others = ", ".join(n for n in book.sheetnames if n != name)
                table.notes.append(f"sheet '{name}' read; others not: {others}")
            return table
    raise InputError(f"{path.name}: no sheet holds numbers; a table of numbers is expected")


def _sheet_rows(path: Path, book: Workbook, name: str) -> Iterator[tuple[Any, ...]]:
    """Values of the rows of a sheet; openpyxl reads them only now, and lets every error of theirs through."""
    try:
        yield from book[name].iter_rows(values_only=True)
    except Exception as error:
        problem = " ".join(str(error).split())[:80] or type(error).__name__
        raise InputError(
            f"{path.name}: sheet '{name}' is damaged ({problem}); save the workbook anew, or give a CSV"
        ) from None


def _trim(rows: list[Row]) -> list[Row]:
    """Cut columns that are empty throughout."""
    width = max(len(cells) for _, cells in rows)
    used = [any(k < len(cells) and cells[k] for _, cells in rows) for k in range(width)]
    return [
        (number, [cells[k] if k < len(cells) else "" for k in range(width) if used[k]])
        for number, cells in rows
    ]
