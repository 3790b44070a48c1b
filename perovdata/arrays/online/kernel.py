"""The kernel of online training: one block of lanes through a two-layer perceptron, sample by sample.

Most hidden columns have a gradient below half a pulse: only the (lane, column) pairs that are written are
gathered, updated in chunks and put back, so the cost follows the number of pulsed columns and not the size of
the array. The current of every cell is kept beside its conductance and renewed only when the cell is written,
so that a read is one matrix product.

Protocol: Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723 (MLP-NeuroSim).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from perovdata.arrays.kernel.cell_physics import (
    Window,
    cell_curvature,
    cell_window,
    current_range,
    read_fraction,
    spread,
    take_pulses,
    worn,
)
from perovdata.arrays.kernel.constants import DeviceConstants, Effects
from perovdata.arrays.kernel.counter_rng import event_key, normal
from perovdata.arrays.online.protocol import Protocol

_HIDDEN, _OUTPUT = 0, 1
_TEST = 0xFFFFFF10


#: Of currents (lanes, columns, rows) and inputs (lanes, ..., rows): (lanes, ..., columns).
_Product = Callable[[jax.Array, jax.Array], jax.Array]


class State(NamedTuple):
    """Cells of both arrays, (lanes, columns, rows): conductance g, read current i, pulses given so far."""

    g1: jax.Array
    i1: jax.Array
    g2: jax.Array
    i2: jax.Array
    given1: jax.Array | None  #: None where nothing wears
    given2: jax.Array | None
    tally: jax.Array  #: (lanes, 2 layers, 3): LTP pulses, LTD pulses, sum of pulses times conductance


#: What a write of an array leaves: conductance, current, pulses given, tally (lanes, 3).
_Written = tuple[jax.Array, jax.Array, jax.Array | None, jax.Array]


class Fixed(NamedTuple):
    """What of the cells of an array never changes; None: the same in all of them."""

    curvature: jax.Array | None  #: (lanes, columns, rows, 2)
    window: Window | None  #: (lanes, columns, rows) each


@dataclass(frozen=True)
class Kernel:
    """Everything that is compiled in."""

    protocol: Protocol
    effects: Effects
    binary: bool
    hidden: int
    classes: int
    chunk: int
    common_noise: bool = False  #: all lanes have one key: what a cell draws, it draws once for all of them


def _pitches(column: jax.Array, row: jax.Array, rows: int) -> jax.Array:
    """Cell pitches of wire in series with a cell (NeuroSim's lumped wire)."""
    return column + 1 + rows - row


def _cell_index(columns: int, rows: int) -> jax.Array:
    return lax.broadcasted_iota(jnp.uint32, (columns, rows), 0) * rows + lax.broadcasted_iota(
        jnp.uint32, (columns, rows), 1
    )


def _read_all(
    k: Kernel, g: jax.Array, lanes: DeviceConstants, layer: int, window: Window | None
) -> jax.Array:
    """Read current of every cell of an array, (lanes, columns, rows)."""
    cell = _cell_index(*g.shape[1:])
    pitches = _pitches(cell // g.shape[2], cell % g.shape[2], g.shape[2]).astype(jnp.float32)
    return read_fraction(g, spread(lanes, 3), k.effects, layer, cell, pitches, window)


@partial(jax.jit, static_argnums=0)
def begin(
    k: Kernel, lanes: DeviceConstants, w1: jax.Array, w2: jax.Array
) -> tuple[State, tuple[Fixed, Fixed]]:
    """First state, and what of the cells varies between them, for both arrays."""
    floor = lanes.g_floor[:, None, None]

    def start(w: jax.Array) -> jax.Array:
        g = (w + 1) / 2
        return jnp.clip(g - floor / (1 - floor), 0.0, 1.0) if k.protocol.shifted_start else g

    def fixed(layer: int, w: jax.Array) -> Fixed:
        d, cell = spread(lanes, 3), _cell_index(*w.shape[1:])
        return Fixed(
            cell_curvature(d, layer, cell) if k.effects.d2d_label else None,
            cell_window(d, k.effects, layer, cell) if k.effects.d2d_window else None,
        )

    fixed1, fixed2 = fixed(_HIDDEN, w1), fixed(_OUTPUT, w2)
    g1, g2 = start(w1), start(w2)
    tally = jnp.zeros((len(w1), 2, 3))
    given1, given2 = (jnp.zeros_like(g) if k.effects.wear else None for g in (g1, g2))
    i1 = _read_all(k, g1, lanes, _HIDDEN, fixed1.window)
    i2 = _read_all(k, g2, lanes, _OUTPUT, fixed2.window)
    return State(g1, i1, g2, i2, given1, given2, tally), (fixed1, fixed2)


def _column_sum(
    k: Kernel, lanes: DeviceConstants, i: jax.Array, x: jax.Array, dot: _Product, key: jax.Array, layer: int
) -> jax.Array:
    """Pre-activation of a layer from the currents of its columns.

    Parameters
    ----------
    i : array, shape (lanes, columns, rows)
    x : array, shape (lanes, ..., rows)
    dot : callable
        The product (i, x) -> (lanes, ..., columns).
    key : array of uint32, shape (lanes, ..., 2)
        Of this read; used if reads are noisy.
    """
    p, rows = k.protocol, i.shape[-1]
    low, high = (c.reshape((-1,) + (1,) * (x.ndim - 1)) for c in current_range(lanes))
    offset = low / (high - low)
    drive = x.sum(-1, keepdims=True)
    total = dot(i, x)
    if k.effects.read_noise or k.effects.read_noise_relative:
        sigma = lanes.read_noise.reshape((-1,) + (1,) * (x.ndim - 1) + (2,))
        variance = sigma[..., 0] ** 2 * (x * x).sum(-1, keepdims=True)
        if k.effects.read_noise_relative:
            level = (low / (high - low)).reshape(-1, 1, 1)
            variance = variance + sigma[..., 1] ** 2 * dot((i + level) ** 2, x * x)
        column = lax.broadcasted_iota(jnp.uint32, total.shape, total.ndim - 1)
        total = total + jnp.sqrt(variance) * normal(event_key(key, layer)[..., None, :], column)
    gain = np.float32(2 * p.gain)
    if p.adc_bits is None:
        return (total - drive * 0.5) * gain
    digits = np.float32((2**p.adc_bits - 1) / rows)
    # Subtract before scaling: equal digits must give exactly 0, which lies on the next threshold.
    column = jnp.floor((total + drive * offset) * digits)
    reference = jnp.floor(drive * (offset + 0.5) * digits)
    return (column - reference) * (gain / digits)


def _activate(z: jax.Array, threshold: float | None) -> tuple[jax.Array, jax.Array]:
    """Activation and what drives the next array."""
    a = jax.nn.sigmoid(z)
    return a, a if threshold is None else (a >= threshold).astype(jnp.float32)


def _count(
    k: Kernel, lanes: DeviceConstants, lane: jax.Array, push: jax.Array, up: jax.Array, pulses: jax.Array
) -> jax.Array:
    """Whole pulses for a wanted |change| / 2 of ``push``: rounded half up, none below half a pulse."""
    n = push * pulses
    if not k.protocol.whole_pulses:
        return n
    n = jnp.floor(n + 0.5)
    if not k.protocol.truncating_cast:
        return n
    longest = lanes.lost.shape[-1] - 1
    index = jnp.minimum(n, longest).astype(jnp.int32)
    return n - jnp.where(n <= longest, lanes.lost[lane, jnp.where(up, 0, 1), index], 0.0)


@partial(jax.jit, static_argnums=0, donate_argnums=3)
def train(
    k: Kernel,
    lanes: DeviceConstants,
    fixed: tuple[Fixed, Fixed],
    state: State,
    x_all: jax.Array,
    y_all: jax.Array,
    order: jax.Array,
    first: jax.Array,
) -> State:
    """Show ``order`` (samples, lanes) to every lane; the tally restarts at 0."""
    state = state._replace(tally=jnp.zeros_like(state.tally))
    steps = first + lax.iota(jnp.uint32, order.shape[0])
    return lax.scan(partial(_step, k, lanes, fixed, x_all, y_all), state, (order, steps))[0]


def _step(
    k: Kernel,
    lanes: DeviceConstants,
    fixed: tuple[Fixed, Fixed],
    x_all: jax.Array,
    y_all: jax.Array,
    state: State,
    inputs: tuple[jax.Array, jax.Array],
) -> tuple[State, None]:
    sample, step = inputs
    rate1, rate2 = k.protocol.learning_rates
    x = x_all[sample].astype(jnp.float32)
    key = event_key(lanes.key, step)

    def dot(i: jax.Array, x: jax.Array) -> jax.Array:
        return jnp.einsum("lcr,lr->lc", i, x)

    z1 = _column_sum(k, lanes, state.i1, x, dot, event_key(key, 1), _HIDDEN)
    a1, drive = _activate(z1, k.protocol.hidden_threshold)
    z2 = _column_sum(k, lanes, state.i2, drive, dot, event_key(key, 1), _OUTPUT)
    a2 = jax.nn.sigmoid(z2)
    s2 = -2 * a2 * (1 - a2) * (jax.nn.one_hot(y_all[sample], k.classes) - a2)
    g2, i2, given2, tally2 = _write_output(k, lanes, fixed[1], state, -rate2 * s2, a1, event_key(key, 2))
    read_back = 2 * jnp.clip(i2 if k.protocol.feedback_after_write else state.i2, 0.0, 1.0) - 1
    s1 = a1 * (1 - a1) * jnp.einsum("lkj,lk->lj", read_back, s2)
    g1, i1, given1, tally1 = _write_hidden(k, lanes, fixed[0], state, -rate1 * s1, x, event_key(key, 3))
    return State(g1, i1, g2, i2, given1, given2, state.tally + jnp.stack([tally1, tally2], 1)), None


def _wear(
    k: Kernel, d: DeviceConstants, g: jax.Array, given: jax.Array | None, n: jax.Array
) -> tuple[jax.Array, jax.Array | None]:
    """Conductance within the window that so many pulses leave, and the pulses given."""
    if given is None:
        return g, None
    given = given + n
    return jnp.minimum(g, worn(d, k.effects, given)), given


def _write_output(
    k: Kernel,
    lanes: DeviceConstants,
    fixed: Fixed,
    state: State,
    change: jax.Array,
    a1: jax.Array,
    key: jax.Array,
) -> _Written:
    """Pulse every cell of the small output array; ``change`` is the wanted one per unit of activation."""
    g, rows = state.g2, state.g2.shape[2]
    d = spread(lanes, 3)
    cell = _cell_index(*g.shape[1:])
    up = (change > 0)[:, :, None]
    full = jnp.where(up, d.pulses[..., 0], d.pulses[..., 1])
    lane = lax.iota(jnp.int32, g.shape[0])[:, None, None]
    n = _count(k, lanes, lane, jnp.abs(change)[:, :, None] * a1[:, None, :] / 2, up, full)
    noise = _common_noise(k, key, *g.shape[1:])
    new = take_pulses(g, n, up, d, k.effects, key[:, None, None], cell, fixed.curvature, noise=noise)
    new, given = _wear(k, d, new, state.given2, n)
    pitches = _pitches(cell // rows, cell % rows, rows).astype(jnp.float32)
    read = read_fraction(new, d, k.effects, _OUTPUT, cell, pitches, fixed.window)
    i = jnp.where(n > 0, read, state.i2)
    return new, i, given, _tally(n, up, (g + new) / 2).sum(1)


def _write_hidden(
    k: Kernel,
    lanes: DeviceConstants,
    fixed: Fixed,
    state: State,
    change: jax.Array,
    x: jax.Array,
    key: jax.Array,
) -> _Written:
    """Pulse the hidden array: only the (lane, column) pairs that get a pulse, a chunk at a time."""
    n_lanes, columns, rows = state.g1.shape
    up = change > 0
    full = jnp.where(up, lanes.pulses[:, :1], lanes.pulses[:, 1:])
    strongest = 1.0 if k.binary else x.max(1, keepdims=True)
    lane_of = lax.iota(jnp.int32, n_lanes)[:, None]
    most = _count(k, lanes, lane_of, jnp.abs(change) * strongest / 2, up, full)
    rank = _running_count(most > 0)
    total = rank[-1]
    row = lax.iota(jnp.uint32, rows)
    drawn = _common_noise(k, key, columns, rows)

    def body(carry: tuple) -> tuple:
        turn, g_all, i_all, given_all, tally = carry
        wanted = turn * k.chunk + lax.iota(jnp.int32, k.chunk) + 1
        pair = jnp.searchsorted(rank, wanted, method="scan_unrolled").astype(jnp.int32)
        valid = wanted <= total  # the last chunk's surplus points past the array: neither counted nor put
        safe = jnp.where(valid, pair, 0)
        lane, column = safe // columns, (safe % columns).astype(jnp.uint32)[:, None]
        d = spread(lanes.take(lane), 2)
        g, drive = g_all[safe], x[lane]
        u, window = jax.tree.map(lambda of_cell: of_cell.reshape(-1, *of_cell.shape[2:])[safe], fixed)
        pair_up = up.reshape(-1)[safe][:, None]
        if k.binary:
            n, driven = most.reshape(-1)[safe][:, None], drive > 0
        else:
            driven = None
            push = jnp.abs(change).reshape(-1)[safe][:, None] * drive / 2
            n = _count(k, lanes, lane[:, None], push, pair_up, full.reshape(-1)[safe][:, None])
        cell = column * rows + row
        noise = None if drawn is None else drawn[column[:, 0]]
        new = take_pulses(
            g, n, pair_up, d, k.effects, key[lane][:, None], cell, u, driven=driven, noise=noise
        )
        n = n * drive if k.binary else n
        new, given = _wear(k, d, new, None if given_all is None else given_all[safe], n)
        pitches = _pitches(column, row, rows).astype(jnp.float32)
        i = read_fraction(new, d, k.effects, _HIDDEN, cell, pitches, window)
        counted = jnp.where(valid[:, None], _tally(n, pair_up, (g + new) / 2), 0.0)
        tally = tally + jnp.einsum("kl,kt->lt", (lane[:, None] == lane_of[:, 0]).astype(jnp.float32), counted)
        put = {"mode": "drop", "unique_indices": True}
        g_all, i_all = g_all.at[pair].set(new, **put), i_all.at[pair].set(i, **put)
        if given is not None:
            given_all = given_all.at[pair].set(given, **put)
        return turn + 1, g_all, i_all, given_all, tally

    flat = (n_lanes * columns, rows)
    cells = (state.g1, state.i1, state.given1)
    start = (None if cell is None else cell.reshape(flat) for cell in cells)
    carry = (jnp.int32(0), *start, jnp.zeros((n_lanes, 3)))
    _, *ended, tally = lax.while_loop(lambda c: c[0] * k.chunk < total, body, carry)
    return *(None if cell is None else cell.reshape(state.g1.shape) for cell in ended), tally


def _common_noise(k: Kernel, key: jax.Array, columns: int, rows: int) -> jax.Array | None:
    """Noise of a write for every cell of an array, if it is the same in all lanes; else None."""
    return normal(key[0], _cell_index(columns, rows)) if k.common_noise else None


def _tally(n: jax.Array, up: jax.Array, g: jax.Array) -> jax.Array:
    """LTP pulses, LTD pulses and pulses times conductance, summed over the rows."""
    given = n.sum(-1)
    up = up[..., 0]
    return jnp.stack([jnp.where(up, given, 0.0), jnp.where(up, 0.0, given), (n * g).sum(-1)], -1)


def _running_count(mask: jax.Array) -> jax.Array:
    """Inclusive running count of a (lanes, columns) mask in row-major order, flat.

    Two triangular products: XLA has no fast cumulative sum on CPU. The counts are small integers, exact in
    float32.
    """
    ones = mask.astype(jnp.float32)
    within = ones @ jnp.triu(jnp.ones((mask.shape[1],) * 2, jnp.float32))
    before = within[:, -1] @ jnp.triu(jnp.ones((mask.shape[0],) * 2, jnp.float32), 1)
    return (within + before[:, None]).reshape(-1).astype(jnp.int32)


@partial(jax.jit, static_argnums=0)
def test(
    k: Kernel, lanes: DeviceConstants, i1: jax.Array, i2: jax.Array, x_all: jax.Array, epoch: jax.Array
) -> jax.Array:
    """Class of every test sample for every lane, shape (lanes, n): the first of the largest outputs."""
    x = x_all.astype(jnp.float32)[None]

    def one(arguments: tuple[DeviceConstants, jax.Array, jax.Array]) -> jax.Array:
        lane, i1, i2 = arguments
        lane, i1, i2 = lane.take(None), i1[None], i2[None]
        image = event_key(lane.key, _TEST, epoch)[:, None]
        key = event_key(image, lax.iota(jnp.uint32, x.shape[1])) if k.effects.read_noise else image

        def dot(i: jax.Array, x: jax.Array) -> jax.Array:
            return jnp.einsum("lcr,lnr->lnc", i, x)

        z1 = _column_sum(k, lane, i1, x, dot, key, _HIDDEN)
        drive = _activate(z1, k.protocol.hidden_threshold)[1]
        z2 = _column_sum(k, lane, i2, drive, dot, key, _OUTPUT)
        return jnp.argmax(jax.nn.sigmoid(z2), -1)[0]

    return lax.map(one, (lanes._replace(tables=None), i1, i2))
