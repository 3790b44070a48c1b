"""Proposals: one record per device of a paper, with the evidence for every value."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from perovdata.dataset.reading.design import design_of, stack_parts
from perovdata.dataset.reading.document import Document
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.formats.bibliography import find_doi
from perovdata.dataset.reading.formats.opening import open_document
from perovdata.dataset.reading.grids import Row, read_grids
from perovdata.dataset.reading.reader import Reader, checked
from perovdata.dataset.reading.rules import RuleReader, document_composition
from perovdata.dataset.schema.metrics import METRICS
from perovdata.errors import InputError
from perovdata.files import write_atomic

Proposal = dict[str, Any]  # the JSON object of ``dataset read``


def read_paper(
    path: str | Path,
    *,
    bibliography: str | Path | None = None,
    doi: str | None = None,
    reader: Reader | None = None,
) -> list[Proposal]:
    """Read a paper from the disk into proposals for the tables.

    Parameters
    ----------
    path : path-like
        PDF, HTML, JATS/PMC XML, plain text or Markdown.
    bibliography : path-like, optional
        BibTeX, RIS or Crossref JSON with the paper's entry.
    doi : str, optional
        The paper's DOI where the file does not tell it.
    reader : Reader, optional
        Finds the values of running text; the rule-based reader by default. Tables are always read by rules.

    Returns
    -------
    list of dict
        One per device: ``paper``, ``design``, ``measurements``, ``benchmarks``, ``source_kind``. Nothing
        in it has been seen by a person yet.

    Raises
    ------
    InputError
        For a file that cannot be read; one line.
    """
    document = open_document(path, bibliography)
    if doi:
        document.paper["doi"] = find_doi(doi) or doi
    return propose(document, reader)


def propose(document: Document, reader: Reader | None = None) -> list[Proposal]:
    """Proposals of a document that has been opened already."""
    main = document_composition(document)
    found = checked(document, (reader or RuleReader()).read(document))
    kind = _source_kind(document)
    devices: dict[str | None, list[Finding | Accuracy]] = {}
    for value in found:
        devices.setdefault(value.composition or main, []).append(value)
    rows = read_grids(document)
    for row in rows:
        if row.reference is None:
            devices.setdefault(row.composition or main, []).extend(row.values)
    stacks = {r.composition or main: r.stack for r in rows if r.reference is None and r.stack}
    out = []
    for composition, values in devices.items():
        design = design_of(document, composition)
        if "stack" not in design and composition in stacks:
            design |= stack_parts(stacks[composition])
        out.append(_proposal(document, dict(document.paper), design, values, kind))
    out += [_secondary(document, row) for row in rows if row.reference is not None]
    return out


def _source_kind(document: Document) -> str:
    """``abstract`` where the text is one: short, without sections of its own."""
    sections = {p.place.section for p in document.passages} - {"title", "abstract", ""}
    length = sum(len(p.text) for p in document.passages)
    return "abstract" if not sections and not document.grids and length < 4000 else "fulltext"


def _proposal(
    document: Document,
    paper: dict[str, str],
    design: dict[str, Any],
    values: Iterable[Finding | Accuracy],
    kind: str,
) -> Proposal:
    kept = _without_repeats(list(values))
    return {
        "file": document.name,
        "paper": paper,
        "design": design,
        "source_kind": kind,
        "measurements": [_measurement(v) for v in kept if isinstance(v, Finding)],
        "benchmarks": [_benchmark(v) for v in kept if isinstance(v, Accuracy)],
    }


def _secondary(document: Document, row: Row) -> Proposal:
    """A row that a review took from another paper: that paper's record."""
    entry = document.references.get(row.reference or "", "")
    year = re.search(r"\b(?:19|20)\d\d\b", entry.replace(find_doi(entry), ""))
    paper = {"doi": find_doi(entry), "year": year[0] if year else ""}
    design: dict[str, Any] = {"composition": row.composition} if row.composition else {}
    design |= stack_parts(row.stack) if row.stack else {}
    proposal = _proposal(document, {k: v for k, v in paper.items() if v}, design, row.values, "secondary")
    page = document.paper.get("url") or (
        f"https://doi.org/{document.paper['doi']}" if document.paper.get("doi") else ""
    )
    for value in [*proposal["measurements"], *proposal["benchmarks"]]:
        if page:
            value["source_url"] = page
    proposal["reference"] = {"number": row.reference, "entry": entry or None}
    return proposal


def _without_repeats(values: list[Finding | Accuracy]) -> list[Finding | Accuracy]:
    """A value that abstract, text and table repeat stands once, with the surest evidence."""
    kept: list[Finding | Accuracy] = []
    for value in values:
        same = next((i for i, k in enumerate(kept) if _repeats(k, value)), None)
        if same is None:
            kept.append(value)
        elif _rank(value) > _rank(kept[same]):
            kept[same] = value
    return kept


def _repeats(a: Finding | Accuracy, b: Finding | Accuracy) -> bool:
    """Whether two places tell one value; two rows of one table never do."""
    if a.evidence.place.page == b.evidence.place.page and _table(a) and _table(a) == _table(b):
        return False
    if isinstance(a, Accuracy) or isinstance(b, Accuracy):
        return (
            isinstance(a, Accuracy)
            and isinstance(b, Accuracy)
            and math.isclose(a.accuracy_percent, b.accuracy_percent)
            and a.dataset == b.dataset
        )
    return (
        a.metric == b.metric
        and math.isclose(a.value, b.value, rel_tol=1e-6)
        and a.value_high == b.value_high
        and (not a.conditions or not b.conditions or a.conditions == b.conditions)
    )


def _table(value: Finding | Accuracy) -> str:
    return value.evidence.place.label.partition(", row")[0] if ", row" in value.evidence.place.label else ""


def _rank(value: Finding | Accuracy) -> tuple[bool, float]:
    return value.operator != "=", value.confidence


def _measurement(f: Finding) -> dict[str, Any]:
    out: dict[str, Any] = {
        "metric": f.metric,
        "operator": f.operator,
        "value": f.value,
        "value_high": f.value_high,
        "unit": METRICS[f.metric].unit,
    }
    out |= {
        "definition": f.definition,
        "conditions": f.conditions,
        "notes": f.notes,
        "evidence": f.evidence.as_dict(),
    }
    return out | {"confidence": f.confidence, "reason": f.reason}


def _benchmark(a: Accuracy) -> dict[str, Any]:
    out: dict[str, Any] = {
        "accuracy_percent": a.accuracy_percent,
        "operator": a.operator,
        "dataset": a.dataset,
        "network": a.network,
        "kind": a.kind,
    }
    return out | {
        "notes": a.notes,
        "evidence": a.evidence.as_dict(),
        "confidence": a.confidence,
        "reason": a.reason,
    }


def value_key(proposal: Proposal, value: dict[str, Any] | None = None) -> str:
    """Short name of a device's proposal, or of a value in it, that stays the same from run to run."""
    parts: list[Any] = [
        proposal.get("file"),
        proposal.get("paper", {}).get("doi"),
        proposal["design"].get("composition"),
        proposal.get("reference"),
    ]
    parts.append(proposal["design"].get("stack") if proposal.get("reference") else None)
    if value is not None:
        parts += [
            value.get("metric", "accuracy"),
            value.get("value", value.get("accuracy_percent")),
            value["evidence"]["text"],
            value["evidence"]["start"],
        ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:12]


def write_proposals(path: str | Path, proposals: Iterable[Proposal]) -> None:
    """Write proposals as JSON lines, all or none."""
    write_atomic(path, "".join(json.dumps(p, ensure_ascii=False, allow_nan=False) + "\n" for p in proposals))


def read_proposals(path: str | Path) -> list[Proposal]:
    """Read the JSON lines of :func:`write_proposals`.

    Raises
    ------
    InputError
        If the file is missing or a line is no proposal.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"file '{path}': not found; the output of 'perovdata dataset read' is needed")
    out = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            proposal = json.loads(line)
            if not all(isinstance(proposal[k], dict) for k in ("paper", "design")):
                raise KeyError("paper")
            for value in [*proposal["measurements"], *proposal["benchmarks"]]:
                value["evidence"]["text"]
        except (ValueError, KeyError, TypeError):
            raise InputError(
                f"{path.name}:{number}: no proposal; a line of 'perovdata dataset read' is needed"
            ) from None
        out.append(proposal)
    return out
