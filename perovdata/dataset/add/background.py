"""Devices of other materials: the same records, flattened into one table that is out of scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perovdata.dataset.add.merge import Merge, Numbering, merge, paper_key
from perovdata.dataset.add.submission import Submission
from perovdata.dataset.check.csv_lines import Rows
from perovdata.dataset.check.problems import Problem
from perovdata.dataset.schema.schema import TABLES

_TABLE = TABLES["background"]
_SAME = ("material", "stack", "metric", "operator", "value", "value_high", "definition", "conditions")


def merge_background(tables: Mapping[str, Rows], submissions: Iterable[Submission]) -> Merge:
    """Append the values of submissions to the table ``background``; the other tables stay as they are.

    Parameters
    ----------
    tables : mapping of str to list of dict
        The rows as they stand.
    submissions : iterable of Submission
        Records of devices of other materials. Their benchmarks are left out and listed as rejected.

    Returns
    -------
    Merge
        New tables and the account of every record; `devices` maps record keys to x0001 and the like.
    """
    submissions = list(submissions)
    for sub in submissions:
        for number, accuracy in sub.benchmarks:
            why = Problem(sub.place[0], number, None, None, "benchmark of another material", "values")
            sub.rejected.append(("benchmark", accuracy, why))
        sub.benchmarks = []
    inner = merge({}, submissions)
    out = Merge(
        {name: [dict(r) for r in tables.get(name, [])] for name in TABLES},
        inner.counts,
        rejections=inner.rejections,
        warnings=inner.warnings,
        derived=inner.derived,
    )
    rows = out.tables["background"]
    standing = {_identity(r): r["background_id"] for r in rows}
    known_devices = {(paper_key(r["doi"], r["url"]), r["material"], r["stack"]): r["device_id"] for r in rows}
    row_numbers = Numbering(rows, "background_id", "g")
    device_numbers = Numbering(rows, "device_id", "x")
    papers = {p["paper_id"]: p for p in inner.tables["papers"]}
    devices = {d["device_id"]: d for d in inner.tables["devices"]}
    names: dict[str, str] = {}
    for value in inner.tables["measurements"]:
        device = devices[value["device_id"]]
        flat = _flatten(papers[device["paper_id"]], device, value)
        sub, line, cells = inner.origins["measurements", value["measurement_id"]]
        same = standing.get(_identity(flat))
        key = (paper_key(flat["doi"], flat["url"]), flat["material"], flat["stack"])
        if device["device_id"] not in names:
            names[device["device_id"]] = known_devices.get(key) or device_numbers.next()
        if same:
            why = Problem(sub.place[0], line, None, None, f"already in the tables as {same}", "new values")
            out.reject(sub, "measurement", cells or {}, why)
            out.counts["measurements"]["kept"] -= 1
            continue
        flat |= {"background_id": row_numbers.next(), "device_id": names[device["device_id"]]}
        rows.append({name: flat[name] for name in _TABLE.names})
        out.origins["background", flat["background_id"]] = (sub, line, cells)
    out.devices = {record: names[device] for record, device in inner.devices.items() if device in names}
    return out


def _flatten(paper: Mapping[str, str], device: Mapping[str, str], value: Mapping[str, str]) -> dict[str, str]:
    """One row of the table from the three that it stands for."""
    flat = {**paper, **device, **value}
    flat["material"] = device["composition_text"] or device["composition"]
    return flat


def _identity(row: Mapping[str, str]) -> tuple[str, ...]:
    return (paper_key(row["doi"], row["url"]), *(row[c] for c in _SAME))
