"""The CSV files as typed data frames: an empty cell is missing, units travel in ``df.attrs``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perovdata.dataset.check.csv_lines import read_rows
from perovdata.dataset.check.table_files import read_whole, table_file
from perovdata.dataset.schema.schema import TABLES
from perovdata.errors import InputError
from perovdata.files import tables_dir

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tables:
    """The source tables, typed; a cell that is empty in the file is missing here.

    ``not stated`` stays as written: it is a term of the closed lists.
    """

    papers: pd.DataFrame
    devices: pd.DataFrame
    measurements: pd.DataFrame
    benchmarks: pd.DataFrame
    organic_cations: pd.DataFrame
    properties: pd.DataFrame
    bandgaps: pd.DataFrame
    absorption: pd.DataFrame
    background: pd.DataFrame


def load_tables(path: str | PathLike[str] | None = None) -> Tables:
    """Read the source tables.

    Parameters
    ----------
    path : path-like, optional
        Folder of the CSV files; the shipped tables by default.

    Returns
    -------
    Tables
        Fresh copies; changing them changes nothing else.

    Raises
    ------
    InputError
        If a table cannot be read; ``perovdata dataset validate`` lists everything that is wrong.
    """
    folder = Path(path) if path is not None else tables_dir()
    return read_whole(
        folder, list(TABLES), lambda: Tables(**{name: load_table(folder, name) for name in TABLES})
    )


def load_table(folder: Path, name: str) -> pd.DataFrame:
    """A fresh copy of one table; the file is read anew only if it changed."""
    frame = _read(table_file(folder, name).resolve(), name, stamp(folder, name))
    out = frame.copy()
    out.attrs = dict(frame.attrs)
    return out


def stamp(folder: Path, name: str) -> tuple[int, int] | None:
    """Time and size of a table's file: what is kept of it holds as long as they do; None without a file."""
    try:
        status = table_file(folder, name).resolve().stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4 * len(TABLES))
def _read(path: Path, name: str, stamp: tuple | None) -> pd.DataFrame:
    rows, _, problems = read_rows(path, TABLES[name])
    if problems:
        raise InputError(str(problems[0]).removeprefix("error: "))
    return _typed(name, rows)


def _typed(name: str, rows: list[dict[str, str]]) -> pd.DataFrame:
    """Turn text cells into a typed frame; unreadable numbers name their place."""
    import pandas as pd

    table = TABLES[name]
    frame = pd.DataFrame(rows, columns=list(table.names), dtype=object)
    for column in table.columns:
        text = frame[column.name]
        empty = text == ""
        if column.type in ("number", "integer"):
            numbers = pd.to_numeric(text.where(~empty), errors="coerce")
            bad = numbers.isna() & ~empty
            if bad.any():
                row = int(bad.to_numpy().argmax())
                raise InputError(
                    f"{name}.csv:{row + 2}:{column.name}: '{text[row]}' is not a number; a number is accepted"
                )
            frame[column.name] = numbers.astype("Int64" if column.type == "integer" else "float64")
        elif column.type == "boolean":
            frame[column.name] = text.map({"true": True, "false": False}).astype("boolean")
        else:
            frame[column.name] = text.where(~empty, None)
    frame.attrs["units"] = {c.name: c.unit for c in table.columns if c.unit}
    return frame


def row_dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dicts by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
