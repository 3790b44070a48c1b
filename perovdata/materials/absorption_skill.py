"""How well absorption is known for a material whose spectra were hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite
from perovdata.materials.absorption_shape import (
    CLASSES,
    LineShape,
    film_absorptance,
    fit_shape,
    spectra_of,
    trusted,
)
from perovdata.materials.gap_data import training_table
from perovdata.materials.gap_domain import fractions, outside
from perovdata.materials.gap_models import CANDIDATES, SHIPPED
from perovdata.materials.layered_gap import WellLaw, bulk_of, fit_well, layered_edges
from perovdata.materials.spectra import HC_EV_NM, Spectrum, red_edge

Array = npt.NDArray[np.float64]
_FILM_CM = 3e-5


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A measured spectrum and what the law, fitted on the other materials of its class, says of it.

    Parameters
    ----------
    spectrum : Spectrum
    kind : str
        Class of its material.
    shape : LineShape
        Fitted without this material.
    """

    spectrum: Spectrum
    kind: str
    shape: LineShape

    def at(self, wavelength_nm: Array) -> Array:
        """Absorption coefficient (1/cm) of the law at the measured red edge."""
        return self.shape.absorption(HC_EV_NM / wavelength_nm, HC_EV_NM / red_edge(self.spectrum))

    def edge_error(self, gap: float) -> float:
        """Red edge of the law at a gap less the measured one, in nm."""
        fine = np.arange(380.0, 1000.0, 1.0)
        values = self.shape.absorption(HC_EV_NM / fine, gap)
        found = red_edge(Spectrum(self.spectrum.perovskite, fine, values, ""))
        return found - red_edge(self.spectrum)


def hidden_absorption() -> list[HeldOut]:
    """Every measured spectrum of a class with a law, each material hidden in turn."""
    found = []
    for kind in CLASSES:
        spectra = spectra_of(kind)
        for key in dict.fromkeys(s.perovskite.key for s in spectra):
            shape = fit_shape([s for s in spectra if s.perovskite.key != key])
            found += [HeldOut(s, kind, shape) for s in spectra if s.perovskite.key == key]
    return found


def hidden_gap(perovskite: Perovskite) -> float:
    """Gap in eV that the gap models give a composition of which they saw neither gap nor spectrum.

    Bulk: the shipped model, fitted without its rows. Layered: the well law, fitted without its red edge,
    above the predicted gap of the bulk.
    """
    table = training_table()
    bulk, _ = (perovskite, "") if outside(perovskite) is None else bulk_of(perovskite)
    if bulk is None:
        raise ValueError(f"{perovskite.formula}: outside the domain of the gap models")
    others = table.take(table.composition != bulk.canonical)
    model = CANDIDATES[SHIPPED].make().fit(others.X, others.y)
    gap = float(model.predict(fractions([bulk]))[0][0])
    if not perovskite.spacer:
        return gap
    edges = [(s, edge) for s, edge in layered_edges() if s.perovskite.key != perovskite.key]
    n = np.array([float(s.perovskite.n or 1) for s, _ in edges])
    a, b = fit_well(n, np.array([edge for _, edge in edges]) - gap)
    return gap + WellLaw(a, b, 0.0).confinement(float(perovskite.n or 1))


def absorptance_error(spectrum: Spectrum, absorptance: Callable[[Array], Array]) -> tuple[float, float]:
    """Mean absolute and mean error of the absorptance of a 300 nm film, 400 to 800 nm.

    Parameters
    ----------
    spectrum : Spectrum
        The measured one; only its trusted points count.
    absorptance : callable
        Of photon energies in eV.
    """
    seen = _judged(spectrum)
    measured = film_absorptance(spectrum.absorption[seen], _FILM_CM)
    error = absorptance(HC_EV_NM / spectrum.wavelength[seen]) - measured
    return float(np.abs(error).mean()), float(error.mean())


def repeat_error(one: Spectrum, other: Spectrum) -> float:
    """The same mean absolute difference between two measured spectra of one material."""
    _, at_one, at_other = np.intersect1d(
        one.wavelength[_judged(one)], other.wavelength[_judged(other)], return_indices=True
    )
    first, second = (
        film_absorptance(s.absorption[_judged(s)][at], _FILM_CM)
        for s, at in ((one, at_one), (other, at_other))
    )
    return float(np.abs(first - second).mean())


def _judged(spectrum: Spectrum) -> npt.NDArray[np.bool_]:
    return trusted(spectrum) & (spectrum.wavelength >= 400) & (spectrum.wavelength <= 800)
