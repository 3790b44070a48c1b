"""What cells do in a kernel: draw their variation, be read, take pulses; pure functions of a block of cells.

All of them take ``d``, device constants whose fields already broadcast against the cells (:func:`spread`),
and the global index of each cell inside its array, from which every random number is drawn. Conductances are
fractions g of the nominal window, currents fractions of its range.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.arrays.kernel.constants import STRAIGHT, DeviceConstants, Effects
from perovdata.arrays.kernel.counter_rng import event_key, normal, uniform
from perovdata.arrays.kernel.look_up import tabulated_pulses
from perovdata.devices import MAX_LABEL, label_to_curvature

# First words of the keys of a cell's fixed properties; events count up from 0 and never reach them.
_LABEL, _WINDOW, _STUCK = 0xFFFFFF01, 0xFFFFFF02, 0xFFFFFF03


def spread(lanes: DeviceConstants, ndim: int) -> DeviceConstants:
    """Insert axes so that per-lane fields broadcast against cells of shape (lanes, ...) of ``ndim`` axes."""
    extra = (1,) * (ndim - 1)

    return lanes.map(lambda leaf: leaf.reshape(leaf.shape[:1] + extra + leaf.shape[1:]))


def cell_curvature(d: DeviceConstants, layer: int, cell: jax.Array) -> jax.Array:
    """Curvature u of both directions of every cell, with device-to-device variation of the label.

    Returns
    -------
    array, shape (*cells, 2)
        The draw is clipped to the labels that exist, |label| <= 9.
    """
    z = normal(event_key(d.key, _LABEL, layer), 2 * cell)
    other = normal(event_key(d.key, _LABEL, layer), 2 * cell + 1)
    rho = d.d2d[..., 3]
    sign = jnp.where(d.label < 0, -1.0, 1.0)
    shift = jnp.stack([z, rho * z + jnp.sqrt(1 - rho**2) * other], -1) * d.d2d[..., :1] * sign
    u = label_to_curvature(jnp.clip(d.label + shift, -MAX_LABEL, MAX_LABEL))
    return jnp.where(jnp.abs(u) < STRAIGHT, STRAIGHT, u)


class Window(NamedTuple):
    """Ends of what cells can conduct, in units of the nominal g_max; they broadcast against the cells."""

    low: jax.Array | np.ndarray
    high: jax.Array | float


def cell_window(d: DeviceConstants, e: Effects, layer: int, cell: jax.Array) -> Window:
    """Window of every cell, with device-to-device variation; who reads often draws it once and keeps it."""
    if not e.d2d_window:
        return Window(d.g_floor, 1.0)
    key = event_key(d.key, _WINDOW, layer)
    z = normal(key, 2 * cell)
    other = normal(key, 2 * cell + 1)
    rho = d.d2d[..., 3]
    high = jnp.exp(d.d2d[..., 1] * z)
    low = d.g_floor * jnp.exp(d.d2d[..., 2] * (rho * z + jnp.sqrt(1 - rho**2) * other))
    return Window(jnp.minimum(low, high), high)


def level(g: jax.Array, d: DeviceConstants, e: Effects) -> jax.Array:
    """What a read sees of a state: the nearest of the ``n_states`` levels.

    The state itself stays where the pulses led it (a device with few levels still counts its pulses), so that
    pulses given one by one and at once lead to the same state.
    """
    if not e.states:
        return g
    steps = jnp.where(jnp.isinf(d.states), 1.0, d.states - 1)
    return jnp.where(jnp.isinf(d.states), g, jnp.round(g * steps) / steps)


def read_conductance(
    g: jax.Array,
    d: DeviceConstants,
    e: Effects,
    layer: int,
    cell: jax.Array,
    kept: jax.Array | float = 1.0,
    window: Window | None = None,
) -> jax.Array:
    """Conductance that a read finds in every cell, in units of g_max: its level, its window, stuck or not.

    Parameters
    ----------
    kept : array
        Part of the state that time has left.
    window : Window, optional
        Of these cells (:func:`cell_window`), where it is known already.
    """
    g = level(g, d, e) * kept
    if e.stuck:
        draw = uniform(event_key(d.key, _STUCK, layer), cell)
        g = jnp.where(draw < d.stuck[..., 0], 1.0, jnp.where(draw > 1 - d.stuck[..., 1], 0.0, g))
    low, high = window or cell_window(d, e, layer, cell)
    return jnp.asarray(low + g * (high - low))


def read_fraction(
    g: jax.Array,
    d: DeviceConstants,
    e: Effects,
    layer: int,
    cell: jax.Array,
    pitches: jax.Array,
    window: Window | None = None,
) -> jax.Array:
    """Read current as a fraction of the nominal range: 0 for g_min, 1 for g_max (without wires).

    ``I = V / (1/G + R_access + R_wire)``; the range is that of the access device alone. Wire and cell in
    series is MLP-NeuroSim's circuit (``pitches``: cell pitches of wire to each cell), which the training
    protocol follows; it leaves out what the other cells of a line draw
    (:mod:`~perovdata.arrays.kernel.lines` does not).
    """
    current = read_conductance(g, d, e, layer, cell, window=window)
    if e.series:
        current = current / (1 + current * (d.access + pitches * d.wire))
    low, high = current_range(d)
    return (current - low) / (high - low)


def current_range(d: DeviceConstants) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest read current, in units of V g_max."""
    return d.g_floor / (1 + d.g_floor * d.access), 1 / (1 + d.access)


def take_pulses(
    g: jax.Array,
    n: jax.Array,
    up: jax.Array | bool,
    d: DeviceConstants,
    e: Effects,
    key: jax.Array,
    cell: jax.Array,
    curvature: jax.Array | None = None,
    digits: int | None = None,
    driven: jax.Array | None = None,
    noise: jax.Array | None = None,
) -> jax.Array:
    """Write: n pulses of one direction on every cell by the lane's law, with its noise, within the window.

    What no lane follows is left out of the compiled program (``Effects``).

    Parameters
    ----------
    g : array
    n : array
        Pulses, 0 or more, broadcastable to g.
    up : array of bool
        Direction (True: LTP), broadcastable to n.
    key : array of uint32, shape (..., 2)
        Key of this write event.
    cell : array of uint32
        Index of every cell.
    curvature : array, shape (*cells, 2), optional
        Per-cell curvature of the exponential; None: the nominal one.
    digits : int, optional
        Binary digits of the largest n, if known before compilation (it spares the tables a question).
    driven : array of bool, optional
        Which cells take the n pulses; with n per column, what only n decides is then computed per column.
    noise : array, optional
        What :func:`~perovdata.arrays.kernel.counter_rng.normal` gives for this key and these cells, where it
        is known already.

    Returns
    -------
    array
        New g.
    """

    def exponential() -> jax.Array:
        drawn = (lambda: normal(key, cell)) if noise is None else (lambda: noise)
        return _exponential_pulses(g, n, up, d, e, drawn, curvature, driven)

    if not e.tabulated:
        return exponential()
    given = n if driven is None else n * driven
    looked_up = tabulated_pulses(g, given, up, d, key, cell, digits)
    if not e.exponential:
        return looked_up
    return jnp.where(d.law < 0, exponential(), looked_up)


def _exponential_pulses(
    g: jax.Array,
    n: jax.Array,
    up: jax.Array | bool,
    d: DeviceConstants,
    e: Effects,
    draw: Callable[[], jax.Array],
    curvature: jax.Array | None,
    driven: jax.Array | None,
) -> jax.Array:
    """NeuroSim's law and noise in closed form, ended at the window once.

    The law is :func:`perovdata.devices.exponential`, ``g' = g e + (e - 1) / (exp(-u) - 1)`` with
    ``e = exp(-u n / N)``, arranged so that one exponential per cell is left; the noise of n pulses is sqrt(n)
    times that of one.
    """
    both = d.curvature if curvature is None else curvature
    # n / N of a full sweep, times the curvature; LTD pulses count backwards.
    away = n * jnp.where(up, -both[..., 0] / d.pulses[..., 0], both[..., 1] / d.pulses[..., 1])
    bend = d.bend if curvature is None else 1 / jnp.expm1(-both)
    new = g + jnp.expm1(away) * (g + jnp.where(up, bend[..., 0], bend[..., 1]))
    if e.cycle or e.relative:
        variance = d.c2c**2 * n
        if e.relative:
            variance = variance + (d.c2c_relative * (new - g)) ** 2 / jnp.maximum(n, 1.0)
        new = new + jnp.sqrt(variance) * draw()
    written = n > 0 if driven is None else driven & (n > 0)
    return jnp.where(written, jnp.clip(new, 0.0, 1.0), g)


def worn(d: DeviceConstants, e: Effects, given: jax.Array) -> jax.Array | float:
    """Largest conductance fraction left after so many pulses (see :func:`perovdata.devices.worn_window`)."""
    if not e.wear:
        return 1.0
    used = given / d.endurance[..., 0]
    safe = jnp.where(used > 0, used, 1.0)
    return jnp.where(used > 0, jnp.exp2(-(safe ** d.endurance[..., 1])), 1.0)
