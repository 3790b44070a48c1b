"""The shape of an absorption edge: Elliott's law with few parameters, fitted on the measured spectra.

``alpha(E) = strength (1 + slope u) [bound excitons + Sommerfeld-enhanced continuum](u)``, u = E - E0, smeared
by a hyperbolic secant, whose exponential wings are the Urbach tail. Elliott 1957,
doi:10.1103/PhysRev.108.1384; smearing and slope (bands that are no parabolas) as in Saba et al. 2014,
doi:10.1038/ncomms6049. The parameters are effective: exciton energy and width stand for whatever rounds the
edge of a real film.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from perovdata.materials.spectra import HC_EV_NM, Spectrum, measured_spectra, red_edge

Array = npt.NDArray[np.float64]
ShapeClass = Literal["bulk", "layered"]
CLASSES: tuple[ShapeClass, ...] = ("bulk", "layered")

#: Absorption coefficient, 1/cm, below which the extinction of the spectra is its own noise: transparent.
NOISE = 1e3
_THICKNESSES = (1e-5, 3e-5, 1e-4)  # cm: films on which fits are judged
_STEP = 2e-3  # eV
_BELOW, _ABOVE, _WING = 2.0, 4.0, 0.6  # eV: range of the law, and of the smearing
_BOUND_STATES = 5
#: Misfit of one point from which on it counts linearly: films of one material differ by more than any shape.
_FAIR_MISFIT = 0.1


@dataclass(frozen=True)
class LineShape:
    """Elliott's law of one class of materials.

    Parameters
    ----------
    strength : float
        1/cm; scale of the continuum.
    exciton : float
        eV; binding energy of the exciton.
    width : float
        eV; of the smearing, and so the Urbach energy of the tail.
    slope : float
        1/eV; growth of the absorption towards the ultraviolet.
    offset : float
        eV; onset of the continuum above the red edge.
    spread : float
        Standard deviation of the logarithm of the strength between materials and films.
    """

    strength: float
    exciton: float
    width: float
    slope: float
    offset: float
    spread: float = 0.0

    def absorption(self, energy: Array, gap: Array | float) -> Array:
        """Absorption coefficient in 1/cm.

        Parameters
        ----------
        energy : ndarray, eV
            Photon energies.
        gap : ndarray or float, eV
            Band gap, where the absorption has its red edge; broadcasts against `energy`.
        """
        grid, smeared = _law(self.exciton, self.width, self.slope)
        return self.strength * np.interp(energy - gap - self.offset, grid, smeared)


@lru_cache(maxsize=64)
def _law(exciton: float, width: float, slope: float) -> tuple[Array, Array]:
    """Smeared law of unit strength on a grid of energies from the onset of the continuum."""
    from scipy.signal import fftconvolve

    grid = np.arange(-_BELOW, _ABOVE, _STEP)
    raw = np.zeros_like(grid)
    for n in range(1, _BOUND_STATES + 1):
        # A line between two points of the grid belongs to both, so that fits see a smooth function.
        near = np.maximum(1 - np.abs(grid + exciton / n**2) / _STEP, 0)
        raw += 4 * np.pi * exciton**1.5 / n**3 / _STEP * near
    free = grid > 0
    root = np.sqrt(exciton)
    raw[free] += 2 * np.pi * root / -np.expm1(-2 * np.pi * root / np.sqrt(grid[free]))
    raw *= 1 + slope * np.maximum(grid, 0)
    kernel = 1 / np.cosh(np.arange(-_WING, _WING + _STEP / 2, _STEP) / width)
    smeared = np.maximum(fftconvolve(raw, kernel / kernel.sum(), mode="same"), 0)
    return grid, smeared


def film_absorptance(absorption: Array, thickness_cm: float, reflectance: float = 0.0) -> Array:
    """Share of the light that a film absorbs, ``(1 - R) (1 - exp(-alpha d))``; noise counts as its level."""
    return (1 - reflectance) * -np.expm1(-np.maximum(absorption, NOISE) * thickness_cm)


def trusted(spectrum: Spectrum) -> npt.NDArray[np.bool_]:
    """Points of a spectrum that tell of the material.

    Where a spectrum stays above ten times the noise to its red end, what it shows beyond its red edge is
    light lost otherwise (one of MAPbI3).
    """
    if spectrum.absorption[-1] < 10 * NOISE:
        return np.ones(len(spectrum.wavelength), bool)
    return spectrum.wavelength <= red_edge(spectrum)


def class_of(spectrum: Spectrum) -> ShapeClass | None:
    """Class of a measured material; None for one of a kind (double perovskites)."""
    perovskite = spectrum.perovskite
    if perovskite.spacer:
        return "layered"
    return "bulk" if perovskite.prototype == "ABX3" else None


def fit_shape(spectra: Sequence[Spectrum]) -> LineShape:
    """Fit the law to spectra, every material counting the same.

    Residuals (soft L1) are those of the absorptance of films of 100, 300 and 1000 nm at 400 to 800 nm, which
    weighs a coefficient by what it does to light.
    """
    from scipy.optimize import least_squares

    times = [sum(s.perovskite.key == other.perovskite.key for other in spectra) for s in spectra]

    def residuals(x: Array) -> Array:
        shape = LineShape(*map(float, (*np.exp(x[:4]), x[4])))
        return np.concatenate([_misfit(shape, s) / np.sqrt(n) for s, n in zip(spectra, times, strict=True)])

    start = [*np.log([1e4, 0.06, 0.04, 3.0]), 0.1]
    scale = [1, 1, 0.3, 1, 0.05]
    x = least_squares(residuals, start, x_scale=scale, loss="soft_l1", f_scale=_FAIR_MISFIT / 41**0.5).x
    shape = LineShape(*map(float, (*np.exp(x[:4]), x[4])))
    return replace(shape, spread=_spread(shape, spectra))


def _misfit(shape: LineShape, spectrum: Spectrum) -> Array:
    seen = trusted(spectrum) & (spectrum.wavelength >= 400) & (spectrum.wavelength <= 800)
    energy = HC_EV_NM / spectrum.wavelength[seen]
    model = shape.absorption(energy, HC_EV_NM / red_edge(spectrum))
    parts = [
        film_absorptance(model, d) - film_absorptance(spectrum.absorption[seen], d) for d in _THICKNESSES
    ]
    return np.concatenate(parts) / np.sqrt(seen.sum())


def _spread(shape: LineShape, spectra: Sequence[Spectrum]) -> float:
    """Spread between the spectra of the mean logarithmic distance above the edge."""
    distances = []
    for spectrum in spectra:
        gap = HC_EV_NM / red_edge(spectrum)
        energy = HC_EV_NM / spectrum.wavelength
        above = energy > gap + shape.width
        ratio = spectrum.absorption[above] / shape.absorption(energy[above], gap)
        distances.append(float(np.log(ratio).mean()))
    return float(np.std(distances, ddof=1))


@cache
def fitted_shape(kind: ShapeClass) -> LineShape:
    """The law of a class, fitted on all its spectra."""
    return fit_shape(spectra_of(kind))


def spectra_of(kind: ShapeClass) -> list[Spectrum]:
    """Measured spectra of a class."""
    return [spectrum for spectrum in measured_spectra() if class_of(spectrum) == kind]
