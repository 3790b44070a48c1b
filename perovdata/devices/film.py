"""The film that absorbs: from an absorption spectrum and a thickness to the share of the light that acts.

A spectrum is given on the common grid :data:`GRID_NM`, so that light sources and films meet without
interpolation. Where only a band gap is known, a direct edge with an Urbach tail stands in.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices.longterm import align
from perovdata.devices.parameters import GRID_NM, SynapseParameters

__all__ = [
    "EDGE_STRENGTH",
    "GRID_NM",
    "absorbed",
    "absorbed_share",
    "absorptance",
    "absorption_of",
    "edge_absorption",
    "film_absorptance",
    "line",
    "one_behind_another",
    "photon_energy",
]

#: h c in eV nm (CODATA 2018, exact constants).
_HC_EV_NM = 1239.841984
#: Absorption coefficient 1 eV above a direct edge, 1/m eV^-1/2: fitted on the measured spectra of the bulk
#: lead halides in data/tables/absorption.csv (docs/light.md).
EDGE_STRENGTH = 8.7e6
#: Absorption coefficient of a film that lets nothing through, 1/m.
_OPAQUE = 1e12


def photon_energy(wavelength_nm: jax.Array | float) -> jax.Array:
    """Photon energy in eV of a wavelength in nm."""
    return _HC_EV_NM / jnp.asarray(wavelength_nm, jnp.float32)


def film_absorptance(absorption: jax.Array, thickness: jax.Array, reflectance: jax.Array = 0.0) -> jax.Array:
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


def absorption_of(params: SynapseParameters) -> jax.Array:
    """Absorption coefficient (1/m) of each film at every wavelength of ``GRID_NM``.

    Parameters
    ----------
    params : SynapseParameters
        P sets, or scalar fields inside ``vmap``.

    Returns
    -------
    array, shape (P, W), or (P, K, W) for K films per set
        ``absorption`` where it is given, else an edge from ``bandgap`` and ``absorption_width``; opaque where
        neither is known: light is taken as absorbed.
    """
    if params.absorption is not None:
        return params.absorption
    energy = photon_energy(GRID_NM)
    gap, width = (field[..., None] for field in (params.bandgap, params.absorption_width))
    known = ~jnp.isnan(gap)
    return jnp.where(known, edge_absorption(energy, jnp.where(known, gap, 1.0), width), _OPAQUE)


def absorptance(params: SynapseParameters) -> jax.Array:
    """Share of the light that each film absorbs, at every wavelength of ``GRID_NM``.

    Parameters
    ----------
    params : SynapseParameters
        P sets, or scalar fields inside ``vmap``.

    Returns
    -------
    array, shape (P, W), or (P, K, W) for K films per set
        Of :func:`absorption_of`.
    """
    absorption = absorption_of(params)
    thickness, reflectance = (
        align(field, absorption) for field in (params.film_thickness, params.film_reflectance)
    )
    return film_absorptance(absorption, thickness, reflectance)


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


def absorbed_share(params: SynapseParameters, light: jax.Array) -> jax.Array:
    """Share of each light that each film absorbs.

    Parameters
    ----------
    params : SynapseParameters
        P sets, or scalar fields inside ``vmap``.
    light : array, shape (C, W)
        Photon spectra on ``GRID_NM`` that each sum to 1 (:func:`line` for a narrow one).

    Returns
    -------
    array, shape (P, C), or (P, K, C) for K films per set
    """
    return absorptance(params) @ jnp.asarray(light).T


def absorbed(params: SynapseParameters, wavelength_nm: jax.Array | float) -> jax.Array:
    """Share of the photons of one wavelength that the film absorbs, 0 to 1.

    Parameters
    ----------
    params : SynapseParameters
        P sets with one film each, or scalar fields inside ``vmap``.
    wavelength_nm : array, shape (P, ...) or scalar, nm

    Returns
    -------
    array
        Outside ``GRID_NM`` the value at its end.
    """
    spectrum = absorptance(params)
    wavelength = jnp.asarray(wavelength_nm, jnp.float32)
    if spectrum.ndim == 1:
        return jnp.interp(wavelength, GRID_NM, spectrum)
    wavelength = jnp.broadcast_to(wavelength, (len(spectrum), *wavelength.shape[1:]))
    return jax.vmap(lambda at, one: jnp.interp(at, GRID_NM, one))(wavelength, spectrum)


def line(wavelength_nm: float) -> np.ndarray:
    """Light of one wavelength on ``GRID_NM``: two neighbouring points share it; shape (W,)."""
    unit = np.eye(len(GRID_NM))
    return np.array([np.interp(wavelength_nm, GRID_NM, row) for row in unit])
