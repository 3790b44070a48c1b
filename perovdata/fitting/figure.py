"""The figure of a fit: readings, fitted law, residuals."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.fitting.estimate import Curve
from perovdata.text import figure_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMATS = (".png", ".svg", ".pdf")
_PREFIXED = ("S", "A", "ohm", "V", "W", "J", "s")  # units whose ticks take an SI prefix
_COLOURS = {"LTP": "#1f6fb2", "LTD": "#c2452d"}


def figure(curves: Sequence[Curve], *, law: str, axes: tuple[str, str], title: str, wide: bool) -> Figure:
    """Matplotlib figure: curve above, residuals below.

    Parameters
    ----------
    curves : sequence of Curve
    law : str
        Law fitted, for the legend.
    axes : tuple of str
        Names of the axes, with units.
    title : str
    wide : bool
        Whether the readings may span decades: over more than a factor of 50 the axis is logarithmic.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    fig = Figure(figsize=(6.4, 5.2), layout="constrained")
    top, bottom = fig.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    many = len(curves) > 6
    drawn: set[str] = set()
    for curve in curves:
        direction = curve.label.split()[0]
        family = direction if direction in _COLOURS else curve.label
        colour = _COLOURS.get(family, "#1f6fb2")
        top.plot(curve.x, curve.measured, ".", ms=3 if many else 5, alpha=0.35 if many else 0.8, color=colour)
        if family not in drawn:
            top.plot(curve.x, curve.fitted, "-", lw=1.8, color=colour, label=f"{family}: {law}")
            drawn.add(family)
        bottom.plot(curve.x, curve.measured - curve.fitted, ".", ms=3, alpha=0.5, color=colour)
    bottom.axhline(0.0, color="0.5", lw=0.8)
    if wide:
        x = np.concatenate([c.x for c in curves])
        if x.max() > 50 * max(x[x > 0].min(), 1e-300):
            bottom.set_xscale("log")
    name, _, unit = axes[1].removesuffix(")").rpartition(" (")
    if unit in _PREFIXED:
        for part in (top, bottom):
            part.yaxis.set_major_formatter(EngFormatter(unit))
    top.set_ylabel(name if unit in _PREFIXED else axes[1])
    bottom.set_ylabel("residual")
    bottom.set_xlabel(axes[0])
    top.legend(frameon=False)
    top.set_title(figure_text(title), fontsize=10)
    return fig


def save_figure(
    path: str | os.PathLike[str],
    curves: Sequence[Curve],
    *,
    law: str,
    axes: tuple[str, str],
    title: str,
    wide: bool,
) -> None:
    """Write the :func:`figure` atomically; the suffix decides the format."""
    path = Path(path)
    if path.suffix.lower() not in _FORMATS:
        raise InputError(f"plot '{path}': suffix '{path.suffix}' is not one of {', '.join(_FORMATS)}")
    buffer = io.BytesIO()
    drawn = figure(curves, law=law, axes=axes, title=title, wide=wide)
    drawn.savefig(buffer, format=path.suffix[1:].lower(), dpi=150)
    write_atomic(path, buffer.getvalue())
