"""The bare write: signed pulses on every device of many arrays at once."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from perovdata.arrays.kernel.cell_physics import cell_curvature, spread, take_pulses
from perovdata.arrays.kernel.constants import Effects, Lanes, make_lanes
from perovdata.arrays.kernel.counter_rng import event_key
from perovdata.devices import SynapseParameters
from perovdata.engine import require_memory
from perovdata.errors import InputError

__all__ = ["apply_pulses"]

_PULSES = 0xFFFFFF40


def apply_pulses(
    params: SynapseParameters,
    g,
    n_pulses,
    *,
    seed: int = 0,
    event: int = 0,
    first_set: int = 0,
    paired: bool = False,
    donate: bool = False,
):
    """Give every device its pulses, with cycle-to-cycle and device-to-device variation, within the window.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    g : array, shape (P, devices)
        Conductance, fraction of the window.
    n_pulses : array of integers, shape (P, devices) or broadcastable
        Positive: LTP, negative: LTD.
    seed, event : int
        Noise is a function of them, the set and the device only.
    first_set, paired
        As in :func:`~perovdata.arrays.train_online`.
    donate : bool
        Reuse the memory of ``g``, which must not be used afterwards.

    Returns
    -------
    array, shape (P, devices)

    Raises
    ------
    InputError
    """
    if jnp.ndim(g) != 2 or g.shape[0] != params.n_sets:
        raise InputError(f"g: shape {jnp.shape(g)}; give ({params.n_sets}, devices)")
    n_pulses = jnp.asarray(n_pulses)
    if not jnp.issubdtype(n_pulses.dtype, jnp.integer):
        raise InputError(f"n_pulses: {n_pulses.dtype} are not whole numbers of pulses")
    if n_pulses.ndim > 2 or any(
        b not in (1, s) for b, s in zip(n_pulses.shape[::-1], g.shape[::-1], strict=False)
    ):
        raise InputError(f"n_pulses: shape {n_pulses.shape} does not fit g of shape {g.shape}")
    lanes, effects = make_lanes(params, [0], seed=seed, first_set=first_set, paired=paired)
    require_memory(
        4 * g.shape[1] * (2 + 2 * effects.d2d_label), params.n_sets, "parameter sets of so many devices"
    )
    run = _apply_in_place if donate else _apply
    return run(effects, lanes, jnp.asarray(g, jnp.float32), n_pulses, np.uint32(event))


def _pulse(e: Effects, lanes: Lanes, g, n, event):
    d = spread(Lanes(*(jnp.asarray(leaf) for leaf in lanes)), 2)
    cell = lax.broadcasted_iota(jnp.uint32, g.shape, 1)
    curvature = cell_curvature(d, 0, cell) if e.d2d_label else None
    n = n.astype(jnp.float32)
    return take_pulses(g, jnp.abs(n), n > 0, d, e, event_key(d.key, _PULSES, event), cell, curvature)


_apply = partial(jax.jit, static_argnums=0)(_pulse)
_apply_in_place = partial(jax.jit, static_argnums=0, donate_argnums=2)(_pulse)
