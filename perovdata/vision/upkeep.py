"""Energy, latency and area of a sensor array, from the device's own numbers."""

from __future__ import annotations

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.sensor import Timing

__all__ = ["sensor_cost"]


def sensor_cost(params: SynapseParameters, pulses: np.ndarray, timing: Timing) -> dict[str, np.ndarray]:
    """What one picture costs a sensor array.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    pulses : ndarray, shape (pulses, n, ...)
        Strength of every pulse; 0 is none.
    timing : Timing

    Returns
    -------
    dict
        ``energy_per_image_J``, shape (P,): mean number of events per picture times ``energy_per_pulse``
        (NaN where the device does not state it); a weaker pulse is counted by its strength.
        ``latency_per_image_s``, shape (P,): from the first pulse to the read.
    """
    events = float(pulses.sum()) / pulses.shape[1]
    latency = (len(pulses) - 1) * timing.interval_s + timing.delay_s
    return {
        "energy_per_image_J": np.asarray(params.energy_per_pulse, float) * events,
        "latency_per_image_s": np.full(params.n_sets, latency),
    }
