"""Light of the scenes: narrow lines, LEDs, daylight; and how much of it the films of the sensor absorb.

A light is a photon spectrum on the wavelengths of ``GRID_NM`` that sums to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import GRID_NM, SynapseParameters, absorbed_share, line
from perovdata.errors import InputError
from perovdata.vision.task import Option

#: Options of a task with one light.
LIGHT_OPTIONS: dict[str, Option] = {
    "wavelength_nm": Option(
        None, "colour of the light, nm; not given: light that is absorbed", GRID_NM[0], GRID_NM[-1]
    ),
    "linewidth_nm": Option(0.0, "full width of that light at half maximum, nm; LEDs: 15 to 40", 0, 300),
}

#: Width of the band in which a figure reflects daylight, nm, where none is given.
_REFLECTED_NM = 60.0


def band(centre_nm: float, width_nm: float) -> np.ndarray:
    """Gaussian photon spectrum of a full width at half maximum, 0 being a line; shape (W,).

    Raises
    ------
    InputError
        For a centre outside ``GRID_NM``.
    """
    if not GRID_NM[0] <= centre_nm <= GRID_NM[-1]:
        raise InputError(
            f"light of {centre_nm:g} nm: wavelengths from {GRID_NM[0]:g} to {GRID_NM[-1]:g} nm are accepted"
        )
    # Narrower than the grid's step a Gaussian would fall between its points.
    if width_nm < 2 * (GRID_NM[1] - GRID_NM[0]):
        return line(centre_nm)
    shape = np.exp2(-4 * ((GRID_NM - centre_nm) / width_nm) ** 2)
    return shape / shape.sum()


def light_of(options: dict[str, float | None]) -> np.ndarray | None:
    """The light that ``LIGHT_OPTIONS`` state, shape (1, W), or None for light that is absorbed."""
    centre, width = options["wavelength_nm"], options["linewidth_nm"]
    return None if centre is None else band(centre, 0.0 if width is None else width)[None]


def share_of(device: SynapseParameters, light: np.ndarray | None) -> jax.Array | float:
    """Share of the light that one device (scalar fields) absorbs."""
    return 1.0 if light is None else absorbed_share(device, light)[0]


def absorbed_percent(
    params: SynapseParameters, light: np.ndarray | None, n_seeds: int
) -> dict[str, np.ndarray]:
    """``absorbed_light`` for the extras of a task: percent, shape (P, S); nothing without a light."""
    if light is None:
        return {}
    share = 100.0 * np.asarray(jnp.atleast_2d(absorbed_share(params, light)))
    return {"absorbed_light": np.repeat(share, n_seeds, axis=1)}


class Lamp(NamedTuple):
    """The lights of a scene of several colours.

    Attributes
    ----------
    spectra : ndarray, shape (C, W)
    power : ndarray, shape (C,)
        Photons of each relative to the strongest.
    """

    spectra: np.ndarray
    power: np.ndarray


def lamp_of(options: Mapping[str, Any]) -> Lamp:
    """The lights that ``wavelengths_nm``, ``linewidth_nm`` and ``illumination`` of task colour state."""
    wavelengths, width = options["wavelengths_nm"], options["linewidth_nm"]
    if len(wavelengths) != len(set(wavelengths)):
        raise InputError(f"task option wavelengths_nm: {wavelengths} names a wavelength twice")
    if options["illumination"] == "daylight":
        return daylight_lamp(wavelengths, _REFLECTED_NM if width is None else width)
    return source_lamp(wavelengths, 0.0 if width is None else width)


def source_lamp(wavelengths_nm: Sequence[float], width_nm: float) -> Lamp:
    """One source per colour, all equally strong."""
    spectra = np.array([band(wavelength, width_nm) for wavelength in wavelengths_nm])
    return Lamp(spectra, np.ones(len(spectra)))


def daylight_lamp(wavelengths_nm: Sequence[float], width_nm: float) -> Lamp:
    """Daylight (CIE standard illuminant D65) that surfaces reflect in Gaussian bands."""
    reflected = np.array([band(wavelength, width_nm) for wavelength in wavelengths_nm])
    # The same reflectance at every centre: undo the normalisation of the bands.
    reflected = reflected / reflected.max(axis=1, keepdims=True) * daylight()
    photons = reflected.sum(axis=1)
    return Lamp(reflected / photons[:, None], photons / photons.max())


def daylight() -> np.ndarray:
    """Relative photon flux of CIE standard illuminant D65 on ``GRID_NM``; 0 beyond its table."""
    # Only here: the library takes a second to import.
    from colour import SDS_ILLUMINANTS

    table = SDS_ILLUMINANTS["D65"]
    power = np.interp(GRID_NM, table.wavelengths, table.values, left=0.0, right=0.0)
    photons = power * GRID_NM
    return photons / photons.max()
