"""Inference of a trained perceptron on arrays, batched over parameter sets and seeds.

Every lane programs its own copy of the weights and classifies all images; lanes are computed one after the
other inside a block, so memory holds one lane's activations per worker, whatever the number of sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.typing import ArrayLike

from perovdata.arrays.circuit import Design
from perovdata.arrays.crossbar import METHODS, program_lanes
from perovdata.arrays.kernel.constants import DeviceConstants, Effects, make_constants
from perovdata.arrays.kernel.counter_rng import event_key
from perovdata.arrays.kernel.reading import largest_sum, plane_fractions, read_columns
from perovdata.checks import check_counts
from perovdata.devices import SynapseParameters, retained
from perovdata.engine import blocks, require_memory, run_blocks, unpadded
from perovdata.errors import InputError, unknown_choice

#: Activations between layers.
ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "linear": lambda z: z}

_INFER = 0xFFFFFF30
_CALIBRATION = 256


def infer(
    params: SynapseParameters,
    weights: Sequence,
    x: ArrayLike,
    *,
    biases: Sequence | None = None,
    activation: str = "relu",
    method: str = "open-loop",
    tolerance: float = 0.01,
    rounds: int = 100,
    elapsed: float = 0.0,
    seeds: int = 1,
    seed: int = 0,
    first_set: int = 0,
    paired: bool = False,
    **design: Any,
) -> np.ndarray:
    """Outputs of a trained network whose weights are programmed into arrays of the given devices.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    weights : sequence of array_like, shapes (inputs, units), (units, ...), ...
    x : array_like, shape (n, inputs)
    biases : sequence of array_like, optional
        One per layer, added digitally.
    activation : {"relu", "sigmoid", "tanh", "linear"}
        Digital, between the layers; the last layer is linear.
    method, tolerance, rounds
        How weights are written, as in :meth:`Crossbar.program`.
    elapsed : float, s
        Time between writing and reading.
    seeds, seed, first_set, paired
        As in :func:`~perovdata.arrays.train_online`.
    **design
        Fields of :class:`~perovdata.arrays.Design` for all layers. Inputs of each layer are scaled digitally
        to what its first 256 images need; so is a converter's range unless ``adc_range`` is given.

    Returns
    -------
    ndarray, shape (P, S, n, outputs)

    Raises
    ------
    InputError
    """
    weights = [np.asarray(w, np.float32) for w in weights]
    x = np.asarray(x, np.float32)
    biases = [np.zeros(w.shape[-1], np.float32) for w in weights] if biases is None else list(biases)
    biases = [np.asarray(b, np.float32) for b in biases]
    _check(weights, biases, x, activation, method, seeds)
    if design.get("wires") == "exact":
        raise InputError("infer: wires 'exact' are solved by Crossbar only; give 'lumped'")
    designs = tuple(Design(*w.shape, **{**design, "input_range": 1.0}) for w in weights)
    lanes, effects = make_constants(
        params,
        range(seeds),
        seed=seed,
        first_set=first_set,
        paired=paired,
        access_resistance=designs[0].access_resistance,
        wire_resistance=designs[0].wire_resistance,
    )
    kept = np.repeat(np.asarray(retained(params, jnp.full(params.n_sets, elapsed, jnp.float32))), seeds)
    n_lanes = params.n_sets * seeds
    widest = max(w.shape[1] for w in weights)
    devices = sum(d.planes * d.rows * d.columns for d in designs)
    require_memory(
        4 * len(x) * weights[-1].shape[1],
        n_lanes,
        "lanes",
        fixed=12 * len(x) * widest + 4 * x.size + 24 * devices,
    )
    network = tuple(map(jnp.asarray, weights)), tuple(map(jnp.asarray, biases)), jnp.asarray(x)

    def block(index: np.ndarray) -> np.ndarray:
        part = lanes.take(index)
        run = partial(_infer, designs, effects, activation, method)
        return np.asarray(run(part, jnp.asarray(kept[index]), *network, tolerance, rounds))

    parts = blocks(n_lanes)
    out = unpadded(run_blocks(block, parts), parts)
    return out.reshape(params.n_sets, seeds, *out.shape[1:])


def _check(
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    x: np.ndarray,
    activation: str,
    method: str,
    seeds: int,
) -> None:
    if not weights:
        raise InputError("weights: give at least one layer")
    if activation not in ACTIVATIONS:
        raise unknown_choice("activation", activation, ACTIVATIONS)
    if method not in METHODS:
        raise unknown_choice("programming method", method, METHODS)
    check_counts(seeds=seeds)
    if x.ndim != 2 or len(x) == 0:
        raise InputError(f"x: shape {x.shape}; give (n, inputs)")
    width = x.shape[1]
    for i, w in enumerate(weights):
        if w.ndim != 2 or w.shape[0] != width:
            raise InputError(
                f"weights[{i}]: shape {w.shape}, but {width} inputs arrive; give ({width}, units)"
            )
        width = w.shape[1]
        if biases[i : i + 1] == [] or biases[i].shape != (width,):
            raise InputError(f"biases[{i}]: give {width} values")
    for name, arrays in (("x", [x]), ("weights", weights), ("biases", biases)):
        if not all(np.isfinite(a).all() for a in arrays):
            raise InputError(f"{name}: NaN or infinite values are not accepted")


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _infer(
    designs: tuple[Design, ...],
    e: Effects,
    activation: str,
    method: str,
    lanes: DeviceConstants,
    kept: jax.Array,
    weights: Sequence[jax.Array],
    biases: Sequence[jax.Array],
    x: jax.Array,
    tolerance: float,
    rounds: int,
) -> jax.Array:
    """Outputs (lanes, n, outputs), lane after lane."""

    def one(arguments: tuple[DeviceConstants, jax.Array]) -> jax.Array:
        lane, kept = arguments
        lane, kept, signal = lane.take(None)._replace(tables=lanes.tables), kept[None], x[None]
        for layer, (design, w, b) in enumerate(zip(designs, weights, biases, strict=True)):
            key = event_key(lane.key, _INFER, layer)
            g, scale, _, _ = program_lanes(
                design, e, layer, method, lane, w[None], event_key(key, 0), tolerance, rounds
            )
            fractions = plane_fractions(design, lane, e, g, kept, layer)
            limit = jnp.abs(signal[:, :_CALIBRATION]).max((1, 2), keepdims=True)
            limit = jnp.where(limit > 0, limit, 1.0)
            top = jnp.full(1, design.full_scale, jnp.float32)
            if design.adc_bits is not None and design.adc_range is None:
                needed = largest_sum(design, fractions, signal[:, :_CALIBRATION] / limit)
                top = jnp.where(needed > 0, needed, top)
            y = read_columns(design, lane, e, fractions, top, scale, signal / limit, event_key(key, 1))
            y = y * limit + b
            signal = ACTIVATIONS[activation](y) if layer < len(designs) - 1 else y
        return signal[0]

    return lax.map(one, (lanes._replace(tables=None), kept))
