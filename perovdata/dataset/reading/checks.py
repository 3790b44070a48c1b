"""What is checked before a person sees a proposal: reserved papers, repeats, the validator's rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perovdata.dataset.add.merge import merge
from perovdata.dataset.add.submission import submission_from_record
from perovdata.dataset.check.csv_lines import Rows, read_tables
from perovdata.dataset.check.problems import Problem
from perovdata.dataset.check.validation import validate_rows
from perovdata.dataset.reading.proposals import Proposal
from perovdata.dataset.schema.reserved import RESERVED_REASON, is_reserved
from perovdata.errors import InputError
from perovdata.files import tables_dir

_VALUE_KEYS = {
    "measurements": (
        *(
            "metric",
            "operator",
            "value",
            "value_high",
            "unit",
            "definition",
            "conditions",
            "source_url",
            "notes",
        ),
    ),
    "benchmarks": (
        "dataset",
        "task",
        "network",
        "operator",
        "accuracy_percent",
        "kind",
        "source_url",
        "notes",
    ),
}


def refuse_reserved(proposals: list[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Proposals without those of reserved papers, and a line for each reference left out.

    Raises
    ------
    InputError
        If the paper that was read is reserved itself.
    """
    kept, refused = [], []
    for proposal in proposals:
        doi, url = proposal["paper"].get("doi", ""), proposal["paper"].get("url", "")
        if (doi or url) and is_reserved(doi, url):
            line = f"file '{proposal['file']}': '{doi or url}': {RESERVED_REASON}"
            if proposal["source_kind"] != "secondary":
                raise InputError(line)
            refused.append(line)
        else:
            kept.append(proposal)
    return kept, list(dict.fromkeys(refused))


def record_of(proposal: Proposal) -> dict[str, Any]:
    """The record that ``dataset add`` reads: the proposal without evidence, each value with its locator."""
    return {
        **({"device_id": proposal["device_id"]} if proposal.get("device_id") else {}),
        "paper": dict(proposal["paper"]),
        "source_kind": proposal["source_kind"],
        "design": dict(proposal["design"]),
        "measurements": [_row(v, "measurements") for v in proposal["measurements"]],
        "benchmarks": [_row(v, "benchmarks") for v in proposal["benchmarks"]],
    }


def _row(value: Mapping[str, Any], part: str) -> dict[str, Any]:
    out = {k: value[k] for k in _VALUE_KEYS[part] if value.get(k) not in (None, "")}
    locator = (value.get("evidence") or {}).get("locator")
    notes = "; ".join(n for n in (value.get("notes"), locator) if n)
    return {**out, **({"notes": notes[:200]} if notes else {})}


def check_proposals(proposals: list[Proposal], folder: str | Path | None = None) -> list[Proposal]:
    """Proposals with ``checks``, a list of findings, at the device and at every value.

    Parameters
    ----------
    proposals : list of dict
        As :func:`read_paper` returns them.
    folder : path-like, optional
        Folder of the tables; the shipped ones by default.

    Returns
    -------
    list of dict
        The same proposals, each value with the findings that the tables' rules give for it: a value that
        stands already, a wrong unit, a term outside its list, an implausible number.
    """
    tables, _, _ = read_tables(Path(folder) if folder is not None else tables_dir())
    out = [_blank(p) for p in proposals]
    places: dict[int, dict[str, Any]] = {}
    submissions = []
    for proposal in out:
        record = record_of(proposal)
        places[len(places) + 1] = proposal
        first = len(places)
        for part in ("measurements", "benchmarks"):
            for value, row in zip(proposal[part], record[part], strict=True):
                places[len(places) + 1] = value
                row["_line"] = len(places)
        submissions.append(submission_from_record(record, (proposal["file"], first)))
        _known_values(tables, proposal)
    merged = merge(tables, submissions)
    problems = [r.problem for r in merged.rejections] + merged.warnings
    for finding in validate_rows(merged.tables).problems:
        table = finding.file.removesuffix(".csv")
        row = merged.tables[table][finding.row - 2] if finding.row else None
        placed = merged.placed(table, row) if row else None
        if placed:
            problems.append(Problem(placed[0].place[0], placed[1], *_told(finding)))
    for problem in problems:
        if problem.row in places:
            _note(places[problem.row], problem.severity, str(_said(problem)), problem.accepted)
    return out


def _told(finding: Problem) -> tuple[Any, ...]:
    return finding.column, finding.value, finding.problem, finding.accepted, finding.severity


def _said(problem: Problem) -> str:
    value = f" '{problem.value}'" if problem.value else ""
    return f"{problem.column or ''}{value} {problem.problem}".strip()


def _blank(proposal: Proposal) -> Proposal:
    parts = {k: [{**v, "checks": []} for v in proposal[k]] for k in ("measurements", "benchmarks")}
    return {**proposal, **parts, "checks": []}


def _note(holder: dict[str, Any], severity: str, problem: str, accepted: str) -> None:
    entry = {"severity": severity, "problem": problem, "accepted": accepted}
    if entry not in holder["checks"]:
        holder["checks"].append(entry)


def _known_values(tables: Mapping[str, Rows], proposal: Proposal) -> None:
    """Mark values that the tables hold for this paper, whatever the design columns say."""
    doi = proposal["paper"].get("doi", "").casefold()
    title = "".join(filter(str.isalnum, proposal["paper"].get("title", ""))).casefold()
    papers = {
        p["paper_id"]
        for p in tables["papers"]
        if (doi and p["doi"].casefold() == doi)
        or (title and "".join(filter(str.isalnum, p["title"])).casefold() == title)
    }
    devices = [d for d in tables["devices"] if d["paper_id"] in papers and _alike(d, proposal["design"])]
    if not devices:
        return
    names = ", ".join(d["device_id"] for d in devices)
    _note(
        proposal,
        "warning",
        f"the paper stands already with {names}",
        "device_id of that device if it is the same",
    )
    ids = {d["device_id"] for d in devices}
    for value in proposal["measurements"]:
        for row in tables["measurements"]:
            if (
                row["device_id"] in ids
                and row["metric"] == value["metric"]
                and _equal(row["value"], value["value"])
            ):
                _note(value, "error", f"already in the tables as {row['measurement_id']}", "new values")
    for value in proposal["benchmarks"]:
        for row in tables["benchmarks"]:
            if row["device_id"] in ids and _equal(row["accuracy_percent"], value["accuracy_percent"]):
                _note(value, "error", f"already in the tables as {row['benchmark_id']}", "new values")


def _alike(device: Mapping[str, str], design: Mapping[str, Any]) -> bool:
    """Whether nothing that both tell says that they are two devices: same formula, same stack."""
    return all(
        not device[c] or not design.get(c) or device[c].replace(" ", "") == str(design[c]).replace(" ", "")
        for c in ("composition", "stack")
    )


def _equal(cell: str, value: float) -> bool:
    return bool(cell) and math.isclose(float(cell), float(value), rel_tol=1e-6)
