"""Figures of the evaluation: skill, calibration, parity, learning curves, and what a leaking split shows."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from perovdata.dataset import METRICS
from perovdata.report.style import COLOURS, is_narrow, legend_columns, panels

_KIND = {
    "model": (COLOURS["blue"], "model shipped"),
    "baseline": (COLOURS["orange"], "baseline shipped: no model beats it"),
    "population": (COLOURS["grey"], "too few papers for a model: population"),
}
_SETUPS = (
    ("random_with_paper_id", "random split, paper id given"),
    ("random", "random split"),
    ("grouped_with_paper_id", "split by paper, paper id given"),
    ("grouped", "split by paper (used here)"),
)


def _label(metric: str) -> str:
    return METRICS[metric].label


def skill_figure(skill: pd.DataFrame) -> plt.Figure:
    """Skill of what is shipped against the best naive baseline, per metric.

    Parameters
    ----------
    skill : DataFrame
        ``skill.csv`` of the evaluation: metric, kind, skill, skill_low, skill_high, n_papers.
    """
    rows = skill.sort_values("n_papers").reset_index(drop=True)
    figure, grid = panels(1, 1, 8.4, 0.34 * len(rows) + 1.4)
    axes = grid[0, 0]
    for kind, (colour, label) in _KIND.items():
        part = rows[rows["kind"] == kind]
        if part.empty:
            continue
        middle, low, high = (part[name].to_numpy() for name in ("skill", "skill_low", "skill_high"))
        reach = np.clip([middle - low, high - middle], 0, None)
        axes.errorbar(
            100 * middle, part.index, xerr=100 * reach, fmt="o", color=colour, capsize=3, label=label
        )
    axes.axvline(0, color="black", linewidth=1)
    names = [f"{_label(m)}  ({n})" for m, n in zip(rows["metric"], rows["n_papers"], strict=True)]
    axes.set_yticks(rows.index, names)
    axes.set_xlabel("skill: reduction of the mean error against the best naive baseline (%)")
    axes.set_xlim(left=max(axes.get_xlim()[0], -60))
    figure.legend(loc="outside lower center", ncols=legend_columns(3, narrow=1), fontsize=9)
    return figure


def calibration_figure(skill: pd.DataFrame) -> plt.Figure:
    """Share of held-out papers' values inside the 50, 80 and 90 % intervals, per metric."""
    levels = (50, 80, 90)
    figure, grid = panels(1, 1, 5.4, 4.2)
    axes = grid[0, 0]
    axes.plot([40, 100], [40, 100], color="black", linewidth=1, label="perfect")
    axes.fill_between([40, 100], [35, 95], [45, 105], color=COLOURS["grey"], alpha=0.12, label="± 5 points")
    rng = np.random.default_rng(0)
    for enough, colour, label in (
        (True, COLOURS["blue"], "metrics with at least 25 papers"),
        (False, COLOURS["grey"], "metrics with fewer"),
    ):
        part = skill[(skill["n_papers"] >= 25) == enough]
        shift = rng.uniform(-1.2, 1.2, len(part))
        for level in levels:
            axes.scatter(
                level + shift, 100 * part[f"coverage_{level}"], s=26, color=colour, alpha=0.85, linewidths=0,
                label=label if level == levels[0] else None,
            )  # fmt: skip
    axes.set_xticks(levels)
    axes.set_xlim(44, 96)
    axes.set_ylim(30, 103)
    axes.set_xlabel("nominal level of the interval (%)")
    axes.set_ylabel("values of unseen papers inside (%)")
    axes.legend(loc="lower right", fontsize=9)
    return figure


def parity_figure(parity: pd.DataFrame, metrics: list[str]) -> plt.Figure:
    """Reported against predicted values of unseen papers; bars are 90 % intervals, triangles lower bounds."""
    figure, grid = panels(len(metrics), min(3, len(metrics)), 3.4, 3.3)
    for axes, metric in zip(grid.flat, metrics, strict=False):
        part = parity[(parity["metric"] == metric) & (parity["repeat"] == 0)]
        low, middle, high = (part[q].to_numpy() for q in ("q05", "q50", "q95"))
        x = part["reported"].to_numpy()
        axes.vlines(x, low, high, color=COLOURS["sky"], linewidth=1, alpha=0.7)
        bound = (part["label_high"] > part["label_low"]).to_numpy()
        axes.scatter(x[~bound], middle[~bound], s=16, color=COLOURS["blue"], zorder=3)
        axes.scatter(x[bound], middle[bound], s=18, marker=">", color=COLOURS["vermilion"], zorder=3)
        span = [min(x.min(), middle.min()), max(x.max(), middle.max())]
        axes.plot(span, span, color="black", linewidth=1)
        unit = "" if METRICS[metric].unit == "1" else f" / {METRICS[metric].unit}"
        scale = "log10 of " if METRICS[metric].scale == "log10" else ""
        axes.set_title(_label(metric))
        axes.set_xlabel(f"reported, {scale}value{unit}")
        axes.set_ylabel("predicted")
    for axes in list(grid.flat)[len(metrics) :]:
        axes.set_visible(False)
    return figure


def learning_figure(curve: pd.DataFrame) -> plt.Figure:
    """Skill against the number of training papers, one panel per learner."""
    curve = curve[curve["learner"] != "global median"]
    learners = list(dict.fromkeys(curve["learner"]))
    figure, grid = panels(len(learners), len(learners), 4.6, 3.4, sharey=True)
    colours = list(COLOURS.values())
    for axes, learner in zip(grid.flat, learners, strict=True):
        for index, (metric, part) in enumerate(curve[curve["learner"] == learner].groupby("metric")):
            part = part.sort_values("n_papers")
            colour = colours[index % len(colours)]
            axes.plot(part["n_papers"], 100 * part["skill"], "o-", color=colour, label=_label(metric))
        axes.axhline(0, color="black", linewidth=1)
        axes.set_title(learner)
        axes.set_xlabel("training papers")
    for axes in grid[:, 0]:
        axes.set_ylabel("skill against the global median (%)")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=legend_columns(4), fontsize=9)
    return figure


def leakage_figure(leakage: dict[str, float]) -> plt.Figure:
    """Error of one boosted-tree model under leaking and honest splits, relative to the global median."""
    shown = (("", "all devices"), ("_shared", "papers with several devices"))
    figure, grid = panels(2, 2, 4.8, 2.3, sharey=True)
    colours = [COLOURS["vermilion"] if key.startswith("random") else COLOURS["blue"] for key, _ in _SETUPS]
    for axes, (suffix, title) in zip(grid.flat, shown, strict=True):
        values = [100 * leakage[key + suffix] for key, _ in _SETUPS]
        bars = axes.barh([label for _, label in _SETUPS], values, color=colours, height=0.65)
        axes.bar_label(bars, fmt="%.0f", padding=3)
        axes.axvline(100, color="black", linewidth=1)
        axes.set_xlim(0, 1.15 * max(values))
        axes.set_title(title)
        axes.set_xlabel("mean error, global median = 100")
        axes.grid(axis="y", visible=False)
    return figure


def conditioning_figure(pairs: pd.DataFrame, most: int = 12) -> plt.Figure:
    """How much knowing one metric lowers the error of another, with 90 % intervals over papers."""
    rows = pairs.sort_values("gain").tail(most).reset_index(drop=True)
    names = [
        f"{_label(h)}, given {g}" for h, g in zip(rows["hidden"], rows["given"].map(_given), strict=True)
    ]
    line = 0.32
    if is_narrow():  # both metrics below each other
        line, names = 0.44, [name.replace(", given ", "\ngiven ") for name in names]
    figure, panel = panels(1, 1, 8.4, line * len(rows) + 1.0)
    axes = panel[0, 0]
    colour = np.where(rows["gain_low"] > 0, COLOURS["blue"], COLOURS["grey"])
    for index, (_, row) in enumerate(rows.iterrows()):
        axes.plot([row["gain_low"], row["gain_high"]], [index, index], color=colour[index], linewidth=2)
        axes.plot(row["gain"], index, "o", color=colour[index])
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(rows.index, names)
    axes.set_xlabel("fall of the mean error of the hidden metric (decades, or its unit if linear)")
    return figure


def _given(name: str) -> str:
    return METRICS[name].label if name in METRICS else name
