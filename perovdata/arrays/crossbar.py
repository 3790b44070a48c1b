"""`Crossbar`: a batched array of synapses with explicit state and a small NumPy-like face."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from perovdata.arrays.circuit import Design
from perovdata.arrays.cost import Cost, array_cost
from perovdata.arrays.kernel.cell_physics import current_range
from perovdata.arrays.kernel.constants import DeviceConstants, Effects, make_constants
from perovdata.arrays.kernel.counter_rng import event_key
from perovdata.arrays.kernel.programming import open_loop, plane_targets, write_verify
from perovdata.arrays.kernel.reading import largest_sum, plane_fractions, read_cells, read_columns
from perovdata.arrays.rules import Cells, FullPulses, Rule
from perovdata.arrays.wires import effective_conductance
from perovdata.checks import check_counts
from perovdata.devices import SynapseParameters, read_disturb, retained
from perovdata.engine import require_memory
from perovdata.errors import InputError, unknown_choice

#: Ways of programming.
METHODS = ("open-loop", "proportional", "verify", "exact")

_READ, _PROGRAM, _UPDATE = 0xFFFFFF20, 0xFFFFFF21, 0xFFFFFF22


class CrossbarState(NamedTuple):
    """Everything that changes, a pytree; L = P * S lanes, D devices per weight.

    Parameters
    ----------
    g : array, shape (L, D, rows, columns)
        Conductance, fraction of the nominal window.
    scale : array, shape (L, columns)
        Weight at full window.
    top : array, shape (L,)
        Full scale of the converter, in units of sum(w x) / scale.
    given : array, shape (L, D, rows, columns)
        Pulses each device has received so far.
    missed : array, shape (L,)
        Devices that the last write-verify left outside its tolerance.
    event : uint32
        Reads and writes so far: each draws its own noise.
    memory : pytree or None
        What the update rule keeps digitally (or in a second array); None before the first update.
    """

    g: jax.Array
    scale: jax.Array
    top: jax.Array
    given: jax.Array
    missed: jax.Array
    event: jax.Array
    memory: Any = None


class Crossbar:
    """Arrays of ``rows`` inputs by ``columns`` outputs, one per parameter set and seed.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    shape : tuple of int
        (rows, columns).
    seeds, seed, first_set, paired
        S seeds per set and how their random numbers are drawn, as in
        :func:`~perovdata.arrays.train_online`.
    array : int
        Index of this array in a network, so that its devices and noise differ from the others'.
    **design
        Fields of :class:`~perovdata.arrays.Design`.

    Notes
    -----
    ``read`` and ``update`` may be used inside ``jax.jit`` and ``lax.scan`` (with lumped wires); the
    values of traced inputs are then not checked.

    Examples
    --------
    >>> import numpy as np
    >>> from perovdata.arrays import Crossbar
    >>> from perovdata.devices import SynapseParameters
    >>> crossbar = Crossbar(SynapseParameters.make(g_max=1e-6, n_pulses_ltp=1e6), (4, 2))
    >>> w = np.linspace(-1, 1, 8).reshape(4, 2)
    >>> state = crossbar.program(w, method="exact")
    >>> y, state = crossbar.read(state, np.eye(4))
    >>> y.shape
    (1, 1, 4, 2)
    >>> bool(np.abs(y[0, 0] - w).max() < 1e-5)
    True
    """

    def __init__(
        self,
        params: SynapseParameters,
        shape: tuple[int, int],
        *,
        seeds: int = 1,
        seed: int | Sequence[int] = 0,
        first_set: int = 0,
        paired: bool = False,
        array: int = 0,
        **design: Any,
    ) -> None:
        if len(shape) != 2:
            raise InputError(f"crossbar shape: {shape!r}; give (rows, columns)")
        check_counts(seeds=seeds)
        self.params, self.n_seeds, self.array = params, seeds, array
        self.design = Design(int(shape[0]), int(shape[1]), **design)
        require_memory(
            20 * self.design.planes * self.design.rows * self.design.columns * seeds,
            params.n_sets,
            f"parameter sets of a {shape[0]} x {shape[1]} crossbar",
        )
        lanes, self.effects = make_constants(
            params,
            range(seeds),
            seed=seed,
            first_set=first_set,
            paired=paired,
            access_resistance=self.design.access_resistance,
            wire_resistance=self.design.wire_resistance if self.design.wires == "lumped" else 0.0,
        )
        self._solved: tuple[Any, float, Any] = (None, 0.0, None)
        self.lanes = lanes.map(jnp.asarray)

    @property
    def n_lanes(self) -> int:
        """Number of lanes P * S."""
        return self.params.n_sets * self.n_seeds

    def __repr__(self) -> str:
        d = self.design
        return (
            f"Crossbar({self.params.n_sets} sets x {self.n_seeds} seeds, {d.rows} x {d.columns}, {d.scheme})"
        )

    def empty(self, scale: ArrayLike = 1.0) -> CrossbarState:
        """State of an erased array (all devices at g_min), weights in units of ``scale``."""
        d = self.design
        cells = (self.n_lanes, d.planes, d.rows, d.columns)
        return CrossbarState(
            g=jnp.zeros(cells),
            scale=jnp.broadcast_to(jnp.asarray(scale, jnp.float32), (self.n_lanes, d.columns)),
            top=jnp.full(self.n_lanes, d.full_scale, jnp.float32),
            given=jnp.zeros(cells),
            missed=jnp.zeros(self.n_lanes, jnp.int32),
            event=jnp.uint32(0),
        )

    def program(
        self,
        w: ArrayLike,
        state: CrossbarState | None = None,
        *,
        method: str = "open-loop",
        tolerance: float = 0.01,
        rounds: int = 100,
    ) -> CrossbarState:
        """Write weights.

        Parameters
        ----------
        w : array_like, shape (rows, columns) or (P, S, rows, columns)
            Any range: the largest magnitude uses the whole window (see ``Design.scale``).
        state : CrossbarState, optional
            What is there already (its pulse counts go on); default: an erased array.
        method : {"open-loop", "proportional", "verify", "exact"}
            Pulses of the nominal curve; pulses in proportion to the conductance, as if the curve were
            straight; those of the curve corrected by single pulses after reads; or the ideal conductance
            without pulses and noise.
        tolerance : float
            Of "verify", fraction of the window.
        rounds : int
            Of "verify", most corrections per device.

        Returns
        -------
        CrossbarState
        """
        w = self._per_lane(w, "w", (self.design.rows, self.design.columns))
        if method not in METHODS:
            raise unknown_choice("programming method", method, METHODS)
        if not tolerance > 0 or rounds < 0:
            raise InputError(f"tolerance {tolerance!r} must be positive and rounds {rounds!r} 0 or more")
        state = state or self.empty()
        key = event_key(self.lanes.key, _PROGRAM, self.array, state.event)
        g, scale, given, missed = program_lanes(
            self.design, self.effects, self.array, method, self.lanes, w, key, tolerance, rounds
        )
        return state._replace(
            g=g, scale=scale, given=state.given + given, missed=missed, event=state.event + np.uint32(1)
        )

    def read(
        self, state: CrossbarState, x: ArrayLike, *, elapsed: float = 0.0
    ) -> tuple[jax.Array, CrossbarState]:
        """Multiply: ``y = x @ w`` as the array does it.

        Parameters
        ----------
        state : CrossbarState
        x : array_like, shape (n, rows) or (P, S, n, rows)
        elapsed : float, s
            Time since programming; the state has drifted accordingly.

        Returns
        -------
        y : array, shape (P, S, n, columns)
        state : CrossbarState
            With the event counted, so that the next read draws new noise.
        """
        return self._seen(state, self._inputs(x), elapsed)

    def read_cells(self, state: CrossbarState, *, elapsed: float = 0.0) -> tuple[jax.Array, CrossbarState]:
        """Every weight by itself, one row driven after the other: what a memory shows.

        Parameters
        ----------
        state : CrossbarState
        elapsed : float, s
            Time since programming.

        Returns
        -------
        w : array, shape (P, S, rows, columns)
            ``read(state, np.eye(rows))`` in one go.
        state : CrossbarState
        """
        return self._seen(state, None, elapsed)

    def _seen(
        self, state: CrossbarState, x: jax.Array | None, elapsed: float
    ) -> tuple[jax.Array, CrossbarState]:
        key = event_key(self.lanes.key, _READ, self.array, state.event)
        kept, wired = self._kept(elapsed), self._wired(state, elapsed)
        y = _read(self.design, self.effects, self.array, self.lanes, state, kept, wired, x, key)
        y = y.reshape(self.params.n_sets, self.n_seeds, *y.shape[1:])
        return y, state._replace(event=state.event + np.uint32(1))

    def disturb(self, state: CrossbarState, n_reads: int) -> CrossbarState:
        """State after so many reads of every device (field ``read_disturb``)."""
        if not np.asarray(self.params.read_disturb).any():
            return state
        moved = jax.tree.map(lambda leaf: jnp.repeat(leaf, self.n_seeds, axis=0), self.params)
        return state._replace(g=read_disturb(state.g, n_reads, moved))

    def update(
        self, state: CrossbarState, x: ArrayLike, delta: ArrayLike, rule: Rule = FullPulses()
    ) -> CrossbarState:
        """Learn: move the weights by ``-learning_rate * x.T @ delta``, as far as pulses can.

        Parameters
        ----------
        state : CrossbarState
        x : array_like, shape (n, rows) or (P, S, n, rows)
            Inputs of n samples.
        delta : array_like, shape (n, columns) or (P, S, n, columns)
            Gradient of the loss with respect to the outputs.
        rule : Rule
            :class:`FullPulses`, :class:`StochasticPulses`, :class:`MixedPrecision`, :class:`TikiTaka` or your
            own subclass; keep to one rule for a state, its memory is the rule's own.

        Returns
        -------
        CrossbarState
        """
        x = self._per_lane(x, "x", (None, self.design.rows))
        delta = self._per_lane(delta, "delta", (None, self.design.columns))
        if x.shape[1] != delta.shape[1]:
            raise InputError(f"update: {x.shape[1]} samples in x, {delta.shape[1]} in delta")
        key = event_key(self.lanes.key, _UPDATE, self.array, state.event)
        state = _update(rule, self.design, self.effects, self.array, self.lanes, state, x, delta, key)
        return state._replace(event=state.event + np.uint32(1))

    def wear(self, state: CrossbarState) -> dict[str, np.ndarray]:
        """Endurance budget: what each lane's devices have used of ``endurance_cycles``.

        Returns
        -------
        dict
            ``mean`` and ``largest`` share used, and ``exhausted``, the share of devices that are past it;
            each of shape (P, S), 0 where the endurance is infinite.
        """
        used = np.asarray(state.given) / np.asarray(self.lanes.endurance)[:, :1, None, None]
        shape = (self.params.n_sets, self.n_seeds)
        axes = (1, 2, 3)
        return {
            "mean": used.mean(axes).reshape(shape),
            "largest": used.max(axes).reshape(shape),
            "exhausted": (used >= 1).mean(axes).reshape(shape),
        }

    def cost(self, state: CrossbarState | None = None, **options: Any) -> Cost:
        """Energy, latency and area (:func:`array_cost`), with the mean conductance of a state if given."""
        if state is not None:
            mean = np.asarray(state.g).reshape(self.params.n_sets, -1).mean(1)
            options.setdefault("conductance", mean)
        return array_cost(self.params, self.design, **options)

    def calibrate(self, state: CrossbarState, x: ArrayLike, *, margin: float = 1.0) -> CrossbarState:
        """Set the converter's full scale of every lane to what the inputs need, times a margin.

        Parameters
        ----------
        x : array_like, shape (n, rows) or (P, S, n, rows)
            Typical inputs.
        margin : float
        """
        if not margin > 0:
            raise InputError(f"margin: {margin!r} is not positive")
        x = self._inputs(x)
        largest = _largest(
            self.design, self.effects, self.array, self.lanes, state, self._wired(state, 0.0), x
        )
        return state._replace(top=jnp.where(largest > 0, largest * margin, state.top))

    def weights(self, state: CrossbarState, *, elapsed: float = 0.0) -> jax.Array:
        """Weights as they are stored (no read noise, no converter), shape (P, S, rows, columns)."""
        plain = Design(**{**self.design.__dict__, "adc_bits": None, "input_bits": None, "encoding": "analog"})
        quiet = Effects(**{**self.effects.__dict__, "read_noise": False, "read_noise_relative": False})
        wired = self._wired(state, elapsed)
        w = _read(
            plain, quiet, self.array, self.lanes, state, self._kept(elapsed), wired, None, self.lanes.key
        )
        return w.reshape(self.params.n_sets, self.n_seeds, *w.shape[1:])

    def _kept(self, elapsed: float) -> jax.Array:
        if not (np.isfinite(elapsed) and elapsed >= 0):
            raise InputError(f"elapsed: {elapsed!r} s is not a time of 0 or more")
        kept = retained(self.params, jnp.full(self.params.n_sets, elapsed, jnp.float32))
        return jnp.repeat(kept, self.n_seeds)

    def _wired(self, state: CrossbarState, elapsed: float) -> jax.Array | None:
        """Current fractions with the wires solved node by node; None for lumped wires."""
        if self.design.wires == "lumped":
            return None
        if isinstance(state.g, jax.core.Tracer):
            raise InputError("crossbar wires 'exact': solved outside jit only; give 'lumped'")
        known_g, known_elapsed, known = self._solved
        if known_g is state.g and known_elapsed == elapsed:
            return known
        plain = plane_fractions(
            self.design, self.lanes, self.effects, state.g, self._kept(elapsed), self.array
        )
        low, high = (np.asarray(c, float)[:, None, None, None] for c in current_range(self.lanes))
        cells = np.asarray(plain, float) * (high - low) + low  # in units of g_max
        pitch = self.design.wire_resistance * np.repeat(np.asarray(self.params.g_max, float), self.n_seeds)
        solved = np.stack([effective_conductance(c, r, r) for c, r in zip(cells, pitch, strict=True)])
        wired = jnp.asarray((solved - low) / (high - low), jnp.float32)
        self._solved = state.g, elapsed, wired  # reads of an unchanged array solve once
        return wired

    def _inputs(self, x: ArrayLike) -> jax.Array:
        x = self._per_lane(x, "x", (None, self.design.rows))
        limit = self.design.input_range
        checkable = self.design.input_bits is not None and not isinstance(x, jax.core.Tracer)
        if checkable and not bool((jnp.abs(x) <= limit * (1 + 1e-6)).all()):
            raise InputError(f"x: {float(jnp.abs(x).max()):g} is beyond input_range = {limit:g}")
        return x

    def _per_lane(self, value: ArrayLike, name: str, trailing: tuple[int | None, int]) -> jax.Array:
        """Check shape and NaN; give every lane its copy, (L, *trailing)."""
        value = jnp.asarray(value, jnp.float32)
        wanted = "(" + ", ".join("n" if t is None else str(t) for t in trailing) + ")"
        full = (self.params.n_sets, self.n_seeds)
        fits = all(t is None or t == s for t, s in zip(trailing, value.shape[-2:], strict=False))
        if value.ndim not in (2, 4) or not fits or (value.ndim == 4 and value.shape[:2] != full):
            raise InputError(
                f"{name}: shape {value.shape}; give {wanted} or {(*full, *wanted.strip('()').split(', '))}"
            )
        if not isinstance(value, jax.core.Tracer) and not bool(jnp.isfinite(value).all()):
            raise InputError(f"{name}: NaN or infinite values are not accepted")
        return jnp.broadcast_to(value, (*full, *value.shape[-2:])).reshape(self.n_lanes, *value.shape[-2:])


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def program_lanes(
    design: Design,
    e: Effects,
    array: int,
    method: str,
    lanes: DeviceConstants,
    w: jax.Array,
    key: jax.Array,
    tolerance: float,
    rounds: int,
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Write weights (lanes, rows, columns); gives conductances, scale, pulses and devices missed."""
    axes = (1, 2) if design.scale == "matrix" else (1,)
    scale = jnp.abs(w).max(axes, keepdims=True)
    scale = jnp.broadcast_to(jnp.where(scale > 0, scale, 1.0)[:, 0], (len(w), design.columns))
    target = plane_targets(design, w / scale[:, None])
    missed = jnp.zeros(len(w), jnp.int32)
    if method == "exact":
        return target, scale, jnp.zeros_like(target), missed
    if method in ("open-loop", "proportional"):
        g, given = open_loop(design, lanes, e, target, key, array, straight=method == "proportional")
    else:
        g, given, missed = write_verify(design, lanes, e, target, key, array, tolerance, rounds)
    return g, scale, given, missed


@partial(jax.jit, static_argnums=(0, 1, 2))
def _read(
    design: Design,
    e: Effects,
    array: int,
    lanes: DeviceConstants,
    state: CrossbarState,
    kept: jax.Array,
    wired: jax.Array | None,
    x: jax.Array | None,
    key: jax.Array,
) -> jax.Array:
    fractions = plane_fractions(design, lanes, e, state.g, kept, array) if wired is None else wired
    if x is None:
        return read_cells(design, lanes, e, fractions, state.top, state.scale, key)
    return read_columns(design, lanes, e, fractions, state.top, state.scale, x, key)


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _update(
    rule: Rule,
    design: Design,
    e: Effects,
    array: int,
    lanes: DeviceConstants,
    state: CrossbarState,
    x: jax.Array,
    delta: jax.Array,
    key: jax.Array,
) -> CrossbarState:
    return rule.apply(Cells(design, e, array, lanes), state, x, delta / state.scale[:, None], key)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _largest(
    design: Design,
    e: Effects,
    array: int,
    lanes: DeviceConstants,
    state: CrossbarState,
    wired: jax.Array | None,
    x: jax.Array,
) -> jax.Array:
    kept = jnp.ones(len(state.g))
    fractions = plane_fractions(design, lanes, e, state.g, kept, array) if wired is None else wired
    return largest_sum(design, fractions, x)
