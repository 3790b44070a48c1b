"""Figures of the simulations: accuracy of drawn devices, learning curves, the leaderboard, what limits it."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from perovdata.report.style import COLOURS, FAMILY_COLOURS, legend_columns, panels


def accuracy_figure(results: dict[str, dict[str, Any]]) -> plt.Figure:
    """Accuracy of the drawn devices per task, beside the float ceiling and chance.

    Parameters
    ----------
    results : dict of str to dict
        Task name to the result of :func:`perovdata.simulate`.
    """
    count = len(results)
    figure, grid = panels(count, count, min(4.8, 10.4 / count), 3.0, sharey=True)
    for axes, (task, result) in zip(grid.flat, results.items(), strict=True):
        values = np.array(result["accuracy"]["values"], float).ravel()
        axes.hist(values, bins=np.arange(0, 102.5, 2.5), color=COLOURS["sky"])
        axes.axvline(result["accuracy"]["median"], color=COLOURS["blue"], linewidth=2, label="median device")
        axes.axvline(result["ceiling"], color=COLOURS["vermilion"], linestyle="--", label="floating point")
        axes.axvline(result["chance"], color=COLOURS["grey"], linestyle=":", label="chance")
        axes.set_title(task)
        axes.set_xlim(0, 100)
        axes.set_xlabel("accuracy (%)")
    for axes in grid[:, 0]:
        axes.set_ylabel("devices drawn x seeds")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=legend_columns(3))
    return figure


def leaderboard_figure(rows: list[dict[str, Any]], most: int = 30) -> plt.Figure:
    """Ranked devices of one task: median accuracy with interval; open diamonds are the papers' own claims.

    Parameters
    ----------
    rows : list of dict
        Of :func:`perovdata.studies.leaderboard`, one task, best first.
    most : int
        Devices shown.
    """
    rows = rows[:most][::-1]
    figure, grid = panels(1, 1, 8.8, 0.27 * len(rows) + 1.4)
    axes = grid[0, 0]
    seen = set()
    for index, row in enumerate(rows):
        family = row["family"] or "not stated"
        colour = FAMILY_COLOURS[family]
        axes.plot([row["low"], row["high"]], [index, index], color=colour, linewidth=2)
        axes.plot(row["accuracy"], index, "o", color=colour, label=None if family in seen else family)
        seen.add(family)
        if row["reported_accuracy"] is not None:
            axes.plot(row["reported_accuracy"], index, "D", color="black", markersize=5, fillstyle="none")
    axes.axvline(rows[0]["ceiling"], color=COLOURS["vermilion"], linestyle="--", linewidth=1)
    names = [f"{row['composition'] or 'composition not stated'}  {row['device_id']}" for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.set_xlim(0, 100)
    axes.set_xlabel("accuracy (%): median and interval")
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=legend_columns(5), fontsize=9)
    return figure


def limits_figure(rows: list[dict[str, Any]]) -> plt.Figure:
    """Accuracy gained if one effect alone became ideal, the others as they are.

    Parameters
    ----------
    rows : list of dict
        Of :func:`perovdata.studies.limits`, one device.
    """
    rows = sorted(rows, key=lambda row: row["gain"])
    figure, grid = panels(1, 1, 7.6, 0.34 * len(rows) + 1.0)
    axes = grid[0, 0]
    for index, row in enumerate(rows):
        colour = COLOURS["grey"] if row["effect"] == "all" else COLOURS["blue"]
        axes.plot([row["low"], row["high"]], [index, index], color=colour, linewidth=2)
        axes.plot(row["gain"], index, "o", color=colour)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(rows)), ["all of them" if r["effect"] == "all" else r["effect"] for r in rows])
    axes.set_xlabel("gain in accuracy (points): median and interval over draws")
    return figure
