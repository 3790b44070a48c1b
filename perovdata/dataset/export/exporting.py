"""The tables in other formats."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from perovdata.dataset.add.read import FLAT_COLUMNS
from perovdata.dataset.check.csv_lines import Rows, read_tables, render
from perovdata.dataset.export.descriptors import croissant, datapackage, dictionary
from perovdata.dataset.load.synapses import load_synapses
from perovdata.dataset.schema.schema import TABLES, Column
from perovdata.dataset.schema.vocabularies import NOT_STATED
from perovdata.errors import InputError, unknown_choice
from perovdata.files import tables_dir, write_atomic
from perovdata.text import spreadsheet_text

_LOG = logging.getLogger(__name__)


def export(format: str, output: str | Path) -> Path:
    """Write the shipped tables in another format.

    Parameters
    ----------
    format : str
        ``parquet`` and ``csv``: one row per value with its device and paper; ``jsonl``: one record per
        device, as ``perovdata dataset add`` reads it; ``frictionless``, ``croissant``: the descriptor of
        the tables; ``dictionary``: the data dictionary page.
    output : path-like
        File to write.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        For an unknown format, or an output that is a folder.
    """
    if format not in FORMATS:
        raise unknown_choice("argument format", format, FORMATS)
    output = Path(output)
    if output.is_dir():
        raise InputError(f"argument output: '{output}' is a folder; a file name is needed")
    write_atomic(output, FORMATS[format]())
    return output


def _parquet() -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = load_synapses()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    units = json.dumps(frame.attrs["units"], sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"units": units})
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _csv() -> str:
    """One row per value; text that a spreadsheet would run as a formula gets an apostrophe, which is told."""
    frame = load_synapses()
    changed = 0
    for name in frame.select_dtypes("object"):
        cells = frame[name].tolist()
        safe = [spreadsheet_text(cell) if isinstance(cell, str) else cell for cell in cells]
        changed += sum(a is not b and a != b for a, b in zip(cells, safe, strict=True))
        frame[name] = safe
    if changed:
        _LOG.warning("%d cells begin like a spreadsheet formula: an apostrophe was put before them", changed)
    return frame.to_csv(index=False, lineterminator="\n")


def _jsonl() -> str:
    rows, _, _ = read_tables(tables_dir())
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records(rows))


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[], str | bytes]] = {
    "parquet": _parquet,
    "csv": _csv,
    "jsonl": _jsonl,
    "frictionless": lambda: _json(datapackage()),
    "croissant": lambda: _json(croissant(tables_dir())),
    "dictionary": dictionary,
}


def records(tables: Mapping[str, Rows]) -> list[dict[str, Any]]:
    """The tables as records in the form that ``perovdata dataset add`` reads, one per device.

    Parameters
    ----------
    tables : mapping of str to list of dict
        Rows per table.
    """
    papers = {r["paper_id"]: r for r in tables["papers"]}
    values: dict[str, defaultdict[str, list[dict[str, str]]]] = {
        name: defaultdict(list) for name in ("measurements", "benchmarks")
    }
    for name, by_device in values.items():
        for row in tables[name]:
            by_device[row["device_id"]].append(_filled(name, row, ("device_id",)))
    out = []
    for device in tables["devices"]:
        design = _filled("devices", device, ("device_id", "paper_id"))
        record = {
            "record_id": device["device_id"],
            "paper": _filled("papers", papers[device["paper_id"]], ()),
            "source_kind": design.pop("source_kind"),
            "applications": design.pop("applications", None),
            "notes": design.pop("notes", None),
            "design": design,
            **{name: by_device[device["device_id"]] for name, by_device in values.items()},
        }
        out.append({k: v for k, v in record.items() if v})
    return out


def _filled(name: str, row: Mapping[str, str], left_out: tuple[str, ...]) -> dict[str, Any]:
    """The non-empty cells of a row with their JSON types, without its key."""
    table = TABLES[name]
    return {
        c.name: _typed(c, row[c.name])
        for c in table.columns
        if c.name != table.key and c.name not in left_out and row[c.name] and row[c.name] != NOT_STATED
    }


def _typed(column: Column, text: str) -> Any:
    if column.type == "boolean":
        return text == "true"
    if column.type in ("number", "integer"):
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    return text.split(";") if column.many else text


_EXAMPLE = {
    "record": "1",
    "doi": "10.0000/example",
    "url": "https://example.org/paper",
    "title": "Title of the paper",
    "year": "2026",
    "journal": "Journal",
    "first_author": "Given Family",
    "source_kind": "fulltext",
    "composition": "CsPbBr3",
    "dimensionality": "3D",
    "morphology": "nanocrystal",
    "device_type": "2T-memristor",
    "geometry": "vertical",
    "stack": "ITO/CsPbBr3/Ag",
    "stimulus": "electrical",
    "lead_free": "false",
    "metric": "retention",
    "operator": ">=",
    "value": "1e4",
    "unit": "s",
    "definition": "measured",
    "conditions": "read at 0.1 V",
}


def template() -> str:
    """An empty flat CSV for ``perovdata dataset add``, with one example row to be deleted."""
    return render([{c: _EXAMPLE.get(c, "") for c in FLAT_COLUMNS}], FLAT_COLUMNS)
