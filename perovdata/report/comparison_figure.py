"""The figure of a comparison: accuracy, paired differences, energy and the curves of the devices."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.report.style import COLOURS, figure_style, panels

_FORMATS = (".png", ".svg", ".pdf")
_CURVES = {
    "ltp_ltd": "LTP and LTD",
    "ppf": "Paired pulses",
    "decay": "Decay",
    "spectrum": "Spectral response",
}
_HATCHES = ("", "//", "..", "xx", "\\\\", "oo", "++", "--")


def draw_comparison(told: dict[str, Any]) -> plt.Figure:
    """Draw a comparison.

    Parameters
    ----------
    told : dict
        Of :meth:`perovdata.studies.Comparison.to_dict`.

    Returns
    -------
    matplotlib.figure.Figure
        Accuracy, paired differences, accuracy against energy, energy by term, and the curves that at least
        one of the things has; bands are intervals over the draws.
    """
    curves = [name for name in _CURVES if any(name in thing["curves"] for thing in told["things"])]
    colours = dict(zip([t["name"] for t in told["things"]], _cycle(len(told["things"])), strict=True))
    count = 4 + len(curves)
    figure, grid = panels(count, 4, 3.75, 3.4, layout="constrained")
    axes = list(grid.flat)
    _accuracy(axes[0], told, colours)
    _paired(axes[1], told)
    _pareto(axes[2], told, colours)
    _energy(axes[3], told)
    for ax, name in zip(axes[4:], curves, strict=False):
        _overlay(ax, name, told, colours)
    for ax in axes[count:]:
        ax.set_visible(False)
    title = f"{told['task']}: bands and bars are {told['level']:.0%} intervals over draws and seeds"
    figure.suptitle(title, wrap=True)
    return figure


def check_figure_path(path: str | os.PathLike[str]) -> str:
    """The suffix of the figure, which decides its format; InputError for one that cannot be written."""
    kind = Path(path).suffix.lower()
    if kind not in _FORMATS:
        raise InputError(f"figure '{path}': suffix '{kind}' is not one of {', '.join(_FORMATS)}")
    return kind


def save_comparison_figure(told: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Write the figure atomically; the suffix decides the format (png, svg, pdf)."""
    kind = check_figure_path(path)
    stamp = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with figure_style():
        figure = draw_comparison(told)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind[1:], dpi=130, metadata=stamp[kind])
        plt.close(figure)
    write_atomic(Path(path), buffer.getvalue())


def _cycle(n: int) -> list[str]:
    names = ("blue", "vermilion", "green", "orange", "purple", "sky", "grey")
    return [COLOURS[names[index % len(names)]] for index in range(n)]


def _accuracy(ax: Axes, told: dict[str, Any], colours: dict[str, str]) -> None:
    for index, thing in enumerate(told["things"]):
        ax.plot(thing["accuracy"]["interval"], [index, index], color=colours[thing["name"]], linewidth=2)
        ax.plot(thing["accuracy"]["median"], index, "o", color=colours[thing["name"]])
    ax.axvline(told["ceiling"], color="black", linestyle="--", linewidth=1, label="floating point")
    ax.axvline(told["chance"], color=COLOURS["grey"], linestyle=":", linewidth=1, label="guessing")
    ax.set_yticks(range(len(told["things"])), [thing["name"] for thing in told["things"]])
    ax.invert_yaxis()
    ax.set(xlim=(0, 100), xlabel="accuracy (%)", title="Accuracy")
    ax.legend(fontsize=8, loc="lower left")


def _paired(ax: Axes, told: dict[str, Any]) -> None:
    for index, pair in enumerate(told["paired"]):
        ax.plot(pair["interval"], [index, index], color="black", linewidth=2)
        ax.plot(pair["difference"], index, "o", color="black")
    ax.axvline(0, color=COLOURS["grey"], linewidth=1)
    ax.set_yticks(range(len(told["paired"])), [f"{p['a']}\n− {p['b']}" for p in told["paired"]], fontsize=8)
    ax.invert_yaxis()
    ax.set(xlabel="difference in accuracy (points)", title="Pair by pair")


def _pareto(ax: Axes, told: dict[str, Any], colours: dict[str, str]) -> None:
    placed = [thing for thing in told["things"] if thing["energy_per_image_J"] is not None]
    for thing in placed:
        x, y = thing["energy_per_image_J"], thing["accuracy"]["median"]
        colour = colours[thing["name"]]
        ax.plot(thing["energy_per_image_interval_J"], [y, y], color=colour, linewidth=1)
        ax.plot([x, x], thing["accuracy"]["interval"], color=colour, linewidth=1)
        ax.plot(x, y, "o", color=colour, fillstyle="full" if thing["on_front"] else "none")
    costs = [thing["energy_per_image_J"] for thing in placed]
    if placed and max(costs) > 3 * min(costs) > 0:
        ax.set_xscale("log")
    elif not placed:
        ax.text(0.5, 0.5, "energy not known", transform=ax.transAxes, ha="center")
    ax.xaxis.set_major_formatter(EngFormatter(unit="J"))
    if ax.get_xscale() == "linear":
        ax.xaxis.set_major_locator(MaxNLocator(3))  # prefixed labels are wide
    ax.set(xlabel="energy per image", ylabel="accuracy (%)", ylim=(0, 100), title="Filled: not dominated")


def _energy(ax: Axes, told: dict[str, Any]) -> None:
    """Terms side by side on a logarithmic axis: they differ by orders of magnitude."""
    terms = list(dict.fromkeys(term for thing in told["things"] for term in thing["energy_terms"]))
    names = [thing["name"] for thing in told["things"]]
    height = 0.8 / max(len(terms), 1)
    for index, term in enumerate(terms):
        values = [thing["energy_terms"].get(term, {}).get("median_J") or np.nan for thing in told["things"]]
        ax.barh(
            np.arange(len(names)) + (index + 0.5) * height - 0.4,
            values,
            height,
            label=term,
            color=_cycle(len(terms))[index],
            hatch=_HATCHES[index % len(_HATCHES)],
            edgecolor="white",
        )
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(xlabel="median energy", title="Energy by term")
    if terms:
        ax.set_xscale("log")
        low, high = ax.get_xlim()
        ax.set_xlim(low, high * (high / low) ** 0.4)  # room for the legend beside the bars
        ax.xaxis.set_minor_formatter(NullFormatter())  # of an axis within one decade they overlap
        ax.xaxis.set_major_formatter(EngFormatter(unit="J"))
        ax.legend(fontsize=7, loc="upper right")


def _overlay(ax: Axes, name: str, told: dict[str, Any], colours: dict[str, str]) -> None:
    for thing in told["things"]:
        if name not in thing["curves"]:
            continue
        curve = thing["curves"][name]
        ax.fill_between(
            curve["x"], curve["low"], curve["high"], color=colours[thing["name"]], alpha=0.15, linewidth=0
        )
        ax.plot(curve["x"], curve["median"], color=colours[thing["name"]], label=thing["name"])
        ax.set(xlabel=curve["x_label"], ylabel=curve["y_label"])
        if curve["log_x"]:
            ax.set_xscale("log")
    ax.set_title(_CURVES[name])
    ax.legend(fontsize=7)
