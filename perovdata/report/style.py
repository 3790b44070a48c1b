"""One look for every figure: legible, colour-blind safe, the same in the report and in notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from textwrap import fill
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

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


_NARROW = ContextVar("narrow", default=False)
_NARROW_LETTERS = 26
_NARROW_INCHES = 4.3  # as wide as a phone at the size of its letters


def panels(
    count: int, columns: int, width: float, height: float, **options: Any
) -> tuple[plt.Figure, np.ndarray]:
    """A figure of `count` panels in a grid; on a narrow page they stand one below the other.

    Parameters
    ----------
    count, columns : int
    width, height : float
        Of one panel, inches.
    **options
        Of :func:`matplotlib.pyplot.subplots`.

    Returns
    -------
    figure, grid
        The grid has two dimensions, and may have more panels than `count`.
    """
    if _NARROW.get():
        columns, width = 1, min(width, _NARROW_INCHES)
    rows = -(-count // columns)
    size = (width * columns, height * rows)
    return plt.subplots(rows, columns, figsize=size, squeeze=False, **options)


def is_narrow() -> bool:
    """Whether the figure being drawn is for a narrow page."""
    return _NARROW.get()


def legend_columns(most: int, narrow: int = 2) -> int:
    """Columns of a legend below a figure, on a narrow page `narrow` at most."""
    return min(most, narrow) if _NARROW.get() else most


def for_any_page(draw: Callable[..., plt.Figure], *given: Any) -> dict[str, str]:
    """The figure as SVG for a wide page, and again for a narrow one."""
    wide = drawn(draw(*given))
    token = _NARROW.set(True)
    try:
        with plt.rc_context({"svg.hashsalt": "perovdata, narrow"}):  # both stand in one page: other names
            figure = draw(*given)
            for axes in figure.axes:
                axes.set_xlabel(fill(axes.get_xlabel(), _NARROW_LETTERS))
            narrow = drawn(figure)
    finally:
        _NARROW.reset(token)
    return {"wide": wide, "narrow": narrow}


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
