"""How a wanted change of the weights becomes pulses. Pure functions, leading axis = lanes.

The wanted change is ``-learning_rate * x^T delta``; v = w / scale is the weight in units of the window. A
device of a plane with a positive coefficient takes the change, one with a negative coefficient the opposite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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

__all__ = [
    "FullPulses",
    "MixedPrecision",
    "Rule",
    "StochasticPulses",
    "TikiTaka",
    "apply_rule",
    "symmetry_point",
]


@dataclass(frozen=True)
class Rule:
    """Base of the update rules.

    Parameters
    ----------
    learning_rate : float
    """

    learning_rate: float = 0.1

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if not (math.isfinite(value) and value >= 0):
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


@dataclass(frozen=True)
class MixedPrecision(Rule):
    """Changes add up digitally; a device is pulsed when a whole pulse has come together.

    Notes
    -----
    As in :class:`FullPulses`, the partner of a device at the end of its window takes the other half.
    Nandakumar et al., Front. Neurosci. 2020, doi:10.3389/fnins.2020.00406.
    """


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


def apply_rule(
    rule: Rule, design: Design, e: Effects, array: int, lanes: DeviceConstants, state, x, delta, key
):
    """One update; ``x`` (lanes, n, rows) and ``delta`` (lanes, n, columns) are a batch of samples.

    Full pulses and mixed precision sum the gradient of the batch; the pulse-train rules show its samples one
    after the other.

    Returns
    -------
    state
        With new ``g``, ``given`` and ``memory``.
    """
    drive = delta / state.scale[:, None]
    if isinstance(rule, FullPulses | MixedPrecision):
        wanted = -rule.learning_rate * jnp.einsum("lnr,lnc->lrc", x, drive)
        return _digital(rule, design, e, array, lanes, state, wanted, key)

    def one(state, sample):
        turn, x, d = sample
        event = event_key(key, turn)
        if isinstance(rule, StochasticPulses):
            n = _coincidences(rule, lanes, x, d, event)
            return _write(design, e, array, lanes, state, _planes(design, n), event_key(event, 1)), None
        return _tiki_taka(rule, design, e, array, lanes, state, x, d, event), None

    if isinstance(rule, TikiTaka) and state.memory is None:
        state = state._replace(memory=_fast_array(lanes, state.g.shape))
    turns = jnp.arange(x.shape[1], dtype=jnp.uint32)
    return lax.scan(one, state, (turns, jnp.moveaxis(x, 1, 0), jnp.moveaxis(drive, 1, 0)))[0]


def _digital(rule, design, e, array, lanes, state, wanted, key):
    """Full pulses (with momentum) and mixed precision: the wanted change is known as a number."""
    memory = jnp.zeros_like(wanted) if state.memory is None else state.memory
    half = _pulses_of(lanes, wanted) / 2
    if isinstance(rule, FullPulses):
        wanted = rule.momentum * memory + wanted
        n = jnp.sign(wanted) * jnp.floor(jnp.abs(wanted) * half + 0.5)
        memory = wanted if rule.momentum > 0 else state.memory
    else:
        wanted = memory + wanted
        half = _pulses_of(lanes, wanted) / 2
        n = jnp.trunc(wanted * half)
        memory = wanted - n / half
    n = _with_partners(design, lanes, state.g, n)
    return _write(design, e, array, lanes, state, n, key)._replace(memory=memory)


def _pulses_of(lanes: DeviceConstants, direction):
    """Pulses of a full sweep in the direction of the sign, (lanes, rows, columns)."""
    full = lanes.pulses[:, :, None, None]
    return jnp.where(direction > 0, full[:, 0], full[:, 1])


def _planes(design: Design, n):
    """Signed pulses of every plane (lanes, planes, rows, columns) for a change of the weight of n pulses."""
    return n[:, None] * jnp.asarray(np.sign(design.coefficients), jnp.float32)[:, None, None]


def _with_partners(design: Design, lanes: DeviceConstants, g, n):
    """Pulses of every plane; what finds no room in one device of a pair goes to the other, if it fits."""
    n = _planes(design, n)
    if design.scheme != "differential":
        return n
    full = lanes.pulses[:, :, None, None, None]
    room = jnp.where(n > 0, (1.0 - g) * full[:, 0], g * full[:, 1])  # pulses to the end of the window
    partner = jnp.roll(room, design.planes // 2, axis=1)
    wanted = jnp.abs(n)
    extra = jnp.clip(wanted - partner, 0.0, jnp.maximum(room - wanted, 0.0))
    return n + jnp.sign(n) * jnp.floor(extra + 0.5)


def _write(design: Design, e: Effects, array: int, lanes: DeviceConstants, state, n, key):
    """Give every device its signed pulses, (lanes, planes, rows, columns)."""
    d, cell = spread(lanes, 4), cell_index(design)
    u = curvature_of(design, lanes, e, array)
    g = take_pulses(state.g, jnp.abs(n), n > 0, d, e, key[:, None, None, None], cell, u)
    given = state.given + jnp.abs(n)
    return state._replace(g=jnp.minimum(g, worn(d, e, given)), given=given)


def _coincidences(rule, lanes: DeviceConstants, x, d, key):
    """Signed coincidences of random trains, on average the wanted pulses, (lanes, rows, columns)."""
    step = 2 / lanes.pulses.mean(1, keepdims=True)  # mean change of v by a pulse
    strength = jnp.sqrt(rule.learning_rate / (rule.train_length * step))
    largest_x, largest_d = (jnp.maximum(jnp.abs(a).max(1, keepdims=True), np.float32(1e-30)) for a in (x, d))
    balance = jnp.sqrt(largest_d / largest_x)

    def train(value, stream):
        slots = jnp.arange(rule.train_length, dtype=jnp.uint32)
        counter = jnp.arange(value.shape[1], dtype=jnp.uint32)[:, None] * 32 + slots
        fires = uniform(event_key(key, stream)[:, None, None], counter) < jnp.abs(value)[:, :, None]
        return (fires.astype(jnp.uint32) << slots).sum(-1, dtype=jnp.uint32)

    rows, columns = train(x * strength * balance, 2), train(d * strength / balance, 3)
    both = lax.population_count(rows[:, :, None] & columns[:, None, :]).astype(jnp.float32)
    return -both * jnp.sign(x)[:, :, None] * jnp.sign(d)[:, None, :]


def symmetry_point(lanes: DeviceConstants):
    """Conductance fraction at which one LTP and one LTD pulse cancel, (lanes,); 0.5 if they do everywhere."""
    closed = _exponential_symmetry(lanes)
    if lanes.tables is None:
        return closed
    return jnp.where(lanes.law < 0, closed, lanes.tables.symmetry[jnp.maximum(lanes.law, 0)])


def _exponential_symmetry(lanes: DeviceConstants):
    step = jnp.expm1(jnp.stack([-lanes.curvature[:, 0], lanes.curvature[:, 1]], 1) / lanes.pulses)
    slope = step.sum(1)
    flat = jnp.abs(slope) < 1e-7
    point = -(step * lanes.bend).sum(1) / jnp.where(flat, 1.0, slope)
    return jnp.where(flat, 0.5, jnp.clip(point, 0.0, 1.0))


def _fast_array(lanes: DeviceConstants, shape):
    """Fast array at its symmetry point, empty buffer, no sample seen."""
    cells = (shape[0], *shape[2:])
    return jnp.broadcast_to(symmetry_point(lanes)[:, None, None], cells), jnp.zeros(cells), jnp.uint32(0)


def _tiki_taka(rule: TikiTaka, design, e, array, lanes, state, x, d, key):
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
        pulses = jnp.sign(moved) * jnp.floor(jnp.abs(moved) * _pulses_of(lanes, moved) / 2 + 0.5)
    else:
        buffer = buffer + moved
        pulses = jnp.trunc(buffer)
        buffer = buffer - pulses
    state = _write(design, e, array, lanes, state, _planes(design, pulses), event_key(key, 7))
    return state._replace(memory=(fast, buffer, seen + 1))
