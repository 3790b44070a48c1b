"""Read a table of numbers as instruments and people write it: text with any delimiter, or Excel.

Found out by looking: encoding, comment lines, an instrument's preamble, the heading (or none), the delimiter,
a decimal comma, units in headings. Whatever cannot be read raises one line that shows the first line.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.table.units import Heading, parse_heading

__all__ = ["MAX_ROWS", "Table", "read_table"]

#: More rows than any potentiation, paired-pulse or decay measurement needs.
MAX_ROWS = 1_000_000

_COMMENTS = ("#", "%", "!", "//", "*")
_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a bitmap image",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (save it as .xlsx or .csv)",
    b"\x89HDF": "an HDF5 file",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
}
_DELIMITERS = (("\t", "tab"), (";", "semicolon"), (",", "comma"), ("|", "bar"), (None, "space"))
_MISSING = {"", "-", "--", "n/a", "na", "#n/a"}
_SNIFF_LINES = 400
_OVERFLOW = 9.9e36  # what source-measure units write for "out of range"


@dataclass
class Table:
    """Columns of numbers with their headings.

    Parameters
    ----------
    path : Path
    headings : list of Heading
        Without a heading line: empty texts.
    columns : list of ndarray
        SI values (scaled by the unit of the heading); a column may be shorter than the others.
    first_line : str
        First line of the file, for messages.
    first_row : int
        Line (text) or row (Excel) of the first data row, counted from 1.
    notes : list of str
        What was assumed or left out, for people.
    """

    path: Path
    headings: list[Heading]
    columns: list[np.ndarray]
    first_line: str
    first_row: int
    notes: list[str] = field(default_factory=list)

    def error(self, message: str) -> InputError:
        """An error about this file that shows its first line."""
        return InputError(f"{self.path.name}: {message} (first line read: '{_shorten(self.first_line)}')")


def read_table(path: str | os.PathLike[str], *, sheet: str | None = None) -> Table:
    """Read a table of numbers.

    Parameters
    ----------
    path : path-like
        CSV, TSV, whitespace-separated text or Excel (.xlsx).
    sheet : str, optional
        Sheet of a workbook; None: the first that holds numbers.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        Nothing there, a directory, an image or other binary file, no numbers, ragged rows, NaN or infinite
        values, more than :data:`MAX_ROWS` rows.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(
            f"'{path}' is a directory; a file with a table of numbers (CSV, TSV, .xlsx) is expected"
        )
    try:
        raw = _read_bytes(path)
    except FileNotFoundError:
        raise InputError(
            f"'{path}': no such file; a table of numbers (CSV, TSV, .xlsx) is expected"
        ) from None
    except OSError as error:
        raise InputError(f"'{path}': cannot be read ({error.strerror})") from None
    if raw.startswith(b"PK\x03\x04"):
        return _read_excel(path, sheet)
    return _read_text(path, _decode(path, raw))


def _read_bytes(path: Path) -> bytes:
    """All bytes, after counting the lines without holding them."""
    lines = 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 22):
            lines += chunk.count(b"\n")
    if lines > MAX_ROWS:
        with path.open("rb") as stream:
            first = stream.readline(200).decode("utf-8", errors="replace")
        raise InputError(
            f"{path.name}: {lines} lines; at most {MAX_ROWS} are read: give every k-th row, or a part "
            f"(first line read: '{_shorten(first)}')"
        )
    return path.read_bytes()


def _decode(path: Path, raw: bytes) -> str:
    if not raw.strip():
        raise InputError(f"{path.name}: the file is empty; a table of numbers is expected")
    for magic, what in _MAGIC.items():
        if raw.startswith(magic):
            raise _not_a_table(path, raw, what)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise _not_a_table(path, raw, "damaged UTF-16 text") from None
    if b"\x00" in raw:
        raise _not_a_table(path, raw, "binary data")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _not_a_table(path: Path, raw: bytes, what: str) -> InputError:
    line = raw[:400].split(b"\n", 1)[0].decode("ascii", errors="replace")
    shown = "".join(c if c.isprintable() and c.isascii() else "?" for c in line)
    return InputError(
        f"{path.name}: this is {what}, not a table of numbers (CSV, TSV, .xlsx); "
        f"first line read: '{_shorten(shown)}'"
    )


def _shorten(line: str, limit: int = 70) -> str:
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


# --- text ---


def _read_text(path: Path, text: str) -> Table:
    all_lines = text.splitlines()
    first_line = next((line for line in all_lines if line.strip()), "")
    numbered = [
        (number, line)
        for number, line in enumerate(all_lines, 1)
        if line.strip() and not line.lstrip().lstrip('"').startswith(_COMMENTS)
    ]
    comments = sum(1 for line in all_lines if line.strip()) - len(numbered)
    delimiter, comma = _sniff([line for _, line in numbered[:_SNIFF_LINES]])
    rows = [(number, _split(line, delimiter)) for number, line in numbered]
    # A delimiter at the end of every line makes an empty last column.
    used = max(k + 1 for _, cells in rows for k, cell in enumerate(cells) if cell) if rows else 0
    table = _assemble(path, first_line, [(n, cells[:used]) for n, cells in rows], comma, "line")
    if comments:
        table.notes.append(f"{comments} comment lines left out")
    if comma:
        table.notes.append("decimal comma")
    return table


def _split(line: str, delimiter: str | None) -> list[str]:
    cells = line.split(delimiter) if delimiter else line.split()
    return [cell.strip().strip('"').strip() for cell in cells]


def _sniff(lines: list[str]) -> tuple[str | None, bool]:
    """Delimiter and decimal comma under which most lines are rows of numbers of one length."""
    best, best_score = (",", False), (0.0, 0.0)
    for delimiter, _ in _DELIMITERS:
        for comma in (False, True):
            if comma and delimiter == ",":
                continue
            widths = []
            for line in lines:
                cells = _split(line, delimiter)
                filled = [cell for cell in cells if cell.lower() not in _MISSING]
                if filled and all(_number(cell, comma) is not None for cell in filled):
                    widths.append(len(cells))
            if not widths:
                continue
            width = max(set(widths), key=widths.count)
            score = (widths.count(width) / len(lines), width)
            # More rows that fit; then more columns ("1;2" is also one column of text); then plain decimals.
            if _better(score, best_score):
                best, best_score = (delimiter, comma), score
    return _prefer_decimal_comma(lines, best)


def _better(score: tuple[float, float], than: tuple[float, float]) -> bool:
    return score[0] > than[0] + 0.02 or (abs(score[0] - than[0]) <= 0.02 and score[1] > than[1])


def _prefer_decimal_comma(lines: list[str], best: tuple[str | None, bool]) -> tuple[str | None, bool]:
    """``0,123`` on every line under a one-word heading is one column with decimal commas, not two columns."""
    if best != (",", False):
        return best
    rows = [line.strip() for line in lines if re.fullmatch(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*", line)]
    others = [line for line in lines if _number(line.split(",")[0].strip(), False) is None]
    if len(rows) < len(lines) - len(others) or not rows:
        return best
    if others:  # the heading decides
        return (";", True) if "," not in others[-1] else best
    # Without a heading: a pulse count rises line by line, the integer part of a number does not.
    left = [float(row.split(",")[0]) for row in rows]
    counts = len(left) > 1 and all(b - a == 1 for a, b in pairwise(left))
    leading_zero = any(re.match(r"0\d", row.split(",")[1]) for row in rows)
    return (";", True) if leading_zero and not counts else best


_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?")


def _number(cell: str, comma: bool) -> float | None:
    """Value of a cell, or None if it is not a number."""
    cell = cell.replace("\u2212", "-").replace("\u00a0", "")  # minus sign, no-break space
    if comma:
        if cell.endswith(","):
            return None
        if "." in cell:
            if not re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?", cell):
                return None
            cell = cell.replace(".", "")
        cell = cell.replace(",", ".")
    if _NUMBER.fullmatch(cell):
        return float(cell.replace("d", "e").replace("D", "e"))
    if cell.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(cell)
    return None


# --- Excel ---


def _read_excel(path: Path, sheet: str | None) -> Table:
    import openpyxl

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
        rows = []
        for number, values in enumerate(book[name].iter_rows(values_only=True), 1):
            if number > MAX_ROWS:
                raise InputError(f"{path.name}: more than {MAX_ROWS} rows; give every k-th row")
            cells = ["" if v is None else repr(v) if isinstance(v, float) else str(v).strip() for v in values]
            if any(cells) and not cells[0].startswith(_COMMENTS):
                rows.append((number, cells))
        if any(_number(cell, False) is not None for _, cells in rows for cell in cells):
            table = _assemble(path, " ".join(filter(None, rows[0][1])), _trim(rows), False, "row")
            if len(book.sheetnames) > 1:
                table.notes.append(
                    f"sheet '{name}' read; others not: {', '.join(n for n in book.sheetnames if n != name)}"
                )
            return table
    raise InputError(f"{path.name}: no sheet holds numbers; a table of numbers is expected")


def _trim(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Cut columns that are empty throughout."""
    width = max(len(cells) for _, cells in rows)
    used = [any(k < len(cells) and cells[k] for _, cells in rows) for k in range(width)]
    return [
        (number, [cells[k] if k < len(cells) else "" for k in range(width) if used[k]])
        for number, cells in rows
    ]


# --- rows to columns ---


def _assemble(
    path: Path, first_line: str, rows: list[tuple[int, list[str]]], comma: bool, word: str
) -> Table:
    """Find heading and body among the rows, check the body, turn it into columns."""

    def problem(message: str) -> InputError:
        return InputError(f"{path.name}: {message} (first line read: '{_shorten(first_line)}')")

    rows = _drop_labels(rows, comma)
    numeric = [_is_numeric(cells, comma) for _, cells in rows]
    if not any(numeric):
        raise problem(
            "no row of numbers found; a table with one row per pulse or time point is expected, "
            "columns separated by tab, comma, semicolon or spaces"
        )
    start = numeric.index(True)
    # A preamble may hold a lone number: the body begins where rows of the common width begin.
    width = _common_width([cells for (_, cells), ok in zip(rows, numeric, strict=True) if ok])
    while start < len(rows) and not (numeric[start] and len(rows[start][1]) == width):
        start += 1
    heading = rows[start - 1][1] if start and not numeric[start - 1] else []
    notes = []
    heading = _join_units(heading, width)
    if len(heading) != width:
        if heading:
            notes.append(f"heading of {len(heading)} words not used: the rows have {width} columns")
        heading = [""] * width
    if start > 1:
        notes.append(f"{start - 1} rows above the heading left out")

    values = np.full((len(rows) - start, width), np.nan)
    empty = np.zeros(values.shape, bool)
    for r, (number, cells) in enumerate(rows[start:]):
        if len(cells) > width:
            raise problem(f"{word} {number} has {len(cells)} columns, the others have {width}")
        for k in range(width):
            cell = cells[k] if k < len(cells) else ""
            if cell.lower() in _MISSING:
                empty[r, k] = True
                continue
            value = _number(cell, comma)
            if value is None:
                raise problem(f"{word} {number}, column {k + 1}: '{_shorten(cell, 30)}' is not a number")
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
    return Table(path, headings, columns, first_line, rows[start][0], notes)


def _join_units(heading: list[str], width: int) -> list[str]:
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


def _is_numeric(cells: list[str], comma: bool) -> bool:
    filled = [cell for cell in cells if cell.lower() not in _MISSING]
    return bool(filled) and all(_number(cell, comma) is not None for cell in filled)


def _common_width(rows: list[list[str]]) -> int:
    widths = [len(cells) for cells in rows]
    return max(set(widths), key=lambda w: (widths.count(w), w))


def _drop_labels(rows: list[tuple[int, list[str]]], comma: bool) -> list[tuple[int, list[str]]]:
    """Semiconductor analysers put 'DataName', 'DataValue' before every row: cut that column."""
    if not any(cells[0].lower() == "datavalue" for _, cells in rows):
        return rows
    return [(number, cells[1:]) for number, cells in rows if cells[0].lower() in ("dataname", "datavalue")]
