"""The part of the report on the band gap: skill, hidden against measured gaps, the bowing of the series."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from perovdata.report.charts import gap_chart, spectra_chart
from perovdata.report.page import Column, Section
from perovdata.report.style import COLOURS, for_any_page, legend_columns, panels


def _bowing_figure(series: pd.DataFrame) -> plt.Figure:
    """Gap along each series with its 90 % interval, and the measured gaps on it.

    Parameters
    ----------
    series : DataFrame
        ``series.csv`` of the stage ``bandgap``: series, kind, x, gap_eV, low, high.
    """
    figure, grid = panels(1, 1, 7.6, 4.6)
    axes = grid[0, 0]
    colours = ("blue", "vermilion", "green", "purple", "orange")
    for colour, (name, part) in zip(colours, series.groupby("series", sort=False), strict=False):
        model, measured = (part[part["kind"] == kind] for kind in ("model", "measured"))
        axes.plot(model["x"], model["gap_eV"], color=COLOURS[colour], label=str(name))
        axes.fill_between(
            model["x"], model["low"], model["high"], color=COLOURS[colour], alpha=0.15, linewidth=0
        )
        axes.plot(measured["x"], measured["gap_eV"], "o", markersize=3.5, color=COLOURS[colour])
    axes.set_xlabel("share of the second ion")
    axes.set_ylabel("band gap (eV)")
    figure.legend(loc="outside lower center", ncols=legend_columns(3), fontsize=9)
    return figure


def gap_section(gap: dict[str, Any], tables: dict[str, pd.DataFrame]) -> Section:
    """What a composition does tell: its band gap.

    Parameters
    ----------
    gap : dict
        ``summary.json`` of the stage ``bandgap``.
    tables : dict of str to DataFrame
        Its ``parity`` and ``series``.
    """
    section = Section("gap", "What is predicted with skill: the band gap")
    section.text(
        "The band gap decides what a photonic synapse sees, and the composition tells it. Brackets: 90 % "
        "interval over groups. Repeated measurements of one composition scatter by "
        f"{gap['scatter']['mean_eV']:.3f} eV: no model can do better. Outside ABX3 of Cs, MA, FA, Pb, Sn and "
        "I, Br, Cl, and layered compounds of these, no gap is given."
    )
    section.table(
        [
            Column("hidden"),
            Column("groups", number=True),
            Column("mean error (eV)", number=True),
            Column("best simple rule"),
            Column("skill against it", number=True),
            Column("90 % interval covers", number=True),
        ],
        [
            [
                name,
                q["n_groups"],
                f"{q['mae_eV']:.3f} ({' to '.join(f'{v:.3f}' for v in q['mae_interval_eV'])})",
                q["baseline"],
                f"{q['skill']:.2f} ({' to '.join(f'{v:.2f}' for v in q['skill_interval'])})",
                f"{100 * q['coverage']['0.9']:.0f} %",
            ]
            for name, q in gap["questions"].items()
        ],
    )
    section.chart(
        gap_chart(tables["parity"]),
        "Predicted against measured gaps of what was hidden, with 90 % intervals.",
    )
    section.figure(
        for_any_page(_bowing_figure, tables["series"]),
        "The gap along halide and lead-tin series: line and band from the model, points measured.",
    )
    section.heading("Spectra")
    section.chart(
        spectra_chart(),
        "Measured absorption of each material, and what is predicted where all its spectra are hidden.",
    )
    return section
