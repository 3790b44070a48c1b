"""The checks of form: cells, keys, papers, and rows that belong together.

Every check takes all tables (:class:`~perovdata.dataset.check.rows.Sheets`) and yields findings, so the
same checks run on files and on tables that are about to be written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from perovdata.dataset.check.problems import Problem
from perovdata.dataset.check.rows import Entry, Sheets, number
from perovdata.dataset.schema.reserved import RESERVED_REASON, is_reserved
from perovdata.dataset.schema.schema import TABLES, Column
from perovdata.dataset.schema.vocabularies import NOT_STATED
from perovdata.text import CONTROL

_INTEGER = re.compile(r"[+-]?\d+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_URL = re.compile(r"https?://[^\s/]+\S*")


def check_cells(sheets: Sheets) -> Iterator[Problem]:
    """Type, presence, closed lists, limits and length of every cell."""
    for name, table in TABLES.items():
        for entry in sheets.each(name):
            for column in table.columns:
                for problem, accepted in _cell_problems(column, entry[column.name]):
                    yield entry.problem(column.name, problem, accepted)


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
        for entry in sheets.each(name):
            key = entry[table.key]
            if key and key in first:
                yield entry.problem(table.key, f"key already used in line {first[key]}", "a new key")
            first.setdefault(key, entry.line)
        for column in table.columns:
            if column.references is None:
                continue
            target, target_key = column.references
            keys = {r[target_key] for r in sheets.rows[target]}
            for entry in sheets.each(name):
                if entry[column.name] and entry[column.name] not in keys:
                    yield entry.problem(
                        column.name, f"no such row in {target}.csv", f"a {target_key} of {target}.csv"
                    )


def check_papers(sheets: Sheets) -> Iterator[Problem]:
    """Each paper stands once."""
    first: dict[str, int] = {}
    titles: dict[str, int] = {}
    for entry in sheets.each("papers"):
        column = "doi" if entry["doi"] else "url"
        key = entry["doi"].casefold() or entry["url"]
        if key and key in first:
            yield entry.problem(column, f"same paper as line {first[key]}", "one row per paper")
        first.setdefault(key, entry.line)
        title = re.sub(r"\W", "", entry["title"]).casefold()
        if title and title in titles:
            yield entry.warning("title", f"same title as line {titles[title]}", "one row per paper")
        titles.setdefault(title, entry.line)


def check_sources(sheets: Sheets) -> Iterator[Problem]:
    """DOI and URL are there and well formed wherever a source is given; no source is reserved."""
    for table in ("papers", "background", "properties", "bandgaps", "absorption"):
        for entry in sheets.each(table):
            if entry["doi"] and not _DOI.fullmatch(entry["doi"]):
                yield entry.problem("doi", "not a DOI", "10.NNNN/suffix without resolver")
    for table in ("papers", "background", "properties"):
        for entry in sheets.each(table):
            doi, url = entry["doi"], entry["url"]
            if (
                url and table != "properties" and not _URL.fullmatch(url)
            ):  # a repository's file is a source too
                yield entry.problem("url", "not a URL", "http:// or https:// address")
            if not (doi or url):
                yield entry.problem("url", "neither DOI nor URL", "one of them")
            elif is_reserved(doi, url):
                yield entry.problem("doi" if doi else "url", RESERVED_REASON, "any other paper")
    for table in ("measurements", "benchmarks"):
        for entry in sheets.each(table):
            if entry["source_url"] and not _URL.fullmatch(entry["source_url"]):
                yield entry.problem("source_url", "not a URL", "http:// or https:// address")


def check_connections(sheets: Sheets) -> Iterator[Problem]:
    """Every paper has a device, every device says something, and its columns fit together."""
    used = {r["paper_id"] for r in sheets.rows["devices"]}
    for entry in sheets.each("papers"):
        if entry["paper_id"] not in used:
            yield entry.warning("paper_id", "no device of this paper", "a row in devices.csv")
    told = {r["device_id"] for t in ("measurements", "benchmarks") for r in sheets.rows[t]}
    for entry in sheets.each("devices"):
        if entry["device_id"] not in told:
            yield entry.warning(
                "device_id",
                "no value and no benchmark of this device",
                "a row in measurements.csv or benchmarks.csv",
            )
        yield from _device_problems(entry)


def _device_problems(entry: Entry) -> Iterator[Problem]:
    if entry["wavelength_max_nm"] and not entry.number("wavelength_max_nm") > entry.number("wavelength_nm"):
        yield entry.problem(
            "wavelength_max_nm", "not above wavelength_nm", "the longest of several, else empty"
        )
    lattice = entry["dimensionality"]
    if entry["n_layers"] and lattice not in ("2D", "quasi-2D", NOT_STATED):
        yield entry.warning(
            "n_layers",
            f"layers per slab although dimensionality is {lattice}",
            "an empty cell, or dimensionality 2D or quasi-2D",
        )
