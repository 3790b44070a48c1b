"""Online training of a two-layer perceptron on arrays of synapses, batched over parameter sets and seeds.

One lane is one (parameter set, seed): its own weights, order of samples and noise. Lanes are trained in
blocks that fit the cache (CPU) or the device (GPU); what a lane computes does not depend on its block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from perovdata.arrays.kernel.constants import DeviceConstants, lane_seeds, make_constants
from perovdata.arrays.online import kernel as kernels
from perovdata.arrays.online.protocol import NEUROSIM, Protocol
from perovdata.checks import check_counts
from perovdata.devices import SynapseParameters
from perovdata.engine import blocks, require_memory, run_blocks, unpadded, workers
from perovdata.errors import InputError

#: Lanes of one key from which on it pays to draw the noise of all cells of a sample once and keep it.
_COMMON_NOISE = 8


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
        Mean conductance of the cells under the pulses they received, fraction of the window; NaN without
        pulses.
    predictions : ndarray of int, shape (P, S, tests)
        Class of every test sample at the last checkpoint.
    samples : int
        Samples shown to each lane.
    endurance_used : ndarray, shape (P, S)
        Mean share of ``endurance_cycles`` that the devices' pulses have used; 0 where it is infinite.
    exhausted : ndarray, shape (P, S)
        Share of devices past their ``endurance_cycles``.
    conductance : tuple of ndarray or None
        With ``keep_weights``: final conductance of both arrays, fraction of the window, of shapes
        (P, S, hidden, inputs) and (P, S, classes, hidden); w = 2 g - 1.
    """

    accuracy: np.ndarray
    epochs: np.ndarray
    pulses: np.ndarray
    pulse_conductance: np.ndarray
    predictions: np.ndarray
    samples: int
    endurance_used: np.ndarray
    exhausted: np.ndarray
    conductance: tuple[np.ndarray, np.ndarray] | None = None

    def last(self, n: int = 5) -> np.ndarray:
        """Mean accuracy of the last n checkpoints, shape (P, S)."""
        return self.accuracy[..., -n:].mean(-1)


def train_online(
    params: SynapseParameters,
    x_train: ArrayLike,
    y_train: ArrayLike,
    x_test: ArrayLike,
    y_test: ArrayLike,
    *,
    hidden: int = 100,
    classes: int | None = None,
    epochs: int = 1,
    test_every: int = 1,
    seeds: int = 1,
    seed: ArrayLike = 0,
    first_set: int = 0,
    paired: bool = False,
    protocol: Protocol = NEUROSIM,
    keep_weights: bool = False,
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
    seeds : int
        S seeds per set.
    seed : int, or array of int that broadcasts to (P, S)
        Base of the seeds: start, order of samples, cycle and device noise follow from them. An array gives
        every lane its own base, with which it runs as the first seed of that base does.
    first_set : int
        Index of the first set in a larger sweep: its lanes then draw the numbers they would draw there.
    paired : bool
        Use the same cycle and device noise for every set of one seed, so that sets can be compared pairwise;
        default: independent noise. Start and order of samples are common to all sets in either case.
    protocol : Protocol
    keep_weights : bool
        Give the final conductances as well.
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
    data = check_data(x_train, y_train, x_test, y_test, classes, protocol)
    check_counts(hidden=hidden, epochs=epochs, test_every=test_every, seeds=seeds)
    if not protocol.device:
        params = SynapseParameters.make(g_max=np.ones(params.n_sets), n_pulses_ltp=1.0, n_pulses_ltd=1.0)
    lanes, effects = make_constants(
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
    own_seed = list(zip(*lane_seeds(params.n_sets, range(seeds), seed), strict=True))
    in_blocks = blocks(n_lanes, np.unique(lanes.key, axis=0, return_inverse=True)[1].ravel())
    largest = max(map(len, in_blocks))
    shape = (data.x_train.shape[1], hidden, data.classes)
    _require(
        data,
        shape,
        n_lanes,
        largest,
        2 * (effects.d2d_label + effects.d2d_window) + effects.wear,
        keep_weights,
    )
    own_kernel = kernels.Kernel(protocol, effects, data.binary, hidden, data.classes, min(64, 16 * largest))
    checkpoints = np.unique([*range(test_every, epochs + 1, test_every), epochs])
    tick = _counter(progress, n_lanes * epochs)

    def train_block(index: np.ndarray) -> tuple[np.ndarray, ...]:
        size = len(index)
        block = lanes.take(index)
        common = size >= _COMMON_NOISE and (lanes.key[index] == lanes.key[index[0]]).all()
        kernel = replace(own_kernel, common_noise=bool(common))
        x_train, y_train, x_test = (jnp.asarray(a) for a in (data.x_train, data.y_train, data.x_test))
        weights = [start_weights(own_seed[lane][0], own_seed[lane][1], shape, protocol) for lane in index]
        state, fixed = kernels.begin(kernel, block, *(jnp.stack(w) for w in zip(*weights, strict=True)))
        accuracy, tally = [], np.zeros((size, 2, 3))
        predicted = np.zeros((size, len(data.x_test)), int)  # the last epoch is a checkpoint and fills it
        for epoch in range(1, epochs + 1):
            order = _orders([own_seed[lane] for lane in index], epoch, len(data.x_train), protocol)
            first = np.uint32((epoch - 1) * protocol.samples_per_epoch)
            state = kernels.train(kernel, block, fixed, state, x_train, y_train, order, first)
            tally += np.asarray(state.tally, float)
            if epoch in checkpoints:
                predicted = np.asarray(
                    kernels.test(kernel, block, state.i1, state.i2, x_test, np.uint32(epoch))
                )
                accuracy.append(100 * (predicted == data.y_test).mean(1))
            tick(len(np.unique(index)))
        cells = (np.asarray(state.g1), np.asarray(state.g2)) if keep_weights else ()
        predicted = predicted.astype(np.min_scalar_type(data.classes))
        return np.stack(accuracy, 1), tally, _budget(block, state), predicted, *cells

    parts = run_blocks(train_block, in_blocks)
    accuracy, tally, budget, predicted, *cells = (
        unpadded(part, in_blocks).reshape(params.n_sets, seeds, *part[0].shape[1:])
        for part in zip(*parts, strict=True)
    )
    given = tally[..., :2].sum(-1)
    per_cell = np.array([hidden * shape[0], hidden * shape[2]])
    return OnlineResult(
        accuracy=accuracy,
        epochs=checkpoints,
        pulses=tally[..., :2] / per_cell[:, None],
        pulse_conductance=np.divide(tally[..., 2], given, out=np.full_like(given, np.nan), where=given > 0),
        predictions=predicted,
        samples=epochs * protocol.samples_per_epoch,
        endurance_used=budget[..., 0],
        exhausted=budget[..., 1],
        conductance=(cells[0], cells[1]) if cells else None,
    )


def _budget(block: DeviceConstants, state: kernels.State) -> np.ndarray:
    """Mean share of the endurance used and share of devices past it, shape (lanes, 2)."""
    if state.given1 is None or state.given2 is None:
        return np.zeros((len(block.endurance), 2))
    given = np.concatenate([np.asarray(g).reshape(len(g), -1) for g in (state.given1, state.given2)], 1)
    used = given / np.asarray(block.endurance)[:, :1]
    return np.stack([used.mean(1), (used >= 1).mean(1)], 1)


def _require(
    data: _Data, shape: tuple[int, int, int], n_lanes: int, size: int, extra: int, keep_weights: bool
) -> None:
    """Refuse what does not fit: the blocks at work, and what is kept of every lane."""
    inputs, hidden, classes = shape
    cells = hidden * (inputs + classes)
    # g and i, twice while a chunk is put back; one lane's test; extra: the curvature of both directions and
    # the ends of the window if they vary, the pulses given if the devices wear
    at_work = workers() * (size * 4 * cells * (4 + extra) + 8 * hidden * len(data.x_test))
    kept = 2 * len(data.x_test) + 4 * cells * keep_weights + 4096
    require_memory(kept, n_lanes, "lanes (parameter set x seed)", fixed=at_work + 5 * data.x_train.size)


def _counter(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None]:
    """Count work done by several threads."""
    done, lock = 0, Lock()

    def tick(n: int) -> None:
        nonlocal done
        if progress is not None:
            with lock:
                done += n
                progress(done, total)

    return tick


class _Data(NamedTuple):
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int
    binary: bool


def check_data(
    x_train: ArrayLike,
    y_train: ArrayLike,
    x_test: ArrayLike,
    y_test: ArrayLike,
    classes: int | None,
    protocol: Protocol,
) -> _Data:
    """Images and labels as the kernels take them; raises InputError for what does not fit."""
    arrays = {}
    for name, images, labels in (("train", x_train, y_train), ("test", x_test, y_test)):
        x, y = np.asarray(images, np.float32), np.asarray(labels)
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


def start_weights(seed: int, s: int, shape: tuple[int, int, int], protocol: Protocol) -> list[np.ndarray]:
    """Weights of one seed, (hidden, inputs) and (classes, hidden), the same for every parameter set."""
    inputs, hidden, classes = shape
    rng = np.random.default_rng([seed, int(s), 0])
    top = protocol.start_levels - 1
    return [
        (2 * rng.integers(0, protocol.start_levels, size) / top - 1).astype(np.float32)
        for size in ((hidden, inputs), (classes, hidden))
    ]


def _orders(own_seeds: list[tuple[int, int]], epoch: int, n: int, protocol: Protocol) -> np.ndarray:
    """Samples of one epoch for lanes of (base, seed), shape (samples, lanes)."""
    found = {own: sample_order(own[0], own[1:], epoch, n, protocol) for own in set(own_seeds)}
    return np.concatenate([found[own] for own in own_seeds], axis=1)


def sample_order(seed: int, seeds: Iterable[int], epoch: int, n: int, protocol: Protocol) -> np.ndarray:
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
