"""Pulses by the tables of :mod:`~perovdata.arrays.kernel.law_tables`: a look-up per binary digit of n."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from perovdata.arrays.kernel.constants import DeviceConstants
from perovdata.arrays.kernel.counter_rng import event_key, hash_bits
from perovdata.devices.laws import ATOMS

#: Random bits that choose one of the outcomes of a table.
_BITS = ATOMS.bit_length() - 1
#: Binary digits looked up in one pass over the cells, with the bits of one hash: nearly all of a training.
_FIRST = 2


def tabulated_pulses(
    g: jax.Array,
    n: jax.Array,
    up: jax.Array | bool,
    d: DeviceConstants,
    key: jax.Array,
    cell: jax.Array,
    digits: int | None = None,
) -> jax.Array:
    """n pulses of one direction on every cell, for lanes that follow a table.

    A fraction of a pulse is a pulse with that probability. More pulses than the doublings of a table hold
    (four full sweeps or more) count as that many.

    Parameters
    ----------
    g, n, up, key, cell
        As for :func:`~perovdata.arrays.kernel.cell_physics.take_pulses`.
    d : DeviceConstants
        Broadcasting against the cells.
    digits : int, optional
        Binary digits of the largest n, where it is known before compilation; None: found out at run time.

    Returns
    -------
    array
        New g.
    """
    assert d.tables is not None, "only lanes that follow a table come here"
    tables = d.tables.outcome
    doublings, _, nodes = tables.shape[2:]
    entries = tables.reshape(-1)

    def begin(n: jax.Array, up: jax.Array | bool) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Whole pulses, the first entry of each cell's table, and random bits."""
        bits = hash_bits(key, cell)
        whole = jnp.floor(n)
        chance = (bits >> (_FIRST * _BITS)).astype(jnp.float32) * np.float32(2.0 ** (_FIRST * _BITS - 32))
        count = jnp.minimum(whole + (chance < n - whole), 2.0**doublings - 1).astype(jnp.int32)
        table = 2 * jnp.maximum(d.law, 0) + jnp.where(up, 0, 1)
        return count, table * (doublings * ATOMS * nodes), bits

    def double(
        g: jax.Array, count: jax.Array, start: jax.Array, doubling: int | jax.Array, bits: jax.Array
    ) -> jax.Array:
        """2^doubling pulses on the cells whose number has that digit."""
        outcome = (bits & (ATOMS - 1)).astype(jnp.int32)
        place = g * np.float32(nodes - 1)
        low = jnp.minimum(place.astype(jnp.int32), nodes - 2)
        at = start + (doubling * ATOMS + outcome) * nodes + low
        before, after = (jnp.asarray(entries).at[at + k].get(mode="promise_in_bounds") for k in (0, 1))
        led_to = before + (place - low.astype(jnp.float32)) * (after - before)
        return jnp.where((count >> doubling) & 1 == 1, led_to, g)

    def few(g: jax.Array, n: jax.Array, up: jax.Array | bool) -> jax.Array:
        count, start, bits = begin(n, up)
        for doubling in range(_FIRST):
            g = double(g, count, start, doubling, bits >> (_BITS * doubling))
        return g

    def many(g: jax.Array, n: jax.Array, up: jax.Array | bool) -> jax.Array:
        count, start, _ = begin(n, up)
        longest = count.max()

        def more(carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            doubling, g = carry
            bits = hash_bits(event_key(key, doubling), cell)
            return doubling + 1, double(g, count, start, doubling, bits)

        start_at = (jnp.int32(_FIRST), few(g, n, up))
        return lax.while_loop(lambda carry: longest >> carry[0] > 0, more, start_at)[1]

    shape = jnp.broadcast_shapes(g.shape, jnp.shape(n))
    g = jnp.broadcast_to(g, shape)
    if digits is not None:
        return few(g, n, up) if digits <= _FIRST else many(g, n, up)
    return lax.cond(n.max() < 2.0**_FIRST, few, many, g, n, up)
