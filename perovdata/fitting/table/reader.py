"""Read a table of numbers as instruments and people write it: text with any delimiter, or Excel.

Found out by looking: encoding, comment lines, an instrument's preamble, the heading (or none), the delimiter,
a decimal comma, units in headings. Whatever cannot be read raises one line that shows the first line.
"""

from __future__ import annotations

import os
from pathlib import Path

from perovdata.documents import require_file
from perovdata.errors import InputError, unknown_choice
from perovdata.fitting.table.readings import Table, shorten

#: More rows than any potentiation, paired-pulse or decay measurement needs.
MAX_ROWS = 2_000_000

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


def read_table(
    path: str | os.PathLike[str], *, sheet: str | None = None, decimal: str | None = None
) -> Table:
    """Read a table of numbers.

    Parameters
    ----------
    path : path-like
        CSV, TSV, whitespace-separated text or Excel (.xlsx).
    sheet : str, optional
        Sheet of a workbook; None: the first that holds numbers.
    decimal : {"comma", "point"}, optional
        Settles numbers such as ``1,100`` that can be two numbers.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        Nothing there, a directory, an image or other binary file, no numbers, ragged rows, NaN or infinite
        values, numbers that can be two numbers, more than :data:`MAX_ROWS` rows.
    """
    # The readers of text and of workbooks are only needed for what they read.
    from perovdata.fitting.table.excel import read_excel
    from perovdata.fitting.table.text import read_text

    if decimal not in (None, "comma", "point"):
        raise unknown_choice("decimal", str(decimal), ("comma", "point"))
    path = Path(path)
    if path.is_dir():
        raise InputError(
            f"'{path}' is a directory; a file with a table of numbers (CSV, TSV, .xlsx) is expected"
        )
    require_file(path)
    try:
        raw = _read_bytes(path)
    except FileNotFoundError:
        raise InputError(
            f"'{path}': no such file; a table of numbers (CSV, TSV, .xlsx) is expected"
        ) from None
    except OSError as error:
        raise InputError(f"'{path}': cannot be read ({error.strerror})") from None
    if raw.startswith(b"PK\x03\x04"):
        return read_excel(path, sheet, MAX_ROWS)
    return read_text(path, _decode(path, raw), decimal)


LONGEST_LINE = 2_000_000  # bytes; ten thousand readings in one row are some hundred thousand
LARGEST_FILE = 128_000_000  # bytes


def _read_bytes(path: Path) -> bytes:
    """All bytes, after counting the lines without holding them."""
    lines = open_line = size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            lines += chunk.count(b"\n")
            size += len(chunk)
            last = chunk.rfind(b"\n")
            open_line = open_line + len(chunk) if last < 0 else len(chunk) - 1 - last
            if open_line > LONGEST_LINE or size > LARGEST_FILE:
                what = (
                    f"a line of over {LONGEST_LINE}" if open_line > LONGEST_LINE else f"over {LARGEST_FILE}"
                )
                raise InputError(
                    f"{path.name}: {what} bytes; at most {LONGEST_LINE} a line and {LARGEST_FILE} a file are "
                    "read: give every k-th row, or a part"
                )
    if lines > MAX_ROWS:
        with path.open("rb") as stream:
            first = stream.readline(200).decode("utf-8", errors="replace")
        raise InputError(
            f"{path.name}: {lines} lines; at most {MAX_ROWS} are read: give every k-th row, or a part "
            f"(first line read: '{shorten(first)}')"
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
        f"first line read: '{shorten(shown)}'"
    )
