"""Figures of light: measured and predicted absorption, and what a pixel of several films makes of colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from perovdata.chemistry import parse
from perovdata.devices import GRID_NM, film_absorptance
from perovdata.materials import absorption, hidden_absorption
from perovdata.report.style import COLOURS, figure_style

_FILM_M = 3e-7
_RANGE = (380, 820)


def absorption_figure() -> Figure:
    """Absorptance of a 300 nm film: every measured spectrum beside the law that never saw its material."""
    hidden = hidden_absorption()
    names = list(dict.fromkeys(one.spectrum.perovskite.formula for one in hidden))
    with figure_style():
        figure = Figure(figsize=(11, 7.5))
        axes = figure.subplots(3, -(-len(names) // 3), sharex=True, sharey=True)
        for axis, name in zip(axes.flat, names, strict=False):
            own = [one for one in hidden if one.spectrum.perovskite.formula == name]
            for k, one in enumerate(own):
                label = "measured" if k == 0 else None
                share = film_absorptance(100 * one.spectrum.absorption, _FILM_M)
                axis.plot(
                    one.spectrum.wavelength, 100 * np.asarray(share), color=COLOURS["blue"], label=label
                )
            fine = np.arange(*_RANGE, 2.0)
            share = film_absorptance(100 * own[0].at(fine), _FILM_M)
            axis.plot(
                fine, 100 * np.asarray(share), "--", color=COLOURS["vermilion"], label="hidden material"
            )
            axis.set_title(name, fontsize=9)
        for axis in list(axes.flat)[len(names) :]:
            axis.set_visible(False)
        axes[0, 0].legend(fontsize=8)
        figure.supxlabel("wavelength (nm)")
        figure.supylabel("light absorbed by a film of 300 nm (%)")
    return figure


def mixing_figure(pixel: Mapping[str, Any]) -> Figure:
    """A pixel (``pixel`` of the result of a simulation): absorption of its films, and its mixing matrix."""
    colours = (COLOURS["blue"], COLOURS["green"], COLOURS["vermilion"], COLOURS["purple"])
    wavelengths = pixel["wavelengths_nm"]
    mixing = 100 * np.array(pixel["mixing_matrix"])
    with figure_style():
        figure = Figure(figsize=(9.5, 3.6))
        left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
        styles = ("-", "--", "-.", ":")
        for k, formula in enumerate(pixel["layers"]):
            share = _percent(absorption(parse(formula), GRID_NM).values)
            style = {"color": colours[k % 4], "linestyle": styles[k % 4]}
            left.plot(GRID_NM, share, label=f"{k + 1}: {formula}", **style)
        for wavelength in wavelengths:
            left.axvline(wavelength, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
        left.set(
            xlim=_RANGE, ylim=(0, 105), xlabel="wavelength (nm)", ylabel="absorbed by the film alone (%)"
        )
        left.legend(fontsize=8)
        right.imshow(mixing, cmap="cividis", vmin=0, vmax=100)
        for (row, column), value in np.ndenumerate(mixing):
            shade = "black" if value > 55 else "white"
            right.text(column, row, f"{value:.0f}", ha="center", va="center", color=shade)
        right.set_xticks(range(len(wavelengths)), [f"{w:.0f}" for w in wavelengths])
        right.set_yticks(range(len(mixing)), [f"film {k + 1}" for k in range(len(mixing))])
        right.grid(False)
        right.set(xlabel="light (nm)", title=f"light absorbed in the pixel (%), {pixel['arrangement']}")
    return figure


def _percent(absorption_per_cm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Light that the film absorbs."""
    return 100 * np.asarray(film_absorptance(100 * absorption_per_cm, _FILM_M))
