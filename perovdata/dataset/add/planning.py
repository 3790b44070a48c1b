"""One addition to the tables from start to end: read, merge, check, account, write."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perovdata.dataset.add.background import merge_background
from perovdata.dataset.add.crossref import read_crossref
from perovdata.dataset.add.diff import TableDiff, diff_tables
from perovdata.dataset.add.merge import Merge, Rejection, fill_from_crossref, merge
from perovdata.dataset.add.submission import Submission
from perovdata.dataset.check.csv_lines import Rows, read_tables, render, write_tables
from perovdata.dataset.check.problems import Problem
from perovdata.dataset.check.table_files import tables_lock
from perovdata.dataset.check.validation import validate_rows
from perovdata.documents import read_json
from perovdata.errors import InputError
from perovdata.files import write_atomic, write_json

_ALREADY = "already in the tables"
_REJECTION_COLUMNS = ("file", "row", "record_id", "part", "column", "value", "reason", "content")


@dataclass
class Addition:
    """A change of the tables that is ready to be written.

    Attributes
    ----------
    folder : Path
        Where the tables lie.
    old : dict of str to list of dict
        The rows before.
    merge : Merge
        The rows after, and the account of every input record.
    diff : list of TableDiff
        What would change.
    background : bool
        Whether the input went into the table of other materials.
    problems : list of Problem
        Why parts of the input cannot be taken (input file, line, column, value, what is accepted).
    """

    folder: Path
    old: dict[str, Rows]
    merge: Merge
    diff: list[TableDiff]
    problems: list[Problem] = field(default_factory=list)
    background: bool = False

    @property
    def repeats(self) -> int:
        """Number of values that stood in the tables already."""
        return sum(_is_repeat(r) for r in self.merge.rejections)


def _is_repeat(rejection: Rejection) -> bool:
    return rejection.problem.problem.startswith(_ALREADY)


def plan(
    folder: str | Path,
    submissions: Iterable[Submission],
    *,
    crossref: Iterable[str | Path] = (),
    background: bool = False,
) -> Addition:
    """Work out what an addition would change; writes nothing.

    Parts that would break the tables are set aside one by one, so that the plan holds every problem of
    the input and, next to it, the tables as they would be without those parts.

    Parameters
    ----------
    folder : path-like
        Folder of the tables.
    submissions : iterable of Submission
        What was handed in.
    background : bool
        The devices are of other materials: their values go into the table ``background``.
    crossref : iterable of path-like
        Crossref JSON files; each fills the empty fields of the paper with its DOI.

    Returns
    -------
    Addition

    Raises
    ------
    InputError
        If the standing tables are broken, or no paper has the DOI of a Crossref file.
    """
    folder = Path(folder)
    old, _, unreadable = read_tables(folder)
    standing = [*unreadable, *validate_rows(old).errors]
    if standing:
        raise InputError(f"the tables of '{folder}' have errors, first mend them: {standing[0]}")
    metadata = [read_crossref(path) for path in crossref]
    submissions = list(submissions)
    while True:
        merged = (merge_background if background else merge)(old, submissions)
        for paper in metadata:
            if not fill_from_crossref(merged.tables, paper):
                raise InputError(f"DOI '{paper['doi']}': no paper of the tables or of the input has it")
        errors = validate_rows(merged.tables).errors
        if not errors:
            break
        if not [e for e in errors if _set_aside(merged, e)]:
            raise InputError(f"the input would break the tables: {errors[0]}")
    problems = [r.problem for r in merged.rejections if not _is_repeat(r)]
    changes = diff_tables(old, merged.tables)
    return Addition(folder, old, merged, changes, list(dict.fromkeys(problems)), background)


def _set_aside(merged: Merge, error: Problem) -> bool:
    """Take the part that causes an error of the merged tables out of its submission; False if absent."""
    table = error.file.removesuffix(".csv")
    assert error.row is not None  # findings in merged tables name their line
    row = merged.tables[table][error.row - 2]
    placed = merged.placed(table, row)
    if placed is None:
        raise InputError(f"the input would change a standing row for the worse: {error}")
    submission, line, cells = placed
    problem = dataclasses.replace(error, file=submission.place[0], row=line)
    parts = submission.benchmarks if table == "benchmarks" else submission.measurements
    part = "benchmark" if table == "benchmarks" else "measurement"
    if cells is None:
        submission.problems.append(problem)
        return True
    found = any(c is cells for _, c in parts)
    if found:
        parts[:] = [(n, c) for n, c in parts if c is not cells]
        submission.rejected.append((part, cells, problem))
    return found


def write_addition(addition: Addition) -> None:
    """Write the changed tables, all or none.

    Raises
    ------
    InputError
        If the tables on disk are no longer those that the plan was made for, or another process writes them.
    OSError
        If the folder cannot be written; the tables then stand as they were.
    """
    with tables_lock(addition.folder):
        now, _, _ = read_tables(addition.folder)
        if now != addition.old:
            raise InputError(f"the tables of '{addition.folder}' changed meanwhile; run the command again")
        write_tables(addition.folder, {d.table: addition.merge.tables[d.table] for d in addition.diff})


def account(addition: Addition, source: Path) -> dict[str, Any]:
    """Counts of one input file: for every part, in = kept + merged + rejected."""
    merged = addition.merge
    return {
        "file": source.name,
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "table": "background" if addition.background else "devices",
        **merged.counts,
        "derived_from_formula": merged.derived,
        "devices": merged.devices,
    }


def write_account(path: Path, addition: Addition, source: Path) -> None:
    """Append the account of one input file to a JSON report (a list under ``files``).

    An account of the same content for the same table stays as it is: when the same file comes again, all that
    it holds stands in the tables already.

    Raises
    ------
    InputError
        If the report is no such list.
    """
    report = read_json(path) if path.exists() else {"files": []}
    files = report.get("files") if isinstance(report, dict) else None
    if not isinstance(files, list) or not all(isinstance(entry, dict) for entry in files):
        raise InputError(f"file '{path}': no report of additions; an object with a list 'files' is needed")
    new = account(addition, source)
    if any(all(entry.get(key) == new[key] for key in ("sha256", "table")) for entry in files):
        return
    files.append(new)
    write_json(path, report)


def write_rejections(path: Path, addition: Addition) -> int:
    """Append the parts left out to a CSV file, each with its reason and once; returns how many.

    Values that stand in the tables already are listed beside an addition only: where nothing is new, the file
    came before.

    Raises
    ------
    InputError
        If the file has other columns.
    """
    rejections = [r for r in addition.merge.rejections if addition.diff or not _is_repeat(r)]
    rows = [
        {
            "file": r.problem.file,
            "row": str(r.problem.row or ""),
            "record_id": r.record_id,
            "part": r.part,
            "column": r.problem.column or "",
            "value": r.problem.value or "",
            "reason": r.problem.problem,
            "content": json.dumps({k: v for k, v in r.content.items() if v}, ensure_ascii=False),
        }
        for r in rejections
    ]
    header = render([], _REJECTION_COLUMNS)
    standing = path.read_text("utf-8") if path.exists() else header
    if not standing.startswith(header):
        raise InputError(f"file '{path}': no list of rejected parts; its first line must be {header.strip()}")
    listed = set(standing.split("\n"))
    lines = [render([row], _REJECTION_COLUMNS).split("\n", 1)[1] for row in rows]
    new = [line for line in dict.fromkeys(lines) if line.rstrip("\n") not in listed]
    if new:
        write_atomic(path, standing + "".join(new))
    return len(new)
