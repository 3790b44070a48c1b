"""Device-to-device spread, stuck devices and wear: from one parameter set to the devices of an array."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from perovdata.devices.fields import MAX_LABEL
from perovdata.devices.label import label_to_curvature
from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.engine import Values


@dataclass(frozen=True)
class Devices:
    """Individual devices of an array, all fields of shape (P, *shape), or (*shape) for scalar parameters.

    Parameters
    ----------
    g_max, g_min : array, S
        Window of each device.
    curvature_ltp, curvature_ltd : array
        u = 1 / A of each device, sign of its label.
    stuck : array of int8
        1: fixed at g_max; -1: fixed at g_min; 0: works.
    """

    g_max: jax.Array
    g_min: jax.Array
    curvature_ltp: jax.Array
    curvature_ltd: jax.Array
    stuck: jax.Array


jax.tree_util.register_dataclass(
    Devices, data_fields=["g_max", "g_min", "curvature_ltp", "curvature_ltd", "stuck"], meta_fields=[]
)


def _pair(key: jax.Array, shape: tuple[int, ...], correlation: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two standard normals with a correlation."""
    first, second = jax.random.normal(key, (2, *shape), jnp.float32)
    return first, correlation * first + jnp.sqrt(jnp.maximum(1.0 - correlation**2, 0.0)) * second


def sample_devices(key: jax.Array, params: SynapseParameters, shape: tuple[int, ...]) -> Devices:
    """Draw the devices of an array.

    All parameter sets share the same standard normals (common random numbers), so that sets are compared on
    the same array. Labels are normal around their mean with sigma ``d2d_label_sigma`` and end at +-9, where
    NeuroSim's table ends; windows are log-normal. A device whose g_min comes out above its g_max has no
    window: both take the value of g_max.

    Parameters
    ----------
    key : jax.random key
    params : SynapseParameters
        P sets, or scalar fields inside ``vmap``.
    shape : tuple of int
        Shape of the array.

    Returns
    -------
    Devices
    """
    window_key, label_key, stuck_key = jax.random.split(key, 3)
    like = jnp.zeros(jnp.shape(params.g_max) + (1,) * len(shape))
    of = {name: align(getattr(params, name), like) for name in _USED}
    rho = of["d2d_correlation"]
    z_max, z_min = _pair(window_key, shape, rho)
    z_ltp, z_ltd = _pair(label_key, shape, rho)

    g_max = of["g_max"] * jnp.exp(of["d2d_g_max"] * z_max)
    g_min = jnp.minimum(of["g_min"] * jnp.exp(of["d2d_g_min"] * z_min), g_max)

    def curvature(label: jax.Array, z: jax.Array) -> jax.Array:
        # The correlation is one of magnitudes: both directions of a device more or less nonlinear.
        away = jnp.where(label < 0, -1.0, 1.0)
        spread = of["d2d_label_sigma"] * away * z
        return label_to_curvature(jnp.clip(label + spread, -MAX_LABEL, MAX_LABEL))

    u = jax.random.uniform(stuck_key, shape)
    on, off = u < of["stuck_on"], u >= 1.0 - of["stuck_off"]
    full = jnp.broadcast_shapes(like.shape, shape)
    return jax.tree.map(
        lambda leaf: jnp.broadcast_to(leaf, full),
        Devices(
            g_max=g_max,
            g_min=g_min,
            curvature_ltp=curvature(of["nonlinearity_ltp"], z_ltp),
            curvature_ltd=curvature(of["nonlinearity_ltd"], z_ltd),
            stuck=on.astype(jnp.int8) - off.astype(jnp.int8),
        ),
    )


_USED = (
    "g_max",
    "g_min",
    "nonlinearity_ltp",
    "nonlinearity_ltd",
    "d2d_label_sigma",
    "d2d_g_max",
    "d2d_g_min",
    "d2d_correlation",
    "stuck_on",
    "stuck_off",
)


def hold_stuck(g: jax.Array, stuck: jax.Array) -> jax.Array:
    """Normalised conductance with stuck devices at their end."""
    return jnp.where(stuck == 0, g, (stuck > 0).astype(g.dtype))


def worn_window(params: SynapseParameters, n_pulses: Values) -> jax.Array:
    """Window left after a number of pulses: it has halved after ``endurance_cycles``.

    ``g_max`` falls towards ``g_min`` as ``2^-(n / endurance)^k``, the Weibull form of wear-out.

    Parameters
    ----------
    params : SynapseParameters
    n_pulses : array
        Pulses so far, shape (P, ...) or broadcastable.

    Returns
    -------
    array
        Fraction of the original window, 1 (new) to 0.
    """
    n = jnp.asarray(n_pulses, jnp.float32)
    worn = n / align(params.endurance_cycles, n)
    safe = jnp.where(worn > 0, worn, 1.0)
    return jnp.where(worn > 0, jnp.exp2(-(safe ** align(params.endurance_exponent, n))), 1.0)
