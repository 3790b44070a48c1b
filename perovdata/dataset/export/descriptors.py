"""Descriptions of the tables for other programs and for people, all generated from the schema."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perovdata.dataset.schema.metrics import METRICS, PROPERTIES, Metric
from perovdata.dataset.schema.schema import TABLES, VERSION, Column, Table
from perovdata.dataset.schema.vocabularies import VOCABULARIES

_DATE = "2026-11-24"
_NAME = "perovdata-synapses"
_TITLE = "Halide-perovskite synaptic devices"
_DESCRIPTION = (
    "Reported synaptic and memory devices of halide perovskites: one row per value, each with its "
    "operator, unit, definition, conditions and source; reported vision benchmarks; A-site ions and "
    "material properties."
)
_LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_CREATOR = "The perovdata developers"
_CITATION = f"{_CREATOR} (2026). {_TITLE}, perovdata tables, version {VERSION}."
_KEYWORDS = ["halide perovskite", "artificial synapse", "memristor", "neuromorphic vision"]


def _constraints(column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if column.required:
        out["required"] = True
    if column.vocabulary is not None and not column.many:
        out["enum"] = list(column.vocabulary)
    if column.vocabulary is not None and column.many:
        terms = "|".join(column.vocabulary)
        out["pattern"] = f"({terms})(;({terms}))*"
    if column.low is not None:
        out["minimum"] = column.low
    if column.high is not None:
        out["maximum"] = column.high
    if column.max_length is not None:
        out["maxLength"] = column.max_length
    return out


def _field(table: Table, column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.description}
    if column.unit:
        out["unit"] = column.unit
    if column.type == "boolean":
        out["trueValues"], out["falseValues"] = ["true"], ["false"]
    constraints = _constraints(column)
    if column.name == table.key:
        constraints["unique"] = True
    if column.name == "metric":
        constraints["enum"] = list(METRICS)
    if column.name == "property":
        constraints["enum"] = list(PROPERTIES)
    if constraints:
        out["constraints"] = constraints
    return out


def _described(table: Table) -> str:
    """What a table holds and, for one that was taken over as a whole, where it comes from."""
    return f"{table.description} {table.origin}".rstrip()


def datapackage() -> dict[str, Any]:
    """The Frictionless data package descriptor (paths relative to the folder ``data``)."""
    resources = []
    for table in TABLES.values():
        schema: dict[str, Any] = {
            "fields": [_field(table, c) for c in table.columns],
            "primaryKey": [table.key],
            "missingValues": [""],
        }
        keys = [
            {"fields": [c.name], "reference": {"resource": c.references[0], "fields": [c.references[1]]}}
            for c in table.columns
            if c.references
        ]
        if keys:
            schema["foreignKeys"] = keys
        resources.append({
            "name": table.name,
            "type": "table",
            "path": f"tables/{table.name}.csv",
            "scheme": "file",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "description": _described(table),
            "schema": schema,
            **({"sources": [{"title": doi, "path": f"https://doi.org/{doi}"} for doi in table.cite]}
               if table.cite else {}),
        })  # fmt: skip
    return {
        "name": _NAME,
        "title": _TITLE,
        "description": _DESCRIPTION,
        "version": VERSION,
        "created": f"{_DATE}T00:00:00Z",
        "licenses": [_LICENCE],
        "contributors": [{"title": _CREATOR, "role": "author"}],
        "keywords": _KEYWORDS,
        "resources": resources,
    }


# The context that the Croissant 1.0 specification prescribes: its own terms under the prefix cr.
_CROISSANT_TERMS = [
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet",
    "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
    "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField",
    "transform",
]  # fmt: skip
_CROISSANT_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in _CROISSANT_TERMS},
}
_CROISSANT_TYPES = {
    "string": "sc:Text",
    "number": "sc:Float",
    "integer": "sc:Integer",
    "boolean": "sc:Boolean",
}


def croissant(folder: Path) -> dict[str, Any]:
    """The Croissant descriptor (ML Commons, version 1.0) of the tables in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the CSV files, for their checksums.
    """
    files = []
    records = []
    for table in TABLES.values():
        name = f"{table.name}.csv"
        files.append({
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "description": _described(table),
            "contentUrl": f"tables/{name}",
            "encodingFormat": "text/csv",
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
        })  # fmt: skip
        records.append({
            "@type": "cr:RecordSet",
            "@id": table.name,
            "name": table.name,
            "description": table.description,
            "key": {"@id": f"{table.name}/{table.key}"},
            "field": [_croissant_field(table, c) for c in table.columns],
        })  # fmt: skip
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _NAME,
        "description": _DESCRIPTION,
        "license": _LICENCE["path"],
        "version": "2026.11.0",
        "datePublished": _DATE,
        "creator": {"@type": "sc:Organization", "name": _CREATOR},
        "keywords": _KEYWORDS,
        "citeAs": _CITATION,
        "isLiveDataset": False,
        "distribution": files,
        "recordSet": records,
    }


def _croissant_field(table: Table, column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description + (f" Unit: {column.unit}." if column.unit else ""),
        "dataType": _CROISSANT_TYPES[column.type],
        "source": {"fileObject": {"@id": f"{table.name}.csv"}, "extract": {"column": column.name}},
    }
    if column.references:
        out["references"] = {"field": {"@id": "/".join(column.references)}}
    return out


def dictionary() -> str:
    """The data dictionary as a Markdown page."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the schema by `perovdata dataset export --format dictionary`; do not edit by hand.",
        "An empty cell is missing; `not stated` says that the source read does not tell.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}.csv", "", _described(table), ""]
        lines += _markdown_table(
            ("column", "type", "unit", "meaning"), [_column_cells(table, c) for c in table.columns]
        )
    lines += [
        "",
        "## Metrics",
        "",
        "Column `metric` of measurements.csv. Outside the plausible range the validator warns.",
        "`lower bound`: a plain `=` mostly tells how far the authors went, so models take it as a bound.",
        "",
    ]
    header = ("metric", "unit", "scale for models", "definition", "told apart", "plausible", "why")
    lines += _markdown_table(header, [_metric_cells(m) for m in METRICS.values()])
    lines += ["", "## Material properties", ""]
    rows = [(f"`{p.name}`", p.unit, p.definition, f"{p.low:g} to {p.high:g}") for p in PROPERTIES.values()]
    lines += _markdown_table(("property", "unit", "definition", "plausible"), rows)
    lines += ["", "## Closed lists"]
    for v in VOCABULARIES.values():
        lines += ["", f"### {v.name}", "", v.description, ""]
        lines += _markdown_table(("term", "meaning"), [(f"`{t}`", m) for t, m in v.terms.items()])
    return "\n".join(lines) + "\n"


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def _column_cells(table: Table, column: Column) -> tuple[str, ...]:
    kind = column.type + (", required" if column.required else "")
    if column.name == table.key:
        kind += ", key"
    if column.references:
        kind += f", key of {column.references[0]}"
    meaning = column.description
    if column.vocabulary is not None:
        meaning += f" One of the list [{column.vocabulary.name}](#{column.vocabulary.name})."
    return f"`{column.name}`", kind, column.unit or "", meaning


def _metric_cells(metric: Metric) -> tuple[str, ...]:
    scale = metric.scale + (", lower bound" if metric.censored else "")
    kinds = f"[{metric.kinds.name}](#{metric.kinds.name})" if metric.kinds else ""
    plausible = f"{metric.low:g} to {metric.high:g}"
    return f"`{metric.name}`", metric.unit, scale, metric.definition, kinds, plausible, metric.reason
