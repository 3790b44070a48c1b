"""Charts of the page that answer to the reader: the data of the explorer, and Vega-Lite specifications."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from perovdata.dataset import METRICS
from perovdata.dataset.load import doi_link
from perovdata.materials import hidden_absorption
from perovdata.report.style import FAMILY_COLOURS, axis_label

_STEP_NM = 4.0


def explorer_data(table: pd.DataFrame) -> dict[str, Any]:
    """Devices with their metrics, for the explorer of the dataset.

    Parameters
    ----------
    table : DataFrame
        Wide form of :func:`perovdata.load_synapses`.

    Returns
    -------
    dict
        ``axes``: name, label with unit and whether the scale is logarithmic, of every metric that at least
        three devices state. ``devices``: one each, with ``values`` by metric and ``bounds`` where a value is
        one. ``families``: their colours.
    """
    kept = [name for name in METRICS if name in table and table[name].count() >= 3]
    axes = [{"name": "year", "label": "year of publication", "log": False}]
    axes += [
        {"name": name, "label": axis_label(name), "log": METRICS[name].scale == "log10"}
        for name in sorted(kept, key=lambda name: -table[name].count())
    ]
    devices = [_device(row, kept) for row in table.to_dict("records")]
    return {"axes": axes, "devices": devices, "families": FAMILY_COLOURS}


def _device(row: dict[Any, Any], metrics: list[str]) -> dict[str, Any]:
    stated = [name for name in metrics if not _empty(row[name])]
    year = None if _empty(row["year"]) else int(row["year"])
    doi = None if _empty(row["doi"]) else row["doi"]
    return {
        "id": row["device_id"],
        "composition": _text(row["composition"]),
        "family": _text(row["family"]),
        "stimulus": _text(row["stimulus"]),
        "paper": ", ".join(str(part) for part in (row["first_author"], year, doi) if not _empty(part)),
        "link": doi_link({"doi": doi, "url": row["url"]}),
        "year": year,
        "values": {name: float(row[name]) for name in stated},
        "bounds": {n: row[f"{n}_bound"] for n in stated if row[f"{n}_bound"] not in ("exact", None)},
    }


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _text(value: object) -> str:
    return "not stated" if _empty(value) else str(value)


def gap_chart(parity: pd.DataFrame) -> dict[str, Any]:
    """Predicted against measured gap, with a selector of what was hidden.

    Parameters
    ----------
    parity : DataFrame
        ``parity.csv`` of the stage ``bandgap``.
    """
    import altair as alt

    questions = list(dict.fromkeys(parity["question"]))
    hidden = alt.param(
        name="hidden", value=questions[0], bind=alt.binding_select(options=questions, name="hidden: ")
    )
    shown = [name for name in parity if name != "high_eV" and name != "low_eV"]
    ends = [float(parity["measured_eV"].min()) - 0.1, float(parity["measured_eV"].max()) + 0.1]
    base = alt.Chart(parity).transform_filter("datum.question == hidden")
    x = alt.X("measured_eV:Q", title="measured gap (eV)", scale=alt.Scale(domain=ends))
    bars = base.mark_rule(opacity=0.35).encode(x=x, y="low_eV:Q", y2="high_eV:Q")
    dots = base.mark_point(filled=True, size=30).encode(
        x=x,
        y=alt.Y("predicted_eV:Q", title="predicted gap (eV)", scale=alt.Scale(domain=ends, zero=False)),
        tooltip=shown,
    )
    line = alt.Chart(pd.DataFrame({"measured_eV": ends, "predicted_eV": ends})).mark_line(strokeWidth=1)
    same = line.encode(x="measured_eV:Q", y="predicted_eV:Q")
    return _spec(alt.layer(bars, dots, same).add_params(hidden))


def spectra_chart() -> dict[str, Any]:
    """Measured absorption of a material and what the law says of it that never saw it, with a selector."""
    import altair as alt

    rows = []
    for one in hidden_absorption():
        formula, spectrum = one.spectrum.perovskite.formula, one.spectrum
        fine = np.arange(380.0, 821.0, _STEP_NM)
        for kind, wavelengths, values in (
            ("measured", spectrum.wavelength, spectrum.absorption),
            ("predicted, material hidden", fine, one.at(fine)),
        ):
            rows += [
                {"material": formula, "kind": kind, "nm": round(float(w), 1), "per_cm": float(f"{v:.3g}")}
                for w, v in zip(wavelengths, values, strict=True)
            ]
    names = sorted({str(row["material"]) for row in rows})
    chosen = alt.param(
        name="material", value=names[0], bind=alt.binding_select(options=names, name="material: ")
    )
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .transform_filter("datum.material == material")
        .mark_point(filled=True, size=18)
        .encode(
            x=alt.X("nm:Q", title="wavelength (nm)", scale=alt.Scale(domain=[380, 820])),
            y=alt.Y("per_cm:Q", title="absorption coefficient (1/cm)", axis=alt.Axis(format="~e")),
            color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="top")),
            shape=alt.Shape("kind:N", title=None),
            tooltip=["material", "kind", "nm", "per_cm"],
        )
    )
    return _spec(chart.add_params(chosen))


def _spec(chart: Any) -> dict[str, Any]:
    """The specification, as wide as its place on the page allows."""
    return chart.properties(width="container", height=320).to_dict()
