"""Figures of the dataset: what has been reported, for which family, when."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from perovdata.dataset import FAMILIES, METRICS
from perovdata.report.style import FAMILY_COLOURS, axis_label, is_narrow, legend_columns, panels

_OTHER = "not stated"


def coverage_figure(info: dict[str, Any]) -> plt.Figure:
    """Heat map of the number of reported values per metric and family.

    Parameters
    ----------
    info : dict
        Counts of :func:`perovdata.dataset.info`.
    """
    rows = sorted(info["metrics"], key=lambda row: -row["papers"])
    grid = np.array([[row[family] for family in (*FAMILIES, "unclassified")] for row in rows], float)
    figure, panel = panels(1, 1, 8.4, 0.27 * len(rows) + 1.2)
    axes = panel[0, 0]
    # The square root keeps the small counts apart beside the large ones.
    axes.imshow(np.sqrt(grid), aspect="auto", cmap="Blues")
    axes.grid(False)
    for (row, column), value in np.ndenumerate(grid):
        dark = np.sqrt(value) > 0.6 * np.sqrt(grid.max())
        # Not pure black or white: those follow the theme of the page, and the cells behind do not.
        ink = "#f9fafb" if dark else "#111827"
        axes.text(column, row, f"{value:.0f}", ha="center", va="center", color=ink)
    labels = [f"{METRICS[row['metric']].label}  ({row['papers']})" for row in rows]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xticks(range(grid.shape[1]), [*FAMILIES, _OTHER])
    axes.xaxis.tick_top()
    if is_narrow():
        plt.setp(axes.get_xticklabels(), rotation=40, ha="left")
        axes.tick_params(labelsize=8)
    else:
        axes.set_title("Reported values per metric and family (papers in brackets)", pad=24)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def year_figure(devices: pd.DataFrame) -> plt.Figure:
    """Stacked bars of devices per year of publication, by family."""
    families = [*FAMILIES, _OTHER]
    table = (
        devices.assign(family=devices["family"].fillna(_OTHER))
        .dropna(subset=["year"])
        .groupby(["year", "family"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=families, fill_value=0)
    )
    figure, panel = panels(1, 1, 8.4, 3.4)
    axes = panel[0, 0]
    base = np.zeros(len(table))
    for family in families:
        heights = table[family].to_numpy(float)
        axes.bar(table.index.astype(int), heights, bottom=base, color=FAMILY_COLOURS[family], label=family)
        base += heights
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel("year of publication")
    axes.set_ylabel("devices")
    axes.grid(axis="x", visible=False)
    figure.legend(loc="outside lower center", ncols=legend_columns(5), fontsize=9)
    return figure


def value_figure(frame: pd.DataFrame, metrics: list[str]) -> plt.Figure:
    """Every reported value of some metrics, by family; triangles are lower bounds.

    Parameters
    ----------
    frame : DataFrame
        Long form of :func:`perovdata.load_synapses`.
    metrics : list of str
        One panel each.
    """
    families = list(FAMILIES)
    figure, grid = panels(len(metrics), 3, 3.2, 2.1)
    rng = np.random.default_rng(0)
    for axes, metric in zip(grid.flat, metrics, strict=False):
        meta = METRICS[metric]
        part = frame[(frame["metric"] == metric) & frame["family"].isin(families)]
        for index, family in enumerate(families):
            own = part[part["family"] == family]
            bound = own["bound_for_models"] == "lower"
            height = index + rng.uniform(-0.22, 0.22, len(own))
            for mask, marker in ((~bound, "o"), (bound, ">")):
                axes.scatter(
                    own["value"][mask], height[mask.to_numpy()], s=16, marker=marker, alpha=0.75,
                    color=FAMILY_COLOURS[family], linewidths=0,
                )  # fmt: skip
        if meta.scale == "log10":
            axes.set_xscale("log")
        axes.set_yticks(range(len(families)), families if axes in grid[:, 0] else [""] * len(families))
        axes.set_ylim(len(families) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(axis_label(metric))
    for axes in list(grid.flat)[len(metrics) :]:
        axes.set_visible(False)
    return figure
