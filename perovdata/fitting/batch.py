"""Many files, one line each: the parameters as a table, failures with their reason."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.fitting.result import FitResult

_FIRST = ("file", "error", "kind", "law", "r2", "n_points")


def fit_many(
    files: Iterable[str | os.PathLike[str]],
    fit: Callable[[str | os.PathLike[str]], FitResult],
) -> list[dict[str, Any]]:
    """Fit each file; a file that is refused gives a row with the reason.

    Parameters
    ----------
    files : iterable of path-like
    fit : callable
        From a file to its result.

    Returns
    -------
    list of dict
        Keys file, error, kind, law, r2, n_points, every parameter with ``_low`` and ``_high``, warnings.
    """
    rows = []
    for file in files:
        row: dict[str, Any] = {"file": os.fspath(file), "error": ""}
        try:
            result = fit(file)
        except InputError as error:
            rows.append(row | {"error": str(error)})
            continue
        row |= {"kind": result.kind, "law": result.law, "r2": result.r2, "n_points": result.n_points}
        for name, e in result.parameters.items():
            row |= {name: e.value, f"{name}_low": e.low, f"{name}_high": e.high}
        rows.append(row | {"warnings": " | ".join(result.warnings)})
    return rows


def write_table(path: str | os.PathLike[str], rows: list[dict[str, Any]]) -> None:
    """Write the rows as CSV, atomically; SI units, empty where a file has no such parameter."""
    seen = dict.fromkeys(key for row in rows for key in row)
    names = [*_FIRST, *(key for key in seen if key not in (*_FIRST, "warnings")), "warnings"]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(path, text.getvalue())
