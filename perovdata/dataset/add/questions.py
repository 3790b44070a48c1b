"""Asking a contributor for one record, field by field, with the closed lists shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import TABLES, Column

Ask = Callable[[str, str], str]
"""Puts a question (its second argument explains what is accepted) and returns the answer, empty to skip."""


def interview(ask: Ask, complain: Callable[[str], None]) -> dict[str, Any]:
    """Ask for one device with its paper and values.

    Parameters
    ----------
    ask : callable
        ``ask(question, help) -> answer``; an empty answer skips the field.
    complain : callable
        Told what was wrong with an answer before the question is put again.

    Returns
    -------
    dict
        A record as ``perovdata dataset add`` reads it.
    """
    paper = {c.name: _answer(ask, complain, c) for c in _fields("papers")}
    device = {c.name: _answer(ask, complain, c) for c in _fields("devices")}
    record: dict[str, Any] = {
        "paper": _given(paper),
        "source_kind": device.pop("source_kind"),
        "applications": device.pop("applications"),
        "notes": device.pop("notes"),
        "design": _given(device),
        "measurements": [],
        "benchmarks": [],
    }
    while metric := _one_of(ask, complain, "metric (empty: no more values)", tuple(METRICS)):
        record["measurements"].append(_measurement(ask, complain, metric))
    while accuracy := ask("accuracy_percent (empty: no more benchmarks)", "a number in percent"):
        columns = [c for c in _fields("benchmarks") if c.name not in ("accuracy_percent", "source_kind")]
        claim = {c.name: _answer(ask, complain, c) for c in columns}
        record["benchmarks"].append(_given({"accuracy_percent": accuracy, **claim}))
    return _given(record)


def _fields(table: str) -> list[Column]:
    schema = TABLES[table]
    return [c for c in schema.columns if c.name != schema.key and not c.references]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v not in ("", [], None)}


def _measurement(ask: Ask, complain: Callable[[str], None], name: str) -> dict[str, Any]:
    metric = METRICS[name]
    out: dict[str, Any] = {"metric": name, "unit": metric.unit}
    for column in _fields("measurements"):
        if column.name in ("metric", "unit", "source_kind"):
            continue
        if column.name == "definition":
            if metric.kinds is not None:
                out["definition"] = _one_of(ask, complain, "definition", tuple(metric.kinds))
        elif column.name != "value_high" or out["operator"] == "range":
            unit = f" in {metric.unit}" if column.name in ("value", "value_high") else ""
            out[column.name] = _answer(ask, complain, column, unit)
    return _given(out)


def _answer(ask: Ask, complain: Callable[[str], None], column: Column, unit: str = "") -> str:
    """One field; a required field or a wrong term is asked again."""
    if column.vocabulary is not None and not column.many:
        return _one_of(ask, complain, column.name, tuple(column.vocabulary))
    help = column.description + unit
    if column.vocabulary is not None:
        help += " " + ", ".join(column.vocabulary)
    while not (answer := ask(column.name, help).strip()) and column.required:
        complain(f"{column.name} is needed: {help}")
    return answer


def _one_of(ask: Ask, complain: Callable[[str], None], question: str, terms: tuple[str, ...]) -> str:
    while (answer := ask(question, ", ".join(terms)).strip()) and answer not in terms:
        complain(f"'{answer}' is not one of {', '.join(terms)}")
    return answer
