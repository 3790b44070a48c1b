"""The standard measurements of a short-term synapse, run on the model."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.shortterm import Traces, current, decay, event, respond, rest
from perovdata.engine import Values


def paired_pulse_index(params: SynapseParameters, intervals: Values) -> jax.Array:
    """PPF index A2 / A1 in percent for each interval between two reference events.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    intervals : array, shape (K,), s

    Returns
    -------
    array, shape (P, K)
    """
    intervals = jnp.atleast_1d(jnp.asarray(intervals, jnp.float32))

    def index(dt: Values) -> jax.Array:
        _, peaks = respond(params, jnp.stack([jnp.zeros_like(dt), dt]), jnp.ones(2))
        return 100.0 * peaks[1] / peaks[0]

    return jnp.moveaxis(jax.vmap(index)(intervals), 0, -1)


def spike_number_response(params: SynapseParameters, n_spikes: int, interval: Values) -> jax.Array:
    """Peaks of n equal spikes, shape (P, n_spikes), in units of ``epsc_amplitude``."""
    _, peaks = respond(params, jnp.full(n_spikes, interval, jnp.float32), jnp.ones(n_spikes))
    return jnp.moveaxis(peaks, 0, -1)


def spike_rate_response(params: SynapseParameters, rates: Values, n_spikes: int = 10) -> jax.Array:
    """Gain A_n / A_1 of a train of n spikes for each rate in Hz, shape (P, K)."""

    def gain(rate: Values) -> jax.Array:
        peaks = spike_number_response(params, n_spikes, 1.0 / rate)
        return peaks[..., -1] / peaks[..., 0]

    return jnp.moveaxis(jax.vmap(gain)(jnp.atleast_1d(jnp.asarray(rates, jnp.float32))), 0, -1)


def epsc(params: SynapseParameters, event_times: Values, drives: Values, sample_times: Values) -> jax.Array:
    """Current against time under a train of events, exact at every sample.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    event_times : array, shape (T,), s
        Rising.
    drives : array, shape (T,)
    sample_times : array, shape (S,), s
        Any order. A sample at the time of an event sees its peak.

    Returns
    -------
    array, shape (P, S)
        In units of ``epsc_amplitude``.
    """
    event_times = jnp.asarray(event_times, jnp.float32)
    sample_times = jnp.asarray(sample_times, jnp.float32)

    def step(traces: Traces, dt_and_drive: tuple[jax.Array, jax.Array]) -> tuple[Traces, Traces]:
        dt, drive = dt_and_drive
        traces, _ = event(decay(traces, dt, params), drive, params)
        return traces, traces

    start = rest(jnp.shape(params.g_max))
    intervals = jnp.diff(event_times, prepend=event_times[:1])
    _, history = jax.lax.scan(step, start, (intervals, jnp.asarray(drives, jnp.float32)))
    history = jax.tree.map(lambda first, rows: jnp.concatenate([first[None], rows]), start, history)

    # 0: before the first event; k: after the k-th.
    last = jnp.searchsorted(event_times, sample_times, side="right")
    since = sample_times - jnp.concatenate([sample_times[:0], event_times[:1], event_times])[last]

    def sample(k: Values, dt: Values) -> jax.Array:
        traces: Traces = jax.tree.map(lambda rows: rows[k], history)
        later = decay(traces, jnp.maximum(dt, 0.0), params)
        # At the event itself the fast part still stands, however short-lived.
        return current(jax.tree.map(lambda now, then: jnp.where(dt > 0, then, now), traces, later), params)

    return jnp.moveaxis(jax.vmap(sample)(last, since), 0, -1)
