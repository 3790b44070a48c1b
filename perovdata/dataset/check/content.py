"""The checks of content: values, accuracies, material properties, and values entered twice."""

from __future__ import annotations

import math
from collections.abc import Iterator

from perovdata.dataset.check.problems import Problem
from perovdata.dataset.check.rows import Entry, Sheets
from perovdata.dataset.schema.metrics import METRICS, PROPERTIES, Metric
from perovdata.dataset.schema.schema import TABLES

# Columns of a device that make two reports of one value two reports of two devices.
_DESIGN = tuple(
    n
    for n in TABLES["devices"].names
    if n not in ("device_id", "source_kind", "applications", "design_notes", "notes")
)
_ONE_VALUE = ("metric", "definition", "conditions")


def check_measurements(sheets: Sheets) -> Iterator[Problem]:
    """Metric, unit, definition, operator and plausibility of every value."""
    for table in ("measurements", "background"):
        for entry in sheets.each(table):
            metric = METRICS.get(entry["metric"])
            if metric is None:
                yield entry.problem("metric", "unknown metric", ", ".join(METRICS))
                continue
            if entry["unit"] != metric.unit:
                yield entry.problem("unit", f"wrong unit for {metric.name}", metric.unit)
            yield from _definition_problems(entry, metric)
            yield from _interval_problems(entry)
            for column in ("value", "value_high"):
                yield from _size_problems(entry, column, metric)


def _definition_problems(entry: Entry, metric: Metric) -> Iterator[Problem]:
    if metric.kinds is None:
        if entry["definition"]:
            yield entry.problem("definition", f"{metric.name} has no definitions", "an empty cell")
    elif entry["definition"] not in metric.kinds:
        yield entry.problem("definition", f"not a definition of {metric.name}", ", ".join(metric.kinds))


def _interval_problems(entry: Entry) -> Iterator[Problem]:
    if entry["operator"] == "range":
        if not entry["value_high"]:
            yield entry.problem("value_high", "empty although the operator is range", "the upper end")
        elif entry.number("value_high") <= entry.number("value"):
            yield entry.problem("value_high", "not above value", "the upper end of the range")
    elif entry["value_high"]:
        problem = f"given although the operator is {entry['operator']}"
        yield entry.problem("value_high", problem, "an empty cell, or the operator range")


def _size_problems(entry: Entry, column: str, metric: Metric) -> Iterator[Problem]:
    value = entry.number(column)
    if math.isnan(value):
        return
    plausible = f"{metric.low:g} to {metric.high:g} {metric.unit}: {metric.reason}"
    if metric.scale == "log10" and value <= 0:
        yield entry.problem(column, f"{metric.name} must be positive (a magnitude)", plausible)
        return
    if metric.integer and value != int(value):
        yield entry.problem(column, f"{metric.name} must be a whole number", plausible)
    # A2/A1 below one is paired-pulse depression, which the definition column then says.
    depression = metric.name == "ppf_index" and entry["definition"] == "A2/A1" and value > 0
    if not metric.low <= value <= metric.high and not depression:
        yield entry.warning(column, f"implausible {metric.name}", plausible)


def check_benchmarks(sheets: Sheets) -> Iterator[Problem]:
    """Accuracies look like percentages."""
    for entry in sheets.each("benchmarks"):
        if 0 < entry.number("accuracy_percent") <= 1:
            yield entry.warning("accuracy_percent", "looks like a fraction", "a percentage")
        if entry["operator"] == "range":
            yield entry.problem(
                "operator", "an accuracy has no upper-end column", "=, ~, >, >=, <, <= or up to"
            )


def check_duplicates(sheets: Sheets) -> Iterator[Problem]:
    """The same value of the same device is not entered twice."""
    devices = {r["device_id"]: tuple(r[c] for c in _DESIGN) for r in sheets.rows["devices"]}
    seen: dict[tuple, Entry] = {}
    for table in ("measurements", "background"):
        for entry in sheets.each(table):
            device = entry["device_id"] if table == "background" else devices.get(entry["device_id"])
            if device is None:
                continue  # an orphan, found by check_keys
            key = (table, device, *(entry[c] for c in _ONE_VALUE))
            if key in seen:
                yield _repeat(entry, seen[key])
            else:
                seen[key] = entry


def _repeat(entry: Entry, other: Entry) -> Problem:
    words = f"same device, {entry['metric']}, definition and conditions as line {other.line}"
    if all(entry[c] == other[c] for c in ("operator", "value", "value_high")):
        return entry.problem("value", words, "one row per value")
    return entry.warning("conditions", f"{words} with another value", "conditions that tell the values apart")


def check_properties(sheets: Sheets) -> Iterator[Problem]:
    """Property, unit and plausibility of every material value."""
    for entry in sheets.each("properties"):
        if not (entry["composition"] or entry["material"]):
            yield entry.problem("composition", "no material", "a formula, or words in material")
        kind = PROPERTIES.get(entry["property"])
        if kind is None:
            yield entry.problem("property", "unknown property", ", ".join(PROPERTIES))
            continue
        if entry["unit"] != kind.unit:
            yield entry.problem("unit", f"wrong unit for {kind.name}", kind.unit)
        value = entry.number("value")
        plausible = f"{kind.low:g} to {kind.high:g} {kind.unit}"
        if value <= 0:
            yield entry.problem("value", f"{kind.name} must be positive", plausible)
        elif not math.isnan(value) and not kind.low <= value <= kind.high:
            yield entry.warning("value", f"implausible {kind.name}", plausible)
