"""The checks of the validator: one function per concern, each yielding findings.

Every function takes the rows of all tables with their line numbers (:class:`Sheets`), so the same
checks run on files and on tables that are about to be written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perovdata.dataset.csvfiles import CONTROL, Rows
from perovdata.dataset.metrics import PROPERTIES
from perovdata.dataset.problems import Problem, shorten
from perovdata.dataset.reserved import RESERVED_REASON, is_reserved
from perovdata.dataset.schema import METRICS, NOT_STATED, TABLES, Column, known
from perovdata.errors import InputError

if TYPE_CHECKING:
    from perovdata.chemistry import Perovskite

__all__ = ["ALL_CHECKS", "Sheets"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_URL = re.compile(r"https?://[^\s/]+\S*")

# Columns of a device that make two reports of one value two reports of two devices.
_DESIGN = tuple(
    n
    for n in TABLES["devices"].names
    if n not in ("device_id", "source_kind", "applications", "design_notes", "notes")
)


@dataclass(frozen=True)
class Sheets:
    """Rows of every table with their line numbers."""

    rows: Mapping[str, Rows]
    lines: Mapping[str, list[int]]

    def each(self, table: str) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, row) of a table."""
        return zip(self.lines[table], self.rows[table], strict=True)


def _found(table, line, column, value, problem, accepted, severity="error"):
    shown = None if value is None else shorten(value)
    return Problem(f"{table}.csv", line, column, shown, problem, accepted, severity)


def number(text: str) -> float:
    """A cell as a finite number, else NaN."""
    if not _NUMBER.fullmatch(text):
        return math.nan
    value = float(text)
    return value if math.isfinite(value) else math.nan


def check_cells(sheets: Sheets) -> Iterator[Problem]:
    """Type, presence, closed lists, limits and length of every cell."""
    for name, table in TABLES.items():
        for line, row in sheets.each(name):
            for column in table.columns:
                for problem, accepted in _cell_problems(column, row[column.name]):
                    yield _found(name, line, column.name, row[column.name], problem, accepted)


def _cell_problems(column: Column, text: str) -> Iterator[tuple[str, str]]:
    if bad := CONTROL.search(text):
        yield f"control character U+{ord(bad[0]):04X}", "printable text on one line"
    if text != text.strip():
        yield "blanks around the value", "the value alone"
    if not text:
        if column.required:
            yield "empty", ", ".join(column.vocabulary) if column.vocabulary else column.description
        return
    if column.vocabulary is not None:
        for term in text.split(";") if column.many else [text]:
            if term not in column.vocabulary:
                yield "not in the closed list", ", ".join(column.vocabulary)
    elif column.type == "boolean":
        if text not in ("true", "false"):
            yield "not a boolean", "true, false or nothing"
    elif column.type in ("number", "integer"):
        yield from _number_problems(column, text)
    if column.max_length and len(text) > column.max_length:
        yield (
            f"{len(text)} characters: looks like a sentence copied from a paper",
            f"own words, at most {column.max_length} characters",
        )


def _number_problems(column: Column, text: str) -> Iterator[tuple[str, str]]:
    unit = f" {column.unit}" if column.unit else ""
    if column.type == "integer" and not _INTEGER.fullmatch(text):
        yield "not a whole number", f"a whole number{unit}"
        return
    value = number(text)
    if math.isnan(value):
        yield "not a number", f"a number such as 0.5 or 1e-12{unit}"
    elif not ((column.low is None or value >= column.low) and (column.high is None or value <= column.high)):
        yield "outside the possible range", f"{column.low:g} to {column.high:g}{unit}"


def check_keys(sheets: Sheets) -> Iterator[Problem]:
    """Primary keys are unique; foreign keys point to a row."""
    for name, table in TABLES.items():
        first: dict[str, int] = {}
        for line, row in sheets.each(name):
            key = row[table.key]
            if key and key in first:
                yield _found(
                    name, line, table.key, key, f"key already used in line {first[key]}", "a new key"
                )
            first.setdefault(key, line)
        for column in table.columns:
            if column.references is None:
                continue
            target, target_key = column.references
            keys = {r[target_key] for r in sheets.rows[target]}
            for line, row in sheets.each(name):
                if row[column.name] and row[column.name] not in keys:
                    yield _found(
                        name,
                        line,
                        column.name,
                        row[column.name],
                        f"no such row in {target}.csv",
                        f"a {target_key} of {target}.csv",
                    )


def check_papers(sheets: Sheets) -> Iterator[Problem]:
    """DOI and URL are well formed, each paper stands once, none is reserved."""
    first: dict[str, int] = {}
    for line, row in sheets.each("papers"):
        doi, url = row["doi"], row["url"]
        if doi and not _DOI.fullmatch(doi):
            yield _found("papers", line, "doi", doi, "not a DOI", "10.NNNN/suffix without resolver")
        if url and not _URL.fullmatch(url):
            yield _found("papers", line, "url", url, "not a URL", "http:// or https:// address")
        column = "doi" if doi else "url"
        if not (doi or url):
            yield _found("papers", line, "url", "", "neither DOI nor URL", "one of them")
            continue
        if is_reserved(doi, url):
            yield _found("papers", line, column, doi or url, RESERVED_REASON, "any other paper")
        key = doi.casefold() if doi else url
        if key in first:
            yield _found(
                "papers", line, column, row[column], f"same paper as line {first[key]}", "one row per paper"
            )
        first.setdefault(key, line)
    for table in ("measurements", "benchmarks"):
        for line, row in sheets.each(table):
            if row["source_url"] and not _URL.fullmatch(row["source_url"]):
                yield _found(
                    table, line, "source_url", row["source_url"], "not a URL", "http:// or https:// address"
                )


def check_measurements(sheets: Sheets) -> Iterator[Problem]:
    """Metric, unit, definition, operator and plausibility of every value."""
    for line, row in sheets.each("measurements"):
        metric = METRICS.get(row["metric"])
        if metric is None:
            yield _found("measurements", line, "metric", row["metric"], "unknown metric", ", ".join(METRICS))
            continue
        if row["unit"] != metric.unit:
            yield _found(
                "measurements", line, "unit", row["unit"], f"wrong unit for {metric.name}", metric.unit
            )
        yield from _definition_problems(line, row, metric)
        yield from _interval_problems(line, row, "measurements", "value")
        for column in ("value", "value_high"):
            yield from _size_problems(line, row, column, metric)


def _definition_problems(line, row, metric):
    text = row["definition"]
    if metric.kinds is None:
        if text:
            yield _found(
                "measurements", line, "definition", text, f"{metric.name} has no definitions", "an empty cell"
            )
    elif text not in metric.kinds:
        yield _found(
            "measurements",
            line,
            "definition",
            text,
            f"not a definition of {metric.name}",
            ", ".join(metric.kinds),
        )


def _interval_problems(line, row, table, low_column):
    low, high = number(row[low_column]), number(row["value_high"])
    if row["operator"] == "range":
        if not row["value_high"]:
            yield _found(
                table, line, "value_high", "", "empty although the operator is range", "the upper end"
            )
        elif high <= low:
            yield _found(
                table, line, "value_high", row["value_high"], "not above value", "the upper end of the range"
            )
    elif row["value_high"]:
        yield _found(
            table,
            line,
            "value_high",
            row["value_high"],
            f"given although the operator is {row['operator']}",
            "an empty cell, or the operator range",
        )


def _size_problems(line, row, column, metric):
    text, value = row[column], number(row[column])
    if math.isnan(value):
        return
    plausible = f"{metric.low:g} to {metric.high:g} {metric.unit}: {metric.reason}"
    if metric.scale == "log10" and value <= 0:
        yield _found(
            "measurements", line, column, text, f"{metric.name} must be positive (a magnitude)", plausible
        )
        return
    if metric.integer and value != int(value):
        yield _found("measurements", line, column, text, f"{metric.name} must be a whole number", plausible)
    depression = metric.name == "ppf_index" and row["definition"] == "A2/A1" and value > 0
    if not metric.low <= value <= metric.high and not depression:
        yield _found("measurements", line, column, text, f"implausible {metric.name}", plausible, "warning")


def check_benchmarks(sheets: Sheets) -> Iterator[Problem]:
    """Accuracies look like percentages."""
    for line, row in sheets.each("benchmarks"):
        value = number(row["accuracy_percent"])
        if 0 < value <= 1:
            yield _found(
                "benchmarks",
                line,
                "accuracy_percent",
                row["accuracy_percent"],
                "looks like a fraction",
                "a percentage",
                "warning",
            )
        if row["operator"] == "range":
            yield _found(
                "benchmarks",
                line,
                "operator",
                "range",
                "an accuracy has no upper-end column",
                "=, ~, >, >=, <, <= or up to",
            )


def check_duplicates(sheets: Sheets) -> Iterator[Problem]:
    """The same value of the same device is not entered twice."""
    devices = {r["device_id"]: r for r in sheets.rows["devices"]}
    seen: dict[tuple, tuple[int, dict[str, str]]] = {}
    for line, row in sheets.each("measurements"):
        device = devices.get(row["device_id"])
        if device is None:
            continue
        key = (*(device[c] for c in _DESIGN), row["metric"], row["definition"], row["conditions"])
        if key not in seen:
            seen[key] = (line, row)
            continue
        before, other = seen[key]
        same = all(row[c] == other[c] for c in ("operator", "value", "value_high"))
        yield _found(
            "measurements",
            line,
            "value" if same else "conditions",
            row["value"] if same else row["conditions"],
            f"same device, {row['metric']}, definition and conditions as line {before}"
            + ("" if same else " with another value"),
            "one row per value" if same else "conditions that tell the two values apart",
            "error" if same else "warning",
        )


def check_connections(sheets: Sheets) -> Iterator[Problem]:
    """Every paper has a device and every device says something."""
    used = {r["paper_id"] for r in sheets.rows["devices"]}
    for line, row in sheets.each("papers"):
        if row["paper_id"] not in used:
            yield _found(
                "papers",
                line,
                "paper_id",
                row["paper_id"],
                "no device of this paper",
                "a row in devices.csv",
                "warning",
            )
    told = {r["device_id"] for t in ("measurements", "benchmarks") for r in sheets.rows[t]}
    for line, row in sheets.each("devices"):
        if row["device_id"] not in told:
            yield _found(
                "devices",
                line,
                "device_id",
                row["device_id"],
                "no value and no benchmark of this device",
                "a row in measurements.csv or benchmarks.csv",
                "warning",
            )
        low, high = number(row["wavelength_nm"]), number(row["wavelength_max_nm"])
        if row["wavelength_max_nm"] and not high > low:
            yield _found(
                "devices",
                line,
                "wavelength_max_nm",
                row["wavelength_max_nm"],
                "not above wavelength_nm",
                "the longest of several wavelengths, else empty",
            )
        if row["n_layers"] and row["dimensionality"] not in ("2D", "quasi-2D", NOT_STATED):
            yield _found(
                "devices",
                line,
                "n_layers",
                row["n_layers"],
                f"layers per slab although dimensionality is {row['dimensionality']}",
                "an empty cell, or dimensionality 2D or quasi-2D",
                "warning",
            )


def check_properties(sheets: Sheets) -> Iterator[Problem]:
    """Property, unit and plausibility of every material value."""
    for line, row in sheets.each("properties"):
        kind = PROPERTIES.get(row["property"])
        if kind is None:
            yield _found(
                "properties", line, "property", row["property"], "unknown property", ", ".join(PROPERTIES)
            )
            continue
        if row["unit"] != kind.unit:
            yield _found("properties", line, "unit", row["unit"], f"wrong unit for {kind.name}", kind.unit)
        value = number(row["value"])
        if value <= 0:
            yield _found(
                "properties",
                line,
                "value",
                row["value"],
                f"{kind.name} must be positive",
                f"{kind.low:g} to {kind.high:g} {kind.unit}",
            )
        elif not math.isnan(value) and not kind.low <= value <= kind.high:
            yield _found(
                "properties",
                line,
                "value",
                row["value"],
                f"implausible {kind.name}",
                f"{kind.low:g} to {kind.high:g} {kind.unit}",
                "warning",
            )
        if not (row["doi"] or row["url"]):
            yield _found("properties", line, "doi", "", "no source", "a DOI or a URL")
        if not (row["composition"] or row["material"]):
            yield _found(
                "properties", line, "composition", "", "no material", "a formula, or words in material"
            )


def check_compositions(sheets: Sheets) -> Iterator[Problem]:
    """Formulas parse, and agree with the lead-free flag, the dimensionality and the layers."""
    for line, row in sheets.each("devices"):
        if row["composition"]:
            yield from _composition_problems(line, row)


_OPEN_AMOUNT = re.compile(r"(?<!D)[xyz]|n[-+−]\d|δ")  # Dy is the one element symbol that ends in one of them


def is_open(formula: str) -> bool:
    """Whether a formula leaves amounts open, as in ``CsPbBrxI3-x`` or ``(PEA)2(MA)n-1PbnI3n+1``."""
    return bool(_OPEN_AMOUNT.search(formula))


def parsed_composition(row: Mapping[str, str]) -> Perovskite:
    """Parse the formula of a device's row, with its number of layers where the formula leaves n open.

    Raises
    ------
    InputError
        If the formula cannot be read.
    """
    from perovdata.chemistry import parse

    formula, layers = row["composition"], number(row["n_layers"])
    if is_open(formula) and not math.isnan(layers) and layers == int(layers):
        return parse(formula, n=int(layers))
    return parse(formula)


def _composition_problems(line: int, row: Mapping[str, str]) -> Iterator[Problem]:
    formula = row["composition"]
    try:
        parsed = parsed_composition(row)
    except InputError as error:
        if is_open(formula):
            yield _found(
                "devices",
                line,
                "composition",
                formula,
                "amounts left open: cannot train a composition model",
                "a formula with numbers, if the source gives them",
                "warning",
            )
        else:
            yield _found(
                "devices",
                line,
                "composition",
                formula,
                f"does not parse ({error})",
                "a halide formula such as CsPbBr3 or (PEA)2PbI4",
            )
        return
    stated = row["lead_free"]
    if stated in ("true", "false") and (stated == "true") != bool(parsed.lead_free):
        yield _found(
            "devices", line, "lead_free", stated, f"{formula} says otherwise", str(parsed.lead_free).lower()
        )
    stated = row["dimensionality"]
    explained = "dimensionality" in row["design_notes"]
    if parsed.dimensionality and known(stated) and stated != parsed.dimensionality and not explained:
        yield _found(
            "devices",
            line,
            "dimensionality",
            stated,
            f"{formula} by its stoichiometry is {parsed.dimensionality}",
            f"{parsed.dimensionality}, or a word on the dimensionality in design_notes",
            "error" if {stated, parsed.dimensionality} == {"2D", "3D"} else "warning",
        )


ALL_CHECKS = (
    check_cells,
    check_keys,
    check_papers,
    check_measurements,
    check_benchmarks,
    check_duplicates,
    check_connections,
    check_properties,
    check_compositions,
)
