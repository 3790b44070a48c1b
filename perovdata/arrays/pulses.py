"""The bare write: signed pulses on every device of many arrays at once."""

from __future__ import annotations

from functools import partial
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.typing import ArrayLike

from perovdata.arrays.kernel.cell_physics import cell_curvature, spread, take_pulses
from perovdata.arrays.kernel.constants import DeviceConstants, Effects, make_constants
from perovdata.arrays.kernel.counter_rng import event_key
from perovdata.devices import SynapseParameters
from perovdata.engine import require_memory
from perovdata.errors import InputError

_PULSES = 0xFFFFFF40
_MOST_PULSES = 2**31 - 1
Asked = tuple[int, int, bool, object]


def apply_pulses(
    params: SynapseParameters,
    g: jax.Array,
    n_pulses: ArrayLike,
    *,
    seed: int = 0,
    event: int = 0,
    first_set: int = 0,
    paired: bool = False,
    donate: bool = False,
) -> jax.Array:
    """Give every device its pulses, with cycle-to-cycle and device-to-device variation, within the window.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    g : array, shape (P, devices)
        State, fraction of the window. Devices of few ``n_states`` keep it between their levels, too; a read
        sees the nearest level (:func:`perovdata.devices.quantise`).
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
        Shapes that do not fit, numbers that are not whole or beyond 2^31 - 1.

    Notes
    -----
    The exponential law takes n pulses in closed form, with NeuroSim's noise sigma sqrt(n) and one end at the
    window. Every other law composes single pulses: n at once have the distribution of n one by one.
    """
    if jnp.ndim(g) != 2 or g.shape[0] != params.n_sets:
        raise InputError(f"g: shape {jnp.shape(g)}; give ({params.n_sets}, devices)")
    n_pulses = _whole_numbers(n_pulses)
    if n_pulses.ndim > 2 or any(
        b not in (1, s) for b, s in zip(n_pulses.shape[::-1], g.shape[::-1], strict=False)
    ):
        raise InputError(f"n_pulses: shape {n_pulses.shape} does not fit g of shape {g.shape}")
    lanes, effects = _constants(params, seed, first_set, paired)
    require_memory(
        4 * g.shape[1] * (2 + 2 * effects.d2d_label), params.n_sets, "parameter sets of so many devices"
    )
    run = _apply_in_place if donate else _apply
    digits = None
    if effects.tabulated and not isinstance(n_pulses, jax.core.Tracer):
        digits = int(jnp.abs(n_pulses).max()).bit_length()
    return run(effects, digits, lanes, jnp.asarray(g, jnp.float32), n_pulses, np.uint32(event))


#: Constants of the last call for every parameters in use: a loop of small writes asks for the same ones.
_LAST: WeakKeyDictionary[SynapseParameters, tuple[Asked, tuple[DeviceConstants, Effects]]] = (
    WeakKeyDictionary()
)


def _constants(
    params: SynapseParameters, seed: int, first_set: int, paired: bool
) -> tuple[DeviceConstants, Effects]:
    """Constants of every set, where JAX computes; parameters never change, so they are made once."""
    asked = (seed, first_set, paired, jax.config.values["jax_default_device"])
    known = _LAST.get(params)
    if known is not None and known[0] == asked:
        return known[1]
    lanes, effects = make_constants(params, [0], seed=seed, first_set=first_set, paired=paired)
    made = lanes.map(jnp.asarray), effects
    _LAST[params] = asked, made
    return made


def _whole_numbers(n_pulses: ArrayLike) -> jax.Array:
    """Pulse numbers as the kernel takes them; JAX would wrap what does not fit into 32 bits."""
    if not isinstance(n_pulses, jax.Array):
        n_pulses = np.asarray(n_pulses)
    if not jnp.issubdtype(n_pulses.dtype, jnp.integer):
        raise InputError(f"n_pulses: {n_pulses.dtype} are not whole numbers of pulses")
    if isinstance(n_pulses, np.ndarray) and n_pulses.size:
        for end in (int(n_pulses.min()), int(n_pulses.max())):
            if abs(end) > _MOST_PULSES:
                raise InputError(f"n_pulses: {end} is beyond the {_MOST_PULSES} pulses that one call gives")
    return jnp.asarray(n_pulses)


def _pulse(
    e: Effects, digits: int | None, lanes: DeviceConstants, g: jax.Array, n: jax.Array, event: int
) -> jax.Array:
    d = spread(lanes, 2)
    cell = lax.broadcasted_iota(jnp.uint32, g.shape, 1)
    curvature = cell_curvature(d, 0, cell) if e.d2d_label else None
    n = n.astype(jnp.float32)
    return take_pulses(g, jnp.abs(n), n > 0, d, e, event_key(d.key, _PULSES, event), cell, curvature, digits)


_apply = partial(jax.jit, static_argnums=(0, 1))(_pulse)
_apply_in_place = partial(jax.jit, static_argnums=(0, 1), donate_argnums=3)(_pulse)
