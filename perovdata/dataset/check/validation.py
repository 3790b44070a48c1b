"""The validator: every finding of the tables with file, row, column, value and what is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from perovdata.dataset.check.compositions import check_compositions, check_light, check_optics
from perovdata.dataset.check.content import (
    check_benchmarks,
    check_duplicates,
    check_measurements,
    check_properties,
)
from perovdata.dataset.check.csv_lines import Rows, read_tables
from perovdata.dataset.check.form import (
    check_cells,
    check_connections,
    check_keys,
    check_papers,
    check_sources,
)
from perovdata.dataset.check.problems import Problem, Report
from perovdata.dataset.check.rows import Sheets
from perovdata.dataset.check.table_files import mixed, unfinished
from perovdata.files import tables_dir

_CHECKS = (
    check_cells,
    check_keys,
    check_papers,
    check_sources,
    check_measurements,
    check_benchmarks,
    check_duplicates,
    check_connections,
    check_properties,
    check_compositions,
    check_light,
    check_optics,
)


def validate(path: str | PathLike[str] | None = None) -> Report:
    """Check the tables of a folder.

    Parameters
    ----------
    path : path-like, optional
        Folder of the CSV files; the shipped tables by default.

    Returns
    -------
    Report
        All findings, in the order of the files; ``report.ok`` if none is an error.

    Raises
    ------
    InputError
        If `path` is not a folder.
    """
    folder = Path(path) if path is not None else tables_dir()
    rows, lines, unreadable = read_tables(folder)
    report = _check(Sheets(rows, lines))
    return Report((*_set_problems(folder), *unreadable, *report.problems), report.rows)


def _set_problems(folder: Path) -> list[Problem]:
    """What is wrong with the files as a set: half of an addition, or one that waits to be finished."""
    problems = []
    before, after = mixed(folder)
    for name in before:
        others = ", ".join(f"{other}.csv" for other in after)
        found = f"is from before the last addition, {others} from after it: the set is mixed"
        problems.append(Problem(f"{name}.csv", None, None, None, found, "all tables of one state"))
    for name in unfinished(folder):
        found = "its last addition was interrupted and is read from the folder .commit"
        accepted = "any 'dataset add', which finishes it"
        problems.append(Problem(f"{name}.csv", None, None, None, found, accepted, "warning"))
    return problems


def validate_rows(rows: Mapping[str, Rows]) -> Report:
    """Check tables that are not yet on disk; line numbers are those they will have."""
    lines = {name: list(range(2, len(table) + 2)) for name, table in rows.items()}
    return _check(Sheets(rows, lines))


def _check(sheets: Sheets) -> Report:
    problems = [problem for check in _CHECKS for problem in check(sheets)]
    problems.sort(key=lambda p: (list(sheets.rows).index(p.file.removesuffix(".csv")), p.row or 0))
    return Report(tuple(problems), {name: len(table) for name, table in sheets.rows.items()})
