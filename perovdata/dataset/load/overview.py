"""What the tables hold, for people: counts per family and metric, and the devices of a composition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perovdata.dataset.check.compositions import parsed_composition
from perovdata.dataset.load.synapses import FAMILIES, load_benchmarks, load_synapses
from perovdata.dataset.load.typed_tables import load_tables, row_dicts
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import TABLES, VERSION
from perovdata.errors import InputError


def doi_link(row: Mapping[str, Any]) -> str:
    """Address of a row's paper: the DOI's if there is one, else the page that was read."""
    return f"https://doi.org/{row['doi']}" if row.get("doi") else row["url"]


def info() -> dict[str, Any]:
    """Counts of the shipped tables.

    Returns
    -------
    dict
        ``version``; ``rows`` per table; ``papers``, ``devices``, ``values``; ``years`` (first and last);
        ``families``: devices and papers per family (``unclassified`` where the facts do not tell);
        ``metrics``: per metric the values per family, in all, the papers and the share that are bounds;
        ``sources``: values per kind of source.
    """

    tables = load_tables()
    values = load_synapses()
    devices = load_synapses(wide=True)
    columns = (*FAMILIES, "unclassified")
    values = values.assign(family=values["family"].fillna("unclassified"))
    devices = devices.assign(family=devices["family"].fillna("unclassified"))
    metrics = []
    for name, metric in METRICS.items():
        part = values[values["metric"] == name]
        if part.empty:
            continue
        counts = part["family"].value_counts()
        metrics.append({
            "metric": name,
            "unit": metric.unit,
            **{family: int(counts.get(family, 0)) for family in columns},
            "values": len(part),
            "papers": int(part["paper_id"].nunique()),
            "bounds": int((part["bound_for_models"] != "exact").sum()),
        })  # fmt: skip
    years = tables.papers["year"].dropna()
    return {
        "version": VERSION,
        "rows": {name: len(frame) for name, frame in vars(tables).items()},
        "papers": len(tables.papers),
        "devices": len(tables.devices),
        "values": len(tables.measurements),
        "years": [int(years.min()), int(years.max())] if len(years) else None,
        "families": {
            family: {"devices": len(part), "papers": int(part["paper_id"].nunique())}
            for family in columns
            if len(part := devices[devices["family"] == family])
        },
        "metrics": metrics,
        "sources": {str(k): int(v) for k, v in values["source_kind"].value_counts().items()},
    }


def show(formula: str) -> list[dict[str, Any]]:
    """All devices of a composition with their values and links.

    Parameters
    ----------
    formula : str
        Any way of writing the composition; ``CH3NH3PbI3`` finds ``MAPbI3``. A formula that stands
        literally in the tables is found even if its amounts are open.

    Returns
    -------
    list of dict
        Per device: the stated design, its values as text, its benchmarks, the DOI link.

    Raises
    ------
    InputError
        If the formula neither parses nor stands in the tables, or no device has it.
    """
    devices = load_synapses(wide=True)
    wanted = _identity(formula)
    names = [c for c in devices["composition"].dropna().unique() if c == formula]
    if wanted is None and not names:
        from perovdata.chemistry import parse

        parse(formula)  # raises with the token that cannot be read
    names += [c for c in devices["composition"].dropna().unique() if wanted and _identity(c) == wanted]
    found = devices[devices["composition"].isin(names)]
    if found.empty:
        raise InputError(
            f"composition '{formula}': no device in the tables; 'perovdata dataset info' lists what there is"
        )
    values, claims = load_synapses(), load_benchmarks()
    design = [c for c in devices.columns if c not in METRICS and not c.endswith("_bound")]
    return [
        {
            **{k: v for k, v in row.items() if k in design and _given(v)},
            "link": doi_link({k: v if _given(v) else None for k, v in row.items()}),
            "values": [_value_text(v) for v in row_dicts(values[values["device_id"] == row["device_id"]])],
            "benchmarks": [
                f"{c['dataset'] or c['task']}: {c['operator']} {c['accuracy_percent']:g} %"
                for c in row_dicts(claims[claims["device_id"] == row["device_id"]])
            ],
        }
        for row in row_dicts(found)
    ]


def _given(value: Any) -> bool:
    import pandas as pd

    return value is not None and not pd.isna(value)


def _value_text(row: Mapping[str, Any]) -> str:
    """One value as a person writes it, e.g. ``retention >= 1e+04 s (measured; in air)``."""
    upper = f" to {row['value_high']:g}" if _given(row["value_high"]) else ""
    operator = "" if row["operator"] in ("=", "range") else f"{row['operator']} "
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    remarks = "; ".join(
        str(r) for r in (row["definition"], row["conditions"]) if _given(r) and r != "not stated"
    )
    return f"{row['metric']} {operator}{row['value']:g}{upper}{unit}" + (f" ({remarks})" if remarks else "")


def _identity(formula: str) -> tuple | None:
    """What makes two formulas the same material; None if the formula does not parse."""
    try:
        parsed = parsed_composition({"composition": formula, "n_layers": ""})
    except InputError:
        return None
    return parsed.composition.reduced_formula, tuple(sorted(parsed.dopants))


def sources(device_ids: list[str] | None = None) -> list[dict[str, Any]]:
    """Papers behind the rows of some devices (all by default), for a reference list.

    Returns
    -------
    list of dict
        paper_id, first_author, year, title, journal, doi, url and the devices taken from it.

    Raises
    ------
    InputError
        For a device that is not in the tables.
    """
    tables = load_tables()
    devices = tables.devices
    if device_ids is not None:
        for device in device_ids:
            if device not in set(devices["device_id"]):
                raise InputError(f"device '{device}': not in devices.csv; d0001 and the like are accepted")
        devices = devices[devices["device_id"].isin(device_ids)]
    ids = devices.groupby("paper_id")["device_id"].apply(list)
    papers = tables.papers[tables.papers["paper_id"].isin(ids.index)]
    return [
        {**{k: (v if _given(v) else None) for k, v in row.items()}, "devices": ids[row["paper_id"]]}
        for row in row_dicts(papers)
    ]


def material_sources() -> list[dict[str, Any]]:
    """Sources of the material tables: the band-gap database, the papers of the spectra and of the properties.

    Returns
    -------
    list of dict
        table, doi, url, origin (terms of a table that was taken over as a whole) and the number of rows.
    """
    tables = load_tables()
    out = []
    for name in ("bandgaps", "absorption", "properties"):
        frame = getattr(tables, name)
        pages = frame["url"] if "url" in frame else frame["doi"].map(lambda doi: f"https://doi.org/{doi}")
        keys = frame["doi"].fillna(pages)
        for _, rows in frame.assign(url=pages).groupby(keys, sort=False):
            first = rows.iloc[0]
            out.append(
                {
                    "table": name,
                    "doi": first["doi"] if _given(first["doi"]) else None,
                    "url": first["url"] if _given(first["url"]) else None,
                    "origin": TABLES[name].origin or None,
                    "rows": len(rows),
                }
            )
    return out
