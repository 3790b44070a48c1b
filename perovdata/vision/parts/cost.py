"""What a task costs: energy, latency and area of its arrays, with the origin of every term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perovdata.arrays import Design, array_cost
from perovdata.devices import SynapseParameters
from perovdata.vision.parts.sensor import Timing
from perovdata.vision.task import EnergyTerm


@dataclass(frozen=True)
class Layer:
    """One array of a network and what it was given.

    Attributes
    ----------
    design : Design
    mean_square_input : float
        Mean of x^2 over its rows, 1 being full drive.
    pulses : ndarray, shape (P,), or None
        Write pulses on all its devices together.
    conductance : ndarray, shape (P,), or float
        Mean conductance of its devices, fraction of the window.
    """

    design: Design
    mean_square_input: float
    pulses: np.ndarray | None = None
    conductance: np.ndarray | float = 0.5


def network_cost(params: SynapseParameters, layers: Sequence[Layer], n_reads: int = 0) -> dict[str, Any]:
    """Cost of a network of arrays.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    layers : sequence of Layer
    n_reads : int
        Input vectors read while training.

    Returns
    -------
    dict
        ``energy_per_image_J``, ``energy_training_J``, ``latency_per_image_s``, ``area_m2``, each of shape
        (P,), and ``energy_terms``, of the sum over the layers.
    """
    image = np.zeros(params.n_sets)
    training = np.zeros(params.n_sets)
    latency = np.zeros(params.n_sets)
    area = np.zeros(params.n_sets)
    terms: dict[str, EnergyTerm] = {}
    for layer in layers:
        cost = array_cost(
            params,
            layer.design,
            conductance=layer.conductance,
            mean_square_input=layer.mean_square_input,
        )
        image += cost.energy_per_vector
        latency += cost.latency_per_vector
        area += sum(term.value for term in cost.area.values())
        if layer.pulses is not None:
            training += layer.pulses * cost.energy_per_pulse
        for name, term in cost.read.items():
            so_far = terms[name].values if name in terms else np.zeros(params.n_sets)
            terms[name] = EnergyTerm(so_far + term.value, term.origin, term.basis)
        pulse = cost.write["pulse"]
        terms["write pulse"] = EnergyTerm(cost.energy_per_pulse, pulse.origin, pulse.basis)
    return {
        "energy_per_image_J": image,
        "energy_training_J": training + n_reads * image,
        "latency_per_image_s": latency,
        "area_m2": area,
        "energy_terms": terms,
    }


def sensor_cost(params: SynapseParameters, pulses: np.ndarray, timing: Timing) -> dict[str, Any]:
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
        ``energy_per_image_J``, shape (P,): mean number of events per picture times ``energy_per_pulse``,
        or times ``epsc_amplitude`` x ``read_voltage`` x ``pulse_width`` where that is not stated (NaN where
        neither is known); a weaker pulse is counted by its strength.
        ``latency_per_image_s``, shape (P,): from the first pulse to the read. ``energy_terms`` as for
        :func:`network_cost`.
    """
    events = float(pulses.sum()) / pulses.shape[1]
    fields = params.as_dict()
    stated = fields["energy_per_pulse"].astype(float)
    # The current of an event at the voltage of a read, for as long as the pulse lasts.
    drawn = np.abs(fields["epsc_amplitude"].astype(float)) * fields["read_voltage"] * fields["pulse_width"]
    energy = np.where(np.isnan(stated), drawn, stated) * events
    known = "energy_per_pulse" if np.isfinite(stated).any() else "epsc_amplitude x read_voltage x pulse_width"
    events_term = EnergyTerm(energy, "device", f"{known} times {events:.1f} events per picture")
    return {
        "energy_per_image_J": energy,
        "latency_per_image_s": np.full(params.n_sets, (len(pulses) - 1) * timing.interval_s + timing.delay_s),
        "energy_terms": {"events": events_term},
    }
