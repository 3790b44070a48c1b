"""Curves digitised by hand beside a paper: WebPlotDigitizer projects and CSV files, fitted into values."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from perovdata.dataset.reading.proposals import Proposal
from perovdata.dataset.schema.metrics import METRICS
from perovdata.errors import InputError

_LARGEST = 20 * 2**20
_FIGURE = re.compile(r"(?<![a-z])fig(?:ure)?s?[ ._-]*(S?\d+)[ ._-]?\(?([a-z])?\)?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Curve:
    """One digitised curve: the figure that it comes from and its points as CSV text."""

    figure: str
    name: str
    csv: str


def curves_beside(paper: Path) -> list[Path]:
    """Digitised curves of a paper: ``paper.fig3b.csv``, ``paper_fig3b.csv``, ``paper.wpd.json``."""
    own = re.escape(paper.stem)
    pattern = re.compile(rf"{own}[._-](?:.*fig.*\.(?:csv|txt|json|tar)|wpd\.(?:json|tar))", re.IGNORECASE)
    return sorted(p for p in paper.parent.iterdir() if p.is_file() and pattern.fullmatch(p.name))


def curves_of(path: str | Path) -> list[Curve]:
    """Curves of a WebPlotDigitizer project (``.json``, ``.tar``) or of a CSV file.

    Parameters
    ----------
    path : path-like
        The figure is read from the name of the data set or of the file: ``Fig. 3b``.

    Raises
    ------
    InputError
        If the file is missing, too large, or no such project or table.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"file '{path}': not found; a WebPlotDigitizer project or a CSV file is needed")
    if path.stat().st_size > _LARGEST:
        raise InputError(f"file '{path.name}': above {_LARGEST / 2**20:.0f} MiB; a digitised curve is needed")
    if path.suffix.lower() in (".json", ".tar"):
        return list(_project(path))
    text = path.read_text("utf-8-sig", errors="replace")
    return [Curve(_figure(path.stem) or path.stem, path.stem, text)]


def _figure(name: str) -> str:
    match = _FIGURE.search(name)
    return f"Fig. {match[1]}{(match[2] or '').lower()}" if match else ""


def _project(path: Path) -> Iterator[Curve]:
    try:
        project = json.loads(_project_text(path))
        sets = project["datasetColl"]
        axes = {a["name"]: a for a in project.get("axesColl", [])}
    except (ValueError, KeyError, TypeError, RecursionError, tarfile.TarError) as error:
        raise InputError(
            f"file '{path.name}': no WebPlotDigitizer project ({type(error).__name__}: {error})"
        ) from None
    found = False
    for data in sets:
        points = [p["value"] for p in data.get("data", []) if len(p.get("value") or []) >= 2]
        if not points:
            continue
        found = True
        name = str(data.get("name") or path.stem)
        heading = _heading(name) or _heading(str(axes.get(data.get("axesName"), {}).get("name", ""))) or "x,y"
        lines = [heading, *(f"{float(p[0])!r},{float(p[1])!r}" for p in points)]
        yield Curve(_figure(name) or _figure(path.stem) or name, name, "\n".join(lines) + "\n")
    if not found:
        raise InputError(f"file '{path.name}': no data set with points; digitise a curve first")


def _project_text(path: Path) -> str:
    if path.suffix.lower() == ".json":
        return path.read_text("utf-8-sig", errors="replace")
    with tarfile.open(path) as archive:
        member = next((m for m in archive if m.isfile() and m.name.endswith("wpd.json")), None)
        stream = archive.extractfile(member) if member is not None and member.size <= _LARGEST else None
        if stream is None:
            raise InputError(f"file '{path.name}': no 'wpd.json' of at most {_LARGEST / 2**20:.0f} MiB in it")
        return stream.read().decode("utf-8", "replace")


def _heading(name: str) -> str:
    """Column headings from a name such as ``Fig. 3b: interval (ms); PPF index (%)``."""
    parts = [p.strip() for p in re.split(r"[;|]|\bvs\.?\b", name.partition(":")[2] or name)]
    if len(parts) != 2 or not all(parts):
        return ""
    if re.search(r"\bvs\.?\b", name):  # y vs x
        parts.reverse()
    return ",".join(p.replace(",", " ") for p in parts)


def figure_values(path: str | Path, fit: Callable[..., Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Values that a fit of the digitised curves gives, as ``perovdata fit --rows`` writes them.

    Parameters
    ----------
    path : path-like
        See :func:`curves_of`.
    fit : callable
        ``perovdata.fit``; handed in because fitting is a room above this one.

    Returns
    -------
    values : list of dict
        Measurements with the figure as locator.
    failures : list of str
        A line for every curve that could not be fitted.
    """
    values, failures = [], []
    with TemporaryDirectory() as folder:
        for number, curve in enumerate(curves_of(path)):
            file = Path(folder) / f"curve{number}.csv"
            file.write_text(curve.csv, "utf-8")
            try:
                record = fit(file, name=curve.name).record()
            except InputError as error:
                failures.append(f"{Path(path).name} {curve.figure}: {error}")
                continue
            values += [_value(row, curve) for row in record["measurements"]]
    return values, failures


def _value(row: dict[str, Any], curve: Curve) -> dict[str, Any]:
    metric = METRICS[row["metric"]]
    words = f"{curve.figure}: {row.get('conditions', '')}"
    return {
        "metric": metric.name,
        "operator": row.get("op", "="),
        "value": row["value"],
        "value_high": None,
        "unit": metric.unit,
        "definition": row.get("definition", ""),
        "conditions": row.get("conditions", ""),
        "notes": "fitted to a digitised curve",
        "evidence": {
            **{"text": words, "start": 0, "end": len(curve.figure), "page": None, "xpath": None},
            "locator": curve.figure,
        },
        "confidence": 0.8,
        "reason": "fitted to points digitised by hand",
    }


def with_figures(proposals: list[Proposal], values: list[dict[str, Any]]) -> list[Proposal]:
    """Proposals with the figures' values at the paper's first device."""
    if not values or not proposals:
        return proposals
    first = proposals[0]
    return [{**first, "measurements": [*first["measurements"], *values]}, *proposals[1:]]
