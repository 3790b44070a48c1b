"""The film that absorbs: from an absorption spectrum and a thickness to the share of the light that acts.

A spectrum is given on the common grid :data:`GRID_NM`, so that light sources and films meet without
interpolation. Where only a band gap is known, a direct edge with an Urbach tail stands in.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

#: Wavelengths of an absorption spectrum, nm: fine against an exciton line, from the near UV to the edge of
#: the lowest gap among lead-tin halides.
GRID_NM = np.arange(350.0, 1101.0, 5.0)
#: h c in eV nm (CODATA 2018, exact constants).
_HC_EV_NM = 1239.841984
#: Absorption coefficient 1 eV above a direct edge, 1/m eV^-1/2: fitted on the measured spectra of the bulk
#: lead halides in data/tables/absorption.csv (docs/light.md).
EDGE_STRENGTH = 8.7e6
#: Absorption coefficient of a film that lets nothing through, 1/m.
_OPAQUE = 1e12


def photon_energy(wavelength_nm: ArrayLike) -> jax.Array:
    """Photon energy in eV of a wavelength in nm."""
    return _HC_EV_NM / jnp.asarray(wavelength_nm, jnp.float32)


def film_absorptance(
    absorption: jax.Array | np.ndarray, thickness: jax.Array | float, reflectance: jax.Array | float = 0.0
) -> jax.Array:
    """Share of the light that a film absorbs, ``(1 - R) (1 - exp(-alpha d))`` (Beer and Lambert).

    Parameters
    ----------
    absorption : array, 1/m
    thickness : array, m
    reflectance : array
        Share that the surface sends back; interference and light from the back are left out.

    Returns
    -------
    array
        0..1.
    """
    return (1.0 - reflectance) * -jnp.expm1(-absorption * thickness)


def edge_absorption(energy: jax.Array, bandgap: jax.Array, width: jax.Array) -> jax.Array:
    """Absorption coefficient (1/m) of a direct edge with an exponential tail.

    ``EDGE_STRENGTH sqrt(E - Eg)`` (direct allowed transitions) down to ``Eg + width / 2``, where an
    exponential of that width continues it without a kink (Urbach 1953, doi:10.1103/PhysRev.92.1324).

    Parameters
    ----------
    energy : array, eV
    bandgap : array, eV
    width : array, eV
        Urbach energy.
    """
    above = energy - bandgap
    join = width / 2.0
    tail = jnp.exp(jnp.minimum(above - join, 0.0) / width)
    return EDGE_STRENGTH * jnp.sqrt(jnp.maximum(above, join)) * tail


def gap_absorption(bandgap: jax.Array, width: jax.Array) -> jax.Array:
    """Absorption coefficient (1/m) at every wavelength of ``GRID_NM`` where only a gap is known.

    Parameters
    ----------
    bandgap : array, eV
        NaN: not even that; the film is opaque, so that all light is taken as absorbed.
    width : array, eV
        Urbach energy.

    Returns
    -------
    array, shape (..., W)
    """
    gap = jnp.asarray(bandgap)[..., None]
    known = ~jnp.isnan(gap)
    edge = edge_absorption(photon_energy(GRID_NM), jnp.where(known, gap, 1.0), jnp.asarray(width)[..., None])
    return jnp.where(known, edge, _OPAQUE)


def one_behind_another(share: jax.Array) -> jax.Array:
    """Absorptance of films of a pile, each in the light that those before it let through.

    Parameters
    ----------
    share : array, shape (..., K, W)
        Absorptance of each film alone, the film that the light meets first at index 0.

    Returns
    -------
    array of the same shape
        Shares of the light that falls on the pile.
    """
    passed = jnp.cumprod(1.0 - share, axis=-2)
    before = jnp.concatenate([jnp.ones_like(passed[..., :1, :]), passed[..., :-1, :]], axis=-2)
    return share * before


def line(wavelength_nm: float) -> np.ndarray:
    """Light of one wavelength on ``GRID_NM``: two neighbouring points share it; shape (W,)."""
    unit = np.eye(len(GRID_NM))
    return np.array([np.interp(wavelength_nm, GRID_NM, row) for row in unit])
