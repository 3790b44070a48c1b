"""Writing target weights: open-loop pulses from the ideal map, and write-verify. Leading axis = lanes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from perovdata.arrays.circuit import Design
from perovdata.arrays.kernel.cell_physics import cell_curvature, spread, take_pulses
from perovdata.arrays.kernel.constants import DeviceConstants, Effects
from perovdata.arrays.kernel.counter_rng import event_key, normal
from perovdata.arrays.kernel.reading import cell_index, plane_fractions

#: A turn of write-verify: its number, conductances, pulses given, how far off.
_Turn = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


def curvature_of(design: Design, lanes: DeviceConstants, e: Effects, array: int) -> jax.Array | None:
    """Curvature of every device, (lanes, planes, rows, columns, 2), where it varies between devices."""
    return cell_curvature(spread(lanes, 4), array, cell_index(design)) if e.d2d_label else None


def plane_targets(design: Design, v: jax.Array) -> jax.Array:
    """Conductance fraction wanted of every plane for weights v in [-1, 1], (lanes, planes, rows, columns)."""
    m = len(design.significance)
    if design.scheme == "reference":
        return jnp.repeat((v[:, None] + 1) / 2, m, axis=1)
    return jnp.concatenate([jnp.repeat(jnp.maximum(s * v[:, None], 0.0), m, axis=1) for s in (1, -1)], axis=1)


def pulses_to(target: jax.Array, d: DeviceConstants, e: Effects) -> jax.Array:
    """LTP pulses (not rounded) that bring an erased nominal device to a conductance fraction."""
    closed = _exponential_pulses_to(target, d)
    if not e.tabulated or d.tables is None:
        return closed
    table = d.tables.pulses_to
    place = target * np.float32(table.shape[1] - 1)
    low = jnp.minimum(place.astype(jnp.int32), table.shape[1] - 2)
    at = jnp.maximum(d.law, 0) * table.shape[1] + low
    before, after = (table.reshape(-1)[at + k] for k in (0, 1))
    return jnp.where(d.law < 0, closed, before + (place - low) * (after - before))


def _exponential_pulses_to(target: jax.Array, d: DeviceConstants) -> jax.Array:
    u = d.curvature[..., 0]
    straight = jnp.abs(u) < 1e-6
    bent = jnp.where(straight, 1.0, u)
    inside = jnp.maximum(1 + target * jnp.expm1(-bent), np.float32(1e-30))
    position = jnp.where(straight, target, -jnp.log(inside) / bent)
    return position * d.pulses[..., 0]


def open_loop(
    design: Design,
    lanes: DeviceConstants,
    e: Effects,
    target: jax.Array,
    key: jax.Array,
    array: int,
    straight: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Erase, then give the pulses of the nominal curve at once, or those of a straight line.

    Returns
    -------
    g, given : array
        Conductance fractions and pulses, of the shape of ``target`` (lanes, planes, rows, columns).
    """
    d = spread(lanes, 4)
    n = jnp.round(target * d.pulses[..., 0] if straight else pulses_to(target, d, e))
    curvature = curvature_of(design, lanes, e, array)
    g = take_pulses(
        jnp.zeros_like(target), n, True, d, e, key[:, None, None, None], cell_index(design), curvature
    )
    return g, n


def write_verify(
    design: Design,
    lanes: DeviceConstants,
    e: Effects,
    target: jax.Array,
    key: jax.Array,
    array: int,
    tolerance: float,
    rounds: int,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Open loop, then read and correct by one pulse until each device is within tolerance or rounds are over.

    Parameters
    ----------
    tolerance : float
        Largest accepted |read - target|, fraction of the window.
    rounds : int
        Most corrections per device.

    Returns
    -------
    g, given, missed : array
        ``missed``: devices still outside the tolerance, (lanes,).
    """
    d = spread(lanes, 4)
    cell = cell_index(design)
    curvature = curvature_of(design, lanes, e, array)
    g, given = open_loop(design, lanes, e, target, event_key(key, 0), array)

    def error(g: jax.Array, turn: jax.Array) -> jax.Array:
        seen = plane_fractions(design, lanes, e, g, jnp.ones(len(g)), array)
        if e.read_noise or e.read_noise_relative:
            sigma = jnp.sqrt(d.read_noise[..., 0] ** 2 + (d.read_noise[..., 1] * g) ** 2)
            seen = seen + sigma * normal(event_key(key, 1, turn)[:, None, None, None], cell)
        return target - seen

    def body(carry: _Turn) -> _Turn:
        turn, g, given, off = carry
        n = (jnp.abs(off) > tolerance).astype(jnp.float32)
        event = event_key(key, 2, turn)[:, None, None, None]
        g = take_pulses(g, n, off > 0, d, e, event, cell, curvature)
        return turn + 1, g, given + n, error(g, turn + 1)

    def going(carry: _Turn) -> jax.Array:
        return (carry[0] < rounds) & (jnp.abs(carry[3]) > tolerance).any()

    start = (jnp.asarray(0, jnp.uint32), g, given, error(g, jnp.uint32(0)))
    _, g, given, off = lax.while_loop(going, body, start)
    return g, given, (jnp.abs(off) > tolerance).sum((1, 2, 3))
