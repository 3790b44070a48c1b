"""Short-term dynamics: volatile traces that events leave behind, integrated exactly between events.

A device carries two decaying traces x1, x2 (and a persistent one, p). An event of drive d (1 = the reference
pulse) adds C1 d, C2 d and f d to them; between events each decays with its own time constant, and a finite
rise time delays what was added. The peak current of an event is ``A (d + trace)``, A = ``epsc_amplitude``:
what earlier events left adds to the new one. Paired-pulse facilitation, its double-exponential fall with the
interval, and the dependence on number and rate of spikes all follow; none is put in.

Between events the current is ``A trace / max(1, C1 + C2 + f)`` plus a fast part that dies with
``epsc_fast_tau``: with C1 + C2 + f <= 1 this is linear superposition of one decaying kernel; beyond 1 (index
above 200 %) a linear system cannot follow, the event itself is facilitated, and the tail is scaled so that it
never exceeds the peak.

Facilitation by residual traces: Zucker, Regehr, Annu. Rev. Physiol. 2002,
doi:10.1146/annurev.physiol.64.092501.114547.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from perovdata.devices.longterm import align
from perovdata.devices.parameters import SynapseParameters
from perovdata.engine import Values


@dataclass(frozen=True)
class Traces:
    """Volatile state of devices; arrays of one shape, dimensionless (1 = peak of the reference event).

    Parameters
    ----------
    slow_1, slow_2, persistent : array
        What has been added and not yet decayed.
    rising : array
        The part of it that has not yet risen.
    fast : array
        Current that leaves no trace.
    """

    slow_1: jax.Array
    slow_2: jax.Array
    persistent: jax.Array
    rising: jax.Array
    fast: jax.Array

    @property
    def total(self) -> jax.Array:
        """What adds to the next event."""
        return self.slow_1 + self.slow_2 + self.persistent - self.rising


jax.tree_util.register_dataclass(
    Traces, data_fields=["slow_1", "slow_2", "persistent", "rising", "fast"], meta_fields=[]
)


def rest(shape: tuple[int, ...]) -> Traces:
    """Devices at rest, of the given shape (P, ...)."""
    zero = jnp.zeros(shape, jnp.float32)
    return Traces(zero, zero, zero, zero, zero)


def _fade(dt: Values, tau: Values) -> jax.Array:
    """exp(-dt / tau); 0 for tau = 0 and for an absent (NaN) tau."""
    return jnp.where(tau > 0, jnp.exp(-dt / jnp.where(tau > 0, tau, 1.0)), 0.0)


def decay(traces: Traces, dt: Values, params: SynapseParameters) -> Traces:
    """Traces dt seconds later, exactly (dt >= 0; fast and rising parts of time constant 0 are gone)."""
    like = traces.slow_1
    return Traces(
        traces.slow_1 * _fade(dt, align(params.ppf_tau_1, like)),
        traces.slow_2 * _fade(dt, align(params.ppf_tau_2, like)),
        traces.persistent * _fade(dt, align(params.persistent_tau, like)),
        traces.rising * _fade(dt, align(params.rise_tau, like)),
        traces.fast * _fade(dt, align(params.epsc_fast_tau, like)),
    )


def _tail_scale(params: SynapseParameters, like: jax.Array) -> jax.Array:
    left = params.ppf_amplitude_1 + params.ppf_amplitude_2 + params.persistent_fraction
    return align(1.0 / jnp.maximum(1.0, left), like)


def event(traces: Traces, drive: jax.Array, params: SynapseParameters) -> tuple[Traces, jax.Array]:
    """One event.

    Parameters
    ----------
    traces : Traces
        Just before.
    drive : array
        Strength relative to the reference event; 0: none; negative: an inhibiting event.
    params : SynapseParameters

    Returns
    -------
    traces : Traces
        Just after.
    peak : array
        Peak current in units of ``epsc_amplitude``.
    """
    like = traces.slow_1
    before = traces.total
    peak = drive + before + traces.fast
    # Saturation: what is still free takes its share of what comes in.
    free = jnp.clip(1.0 - jnp.abs(before) / align(params.stm_saturation, like), 0.0, 1.0)
    added = drive * free
    add_1 = align(params.ppf_amplitude_1, like) * added
    add_2 = align(params.ppf_amplitude_2, like) * added
    add_p = align(params.persistent_fraction, like) * added
    delayed = align(params.rise_tau, like) > 0
    after = Traces(
        traces.slow_1 + add_1,
        traces.slow_2 + add_2,
        traces.persistent + add_p,
        traces.rising + jnp.where(delayed, add_1 + add_2 + add_p, 0.0),
        traces.fast,
    )
    fast = jnp.where(drive == 0, traces.fast, peak - _tail_scale(params, like) * after.total)
    return Traces(after.slow_1, after.slow_2, after.persistent, after.rising, fast), peak


def current(traces: Traces, params: SynapseParameters) -> jax.Array:
    """Current between events, in units of ``epsc_amplitude``."""
    return _tail_scale(params, traces.slow_1) * traces.total + traces.fast


def erase(traces: Traces, params: SynapseParameters, n_pulses: Values = 1) -> Traces:
    """Electrical erase pulses: each removes the share ``electrical_erase`` of every trace."""
    kept = (1.0 - align(params.electrical_erase, traces.slow_1)) ** n_pulses
    return jax.tree.map(lambda leaf: leaf * kept, traces)


def respond(
    params: SynapseParameters, intervals: Values, drives: Values, traces: Traces | None = None
) -> tuple[Traces, jax.Array]:
    """Peaks of a train of events.

    Parameters
    ----------
    params : SynapseParameters
        P sets or scalars.
    intervals : array, shape (T,) or (T, ...), s
        Time from the previous event to each event (the first: from the given traces).
    drives : array, shape (T,) or (T, ...)
        Strength of each event; trailing axes broadcast to the shape of the traces.
    traces : Traces, optional
        State before; None: at rest, shape (P,) (scalars: ()) broadcast with the trailing axes of the drives.

    Returns
    -------
    traces : Traces
        Just after the last event.
    peaks : array, shape (T, P, ...)
        Peak currents in units of ``epsc_amplitude``.
    """
    intervals, drives = jnp.asarray(intervals, jnp.float32), jnp.asarray(drives, jnp.float32)
    if traces is None:
        own = jnp.shape(params.g_max)
        traces = rest(jnp.broadcast_shapes(own + (1,) * (drives.ndim - 1 - len(own)), drives.shape[1:]))

    def step(traces: Traces, dt_and_drive: tuple[jax.Array, jax.Array]) -> tuple[Traces, jax.Array]:
        dt, drive = dt_and_drive
        return event(decay(traces, dt, params), drive, params)

    intervals = jnp.broadcast_to(intervals, drives.shape[:1] + intervals.shape[1:])
    return jax.lax.scan(step, traces, (intervals, drives))
