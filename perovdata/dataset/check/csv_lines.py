"""Reading and writing the CSV files of the tables, without trusting them.

Every physical line is one record (a cell never holds a line break), so that the row a person sees in
an editor is the row that a message names. Lines are read in bounded pieces: a file of any size or
content gives findings within seconds, never a traceback or a full memory.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from perovdata.dataset.check.problems import Problem, shorten
from perovdata.dataset.check.table_files import commit, read_whole, table_file
from perovdata.dataset.schema.schema import TABLES, Table
from perovdata.errors import InputError
from perovdata.text import CONTROL

Rows = list[dict[str, str]]

LINE_LIMIT = 1_000_000  # bytes; the longest honest row is a few kilobytes
FILE_LIMIT = 64_000_000  # bytes; a hundred thousand devices fit
csv.field_size_limit(LINE_LIMIT + 1)  # the module's own limit is lower and would read as broken quoting


def parse_line(line: str) -> list[str] | None:
    """Cells of one CSV line, or None if its quoting is broken."""
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else [] if not rows else None


def read_lines(path: Path, file_limit: int | None = FILE_LIMIT) -> Iterator[tuple[int, str | Problem]]:
    """Yield (line number, text) of a UTF-8 file; a finding instead of the text ends it or marks the line.

    Readers that keep nothing of a line may read files of any length (`file_limit` None).
    """
    name = path.name
    total = 0
    with path.open("rb") as stream:
        number = 0
        while raw := stream.readline(LINE_LIMIT + 1):
            number += 1
            total += len(raw)
            if len(raw) > LINE_LIMIT:
                text = raw[:LINE_LIMIT].decode("utf-8", "replace")
                yield (
                    number,
                    Problem(
                        name,
                        number,
                        _cell_index(text),
                        shorten(text.split(",")[-1]),
                        f"row longer than {LINE_LIMIT} bytes, reading stopped",
                        "rows of a few kilobytes",
                    ),
                )
                return
            if file_limit is not None and total > file_limit:
                yield (
                    number,
                    Problem(
                        name,
                        number,
                        None,
                        None,
                        f"file longer than {file_limit} bytes, reading stopped",
                        "a table of this schema",
                    ),
                )
                return
            raw = raw.rstrip(b"\r\n")
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                before = raw[: error.start].decode("utf-8")
                yield (
                    number,
                    Problem(
                        name,
                        number,
                        _cell_index(before),
                        shorten(raw.decode("utf-8", "replace")),
                        f"byte 0x{raw[error.start]:02x} is not UTF-8",
                        "UTF-8 text",
                    ),
                )
                continue
            if bad := CONTROL.search(text):
                yield (
                    number,
                    Problem(
                        name,
                        number,
                        _cell_index(text[: bad.start()]),
                        shorten(text),
                        f"control character U+{ord(bad[0]):04X}",
                        "printable text",
                    ),
                )
                continue
            yield number, text


def _cell_index(prefix: str) -> str:
    """The 0-based cell in which a line's prefix ends, as text; the caller turns it into a column name."""
    try:
        return str(max(len(next(csv.reader([prefix]))) - 1, 0))
    except csv.Error:
        return str(prefix.count(","))


def _named(problem: Problem, header: Iterable[str]) -> Problem:
    """Replace a cell index by the column's name."""
    if problem.column is None or not problem.column.isdigit():
        return problem
    names = list(header)
    index = min(int(problem.column), len(names) - 1)
    fields = {**problem.__dict__, "column": names[index] if names else None}
    return Problem(**fields)


def read_rows(path: Path, table: Table) -> tuple[Rows, list[int], list[Problem]]:
    """Read one table.

    Parameters
    ----------
    path : Path
        The CSV file.
    table : Table
        Its schema.

    Returns
    -------
    rows : list of dict
        The readable rows, column to text.
    lines : list of int
        Line number of each row (the header is line 1).
    problems : list of Problem
        What could not be read.
    """
    name = path.name
    wanted = list(table.names)
    if not path.is_file():
        return (
            [],
            [],
            [Problem(name, None, None, None, "file missing", f"{name} with columns {', '.join(wanted)}")],
        )
    rows: Rows = []
    lines: list[int] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    for number, text in read_lines(path):
        if isinstance(text, Problem):
            problems.append(_named(text, header or wanted))
            if header is None:
                return rows, lines, problems
            continue
        cells = parse_line(text)
        if header is None:
            if cells != wanted:
                problems.extend(_header_problems(name, cells, wanted))
                return rows, lines, problems
            header = cells
        elif cells is None:
            problems.append(
                Problem(
                    name,
                    number,
                    None,
                    shorten(text),
                    "broken quoting or a line break inside a cell",
                    "one line per row, inner quotes doubled",
                )
            )
        elif len(cells) != len(header):
            problems.append(
                Problem(
                    name,
                    number,
                    None,
                    shorten(text),
                    f"{len(cells)} cells",
                    f"{len(header)} cells, as the header has",
                )
            )
        else:
            rows.append(dict(zip(header, cells, strict=True)))
            lines.append(number)
    if header is None:
        problems.append(Problem(name, 1, None, None, "empty file", f"a header: {','.join(wanted)}"))
    return rows, lines, problems


def _header_problems(name: str, cells: list[str] | None, wanted: list[str]) -> list[Problem]:
    """Tell a missing, unknown, doubled or misplaced column apart."""
    if cells is None or len(cells) < 2:
        shown = shorten(",".join(cells or []))
        return [Problem(name, 1, None, shown, "no header", f"a header: {','.join(wanted)}")]
    found = []
    for column in wanted:
        if column not in cells:
            found.append(Problem(name, 1, column, None, "column missing", f"columns {', '.join(wanted)}"))
    for column in dict.fromkeys(cells):
        if column not in wanted:
            found.append(
                Problem(name, 1, column, shorten(column), "unknown column", f"columns {', '.join(wanted)}")
            )
        elif cells.count(column) > 1:
            found.append(Problem(name, 1, column, shorten(column), "column given twice", "each column once"))
    if not found:
        column = next(c for c, w in zip(cells, wanted, strict=True) if c != w)
        found.append(
            Problem(name, 1, column, column, "columns out of order", f"the order {','.join(wanted)}")
        )
    return found


def read_tables(folder: Path) -> tuple[dict[str, Rows], dict[str, list[int]], list[Problem]]:
    """Read all tables of a folder: rows, line numbers and findings.

    Raises
    ------
    InputError
        If `folder` is not a folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"'{folder}' is not a folder; the folder with {', '.join(f'{t}.csv' for t in TABLES)} is needed"
        )
    read = read_whole(
        folder,
        list(TABLES),
        lambda: {name: read_rows(table_file(folder, name), table) for name, table in TABLES.items()},
    )
    rows = {name: found for name, (found, _, _) in read.items()}
    lines = {name: numbers for name, (_, numbers, _) in read.items()}
    return rows, lines, [problem for _, _, problems in read.values() for problem in problems]


def render(rows: Iterable[Mapping[str, str]], header: Iterable[str]) -> str:
    """CSV text of rows, with ``\\n`` line ends and only the quotes that are needed."""
    header = list(header)
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_tables(folder: Path, tables: Mapping[str, Rows]) -> None:
    """Write several tables so that either all or none change, even if the process dies on the way.

    Raises
    ------
    InputError
        If another process is writing them.
    OSError
        If the folder cannot be written; the old tables then stand.
    """
    order = [name for name in TABLES if name in tables]
    commit(folder, {name: render(tables[name], TABLES[name].names).encode("utf-8") for name in order})
