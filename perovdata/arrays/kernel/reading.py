"""Reading a crossbar: input encoding, analog sum with noise, conversion; leading axis = lanes."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.arrays.circuit import Design
from perovdata.arrays.kernel.cell_physics import current_range, read_conductance, spread
from perovdata.arrays.kernel.constants import DeviceConstants, Effects
from perovdata.arrays.kernel.counter_rng import event_key, normal
from perovdata.arrays.kernel.lines import wired_conductance


def cell_index(design: Design) -> jax.Array:
    """Index of every device, (planes, rows, columns)."""
    shape = (design.planes, design.rows, design.columns)
    return jnp.asarray(np.arange(math.prod(shape), dtype=np.uint32).reshape(shape))


def plane_fractions(
    design: Design, lanes: DeviceConstants, e: Effects, g: jax.Array, kept: jax.Array, array: int
) -> jax.Array:
    """Read current of every device as a fraction of its range, (lanes, planes, rows, columns).

    Parameters
    ----------
    g : array, shape (lanes, planes, rows, columns)
    kept : array, shape (lanes,)
        Part of the state that time has left.
    array : int
        Which array of a network this is (its devices are drawn accordingly).
    """
    d = spread(lanes, 4)
    cells = read_conductance(g, d, e, array, cell_index(design), kept[:, None, None, None])
    cells = cells / (1 + cells * d.access)
    if design.wires == "lumped" and design.wire_resistance > 0:
        cells = wired_conductance(cells, d.wire[..., 0])
    low, high = current_range(d)
    return (cells - low) / (high - low)


def quantise_input(x: jax.Array, bits: int | None, limit: float) -> jax.Array:
    """Round inputs to the levels of a converter over [-limit, limit]."""
    if bits is None:
        return x
    steps = np.float32((2**bits - 1) / limit)
    return jnp.clip(jnp.round(x * steps), -(2**bits - 1), 2**bits - 1) / steps


def input_planes(design: Design, x: jax.Array) -> list[tuple[jax.Array, float]]:
    """What is driven, read by read: pairs of (inputs, share of that read in the result).

    Amplitudes and durations are one read; bit-serial inputs one per bit, both signs in the same read.
    """
    x = quantise_input(x, design.input_bits, design.input_range)
    bits = design.input_bits
    if design.encoding != "bit-serial" or bits is None:
        return [(x, 1.0)]
    top = 2**bits - 1
    magnitude = jnp.round(jnp.abs(x) * np.float32(top / design.input_range)).astype(jnp.uint32)
    drive = jnp.sign(x) * np.float32(design.input_range)
    return [(((magnitude >> bit) & 1).astype(jnp.float32) * drive, 2**bit / top) for bit in range(bits)]


def nominal_weights(design: Design, fractions: jax.Array) -> jax.Array:
    """Weights in [-1, 1] that conductance fractions (lanes, planes, rows, columns) stand for."""
    coefficients = jnp.asarray(design.coefficients, jnp.float32)[:, None, None]
    return (fractions * coefficients).sum(1) + np.float32(design.offset)


def largest_sum(design: Design, fractions: jax.Array, x: jax.Array) -> jax.Array:
    """Largest magnitude that any single read of x (lanes, n, rows) gives a converter, (lanes,)."""
    w = nominal_weights(design, fractions)
    sums = [jnp.einsum("lnr,lrc->lnc", drive, w) for drive, _ in input_planes(design, x)]
    return jnp.abs(jnp.stack(sums)).max((0, 2, 3))


def convert(y: jax.Array, bits: int | None, top: jax.Array) -> jax.Array:
    """Analog-to-digital conversion over [-top, top]: mid-tread, symmetric, saturating."""
    if bits is None:
        return y
    levels = np.float32(2 ** (bits - 1) - 1)
    return jnp.round(jnp.clip(y / top, -1.0, 1.0) * levels) * (top / levels)


def read_columns(
    design: Design,
    lanes: DeviceConstants,
    e: Effects,
    fractions: jax.Array,
    top: jax.Array,
    scale: jax.Array,
    x: jax.Array,
    key: jax.Array,
) -> jax.Array:
    """Outputs x @ w, the one way in which crossbars are read.

    Independent noise of the cells is added where it is seen, at the column: ``var = sum_i x_i^2 sigma_i^2``
    has the same distribution as a normal per cell at a thousandth of the cost.

    Parameters
    ----------
    fractions : array, shape (lanes, planes, rows, columns)
    top : array, shape (lanes,)
        Full scale of the converter, in units of sum(w x) / scale.
    scale : array, shape (lanes, columns)
        Weight at full window.
    x : array, shape (lanes, n, rows)
    key : array of uint32, shape (lanes, 2)
        Of this read.

    Returns
    -------
    array, shape (lanes, n, columns)
    """
    w = nominal_weights(design, fractions)
    per_cell = _noise_variance(design, lanes, e, fractions)

    def analog(drive: jax.Array, turn: int) -> jax.Array:
        y = jnp.einsum("lnr,lrc->lnc", drive, w)
        if per_cell is not None:
            if per_cell.shape[1] == 1:  # the same for every cell
                variance = (drive * drive).sum(-1, keepdims=True) * per_cell
            else:
                variance = jnp.einsum("lnr,lrc->lnc", drive * drive, per_cell)
            count = y.shape[1] * y.shape[2]
            index = jnp.arange(count, dtype=jnp.uint32).reshape(y.shape[1:])
            y = y + jnp.sqrt(variance) * normal(event_key(key, turn)[:, None, None], index)
        return convert(y, design.adc_bits, top[:, None, None])

    planes = input_planes(design, x)
    read = sum(analog(drive, turn) * np.float32(share) for turn, (drive, share) in enumerate(planes))
    return read * scale[:, None]


def read_cells(
    design: Design,
    lanes: DeviceConstants,
    e: Effects,
    fractions: jax.Array,
    top: jax.Array,
    scale: jax.Array,
    key: jax.Array,
) -> jax.Array:
    """Every weight on its own, (lanes, rows, columns): :func:`read_columns` of one row after the other.

    Equal to it for an identity matrix as the input (also in its noise), without the products by zero.
    """
    y = nominal_weights(design, fractions)
    variance = _noise_variance(design, lanes, e, fractions)
    if variance is not None:
        index = jnp.arange(design.rows * design.columns, dtype=jnp.uint32).reshape(y.shape[1:])
        y = y + jnp.sqrt(variance) * normal(event_key(key, 0)[:, None, None], index)
    return convert(y, design.adc_bits, top[:, None, None]) * scale[:, None]


def _noise_variance(
    design: Design, lanes: DeviceConstants, e: Effects, fractions: jax.Array
) -> jax.Array | None:
    """Variance of one cell's weight at a read, (lanes, 1 or rows, 1 or columns); None without noise."""
    if not (e.read_noise or e.read_noise_relative):
        return None
    sigma = lanes.read_noise[:, :, None, None, None]  # (lanes, absolute | relative, 1, 1, 1)
    squares = jnp.asarray(design.coefficients**2, jnp.float32)[:, None, None]
    variance = (sigma[:, 0] ** 2 * squares).sum(1)
    if e.read_noise_relative:
        low, high = current_range(spread(lanes, 4))
        variance = variance + (sigma[:, 1] ** 2 * squares * (fractions + low / (high - low)) ** 2).sum(1)
    return variance
