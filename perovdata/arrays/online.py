"""Online training of a two-layer perceptron on arrays of synapses, batched over parameter sets and seeds.

One lane is one (parameter set, seed). Each step shows every lane its own sample; both arrays are read, the
error goes back through the read-back weights, and every cell receives whole pulses. Most hidden columns have
a gradient below half a pulse: only the (lane, column) pairs that are written are gathered, updated in chunks
and put back, so the cost follows the number of pulsed columns and not the size of the array. The current of
every cell is kept beside its conductance and renewed only when the cell is written, so that a read is one
matrix product.

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

from perovdata.arrays.cells import cell_curvature, current_range, read_fraction, spread, take_pulses
from perovdata.arrays.lanes import Effects, Lanes, make_lanes
from perovdata.arrays.noise import event_key, normal
from perovdata.arrays.protocol import NEUROSIM, Protocol
from perovdata.devices import SynapseParameters
from perovdata.engine import block_size, require_memory, run_blocks
from perovdata.errors import InputError

__all__ = ["OnlineResult", "train_online"]

_HIDDEN, _OUTPUT = 0, 1
_TEST = 0xFFFFFF10
_TEST_BATCH = 10_000


class _State(NamedTuple):
    """Cells of both arrays, (lanes, columns, rows): conductance g and read current i; pulses given so far."""

    g1: jax.Array
    i1: jax.Array
    g2: jax.Array
    i2: jax.Array
    tally: jax.Array  #: (lanes, 2 layers, 3): LTP pulses, LTD pulses, sum of pulses times conductance


@dataclass(frozen=True)
class OnlineResult:
    """Outcome of :func:`train_online`.

    Parameters
    ----------
    accuracy : ndarray, shape (P, S, T)
        Test accuracy in percent at each checkpoint.
    epochs : ndarray, shape (T,)
        Epochs of ``samples_per_epoch`` samples before each checkpoint.
    pulses : ndarray, shape (P, S, 2, 2)
        Mean number of pulses per cell; axis 2: hidden, output array, axis 3: LTP, LTD.
    pulse_conductance : ndarray, shape (P, S, 2)
        Mean conductance of the cells under the pulses they received, fraction of g_max; NaN without pulses.
    predictions : ndarray of int, shape (P, S, tests)
        Class of every test sample at the last checkpoint.
    samples : int
        Samples shown to each lane.
    """

    accuracy: np.ndarray
    epochs: np.ndarray
    pulses: np.ndarray
    pulse_conductance: np.ndarray
    predictions: np.ndarray
    samples: int

    def last(self, n: int = 5) -> np.ndarray:
        """Mean accuracy of the last n checkpoints, shape (P, S)."""
        return self.accuracy[..., -n:].mean(-1)


def train_online(
    params: SynapseParameters,
    x_train,
    y_train,
    x_test,
    y_test,
    *,
    hidden: int = 100,
    classes: int | None = None,
    epochs: int = 1,
    test_every: int = 1,
    seeds: int = 1,
    seed: int = 0,
    first_set: int = 0,
    paired: bool = False,
    protocol: Protocol = NEUROSIM,
    progress: Callable[[int, int], None] | None = None,
) -> OnlineResult:
    """Train a perceptron sample by sample on arrays of the given devices and test it at checkpoints.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    x_train, x_test : array_like, shape (n, inputs)
        Inputs in [0, 1].
    y_train, y_test : array_like of int, shape (n,)
        Classes 0, 1, ...
    hidden : int
        Hidden units.
    classes : int, optional
        Output units; default: the largest label plus one.
    epochs : int
        Of ``protocol.samples_per_epoch`` samples.
    test_every : int
        Epochs between checkpoints; the last epoch is always one.
    seeds, seed : int
        S seeds per set and their base: start, order of samples, cycle and device noise follow from them.
    first_set : int
        Index of the first set in a larger sweep: its lanes then draw the numbers they would draw there.
    paired : bool
        Use the same cycle and device noise for every set of one seed, so that sets can be compared pairwise;
        default: independent noise. Start and order of samples are common to all sets in either case.
    protocol : Protocol
    progress : callable, optional
        Called with (lane epochs done, lane epochs in all).

    Returns
    -------
    OnlineResult

    Raises
    ------
    InputError
        Shapes or ranges that do not fit, or more than memory holds.
    """
    data = _check_data(x_train, y_train, x_test, y_test, classes, protocol)
    for name, value in (("hidden", hidden), ("epochs", epochs), ("test_every", test_every), ("seeds", seeds)):
        if value < 1:
            raise InputError(f"{name}: {value} is less than 1")
    n_classes = data.classes
    if not protocol.device:
        params = SynapseParameters.make(g_max=np.ones(params.n_sets), n_pulses_ltp=1.0, n_pulses_ltd=1.0)
    lanes, effects = make_lanes(
        params,
        range(seeds),
        seed=seed,
        first_set=first_set,
        paired=paired,
        access_resistance=protocol.access_resistance if protocol.device else 0.0,
        wire_resistance=protocol.wire_resistance if protocol.device else 0.0,
        truncating_cast=protocol.truncating_cast,
    )
    n_lanes = params.n_sets * seeds
    size = block_size(n_lanes)
    n_inputs = data.x_train.shape[1]
    cells = hidden * (n_inputs + n_classes)
    # g and i, twice while a chunk is put back, and the curvature of both directions if it varies
    each = 4 * cells * (4 + 2 * effects.d2d_label) + 8 * hidden * len(data.x_test)
    require_memory(each, size, "lanes (parameter set x seed) at once", fixed=5 * data.x_train.size)

    kernel = _Kernel(protocol, effects, data.binary, hidden, n_classes, min(64, 16 * size))
    shared = tuple(jnp.asarray(a) for a in (data.x_train, data.y_train, data.x_test))
    checkpoints = np.unique([*range(test_every, epochs + 1, test_every), epochs])
    done = 0

    def train_block(start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        nonlocal done
        index = np.minimum(np.arange(start, start + size), n_lanes - 1)  # the last block repeats a lane
        block = Lanes(*(jnp.asarray(leaf[index]) for leaf in lanes))
        start_w = [_start_weights(seed, s, hidden, n_inputs, n_classes, protocol) for s in index % seeds]
        state, curvature = _begin(kernel, block, *(jnp.stack(w) for w in zip(*start_w, strict=True)))
        accuracy, tally, predicted = [], np.zeros((size, 2, 3)), None
        for epoch in range(1, epochs + 1):
            order = _order(seed, range(seeds), epoch, len(data.x_train), protocol)[:, index % seeds]
            first = (epoch - 1) * protocol.samples_per_epoch
            state = _train(kernel, block, curvature, state, shared[0], shared[1], order, np.uint32(first))
            tally += np.asarray(state.tally, float)
            if epoch in checkpoints:
                predicted = np.asarray(_test(kernel, block, state.i1, state.i2, shared[2], np.uint32(epoch)))
                accuracy.append(100 * (predicted == data.y_test).mean(1))
            if progress is not None:
                done += min(size, n_lanes - start)
                progress(done, n_lanes * epochs)
        return np.stack(accuracy, 1), tally, predicted

    parts = run_blocks(train_block, range(0, n_lanes, size))
    accuracy, tally, predicted = (
        np.concatenate(part)[:n_lanes].reshape(params.n_sets, seeds, *part[0].shape[1:])
        for part in zip(*parts, strict=True)
    )
    given = tally[..., :2].sum(-1)
    per_cell = np.array([hidden * n_inputs, hidden * n_classes])
    return OnlineResult(
        accuracy=accuracy,
        epochs=checkpoints,
        pulses=tally[..., :2] / per_cell[:, None],
        pulse_conductance=np.divide(tally[..., 2], given, out=np.full_like(given, np.nan), where=given > 0),
        predictions=predicted,
        samples=epochs * protocol.samples_per_epoch,
    )


class _Data(NamedTuple):
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int
    binary: bool


def _check_data(x_train, y_train, x_test, y_test, classes, protocol: Protocol) -> _Data:
    arrays = {}
    for name, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        x, y = np.asarray(x, np.float32), np.asarray(y)
        if x.ndim != 2 or y.shape != x.shape[:1] or len(y) == 0:
            raise InputError(
                f"x_{name} of shape {x.shape} with y_{name} of shape {y.shape}: give (n, inputs) and (n,)"
            )
        if not ((x >= 0) & (x <= 1)).all():  # NaN fails as well
            raise InputError(f"x_{name}: inputs must lie in [0, 1]; found {x[~((x >= 0) & (x <= 1))][0]}")
        if not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
            raise InputError(f"y_{name}: classes must be integers from 0; found {y[:1]} of type {y.dtype}")
        if protocol.input_threshold is not None:
            x = (x >= np.float32(protocol.input_threshold)).astype(np.uint8)
        arrays[name] = x, y.astype(np.int32)
    (a, b), (c, d) = arrays["train"], arrays["test"]
    if a.shape[1] != c.shape[1]:
        raise InputError(f"x_train has {a.shape[1]} inputs and x_test {c.shape[1]}")
    found = int(max(b.max(), d.max())) + 1
    if classes is not None and classes < found:
        raise InputError(f"classes: {classes}, but the labels go up to {found - 1}")
    return _Data(a, b, c, d, max(classes or found, 2), a.dtype == np.uint8)


def _start_weights(seed, s, hidden, n_inputs, n_classes, protocol: Protocol):
    """Weights of one seed, (hidden, inputs) and (classes, hidden), the same for every parameter set."""
    rng = np.random.default_rng([seed, int(s), 0])
    top = protocol.start_levels - 1
    return [
        (2 * rng.integers(0, protocol.start_levels, shape) / top - 1).astype(np.float32)
        for shape in ((hidden, n_inputs), (n_classes, hidden))
    ]


def _order(seed, seeds, epoch, n, protocol: Protocol) -> np.ndarray:
    """Samples of one epoch for every seed, shape (samples, S)."""
    length, columns = protocol.samples_per_epoch, []
    for s in seeds:
        if protocol.replacement:
            columns.append(np.random.default_rng([seed, s, epoch]).integers(0, n, length))
            continue
        first = (epoch - 1) * length  # position in an endless row of permutations
        passes = range(first // n, (first + length - 1) // n + 1)
        row = np.concatenate([np.random.default_rng([seed, s, 1, p]).permutation(n) for p in passes])
        columns.append(row[first - passes[0] * n :][:length])
    return np.stack(columns, 1).astype(np.int32)


@dataclass(frozen=True)
class _Kernel:
    """Everything that is compiled in."""

    protocol: Protocol
    effects: Effects
    binary: bool
    hidden: int
    classes: int
    chunk: int


def _pitches(column, row, rows):
    """Cell pitches of wire in series with a cell (NeuroSim's lumped wire)."""
    return column + 1 + rows - row


def _cell_index(columns: int, rows: int):
    return lax.broadcasted_iota(jnp.uint32, (columns, rows), 0) * rows + lax.broadcasted_iota(
        jnp.uint32, (columns, rows), 1
    )


def _read_all(k: _Kernel, g, lanes: Lanes, layer: int):
    """Read current of every cell of an array, (lanes, columns, rows)."""
    cell = _cell_index(*g.shape[1:])
    pitches = _pitches(cell // g.shape[2], cell % g.shape[2], g.shape[2]).astype(jnp.float32)
    return read_fraction(g, spread(lanes, 3), k.effects, layer, cell, pitches)


@partial(jax.jit, static_argnums=0)
def _begin(k: _Kernel, lanes: Lanes, w1, w2):
    """First state, and the curvature of the cells where it varies."""
    floor = lanes.g_floor[:, None, None]

    def start(w):
        g = (w + 1) / 2
        return jnp.clip(g - floor / (1 - floor), 0.0, 1.0) if k.protocol.shifted_start else g

    def curvature(layer, w):
        return (
            cell_curvature(spread(lanes, 3), layer, _cell_index(*w.shape[1:]))
            if k.effects.d2d_label
            else None
        )

    g1, g2 = start(w1), start(w2)
    tally = jnp.zeros((len(w1), 2, 3))
    state = _State(g1, _read_all(k, g1, lanes, _HIDDEN), g2, _read_all(k, g2, lanes, _OUTPUT), tally)
    return state, (curvature(_HIDDEN, w1), curvature(_OUTPUT, w2))


def _column_sum(k: _Kernel, lanes: Lanes, i, x, dot, key, layer: int):
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


def _activate(z, threshold):
    """Activation and what drives the next array."""
    a = jax.nn.sigmoid(z)
    return a, a if threshold is None else (a >= threshold).astype(jnp.float32)


def _count(k: _Kernel, lanes: Lanes, lane, push, up, pulses):
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
def _train(k: _Kernel, lanes: Lanes, curvature, state: _State, x_all, y_all, order, first):
    """Show ``order`` (samples, lanes) to every lane; the tally restarts at 0."""
    state = state._replace(tally=jnp.zeros_like(state.tally))
    steps = first + lax.iota(jnp.uint32, order.shape[0])
    return lax.scan(partial(_step, k, lanes, curvature, x_all, y_all), state, (order, steps))[0]


def _step(k: _Kernel, lanes: Lanes, curvature, x_all, y_all, state: _State, inputs):
    sample, step = inputs
    rate1, rate2 = k.protocol.learning_rates
    x = x_all[sample].astype(jnp.float32)
    key = event_key(lanes.key, step)

    def dot(i, x):
        return jnp.einsum("lcr,lr->lc", i, x)

    z1 = _column_sum(k, lanes, state.i1, x, dot, event_key(key, 1), _HIDDEN)
    a1, drive = _activate(z1, k.protocol.hidden_threshold)
    z2 = _column_sum(k, lanes, state.i2, drive, dot, event_key(key, 1), _OUTPUT)
    a2 = jax.nn.sigmoid(z2)
    s2 = -2 * a2 * (1 - a2) * (jax.nn.one_hot(y_all[sample], k.classes) - a2)
    read_back = 2 * jnp.clip(state.i2, 0.0, 1.0) - 1
    s1 = a1 * (1 - a1) * jnp.einsum("lkj,lk->lj", read_back, s2)

    g2, i2, tally2 = _write_output(k, lanes, curvature[1], state, -rate2 * s2, a1, event_key(key, 2))
    g1, i1, tally1 = _write_hidden(k, lanes, curvature[0], state, -rate1 * s1, x, event_key(key, 3))
    return _State(g1, i1, g2, i2, state.tally + jnp.stack([tally1, tally2], 1)), None


def _write_output(k: _Kernel, lanes: Lanes, curvature, state: _State, change, a1, key):
    """Pulse every cell of the small output array; ``change`` is the wanted one per unit of activation."""
    g, rows = state.g2, state.g2.shape[2]
    d = spread(lanes, 3)
    cell = _cell_index(*g.shape[1:])
    up = (change > 0)[:, :, None]
    full = jnp.where(up, d.pulses[..., 0], d.pulses[..., 1])
    lane = lax.iota(jnp.int32, g.shape[0])[:, None, None]
    n = _count(k, lanes, lane, jnp.abs(change)[:, :, None] * a1[:, None, :] / 2, up, full)
    new = take_pulses(g, n, up, d, k.effects, key[:, None, None], cell, curvature)
    pitches = _pitches(cell // rows, cell % rows, rows).astype(jnp.float32)
    i = jnp.where(n > 0, read_fraction(new, d, k.effects, _OUTPUT, cell, pitches), state.i2)
    return new, i, _tally(n, up, (g + new) / 2).sum(1)


def _write_hidden(k: _Kernel, lanes: Lanes, curvature, state: _State, change, x, key):
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

    def body(carry):
        turn, g_all, i_all, tally = carry
        wanted = turn * k.chunk + lax.iota(jnp.int32, k.chunk) + 1
        pair = jnp.searchsorted(rank, wanted, method="scan_unrolled").astype(jnp.int32)
        valid = wanted <= total  # the last chunk's surplus points past the array: neither counted nor put
        safe = jnp.where(valid, pair, 0)
        lane, column = safe // columns, (safe % columns).astype(jnp.uint32)[:, None]
        d = spread(Lanes(*(leaf[lane] for leaf in lanes)), 2)
        g, drive = g_all[safe], x[lane]
        u = None if curvature is None else curvature.reshape(-1, rows, 2)[safe]
        pair_up = up.reshape(-1)[safe][:, None]
        if k.binary:
            n = most.reshape(-1)[safe][:, None] * drive
        else:
            push = jnp.abs(change).reshape(-1)[safe][:, None] * drive / 2
            n = _count(k, lanes, lane[:, None], push, pair_up, full.reshape(-1)[safe][:, None])
        cell = column * rows + row
        new = take_pulses(g, n, pair_up, d, k.effects, key[lane][:, None], cell, u)
        i = read_fraction(new, d, k.effects, _HIDDEN, cell, _pitches(column, row, rows).astype(jnp.float32))
        counted = jnp.where(valid[:, None], _tally(n, pair_up, (g + new) / 2), 0.0)
        tally = tally + jnp.einsum("kl,kt->lt", (lane[:, None] == lane_of[:, 0]).astype(jnp.float32), counted)
        put = {"mode": "drop", "unique_indices": True}
        return turn + 1, g_all.at[pair].set(new, **put), i_all.at[pair].set(i, **put), tally

    flat = (n_lanes * columns, rows)
    carry = (jnp.int32(0), state.g1.reshape(flat), state.i1.reshape(flat), jnp.zeros((n_lanes, 3)))
    _, g, i, tally = lax.while_loop(lambda c: c[0] * k.chunk < total, body, carry)
    return g.reshape(state.g1.shape), i.reshape(state.g1.shape), tally


def _tally(n, up, g):
    """LTP pulses, LTD pulses and pulses times conductance, summed over the rows."""
    given = n.sum(-1)
    up = up[..., 0]
    return jnp.stack([jnp.where(up, given, 0.0), jnp.where(up, 0.0, given), (n * g).sum(-1)], -1)


def _running_count(mask):
    """Inclusive running count of a (lanes, columns) mask in row-major order, flat.

    Two triangular products: XLA has no fast cumulative sum on CPU. The counts are small integers, exact in
    float32.
    """
    ones = mask.astype(jnp.float32)
    within = ones @ jnp.triu(jnp.ones((mask.shape[1],) * 2, jnp.float32))
    before = within[:, -1] @ jnp.triu(jnp.ones((mask.shape[0],) * 2, jnp.float32), 1)
    return (within + before[:, None]).reshape(-1).astype(jnp.int32)


@partial(jax.jit, static_argnums=0)
def _test(k: _Kernel, lanes: Lanes, i1, i2, x_all, epoch):
    """Class of every test sample for every lane, shape (lanes, n): the first of the largest outputs."""
    x = x_all.astype(jnp.float32)[None]

    def one(arguments):
        lane, i1, i2 = arguments
        lane, i1, i2 = Lanes(*(leaf[None] for leaf in lane)), i1[None], i2[None]
        image = event_key(lane.key, _TEST, epoch)[:, None]
        key = event_key(image, lax.iota(jnp.uint32, x.shape[1])) if k.effects.read_noise else image

        def dot(i, x):
            return jnp.einsum("lcr,lnr->lnc", i, x)

        z1 = _column_sum(k, lane, i1, x, dot, key, _HIDDEN)
        drive = _activate(z1, k.protocol.hidden_threshold)[1]
        z2 = _column_sum(k, lane, i2, drive, dot, key, _OUTPUT)
        return jnp.argmax(jax.nn.sigmoid(z2), -1)[0]

    return lax.map(one, (lanes, i1, i2))
