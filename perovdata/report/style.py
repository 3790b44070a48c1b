"""One look for every figure: legible, colour-blind safe, the same in the report and in notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

from perovdata.dataset import METRICS

# Okabe and Ito, Color Universal Design (2008): distinguishable with every common colour vision.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "grey": "#6b7280",
}
FAMILY_COLOURS = {
    "3D": COLOURS["blue"],
    "2D/quasi-2D": COLOURS["orange"],
    "quantum dots": COLOURS["green"],
    "lead-free": COLOURS["vermilion"],
    "not stated": COLOURS["grey"],
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Apply the look inside a ``with`` block; global settings are left as they were."""
    settings: dict[Any, Any] = {
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e5e7eb",
        "grid.linewidth": 0.8,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "path",
        "svg.hashsalt": "perovdata",
    }
    with matplotlib.rc_context(settings):
        yield


def to_svg(figure: matplotlib.figure.Figure) -> str:
    """The figure as an ``<svg>`` element to stand inside HTML (no XML header, no date)."""
    stream = StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def axis_label(metric: str) -> str:
    """Name of a metric with its unit."""
    meta = METRICS[metric]
    return meta.label if meta.unit == "1" else f"{meta.label} ({meta.unit})"


def drawn(figure: plt.Figure) -> str:
    """The figure of pyplot as SVG; it is closed."""
    text = to_svg(figure)
    plt.close(figure)
    return text


def themed(svg: str) -> str:
    """An SVG of matplotlib whose black, white ground and grid follow the colours of the page around it."""
    for colour, variable in (
        ("#000000", "var(--ink)"),
        ("#ffffff", "var(--ground)"),
        ("#e5e7eb", "var(--line)"),
    ):
        for what in ("fill", "stroke"):
            svg = svg.replace(f"{what}: {colour}", f"{what}: {variable}")
    return svg
