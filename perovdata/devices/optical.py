"""Light: which photons count, how strongly a light pulse drives, and how light erases."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.shortterm import Traces, _width_drive

__all__ = ["absorbed", "intensity_drive", "optical_drive", "optical_erase", "photon_energy"]

#: h c in eV nm (CODATA 2018, exact constants).
_HC_EV_NM = 1239.841984


def photon_energy(wavelength_nm):
    """Photon energy in eV of a wavelength in nm."""
    return _HC_EV_NM / jnp.asarray(wavelength_nm, jnp.float32)


def absorbed(params: SynapseParameters, wavelength_nm):
    """Share of the photons that the band gap lets act, 0 to 1: ``1 / (1 + exp((Eg - h nu) / w))``.

    A smooth step at the band gap with an exponential (Urbach-like) tail below it; 1 where no band gap is
    known.
    """
    energy = photon_energy(wavelength_nm)
    gap = align(params.bandgap, energy)
    known = ~jnp.isnan(gap)
    edge = (energy - jnp.where(known, gap, 0.0)) / align(params.absorption_width, energy)
    return jnp.where(known, jax.nn.sigmoid(edge), 1.0)


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
    drive = intensity_drive(params, intensity)
    if wavelength_nm is not None:
        drive = drive * absorbed(params, wavelength_nm)
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
