"""Light: how strongly a light pulse drives, and how light erases."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from perovdata.devices.film import absorbed, photon_energy
from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.shortterm import Traces, _width_drive

__all__ = ["intensity_drive", "optical_drive", "optical_erase"]


def intensity_drive(params: SynapseParameters, intensity):
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


def optical_drive(params: SynapseParameters, intensity, wavelength_nm=None, width=None):
    """Drive of a light pulse, for :func:`~perovdata.devices.event`.

    Only the light that the film absorbs acts, whatever its colour.

    Parameters
    ----------
    params : SynapseParameters
    intensity : array, W/m2
        >= 0.
    wavelength_nm : array, nm, optional
        None: light that is absorbed.
    width : array, s, optional
        None: the reference width (``pulse_width``).

    Returns
    -------
    array
        1 for the reference pulse of absorbed light.
    """
    if wavelength_nm is not None:
        intensity = jnp.asarray(intensity, jnp.float32) * absorbed(params, wavelength_nm)
    drive = intensity_drive(params, intensity)
    return drive if width is None else drive * _width_drive(params, width)


def optical_erase(traces: Traces, params: SynapseParameters, intensity, wavelength_nm) -> Traces:
    """Traces after an erasing light pulse (optical depression).

    The reference pulse at ``erase_photon_energy`` removes the share ``optical_erase``; other intensities and
    photon energies act as fractional pulses.
    """
    like = traces.slow_1
    energy = photon_energy(wavelength_nm)
    centre = align(params.erase_photon_energy, like)
    known = ~jnp.isnan(centre)
    distance = (energy - jnp.where(known, centre, energy)) / align(params.erase_photon_width, like)
    pulses = intensity_drive(params, jnp.broadcast_to(jnp.asarray(intensity, jnp.float32), like.shape))
    kept = (1.0 - align(params.optical_erase, like)) ** (pulses * jnp.exp(-0.5 * distance**2))
    return jax.tree.map(lambda leaf: leaf * kept, traces)
