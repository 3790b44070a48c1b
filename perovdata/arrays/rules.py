"""How a wanted change of the weights becomes pulses. Pure functions, leading axis = lanes.

The wanted change is ``-learning_rate * x^T delta``; v = w / scale is the weight in units of the window. A
device of a plane with a positive coefficient takes the change, one with a negative coefficient the opposite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from perovdata.arrays.circuit import Design
from perovdata.arrays.kernel.cell_physics import level, spread, take_pulses, worn
from perovdata.arrays.kernel.constants import DeviceConstants, Effects
from perovdata.arrays.kernel.counter_rng import event_key, normal, uniform
from perovdata.arrays.kernel.programming import curvature_of
from perovdata.arrays.kernel.reading import cell_index
from perovdata.errors import InputError


@dataclass(frozen=True)
class Cells:
    """The devices that a rule writes: an array as the kernel sees it.

    Parameters
    ----------
    design : Design
    effects : Effects
    array : int
    lanes : DeviceConstants
    """

    design: Design
    effects: Effects
    array: int
    lanes: DeviceConstants

    def write(self, state: Any, n: jax.Array, key: jax.Array) -> Any:
        """State after signed pulses: of every weight, shape (lanes, rows, columns), or of every device."""
        n = self.planes(n) if n.ndim == 3 else n
        d, cell = spread(self.lanes, 4), cell_index(self.design)
        u = curvature_of(self.design, self.lanes, self.effects, self.array)
        g = take_pulses(state.g, jnp.abs(n), n > 0, d, self.effects, key[:, None, None, None], cell, u)
        given = state.given + jnp.abs(n)
        return state._replace(g=jnp.minimum(g, worn(d, self.effects, given)), given=given)

    def planes(self, n: jax.Array) -> jax.Array:
        """Signed pulses of every device, (lanes, planes, rows, columns), for n of a weight."""
        return n[:, None] * jnp.asarray(np.sign(self.design.coefficients), jnp.float32)[:, None, None]

    def with_partners(self, g: jax.Array, n: jax.Array) -> jax.Array:
        """Pulses of every device; what finds no room in one of a pair goes to the other, if it fits."""
        n = self.planes(n)
        if self.design.scheme != "differential":
            return n
        full = self.lanes.pulses[:, :, None, None, None]
        room = jnp.where(n > 0, (1.0 - g) * full[:, 0], g * full[:, 1])  # pulses to the end of the window
        partner = jnp.roll(room, self.design.planes // 2, axis=1)
        wanted = jnp.abs(n)
        extra = jnp.clip(wanted - partner, 0.0, jnp.maximum(room - wanted, 0.0))
        return n + jnp.sign(n) * jnp.floor(extra + 0.5)

    def pulses_of(self, direction: jax.Array) -> jax.Array:
        """Pulses of a full sweep in the direction of the sign, (lanes, rows, columns)."""
        full = self.lanes.pulses[:, :, None, None]
        return jnp.where(direction > 0, full[:, 0], full[:, 1])


@dataclass(frozen=True)
class Rule:
    """Base of the update rules: a frozen dataclass whose subclass says how a wanted change becomes pulses.

    A subclass writes :meth:`apply` (a batch at once) or :meth:`apply_one` (sample by sample); both run
    inside ``jit``. What it must remember it keeps in ``state.memory``, None at first.

    Parameters
    ----------
    learning_rate : float
    """

    learning_rate: float = 0.1

    def apply(self, cells: Cells, state: Any, x: jax.Array, drive: jax.Array, key: jax.Array) -> Any:
        """State after a batch.

        Parameters
        ----------
        cells : Cells
        state : CrossbarState
            With ``g``, ``given`` and ``memory``, leading axis = lanes.
        x : array, shape (lanes, n, rows)
        drive : array, shape (lanes, n, columns)
            Gradient at the outputs over the scale of the weights.
        key : array of uint32, shape (lanes, 2)
            Of this update; :func:`~perovdata.arrays.kernel.counter_rng.event_key` derives others.
        """

        def one(state: Any, sample: Any) -> Any:
            turn, x, d = sample
            return self.apply_one(cells, state, x, d, event_key(key, turn)), None

        turns = jnp.arange(x.shape[1], dtype=jnp.uint32)
        samples = (turns, jnp.moveaxis(x, 1, 0), jnp.moveaxis(drive, 1, 0))
        return lax.scan(one, self.begin(cells, state), samples)[0]

    def begin(self, cells: Cells, state: Any) -> Any:
        """State with the memory that samples need."""
        return state

    def apply_one(self, cells: Cells, state: Any, x: jax.Array, d: jax.Array, key: jax.Array) -> Any:
        """State after one sample, x of shape (lanes, rows), d of shape (lanes, columns)."""
        raise NotImplementedError(f"{type(self).__name__} defines neither apply nor apply_one")

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
                raise InputError(f"{type(self).__name__} {name}: {value!r} is not a number of 0 or more")


@dataclass(frozen=True)
class FullPulses(Rule):
    """The whole change at once, rounded to pulses, none below half a pulse (NeuroSim's way).

    Parameters
    ----------
    learning_rate : float
    momentum : float
        Share of the previous change that is added to the gradient, accumulated digitally; 0: none.

    Notes
    -----
    Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723. A device of a pair that stands at the end
    of its window cannot take its half of the change; its partner then takes it as well (the pair is read
    first).
    """

    momentum: float = 0.0

    def apply(self, cells: Cells, state: Any, x: jax.Array, drive: jax.Array, key: jax.Array) -> Any:
        """State after a batch, whose gradients are summed."""
        wanted = -self.learning_rate * jnp.einsum("lnr,lnc->lrc", x, drive)
        memory = jnp.zeros_like(wanted) if state.memory is None else state.memory
        half = cells.pulses_of(wanted) / 2
        wanted = self.momentum * memory + wanted
        n = jnp.sign(wanted) * jnp.floor(jnp.abs(wanted) * half + 0.5)
        memory = wanted if self.momentum > 0 else state.memory
        return cells.write(state, cells.with_partners(state.g, n), key)._replace(memory=memory)


@dataclass(frozen=True)
class StochasticPulses(Rule):
    """Random pulse trains on rows and columns; devices switch where both coincide.

    Parameters
    ----------
    learning_rate : float
    train_length : int
        Slots of a train, at most 32. The two probabilities are balanced so that the larger of row and column
        drives saturates last.

    Notes
    -----
    Gokmen, Vlasov, Front. Neurosci. 2016, doi:10.3389/fnins.2016.00333; the scheme of aihwkit (Rasch et al.,
    AICAS 2021, doi:10.1109/AICAS51828.2021.9458494).
    """

    train_length: int = 31

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.train_length <= 32:
            raise InputError(f"train_length: {self.train_length!r} is not between 1 and 32")

    def apply_one(self, cells: Cells, state: Any, x: jax.Array, d: jax.Array, key: jax.Array) -> Any:
        """State after one sample."""
        n = _coincidences(self, cells.lanes, x, d, key)
        return cells.write(state, n, event_key(key, 1))


@dataclass(frozen=True)
class MixedPrecision(Rule):
    """Changes add up digitally; a device is pulsed when a whole pulse has come together.

    Notes
    -----
    As in :class:`FullPulses`, the partner of a device at the end of its window takes the other half.
    Nandakumar et al., Front. Neurosci. 2020, doi:10.3389/fnins.2020.00406.
    """

    def apply(self, cells: Cells, state: Any, x: jax.Array, drive: jax.Array, key: jax.Array) -> Any:
        """State after a batch, whose gradients are summed."""
        wanted = -self.learning_rate * jnp.einsum("lnr,lnc->lrc", x, drive)
        memory = jnp.zeros_like(wanted) if state.memory is None else state.memory
        wanted = memory + wanted
        half = cells.pulses_of(wanted) / 2
        n = jnp.trunc(wanted * half)
        done = cells.write(state, cells.with_partners(state.g, n), key)
        return done._replace(memory=wanted - n / half)


@dataclass(frozen=True)
class TikiTaka(Rule):
    """Gradients go to a fast array around its symmetry point; its rows are read in turn and transferred.

    Parameters
    ----------
    learning_rate : float
        Of the stochastic pulses on the fast array.
    version : int
        1: what is read is pulsed onto the slow array; 2: it is filtered by a digital buffer that gives a
        pulse when it reaches one.
    transfer_every : int
        Samples between transfers of one row.
    transfer_rate : float
        Share of a full window that a full fast device moves the slow one (version 1), or its buffer in units
        of a pulse (version 2).
    train_length : int

    Notes
    -----
    Gokmen, Haensch, Front. Neurosci. 2020, doi:10.3389/fnins.2020.00103 (version 1); Gokmen, Front. Artif.
    Intell. 2021, doi:10.3389/frai.2021.699148 (version 2). Reads see the slow array only (their gamma = 0).
    """

    version: int = 2
    transfer_every: int = 1
    transfer_rate: float = 0.1
    train_length: int = 31

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.version not in (1, 2):
            raise InputError(f"TikiTaka version: {self.version!r} is not 1 or 2")
        if self.transfer_every < 1 or not 1 <= self.train_length <= 32:
            raise InputError("TikiTaka: transfer_every must be at least 1 and train_length between 1 and 32")

    def begin(self, cells: Cells, state: Any) -> Any:
        """State with a fast array."""
        if state.memory is not None:
            return state
        return state._replace(memory=_fast_array(cells.lanes, state.g.shape))

    def apply_one(self, cells: Cells, state: Any, x: jax.Array, d: jax.Array, key: jax.Array) -> Any:
        """State after one sample."""
        return _tiki_taka(self, cells, state, x, d, key)


def _coincidences(
    rule: StochasticPulses | TikiTaka, lanes: DeviceConstants, x: jax.Array, d: jax.Array, key: jax.Array
) -> jax.Array:
    """Signed coincidences of random trains, on average the wanted pulses, (lanes, rows, columns)."""
    step = 2 / lanes.pulses.mean(1, keepdims=True)  # mean change of v by a pulse
    strength = jnp.sqrt(rule.learning_rate / (rule.train_length * step))
    largest_x, largest_d = (jnp.maximum(jnp.abs(a).max(1, keepdims=True), np.float32(1e-30)) for a in (x, d))
    balance = jnp.sqrt(largest_d / largest_x)

    def train(value: jax.Array, stream: int) -> jax.Array:
        slots = jnp.arange(rule.train_length, dtype=jnp.uint32)
        counter = jnp.arange(value.shape[1], dtype=jnp.uint32)[:, None] * 32 + slots
        fires = uniform(event_key(key, stream)[:, None, None], counter) < jnp.abs(value)[:, :, None]
        return (fires.astype(jnp.uint32) << slots).sum(-1, dtype=jnp.uint32)

    rows, columns = train(x * strength * balance, 2), train(d * strength / balance, 3)
    both = lax.population_count(rows[:, :, None] & columns[:, None, :]).astype(jnp.float32)
    return -both * jnp.sign(x)[:, :, None] * jnp.sign(d)[:, None, :]


def symmetry_point(lanes: DeviceConstants) -> jax.Array:
    """Conductance fraction at which one LTP and one LTD pulse cancel, (lanes,); 0.5 if they do everywhere."""
    closed = _exponential_symmetry(lanes)
    if lanes.tables is None:
        return closed
    return jnp.where(lanes.law < 0, closed, lanes.tables.symmetry[jnp.maximum(lanes.law, 0)])


def _exponential_symmetry(lanes: DeviceConstants) -> jax.Array:
    step = jnp.expm1(jnp.stack([-lanes.curvature[:, 0], lanes.curvature[:, 1]], 1) / lanes.pulses)
    slope = step.sum(1)
    flat = jnp.abs(slope) < 1e-7
    point = -(step * lanes.bend).sum(1) / jnp.where(flat, 1.0, slope)
    return jnp.where(flat, 0.5, jnp.clip(point, 0.0, 1.0))


def _fast_array(lanes: DeviceConstants, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Fast array at its symmetry point, empty buffer, no sample seen."""
    cells = (shape[0], *shape[2:])
    return jnp.broadcast_to(symmetry_point(lanes)[:, None, None], cells), jnp.zeros(cells), jnp.uint32(0)


def _tiki_taka(rule: TikiTaka, array: Cells, state: Any, x: jax.Array, d: jax.Array, key: jax.Array) -> Any:
    lanes, e = array.lanes, array.effects
    fast, buffer, seen = state.memory
    rows, columns = fast.shape[1:]
    cells = spread(lanes, 3)
    cell = jnp.arange(rows * columns, dtype=jnp.uint32).reshape(rows, columns)
    n = _coincidences(rule, lanes, x, d, event_key(key, 4))
    # The fast array has the same devices, all with the nominal curve.
    fast = take_pulses(fast, jnp.abs(n), n > 0, cells, e, event_key(key, 5)[:, None, None], cell)

    row = (seen // rule.transfer_every) % rows
    now = (seen + 1) % rule.transfer_every == 0
    value = level(jnp.take(fast, row, axis=1), spread(lanes, 2), e) - symmetry_point(lanes)[:, None]
    if e.read_noise or e.read_noise_relative:
        sigma = jnp.hypot(lanes.read_noise[:, :1], lanes.read_noise[:, 1:] * jnp.abs(value))
        value = value + sigma * normal(event_key(key, 6)[:, None], jnp.arange(columns, dtype=jnp.uint32))
    mine = (jnp.arange(rows, dtype=jnp.uint32) == row)[:, None] & now
    moved = jnp.where(mine, rule.transfer_rate * 2 * value[:, None, :], 0.0)
    if rule.version == 1:
        pulses = jnp.sign(moved) * jnp.floor(jnp.abs(moved) * array.pulses_of(moved) / 2 + 0.5)
    else:
        buffer = buffer + moved
        pulses = jnp.trunc(buffer)
        buffer = buffer - pulses
    state = array.write(state, pulses, event_key(key, 7))
    return state._replace(memory=(fast, buffer, seen + 1))
