"""What time, reading and temperature do to a stored state."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp

from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.engine import Values

#: Boltzmann constant in eV/K (CODATA 2018, exact).
BOLTZMANN_EV = 8.617333262e-5

_DECAY_TIMES = ("retention_tau", "retention_t0", "ppf_tau_1", "ppf_tau_2", "persistent_tau", "epsc_fast_tau")


def retained(params: SynapseParameters, elapsed: Values) -> jax.Array:
    """Fraction of a programmed state (above g_min) that is left.

    ``floor + (1 - floor) exp(-(t / tau)^beta) (1 + t / t0)^-nu``: exponential (beta = 1), stretched
    exponential (Kohlrausch) or power law (tau infinite), or their product.

    Parameters
    ----------
    params : SynapseParameters
    elapsed : array, s
        Time since programming, >= 0; shape (P, ...) or broadcastable.

    Returns
    -------
    array
        1 at t = 0.
    """
    t = jnp.asarray(elapsed, jnp.float32)
    ratio = t / align(params.retention_tau, t)
    safe = jnp.where(ratio > 0, ratio, 1.0)
    stretched = jnp.where(ratio > 0, jnp.exp(-(safe ** align(params.retention_beta, t))), 1.0)
    power = (1.0 + t / align(params.retention_t0, t)) ** -align(params.retention_nu, t)
    floor = align(params.retention_floor, t)
    return floor + (1.0 - floor) * stretched * power


def age(g: jax.Array, params: SynapseParameters, elapsed: Values) -> jax.Array:
    """Normalised conductance after some time without pulses; the state relaxes towards g_min.

    Parameters
    ----------
    g : array
        Normalised conductance just after programming.
    params : SynapseParameters
    elapsed : float or array, s
        Broadcastable to g.
    """
    return g * retained(params, jnp.broadcast_to(jnp.asarray(elapsed, jnp.float32), jnp.shape(g)))


def read_disturb(g: jax.Array, n_reads: Values, params: SynapseParameters) -> jax.Array:
    """Normalised conductance after reads, each moving it a fraction of the way to an end of the window."""
    d = align(params.read_disturb, g)
    kept = (1.0 - jnp.abs(d)) ** n_reads
    return jnp.where(d >= 0, 1.0 - (1.0 - g) * kept, g * kept)


def at_temperature(params: SynapseParameters, temperature: Values) -> SynapseParameters:
    """Parameters at another temperature: every decay time follows Arrhenius' law.

    ``tau(T) = tau exp(Ea / kB (1 / T - 1 / T_reference))``; with ``activation_energy`` 0 nothing changes.

    Parameters
    ----------
    params : SynapseParameters
    temperature : float or array of shape (P,), K
        Above 0.
    """
    exponent = (
        params.activation_energy / BOLTZMANN_EV * (1.0 / temperature - 1.0 / params.reference_temperature)
    )
    factor = jnp.exp(exponent)
    return dataclasses.replace(params, **{name: getattr(params, name) * factor for name in _DECAY_TIMES})
