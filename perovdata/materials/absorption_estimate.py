"""The absorption spectrum of a composition: measured, predicted from its gap, or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from perovdata.chemistry import Perovskite
from perovdata.materials.absorption_shape import (
    NOISE,
    LineShape,
    ShapeClass,
    class_of,
    fitted_shape,
    spectra_of,
    trusted,
)
from perovdata.materials.gap_domain import outside
from perovdata.materials.gap_estimate import bandgap
from perovdata.materials.layered_gap import bulk_of
from perovdata.materials.spectra import HC_EV_NM, Spectrum, measured_spectra, red_edge
from perovdata.quasirandom import Part, uniforms

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Absorption:
    """An absorption spectrum.

    Parameters
    ----------
    values : ndarray, shape (W,)
        Absorption coefficient in 1/cm; NaN if missing.
    origin : {"measured", "predicted", "missing"}
    rule : str
        How it was obtained, or why there is none.
    sources : tuple of str
        DOIs.
    """

    values: Array
    origin: Literal["measured", "predicted", "missing"]
    rule: str
    sources: tuple[str, ...]


def absorption(perovskite: Perovskite, wavelength_nm: npt.ArrayLike) -> Absorption:
    """Absorption coefficient of a composition.

    Parameters
    ----------
    perovskite : Perovskite
        Dopants are not counted: the spectrum is that of the host.
    wavelength_nm : array_like, shape (W,)

    Returns
    -------
    Absorption
        The measured spectrum (median of several), beyond whose ends the shape of its class goes on; else
        Elliott's law at the gap of :func:`~perovdata.materials.bandgap`, for ABX3 and layered compounds of
        its domain; else missing.
    """
    energy = _energy(wavelength_nm)
    measured = _measured(perovskite)
    if measured:
        values = np.median([_completed(one, energy) for one in measured], axis=0)
        count = f"median of {len(measured)} measured spectra" if len(measured) > 1 else "measured spectrum"
        return Absorption(values, "measured", count, tuple(one.doi for one in measured))
    gap, kind = bandgap(perovskite), _kind(perovskite)
    if gap.origin == "missing" or kind is None:
        why = gap.rule if gap.origin == "missing" else "no spectrum of its kind was measured"
        return Absorption(np.full(energy.shape, np.nan), "missing", why, ())
    spectra = spectra_of(kind)
    rule = f"Elliott's law fitted on {len(spectra)} spectra of {kind} perovskites, at the {gap.origin} gap"
    sources = tuple(dict.fromkeys((*gap.sources, *(one.doi for one in spectra))))
    return Absorption(fitted_shape(kind).absorption(energy, gap.value), "predicted", rule, sources)


def absorption_draws(
    perovskite: Perovskite, wavelength_nm: npt.ArrayLike, gaps: npt.ArrayLike, seed: int, film: int = 0
) -> Array | None:
    """Spectra of films that a composition may give, one per draw of its gap.

    Parameters
    ----------
    perovskite : Perovskite
    wavelength_nm : array_like, shape (W,)
    gaps : array_like, shape (n,), eV
        From :func:`~perovdata.materials.bandgap_draws`; not read where a spectrum but no gap is known.
    seed : int
    film : int
        Of a pixel, as for :func:`~perovdata.materials.bandgap_draws`.

    Returns
    -------
    ndarray, shape (n, W), 1/cm, or None where :func:`absorption` is missing
        Measured: one of the spectra each, shifted as its gap differs from the best value. Predicted: the
        law at each gap, its strength drawn as it varies between materials and films.
    """
    energy, gaps = _energy(wavelength_nm), np.asarray(gaps, float)
    u = uniforms(Part.FILMS, len(gaps), seed)[:, 2 * film + 1]
    best = bandgap(perovskite)
    measured = _measured(perovskite)
    if measured:
        shift = np.zeros(len(gaps)) if best.origin == "missing" else gaps - best.value
        chosen = (u * len(measured)).astype(int)
        return np.array(
            [_completed(measured[k], energy - by) for k, by in zip(chosen, shift, strict=True)]
        ).reshape(len(gaps), -1)
    kind = _kind(perovskite)
    if best.origin == "missing" or kind is None:
        return None
    shape = fitted_shape(kind)
    strength = np.exp(shape.spread * ndtri(u))
    return strength[:, None] * shape.absorption(energy, gaps[:, None])


def _energy(wavelength_nm: npt.ArrayLike) -> Array:
    return HC_EV_NM / np.asarray(wavelength_nm, float)


def _host(perovskite: Perovskite) -> Perovskite:
    return perovskite.replaced(dopants={}, formula=perovskite.formula) if perovskite.dopants else perovskite


def _measured(perovskite: Perovskite) -> Sequence[Spectrum]:
    key = _host(perovskite).key
    return [spectrum for spectrum in measured_spectra() if spectrum.perovskite.key == key]


def _kind(perovskite: Perovskite) -> ShapeClass | None:
    host = _host(perovskite)
    if outside(host) is None:
        return "bulk"
    return "layered" if bulk_of(host)[0] is not None else None


def _completed(spectrum: Spectrum, energy: Array) -> Array:
    """A measured spectrum at any photon energies, 1/cm.

    Noise is transparent, and so is what lies beyond the red end of a spectrum that was followed down its
    edge. Else the law of its class goes on from the last value; of a kind with no law, that value stays.
    """
    seen = trusted(spectrum)
    measured_at = HC_EV_NM / spectrum.wavelength[seen][::-1]
    coefficient = spectrum.absorption[seen][::-1]
    values = np.interp(energy, measured_at, coefficient)
    kind = class_of(spectrum)
    if kind is not None:
        shape, gap = fitted_shape(kind), HC_EV_NM / red_edge(spectrum)
        red, blue = energy < measured_at[0], energy > measured_at[-1]
        values[blue] = coefficient[-1] * _ratio(shape, gap, measured_at[-1], energy[blue])
        values[red] = 0 if seen.all() else coefficient[0] * _ratio(shape, gap, measured_at[0], energy[red])
    return np.where(values < NOISE, 0.0, values)


def _ratio(shape: LineShape, gap: float, end: float, energy: Array) -> Array:
    """The law over its value at one energy."""
    return shape.absorption(energy, gap) / shape.absorption(np.array([end]), gap)
