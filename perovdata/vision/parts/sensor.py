"""In-sensor front end: every pixel is a device that remembers its pulses; one read shows what is left.

The signal of a pixel is the current that its events left behind (:mod:`perovdata.devices.shortterm`), read
once, some time after the last event. The amplifier's full scale is the larger of the strongest signal that
the stimulus can give and the peak of one reference event, which it must survive: a device that forgets
before it is read gives nothing that a finer gain would bring back.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters, Traces, current, decay, erase, event, optical_drive, rest
from perovdata.vision.task import Option

#: Option of a task whose pixels may still remember the scene before.
PAUSE_OPTION: dict[str, Option] = {
    "pause_s": Option(
        None, "from a read to the next scene, ended by an erase pulse, s; not given: at rest", 0, 1e9
    )
}


class Timing(NamedTuple):
    """When pulses come and when the array is read.

    Attributes
    ----------
    interval_s : float
        Between pulses (or frames).
    delay_s : float
        From the last pulse to the read.
    adc_bits : float
        Resolution of the read.
    pause_s : float or None
        From the read of one scene to the next, which finds what this one left after one erase pulse; None:
        every scene finds the pixels at rest.
    """

    interval_s: float
    delay_s: float
    adc_bits: float
    pause_s: float | None = None


class SensorDraws(NamedTuple):
    """Standard random numbers of one seed, the same for every parameter set.

    Attributes
    ----------
    gain : array, shape (pixels,)
        Normals: spread of the response between devices.
    stuck : array, shape (pixels,)
        Uniforms: which devices are stuck.
    event : array, shape (pulses, n, pixels)
        Normals: cycle-to-cycle noise.
    read : array, shape (n, pixels)
        Normals: noise of the read.
    """

    gain: jax.Array
    stuck: jax.Array
    event: jax.Array
    read: jax.Array


def sensor_draws(seed: int, n_pulses: int, n: int, n_pixels: int) -> SensorDraws:
    """Draw the random numbers of one seed for n scenes."""
    keys = jax.random.split(jax.random.key(seed), 4)
    return SensorDraws(
        jax.random.normal(keys[0], (n_pixels,)),
        jax.random.uniform(keys[1], (n_pixels,)),
        jax.random.normal(keys[2], (n_pulses, n, n_pixels)),
        jax.random.normal(keys[3], (n, n_pixels)),
    )


def fill_memory(
    params: SynapseParameters, stand_ins: dict[str, float]
) -> tuple[SynapseParameters, np.ndarray]:
    """Give the sets without any short-term memory the one that stands in for it.

    Parameters
    ----------
    params : SynapseParameters
    stand_ins : dict of str to float
        Field to value.

    Returns
    -------
    params : SynapseParameters
    filled : ndarray of bool, shape (P,)
        Which sets had neither facilitation nor persistent current.
    """
    if not stand_ins:
        return params, np.zeros(params.n_sets, bool)
    lacking = (
        (params.ppf_amplitude_1 == 0) & (params.ppf_amplitude_2 == 0) & (params.persistent_fraction == 0)
    )
    changed: dict[str, Any] = {
        name: jnp.where(lacking, jnp.float32(value), getattr(params, name))
        for name, value in stand_ins.items()
    }
    return dataclasses.replace(params, **changed), np.asarray(lacking)


def sense(
    device: SynapseParameters,
    intensities: jax.Array,
    draws: SensorDraws,
    timing: Timing,
) -> jax.Array:
    """What an array of one kind of device shows after a train of pulses.

    Parameters
    ----------
    device : SynapseParameters
        Scalar fields (one set, inside ``vmap`` or ``lax.map``).
    intensities : array, shape (pulses, n, pixels)
        Strength of each pulse, 1 = the reference event; 0: no pulse. Of light, the part that is absorbed.
    draws : SensorDraws
    timing : Timing

    Returns
    -------
    array, shape (n, pixels)
        Signal in units of the full scale, digitised: 0..1.
    """
    gain = jnp.exp(device.d2d_g_max * draws.gain)

    def step(traces: Traces, pulse_and_noise: tuple[jax.Array, jax.Array]) -> tuple[Traces, None]:
        pulse, noise = pulse_and_noise
        strength = optical_drive(device, pulse * device.intensity_reference)
        strength = strength * gain * (1.0 + device.c2c_relative * noise)
        traces, _ = event(decay(traces, timing.interval_s, device), jnp.maximum(strength, 0.0), device)
        return traces, None

    def expose(start: Traces) -> Traces:
        return jax.lax.scan(step, start, (intensities, draws.event))[0]

    traces = expose(rest(draws.read.shape))
    if timing.pause_s is not None:
        left = erase(decay(traces, timing.delay_s + timing.pause_s, device), device)
        traces = expose(jax.tree.map(lambda leaf: jnp.roll(leaf, 1, axis=0), left))
    signal = current(decay(traces, timing.delay_s, device), device)

    def brightest(traces: Traces, _: None) -> tuple[Traces, None]:
        return event(decay(traces, timing.interval_s, device), jnp.ones(()), device)[0], None

    top, _ = jax.lax.scan(brightest, rest(()), length=len(draws.event))
    full_scale = jnp.maximum(current(decay(top, timing.delay_s, device), device), 1.0)

    value = signal / full_scale
    value = jnp.where(draws.stuck < device.stuck_on, 1.0, value)
    value = jnp.where(draws.stuck >= 1.0 - device.stuck_off, 0.0, value)
    noise = jnp.sqrt(device.read_noise**2 + (device.read_noise_relative * value) ** 2)
    steps = 2.0**timing.adc_bits - 1.0
    return jnp.round(jnp.clip(value + noise * draws.read, 0.0, 1.0) * steps) / steps
