"""The part of the report on one design: its metrics, its worth, what the array saw, what limits it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from perovdata.dataset import METRICS
from perovdata.dataset.load import doi_link
from perovdata.dataset.schema import in_words
from perovdata.devices import RENAMED, worded
from perovdata.materials import Gap
from perovdata.report import simulation_figures
from perovdata.report.page import Column, Section
from perovdata.report.style import for_any_page
from perovdata.units import number, quantity, span, with_error


def median_told(result: dict[str, Any]) -> str:
    """The median accuracy of a simulation with its standard error."""
    return with_error(result["accuracy"]["median"], result["accuracy"]["standard_error"], "%")


def fields_of(result: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a simulation, without the former names that stand there for scripts."""
    return {name: p for name, p in result["parameters"].items() if name not in RENAMED}


def worked_section(
    worked: dict[str, Any], simulations: dict[str, dict[str, Any]], limits: list[dict[str, Any]]
) -> Section:
    """What to expect of a design and what it is worth.

    Parameters
    ----------
    worked : dict
        ``prediction.json`` of the stage ``predict``.
    simulations : dict of str to dict
        ``simulation.json``: task to result.
    limits : list of dict
        ``limits.json``: gain in accuracy of each effect.
    """
    section = Section("worked", "One design, from composition to accuracy")
    design = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in worked["design"].items() if v)
    section.text(f"The question: what should one expect of this device, and what is it worth? {design}.")
    section.heading("What to expect")
    section.table(
        [
            Column("metric"),
            Column("median", number=True),
            Column("90 % interval", number=True),
            Column("papers", number=True),
            Column("rests on"),
        ],
        [*_gap_rows(worked["properties"]), *_prediction_rows(worked["predictions"])],
    )
    ranges = [
        f"{METRICS[metric].label} {_ends(p['reported_range'], p['unit'])}"
        for metric, p in worked["predictions"].items()
        if p["interval"] is None and p["n_papers"] > 1
    ]
    section.text(f"Too few papers for any prediction, so only what was reported: {'; '.join(ranges)}.")
    far = worked["applicability"]["extrapolating"]
    section.text(
        "This design lies outside what has been reported: the prediction extrapolates."
        if far
        else "This design lies within the reach of what has been reported."
    )
    section.heading("Nearest reported devices")
    section.table(
        [Column("device"), Column("composition"), Column("distance", number=True), Column("source")],
        [
            [n["device_id"], n["composition"] or "not stated", number(n["distance"]), _link(n)]
            for n in worked["nearest"][:5]
        ],
    )
    section.heading("What it is worth")
    section.figure(
        for_any_page(simulation_figures.accuracy_figure, simulations),
        "Each count is one device drawn from the prediction, run through the whole task. The spread is what "
        "is not known about the device; the dashed line is the same network in floating point.",
    )
    for task, result in simulations.items():
        low, high = result["accuracy"]["interval"]
        energy = result["energy_per_image_J"]
        told = "not known" if energy is None else quantity(energy, "J")
        section.text(
            f"{task}: median accuracy {median_told(result)}, "
            f"90 % interval {low:.1f} to {high:.1f} %, "
            f"floating point {result['ceiling']:.1f} %, median energy per image {told}. "
            f"{result['verdict']['text']}"
        )
    _add_seen(section, simulations)
    section.heading("What is measured, predicted, typical or assumed")
    result = next(iter(simulations.values()))
    section.table(
        [
            Column("parameter"),
            Column("median", number=True),
            Column("90 % interval", number=True),
            Column("origin", chip=True),
            Column("from"),
        ],
        [
            [
                worded(name),
                quantity(p["median"], p["unit"]),
                "one value" if p["interval"][0] == p["interval"][1] else _ends(p["interval"], p["unit"]),
                p["origin"],
                in_words(_reason(p)),
            ]
            for name, p in fields_of(result).items()
        ],
    )
    section.heading("What limits it")
    section.figure(
        for_any_page(simulation_figures.limits_figure, limits),
        "Gain in accuracy if one effect alone became ideal. Measure or improve the upper ones first.",
    )
    return section


def _add_seen(section: Section, simulations: dict[str, dict[str, Any]]) -> None:
    """What sensor and arrays made of the pictures, and where the network errs."""
    section.heading("What the array saw")
    for task, result in simulations.items():
        if result["pictures"]:
            weights = any(np.min(row) < 0 for row in result["pictures"].values())
            section.pictures(
                result["pictures"],
                f"{task}: the run's own first pictures, for the first device drawn."
                + (" Weights: blue below zero, red above." if weights else ""),
            )
    task, result = next(iter(simulations.items()))
    counts = pd.DataFrame(result["confusion"], index=result["classes"], columns=result["classes"])
    section.matrix(
        100 * counts.div(counts.sum(axis=1), axis=0),
        f"{task}: per shown digit (rows) what the devices drawn named (columns), in percent of all of them.",
    )


def _reason(parameter: dict[str, Any]) -> str:
    """Where a parameter comes from, without the one value that stands in the row already."""
    detail: str = parameter["detail"]
    low, high = parameter["interval"]
    return re.sub(r"^[\d.e+-]+: ", "", detail) if low == high else detail


_RESTS_ON = {"known": 0, "model": 1, "baseline": 2, "population": 3}


def _gap_rows(properties: dict[str, dict[str, Any]]) -> list[list[Any]]:
    """The band gap and its wavelength, which the composition itself tells."""
    gaps = {"Band gap": properties["bandgap"], "Cutoff": properties["cutoff_wavelength"]}
    return [
        [label, *Gap(**gap).told(), "", gap["origin"]]
        for label, gap in gaps.items()
        if gap["origin"] != "missing"
    ]


def _prediction_rows(predictions: dict[str, dict[str, Any]]) -> list[list[Any]]:
    """Predicted metrics, the best founded first."""
    told = {metric: p for metric, p in predictions.items() if p["interval"] is not None}
    order = sorted(told, key=lambda metric: (_RESTS_ON[told[metric]["kind"]], -told[metric]["n_papers"]))
    rows = []
    for metric in order:
        p = told[metric]
        sign = "" if p["at_least"] is None else "≥ "
        median = sign + quantity(p["median"], p["unit"])
        rows.append(
            [METRICS[metric].label, median, _ends(p["interval"], p["unit"]), p["n_papers"], _rests_on(p)]
        )
    return rows


def _ends(interval: list[float], unit: str) -> str:
    low, high = interval
    return span(low, high, unit)


def _rests_on(prediction: dict[str, Any]) -> str:
    if prediction["kind"] == "known":
        return "given"
    if prediction["kind"] == "model":
        return f"model: {prediction['model']}"
    if prediction["kind"] == "baseline":
        return f"baseline ({prediction['model']}): no model beats it"
    return "all reported devices: too few papers for a model"


def _link(row: dict[str, Any]) -> Any:
    return {"href": doi_link(row), "text": row.get("doi") or "page read"}
