"""The figure of the requirements: sweeps of each quantity and a map of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.studies.needs_space import VARIED, span_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito, Color Universal Design (2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")


def requirements_figure(found: dict[str, Any]) -> bytes:
    """Draw the sweeps and the map with the reported devices in them, as PNG."""
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    contexts = list(dict.fromkeys(row["others"] for row in found["table"]))
    colours = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(contexts)}
    for ax, name in zip(axes, VARIED, strict=False):
        span = span_of(name)
        for row in found["table"]:
            if row["metric"] == name:
                ax.plot(row["values"], row["accuracy"], "o-", color=colours[row["others"]], markersize=3,
                        label=f"others {row['others']}")  # fmt: skip
        ax.axhline(found["target"], color="black", linestyle="--", linewidth=1)
        reported = [d[name] for d in found["devices"] if name in d]
        inside = [v for v in reported if span.low <= v <= span.high]
        ax.plot(inside, np.full(len(inside), 3.0), "|", color="black", markersize=9)
        if len(inside) < len(reported):
            ax.text(0.98, 0.1, f"{len(reported) - len(inside)} reported beyond", transform=ax.transAxes,
                    ha="right", fontsize=7)  # fmt: skip
        if span.log:
            ax.set_xscale("log")
        ax.set(xlabel=f"{name} ({span.unit or VARIED[name][0].unit})", ylabel="accuracy (%)", ylim=(0, 100))
    axes[0].legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 0.2))
    _draw_map(axes[-1], found)
    figure.suptitle(f"{found['task']}: what {found['target']:g} % needs (bars: reported devices)")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _draw_map(ax: Axes, found: dict[str, Any]) -> None:
    grid = found["map"]
    across, up = grid["axes"]
    x, y, z = grid[across], grid[up], np.array(grid["accuracy"]).T
    filled = ax.contourf(x, y, z, levels=np.arange(0, 101, 10), cmap="viridis")
    if z.min() < found["target"] < z.max():
        ax.contour(x, y, z, levels=[found["target"]], colors="white", linewidths=2)
    placed = [d for d in found["devices"] if {across, up} <= set(d)]
    ax.plot([d[across] for d in placed], [d[up] for d in placed], "r^", markersize=6)
    alone = [d[across] for d in found["devices"] if across in d and up not in d]
    ax.plot(alone, np.full(len(alone), min(y)), "|", color="red", markersize=10, clip_on=True)
    for name, scale in ((across, ax.set_xscale), (up, ax.set_yscale)):
        if span_of(name).log:
            scale("log")
    labels = [f"{name} ({span_of(name).unit or VARIED[name][0].unit})" for name in (across, up)]
    ax.set(xlabel=labels[0], ylabel=labels[1], xlim=(min(x), max(x)), ylim=(min(y), max(y)))
    ax.set_title(f"others: {grid['others']}; red: reported devices", fontsize=9)
    ax.figure.colorbar(filled, ax=ax, label="accuracy (%)")
