"""Long-term update laws: how pulses move the normalised conductance g = (G - g_min) / (g_max - g_min).

Every law is a pure state transition in closed form for any (also fractional) number of pulses; ``n_pulses``
is signed: positive potentiates, negative depresses. Noise enters as standard normals given by the caller.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from perovdata.devices.label import label_to_curvature
from perovdata.devices.parameters import SynapseParameters
from perovdata.engine import Values

_TINY = 1e-6
_BEYOND = 80.0


def align(field: jax.Array, g: Values) -> jax.Array:
    """Give a per-set field of shape (P,) trailing axes so that it broadcasts against g of shape (P, ...)."""
    missing = jnp.ndim(g) - jnp.ndim(field)
    return jnp.reshape(field, jnp.shape(field) + (1,) * missing) if jnp.ndim(field) and missing > 0 else field


def exponential(g: jax.Array, fraction: Values, curvature: Values) -> jax.Array:
    """MLP-NeuroSim's update: move ``g`` along its exponential curve, without noise and clipping.

    ``g' = B - (B - g) exp(-f u)`` with ``B = 1 / (1 - exp(-u))``, written so that it stays exact for
    ``u -> 0`` (straight line), where B is infinite.

    Parameters
    ----------
    g : array
        Normalised conductance.
    fraction : array
        Signed pulses over the pulses of a full sweep, f = n / N.
    curvature : array
        u = 1 / A of that direction (:func:`~perovdata.devices.label_to_curvature`), sign of the label.

    Returns
    -------
    array
        New normalised conductance, not clipped.

    Notes
    -----
    Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723; state form without inverse look-up.
    """
    straight = jnp.abs(curvature) < _TINY
    u = jnp.where(straight, 1.0, curvature)
    series = fraction * (1.0 + 0.5 * (1.0 - fraction) * curvature)
    # Far beyond the window's end it does not matter how far; infinity would leave 0 * inf behind.
    exponent = jnp.minimum(-fraction * u, _BEYOND)
    drift = jnp.where(straight, series, jnp.expm1(exponent) / jnp.expm1(-u))
    return g * jnp.exp(jnp.minimum(-fraction * curvature, _BEYOND)) + drift


def add_cycle_noise(
    g_new: jax.Array, g_old: jax.Array, n_pulses: Values, params: SynapseParameters, noise: jax.Array
) -> jax.Array:
    """Cycle-to-cycle noise of a transition of n pulses.

    The absolute part has sigma ``c2c_sigma * sqrt(|n|)`` (fraction of the window; MLP-NeuroSim), the
    relative part ``c2c_relative * |step| / sqrt(|n|)`` (independent pulses whose sigma is proportional to
    their step, aihwkit). No pulse, no noise.

    Parameters
    ----------
    g_new, g_old : array
        Normalised conductance after and before, without noise.
    n_pulses : array
        Signed number of pulses.
    params : SynapseParameters
    noise : array
        Standard normals of the shape of g.

    Returns
    -------
    array
        Not clipped.
    """
    n = jnp.abs(n_pulses)
    absolute = align(params.c2c_sigma, g_new) ** 2 * n
    relative = (align(params.c2c_relative, g_new) * (g_new - g_old)) ** 2 / jnp.maximum(n, 1.0)
    variance = jnp.where(n > 0, absolute + relative, 0.0)
    noisy = variance > 0  # keeps the square root's infinite slope at 0 out of gradients
    return g_new + jnp.where(noisy, jnp.sqrt(jnp.where(noisy, variance, 1.0)), 0.0) * noise


def quantise(g: jax.Array, params: SynapseParameters) -> jax.Array:
    """Round to the nearest of ``n_states`` equidistant levels of [0, 1] (infinite: unchanged)."""
    n_states = align(params.n_states, g)
    steps = jnp.where(jnp.isinf(n_states), 1.0, n_states - 1.0)
    return jnp.where(jnp.isinf(n_states), g, jnp.round(g * steps) / steps)


def step_exponential(
    g: jax.Array, n_pulses: Values, params: SynapseParameters, noise: jax.Array | None = None
) -> jax.Array:
    """NeuroSim's exponential update with cycle noise, clipped to the window.

    Parameters
    ----------
    g : array, shape (P, ...) or (...)
        Normalised conductance in [0, 1]; leading axis as in ``params`` (unless scalars).
    n_pulses : array
        Signed pulses, broadcastable to g.
    params : SynapseParameters
    noise : array, optional
        Standard normals of the shape of g; None: no noise.

    Returns
    -------
    array
        New normalised conductance in [0, 1].
    """
    up = n_pulses >= 0
    n_full = jnp.where(up, align(params.n_pulses_ltp, g), align(params.n_pulses_ltd, g))
    label = jnp.where(up, align(params.nonlinearity_ltp, g), align(params.nonlinearity_ltd, g))
    new = exponential(g, n_pulses / n_full, label_to_curvature(label))
    if noise is not None:
        new = add_cycle_noise(new, g, n_pulses, params, noise)
    return jnp.clip(new, 0.0, 1.0)
