"""One record as a contributor hands it in, turned into cells of the tables.

Nothing is guessed: an unknown key or wording is a problem with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perovdata.dataset.check.problems import Problem, Severity, shorten
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import TABLES, Column, known
from perovdata.dataset.schema.synonyms import to_term
from perovdata.dataset.schema.vocabularies import NOT_STATED, OPERATORS

_SHORT_KEYS = {"op": "operator", "high": "value_high", "note": "notes"}
_RECORD_KEYS = {
    "record_id",
    "device_id",
    "paper",
    "source_kind",
    "design",
    "measurements",
    "benchmarks",
    "applications",
    "notes",
}


@dataclass
class Submission:
    """One device as handed in, in the cells of the tables (keys not yet given).

    Attributes
    ----------
    place : tuple of (str, int)
        File name and first line.
    record_id : str
        The contributor's own key of the record; empty if none.
    device_id : str
        Existing device that the values belong to; empty for a new one.
    paper, device : dict of str to str
        Cells of the ``papers`` and ``devices`` rows.
    measurements, benchmarks : list of (int, dict)
        Line and cells of each row.
    problems : list of Problem
        Why parts of it cannot be taken.
    rejected : list of (str, dict, Problem)
        Parts (measurement or benchmark) with the reason for which each is left out.
    """

    place: tuple[str, int]
    record_id: str = ""
    device_id: str = ""
    paper: dict[str, str] = field(default_factory=dict)
    device: dict[str, str] = field(default_factory=dict)
    measurements: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    benchmarks: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: list[tuple[str, dict, Problem]] = field(default_factory=list)

    def problem(
        self, column: str | None, value: str | None, problem: str, accepted: str, severity: Severity = "error"
    ) -> Problem:
        """A finding at the first line of this record."""
        return Problem(*self.place, column, value, problem, accepted, severity)


class _Refused(Exception):
    """A part of a record that cannot be taken; carries the finding."""

    def __init__(self, column: str | None, value: Any, problem: str, accepted: str) -> None:
        super().__init__(problem)
        self.column, self.value, self.text, self.accepted = column, value, problem, accepted

    def at(self, place: tuple[str, int]) -> Problem:
        value = None if self.value is None else shorten(str(self.value))
        return Problem(place[0], place[1], self.column, value, self.text, self.accepted)


def number_text(value: Any, column: str) -> str:
    """A number as the tables write it: at most 12 digits, no thousands separators."""
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _Refused(column, value, "not a number", "a number such as 0.5 or 1e-12") from None
    return f"{number:.12g}"


def _cell(column: Column, value: Any) -> tuple[str, str]:
    """One cell's text, and the wording that a closed list could not hold."""
    if value is None or value == "" or value == []:
        return (NOT_STATED if column.vocabulary and not column.many else ""), ""
    if column.many and column.vocabulary is not None:
        items = value if isinstance(value, list) else str(value).split(";")
        terms = []
        for item in items:
            term = to_term(column.vocabulary.name, str(item))
            if term is None:
                raise _Refused(column.name, item, "not in the closed list", ", ".join(column.vocabulary))
            terms.append(term[0])
        return ";".join(dict.fromkeys(terms)), ""
    if column.vocabulary is not None:
        found = to_term(column.vocabulary.name, str(value))
        if found is None:
            raise _Refused(column.name, value, "not in the closed list", ", ".join(column.vocabulary))
        return found
    if column.type == "boolean":
        text = str(value).strip().lower()
        if text not in ("true", "false"):
            raise _Refused(column.name, value, "not a boolean", "true, false or nothing")
        return text, ""
    if column.type in ("number", "integer"):
        return number_text(value, column.name), ""
    if isinstance(value, list):
        return ";".join(" ".join(str(v).split()) for v in value), ""
    if isinstance(value, dict):
        raise _Refused(column.name, value, "not a text", "one line of text")
    return " ".join(str(value).split()), ""


def _cells(table: str, values: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """All non-key cells of a row and the finer wordings, with every unknown key refused."""
    schema = TABLES[table]
    keys = {schema.key} | {c.name for c in schema.columns if c.references}
    names = [n for n in schema.names if n not in keys]
    for key in values:
        if key not in names:
            raise _Refused(key, None, "unknown key", ", ".join(names))
    if "operator" in names and values.get("operator") in (None, ""):
        raise _Refused("operator", None, "missing", ", ".join(OPERATORS))
    finer: list[str] = []
    cells: dict[str, str] = {}
    for name in names:
        cells[name], more = _cell(schema[name], values.get(name))
        if more:
            finer.append(more)
    return cells, finer


def joined(*parts: str) -> str:
    """Remarks in one cell."""
    return "; ".join(p for p in parts if p)


def _device_cells(record: Mapping[str, Any]) -> dict[str, str]:
    design = record.get("design") or {}
    if not isinstance(design, dict):
        raise _Refused("design", design, "not an object", "an object of design columns")
    design = dict(design)
    waves = design.get("wavelength_nm")
    if isinstance(waves, list):
        ordered = sorted({float(number_text(w, "wavelength_nm")) for w in waves})
        design["wavelength_nm"] = ordered[0] if ordered else None
        if len(ordered) > 1:
            design["wavelength_max_nm"] = ordered[-1]
    design["applications"] = record.get("applications")
    design["source_kind"] = record.get("source_kind")
    design["notes"] = record.get("notes")
    cells, finer = _cells("devices", design)
    cells["design_notes"] = joined(cells["design_notes"], *finer)
    return cells


def _measurement_cells(values: Mapping[str, Any], source_kind: Any) -> dict[str, str]:
    values = {_SHORT_KEYS.get(k, k): v for k, v in values.items()}
    metric = METRICS.get(str(values.get("metric")))
    if metric is None:
        raise _Refused("metric", values.get("metric"), "unknown metric", ", ".join(METRICS))
    wording = values.pop("definition", None)
    values.setdefault("source_kind", source_kind)
    cells, _ = _cells("measurements", values)
    if not cells["value"]:
        raise _Refused("value", None, "missing", f"a number in {metric.unit}")
    if metric.kinds is None:
        cells["notes"] = joined(cells["notes"], str(wording) if known(wording) else "")
        return cells
    found = to_term(metric.kinds.name, str(wording)) if wording else (NOT_STATED, "")
    if found is None:
        raise _Refused("definition", wording, f"not a definition of {metric.name}", ", ".join(metric.kinds))
    cells["definition"], finer = found
    cells["notes"] = joined(cells["notes"], finer)
    return cells


def _benchmark_cells(values: Mapping[str, Any], source_kind: Any) -> dict[str, str]:
    values = {_SHORT_KEYS.get(k, k): v for k, v in values.items()}
    values.setdefault("source_kind", source_kind)
    cells, _ = _cells("benchmarks", values)
    if not cells["accuracy_percent"]:
        raise _Refused("accuracy_percent", None, "missing", "a number in percent")
    return cells


def submission_from_record(record: Any, place: tuple[str, int]) -> Submission:
    """Turn one JSON record into table cells.

    Parameters
    ----------
    record : dict
        Keys: paper, source_kind, design, measurements, benchmarks, applications, notes, record_id,
        device_id (an existing device: paper and design may then be left out).
    place : tuple of (str, int)
        File name and line, for messages.
    """
    out = Submission(place)
    if isinstance(record, dict) and record.get("device_id"):
        record = {"paper": {}, **record}  # the paper of that device
    if not isinstance(record, dict) or not isinstance(record.get("paper"), dict):
        out.problems.append(
            Problem(
                *place,
                None,
                shorten(str(record)),
                "no record with a paper",
                "an object with paper, design, measurements",
            )
        )
        return out
    out.record_id = str(record.get("record_id") or "")
    out.device_id = str(record.get("device_id") or "")
    for key in record:
        if key not in _RECORD_KEYS:
            out.problems.append(Problem(*place, key, None, "unknown key", ", ".join(sorted(_RECORD_KEYS))))
    try:
        out.paper, _ = _cells("papers", record["paper"])
        out.device = _device_cells(record)
    except _Refused as refused:
        out.problems.append(refused.at(place))
    for part, make in (("measurements", _measurement_cells), ("benchmarks", _benchmark_cells)):
        listed = record.get(part) or []
        if not isinstance(listed, list):
            out.problems.append(
                Problem(*place, part, shorten(str(listed)), "not a list", "a list of objects")
            )
            continue
        for values in listed:
            line = values.pop("_line", place[1]) if isinstance(values, dict) else place[1]
            try:
                if not isinstance(values, dict):
                    raise _Refused(part, values, "not an object", "an object per value")
                getattr(out, part).append((line, make(values, record.get("source_kind"))))
            except _Refused as refused:
                content = values if isinstance(values, dict) else {part: str(values)}
                out.rejected.append((part[:-1], dict(content), refused.at((place[0], line))))
    return out
