"""The report: reads what the pipeline derived, draws the figures, writes one HTML file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perovdata.dataset import METRICS, info, load_synapses
from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.report import dataset_figures, model_figures, simulation_figures
from perovdata.report.charts import explorer_data
from perovdata.report.comparison_figure import draw_comparison
from perovdata.report.gap_part import gap_section
from perovdata.report.page import Column, Page, Section
from perovdata.report.style import figure_style, for_any_page
from perovdata.report.worked_part import fields_of, median_told, worked_section

_SHOWN = ["on_off_ratio", "endurance", "retention", "operating_voltage", "energy_per_event", "n_states"]


@dataclass(frozen=True)
class Derived:
    """What the stages before the report wrote."""

    evaluation: dict[str, pd.DataFrame]
    leakage: dict[str, float]
    worked: dict[str, Any]
    simulations: dict[str, dict[str, Any]]
    leaderboard: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    gap: dict[str, Any]
    gap_tables: dict[str, pd.DataFrame]
    comparison: dict[str, Any]


def read_derived(folder: Path) -> Derived:
    """Read the outputs of the pipeline.

    Parameters
    ----------
    folder : path
        ``data/derived`` of a checkout in which the pipeline ran.

    Raises
    ------
    InputError
        If a file is missing: names it and the command that makes it.
    """
    names = ("skill", "parity", "learning_curve", "conditioning")
    return Derived(
        evaluation={name: pd.read_csv(_existing(folder / "evaluation" / f"{name}.csv")) for name in names},
        leakage=_read_json(folder / "evaluation" / "leakage.json"),
        worked=_read_json(folder / "prediction.json"),
        simulations=_read_json(folder / "simulation.json"),
        leaderboard=_read_json(folder / "leaderboard.json"),
        limits=_read_json(folder / "limits.json"),
        gap=_read_json(folder / "bandgap" / "summary.json"),
        gap_tables={n: pd.read_csv(_existing(folder / "bandgap" / f"{n}.csv")) for n in ("parity", "series")},
        comparison=_read_json(folder / "comparison.json"),
    )


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"report: {path} is missing; 'dvc repro' in the checkout writes it")
    return path


def _read_json(path: Path) -> Any:
    return json.loads(_existing(path).read_text(encoding="utf-8"))


def build_report(derived: Derived, output: Path) -> None:
    """Draw all figures and write the page.

    Parameters
    ----------
    derived : Derived
    output : path
        HTML file; written atomically, needs nothing beside it.
    """
    counts = info()
    with figure_style():
        sections = [
            worked_section(derived.worked, derived.simulations, derived.limits),
            _comparison_section(derived.comparison),
            _leaderboard_section(derived),
            _dataset_section(counts),
            gap_section(derived.gap, derived.gap_tables),
            _model_section(derived),
            _reading_section(),
        ]
    page = Page(_cards(counts, derived), _chain(counts, derived), sections, _footer(counts, derived))
    write_atomic(output, page.render())


def _cards(counts: dict[str, Any], derived: Derived) -> list[dict[str, str]]:
    skill = derived.evaluation["skill"]
    better = int((skill["skill_low"] > 0).sum())
    task, result = next(iter(derived.simulations.items()))
    return [
        {"value": str(counts["papers"]), "label": "papers read"},
        {"value": str(counts["devices"]), "label": "devices"},
        {"value": str(counts["values"]), "label": "values, each with operator, definition and source"},
        {"value": f"{better} of {len(skill)}", "label": "metrics predicted better than the naive baseline"},
        {
            "value": median_told(result),
            "label": f"median accuracy, worked design, {task}",
        },
    ]


def _chain(counts: dict[str, Any], derived: Derived) -> list[dict[str, str]]:
    result = next(iter(derived.simulations.values()))
    kinds = pd.Series([p["origin"] for p in fields_of(result).values()]).value_counts()
    told = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
    return [
        {"title": "1. Dataset", "text": f"{counts['values']} reported values of {counts['devices']} devices"},
        {"title": "2. Prediction", "text": "metrics of a design, with intervals tested on unseen papers"},
        {"title": "3. Device", "text": f"{len(fields_of(result))} parameters: {told}"},
        {"title": "4. Array and task", "text": "every draw of the device trains the same network"},
        {"title": "5. Answer", "text": "accuracy and energy as distributions, not as single numbers"},
    ]


def _comparison_section(told: dict[str, Any]) -> Section:
    section = Section("compare", "Side by side on the same draws")
    names = [thing["name"] for thing in told["things"]]
    section.text(
        f"{', '.join(names)} in {told['task']} with the same random numbers, so that differences do not rest "
        "on chance. Two devices differ where the interval of the difference leaves zero out."
    )
    section.table(
        [Column("A"), Column("B"), Column("A - B (points)", number=True), Column("interval", number=True)],
        [
            [p["a"], p["b"], f"{p['difference']:+.1f}", " to ".join(f"{v:+.1f}" for v in p["interval"])]
            for p in told["paired"]
        ],
    )
    section.figure(
        for_any_page(draw_comparison, told),
        f"Accuracy, paired differences, energy and the curves; {told['level']:.0%} intervals.",
    )
    return section


def _leaderboard_section(derived: Derived) -> Section:
    section = Section("leaderboard", "Reported devices on one course")
    section.text(
        "Papers report accuracies on their own data, networks and update rules, so they cannot be compared. "
        "Here every device that states enough runs the same task; what its paper does not state is "
        "drawn from the devices of its family, so a wide bar means that little is known of the device."
    )
    figures = {}
    ranked = [row for row in derived.leaderboard if row["rank"] is not None]
    for task in dict.fromkeys(row["task"] for row in ranked):
        rows = [row for row in ranked if row["task"] == task]
        figures[task] = (
            for_any_page(simulation_figures.leaderboard_figure, rows),
            f"{task}: the first {min(30, len(rows))} of {len(rows)} devices, ranked by paired comparison on "
            f"common draws, in {len({row['group'] for row in rows})} groups that the draws tell apart; those "
            "whose composition is not stated come last. Dashed: the same network in floating point. Open "
            "diamonds: what the paper claims on its own network and images.",
        )
    section.choice("task", figures)
    apart: dict[str, list[str]] = {}
    for row in derived.leaderboard:
        if row["rank"] is None:
            apart.setdefault(row["task"], []).append(row["device_id"])
    if apart:
        section.heading("Listed apart: nothing stated that the task reads")
        section.table(
            [Column("task"), Column("devices")], [[task, ", ".join(names)] for task, names in apart.items()]
        )
    return section


def _dataset_section(counts: dict[str, Any]) -> Section:
    section = Section("dataset", "The dataset at a glance")
    frame = load_synapses()
    section.text(
        f"{counts['values']} values of {counts['devices']} devices from {counts['papers']} papers "
        f"({counts['years'][0]} to {counts['years'][1]}). One row per value: a bound stays a bound, and "
        "every number has its definition and its source. What few papers state is as telling as what many do."
    )
    devices = load_synapses(wide=True)
    section.heading("Explore it")
    section.explorer(
        explorer_data(devices),
        "One point per device that states both; triangles are bounds. Point at one to see its paper, click "
        "to open it.",
    )
    section.heading("What has been reported")
    section.figure(
        for_any_page(dataset_figures.coverage_figure, counts),
        "Values per metric and family; the number of papers stands in brackets.",
    )
    section.figure(
        for_any_page(dataset_figures.value_figure, frame, _SHOWN),
        "Every reported value of six metrics. Triangles are lower bounds: retention and endurance mostly "
        "tell how long the authors measured.",
    )
    section.figure(for_any_page(dataset_figures.year_figure, devices), "Devices by year of publication.")
    return section


def _model_section(derived: Derived) -> Section:
    section = Section("models", "How far predictions can be trusted")
    skill = derived.evaluation["skill"]
    better = skill[skill["skill_low"] > 0]["metric"]
    telling = int((skill["skill_over_median_low"] > 0).sum())
    verdict = (
        f"A model beats the best naive baseline for {', '.join(METRICS[m].label for m in better)}."
        if len(better)
        else "For no metric does a model beat the best naive baseline with a 90 % interval above zero."
    )
    section.text(
        f"{verdict} Against the median of all papers, which knows nothing of the design, {telling} of "
        f"{len(skill)} metrics gain. Where no model wins, the rule is shipped and every output says so. Each "
        "number below comes from papers that the model had not seen, in any fold, at any step."
    )
    section.figure(
        for_any_page(model_figures.skill_figure, skill),
        "Skill of what is shipped, with 90 % bootstrap intervals over papers (number of papers in brackets). "
        "Zero means: no better than the best naive baseline.",
    )
    section.figure(
        for_any_page(model_figures.calibration_figure, skill),
        "A stated interval should hold the stated share of values from unseen papers. One dot per metric.",
    )
    modelled = list(skill.loc[skill["n_papers"] >= 25, "metric"])
    if modelled:
        section.figure(
            for_any_page(model_figures.parity_figure, derived.evaluation["parity"], modelled),
            "Reported against predicted values of unseen papers, with 90 % intervals. Triangles are bounds.",
        )
    section.figure(
        for_any_page(model_figures.learning_figure, derived.evaluation["learning_curve"]),
        "Skill against the number of training papers. A curve that does not rise says that the design "
        "columns explain little of the spread; one that still rises says that more papers would help.",
    )
    section.heading("Knowing one metric helps with another")
    section.figure(
        for_any_page(model_figures.conditioning_figure, derived.evaluation["conditioning"]),
        "One stated metric of a device is hidden and predicted from its others. Blue: the 90 % interval of "
        "the gain lies above zero.",
    )
    section.heading("A lesson on splits")
    section.figure(
        for_any_page(model_figures.leakage_figure, derived.leakage),
        "One boosted-tree model under four set-ups. Where papers report several devices, a random split puts "
        "siblings on both sides and looks better than it is; only the split by paper tells what happens with "
        "the next paper.",
    )
    return section


def _reading_section() -> Section:
    section = Section("reading", "How to read and repeat this")
    section.text(
        "measured: stated for this very device. predicted: by a model tested on unseen papers. population: "
        "no model can be fitted, so values are drawn from those reported for the family. assumed: nobody "
        "reports it; the reason stands beside it."
    )
    section.text(
        "All numbers come from dvc repro with the parameters in params.yaml; the same seed gives the same "
        "numbers on one machine. The protocol is described in docs/models.md, the devices and arrays in "
        "docs/devices.md and docs/arrays.md, the tasks in docs/vision.md, the tables in data/README.md."
    )
    return section


def _footer(counts: dict[str, Any], derived: Derived) -> str:
    result = next(iter(derived.simulations.values()))
    versions = ", ".join(f"{name} {value}" for name, value in result["versions"].items())
    return (
        f"Tables {counts['version']}; seed {result['seed']}; {versions}. Tables CC BY 4.0, software MIT. "
        "Cite the papers behind the rows you use: perovdata cite."
    )


def summarise(derived: Derived) -> dict[str, str]:
    """The report in a few lines for the terminal."""
    counts = info()
    skill = derived.evaluation["skill"]
    hidden = next(iter(derived.gap["questions"].values()))
    lines = {
        "band gap": f"predicted to {hidden['mae_eV']:.3f} eV for hidden compositions",
        "dataset": f"{counts['papers']} papers, {counts['devices']} devices, {counts['values']} values",
        "predictors": f"{int((skill['skill_low'] > 0).sum())} of {len(skill)} metrics beat the best naive "
        "baseline on unseen papers",
    }
    for task, result in derived.simulations.items():
        low, high = result["accuracy"]["interval"]
        lines[task] = (
            f"{derived.worked['design']['composition']}: {median_told(result)} "
            f"(90 % interval {low:.1f} to {high:.1f}; floating point {result['ceiling']:.1f})"
        )
    return lines
