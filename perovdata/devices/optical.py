"""Light: how much of it a film absorbs, and how strongly a pulse drives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from perovdata.devices.film import GRID_NM, film_absorptance, gap_absorption
from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.engine import Values


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
    return gap_absorption(params.bandgap, params.absorption_width)


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


def absorbed_share(params: SynapseParameters, light: ArrayLike) -> jax.Array:
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


def absorbed(params: SynapseParameters, wavelength_nm: Values) -> jax.Array:
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


def intensity_drive(params: SynapseParameters, intensity: Values) -> jax.Array:
    """Drive of an intensity relative to ``intensity_reference``.

    ``h(I) / h(I_reference)`` with ``h = I^gamma / (1 + (I / I_sat)^gamma)``: a power law
    (gamma below 1: traps) that saturates.
    """
    intensity = jnp.asarray(intensity, jnp.float32)
    gamma = align(params.intensity_exponent, intensity)
    reference = align(params.intensity_reference, intensity)
    saturation = align(params.intensity_saturation, intensity)
    safe = jnp.where(intensity > 0, intensity, 1.0)
    relative = (safe / reference) ** gamma
    fill = (1.0 + (reference / saturation) ** gamma) / (1.0 + (safe / saturation) ** gamma)
    return jnp.where(intensity > 0, relative * fill, 0.0)


def optical_drive(
    params: SynapseParameters, intensity: Values, wavelength_nm: Values | None = None
) -> jax.Array:
    """Drive of a light pulse, for :func:`~perovdata.devices.event`.

    Only the light that the film absorbs acts, whatever its colour.

    Parameters
    ----------
    params : SynapseParameters
    intensity : array, W/m2
        >= 0.
    wavelength_nm : array, nm, optional
        None: light that is absorbed.

    Returns
    -------
    array
        1 for the reference pulse of absorbed light.
    """
    if wavelength_nm is not None:
        intensity = jnp.asarray(intensity, jnp.float32) * absorbed(params, wavelength_nm)
    return intensity_drive(params, intensity)
