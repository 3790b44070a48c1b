"""A colour pixel without filters: what its films make of colours, and how far a linear correction gets.

The error is CIE Delta E 2000 on the 24 patches of the ColorChecker chart (reflectances after Ohta 1997, in
colour-science, BSD-3-Clause) in daylight D65, seen by the CIE 1931 observer. A matrix from the signals of the
films to XYZ is fitted by least squares on 23 patches and judged on the one left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite
from perovdata.devices import GRID_NM, SynapseParameters, absorptance, one_behind_another
from perovdata.studies.films import film_facts, with_layers
from perovdata.studies.sources import DEFAULT_DRAWS, Source
from perovdata.vision import Lamp, lamp_of

Array = npt.NDArray[np.float64]
#: Condition number from which on a matrix counts as singular.
_SINGULAR = 1e12
_CHART = "ColorChecker N Ohta"


@dataclass(frozen=True, eq=False)
class _Chart:
    """Photons that the patches reflect on ``GRID_NM``, shape (24, W), and their XYZ, shape (24, 3)."""

    photons: Array
    XYZ: Array
    white: Array


@cache
def _chart() -> _Chart:
    # Only here: the library takes a second to import.
    from colour import MSDS_CMFS, SDS_COLOURCHECKERS, SDS_ILLUMINANTS

    def on_grid(table: Any) -> Array:
        columns = np.atleast_2d(table.values.T)
        return np.array([np.interp(GRID_NM, table.wavelengths, c, left=0, right=0) for c in columns])

    [power] = on_grid(SDS_ILLUMINANTS["D65"])
    observer = on_grid(MSDS_CMFS["CIE 1931 2 Degree Standard Observer"])
    # Beyond the table of the patches, 380 to 780 nm, the ends stay: films see further into the red than eyes.
    patches = SDS_COLOURCHECKERS[_CHART].values()
    reflectance = np.array([np.interp(GRID_NM, patch.wavelengths, patch.values) for patch in patches])
    white = power @ observer.T
    return _Chart(
        reflectance * power * GRID_NM, reflectance * power @ observer.T / white[1], white / white[1]
    )


def chart_error(sensitivity: Array) -> Array:
    """Colour error of every patch, shape (24,), CIE Delta E 2000.

    Parameters
    ----------
    sensitivity : ndarray, shape (K, W)
        Signal of each of K channels per photon, at every wavelength of ``GRID_NM``.
    """
    from colour import XYZ_to_Lab, XYZ_to_xy, delta_E

    chart = _chart()
    signal = chart.photons @ np.asarray(sensitivity, float).T
    signal /= np.maximum(signal.max(axis=0), 1e-300)
    # What a fit to the others would miss follows from the leverage of each patch, without refitting.
    basis, singular, _ = np.linalg.svd(signal, full_matrices=False)
    basis = basis[:, singular > 1e-9 * singular[0]]
    left_out = chart.XYZ - basis @ (basis.T @ chart.XYZ)
    left_out /= (1 - (basis**2).sum(axis=1))[:, None]
    white = XYZ_to_xy(chart.white)
    seen, true = (XYZ_to_Lab(np.maximum(XYZ, 0), white) for XYZ in (chart.XYZ - left_out, chart.XYZ))
    return np.asarray(delta_E(true, seen, method="CIE 2000"))


def pixel_colours(
    parameters: SynapseParameters, lamp: Lamp, *, piled: bool, level: float = 0.9
) -> dict[str, Any]:
    """How a pixel of K films mixes the colours of a lamp, and its colour error on a chart in daylight.

    Parameters
    ----------
    parameters : SynapseParameters
        P sets of K films.
    lamp : Lamp
        C lights.
    piled : bool
        Films one behind another, the first in front; else side by side.
    level : float
        Of the intervals.

    Returns
    -------
    dict
        ``mixing_matrix`` (K rows of C shares absorbed, means over the sets); ``condition_number`` and
        ``colour_error`` (mean over the patches) with median and interval over the sets.
    """
    alone = absorptance(parameters)
    films = np.asarray(one_behind_another(alone) if piled else alone, float)
    mixing = films @ (lamp.power[:, None] * lamp.spectra).T
    errors = np.array([chart_error(one) for one in films])
    return {
        "mixing_matrix": mixing.mean(axis=0).tolist(),
        "condition_number": _spread(np.minimum(np.linalg.cond(mixing), _SINGULAR), level),
        "colour_error": {
            **_spread(errors.mean(axis=1), level),
            "unit": "CIE Delta E 2000, mean over the patches",
            "worst_patch": float(np.median(errors.max(axis=1))),
            "chart": f"{_CHART}, each patch left out of the fit",
        },
    }


def with_pixel(
    source: Source,
    films: Sequence[Perovskite],
    options: Mapping[str, Any],
    *,
    thickness_nm: float | None,
    draws: int | None,
    seed: int,
    level: float,
) -> tuple[Source, dict[str, Any]]:
    """A source whose pixels have several films, and what these make of colours.

    Parameters
    ----------
    source : Source
        Its synapse is that of every film. A device of one set is repeated: the films differ between draws.
    films : sequence of Perovskite
    options : mapping
        Of task colour.
    thickness_nm : float or None
        Of every film.
    draws : int or None
    seed : int
    level : float

    Returns
    -------
    source : Source
    pixel : dict
        ``layers, arrangement, films, wavelengths_nm`` and what :func:`pixel_colours` tells.
    """
    parameters = source.parameters
    if parameters.n_sets == 1:
        parameters = parameters.take(np.zeros(draws or DEFAULT_DRAWS, int))
    parameters = with_layers(parameters, films, thickness_nm, seed)
    names, arrangement = [film.formula for film in films], options["arrangement"]
    piled = arrangement == "stacked"
    pixel = {
        "layers": names,
        "arrangement": arrangement,
        "films": [film_facts(film) for film in films],
        "wavelengths_nm": list(options["wavelengths_nm"]),
        **pixel_colours(parameters, lamp_of(options), piled=piled, level=level),
    }
    said = f"pixel of films, {arrangement}: {', '.join(names)}; they share the synapse of {source.name}"
    table = {name: entry for name, entry in source.table.items() if name != "bandgap"}
    return replace(source, parameters=parameters, table=table, notes=[*source.notes, said]), pixel


def _spread(values: Array, level: float) -> dict[str, Any]:
    low, high = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return {"median": float(np.median(values)), "interval": [float(low), float(high)]}
