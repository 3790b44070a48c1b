"""Energy, latency and area of reading and writing an array, term by term, each with its origin.

Terms of the devices come from their own parameters; what a device file does not state comes from the design
space (:mod:`perovdata.routing.design_space`), as for a device whose metrics are routed; everything of the
periphery comes from :class:`Assumptions`, round orders of magnitude to be replaced by those of an actual
design. A term is called "device" only if every number in it is the device's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from perovdata.arrays.circuit import Design
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.routing.design_space import assumed_value


@dataclass(frozen=True)
class Assumptions:
    """Round numbers for what the device does not say.

    Parameters
    ----------
    read_voltage : float, V
    read_width : float, s
        Duration of one read.
    write_voltage : float, V
    pulse_width : float, s
        Of one write pulse.
    adc_energy_per_step : float, J
        Of a conversion, times 2^bits (a figure of merit of the converter).
    adc_time : float, s
        Of one conversion.
    columns_per_adc : int
        Columns that share a converter and wait for it.
    dac_energy_per_bit : float, J
        Of setting one row once.
    wire_capacitance : float, F
        Of one cell pitch of row or column.
    cell_pitch : float, m
    adc_area : float, m2
    """

    read_voltage: float = assumed_value("read_voltage")
    read_width: float = assumed_value("read_width")
    write_voltage: float = assumed_value("write_voltage")
    pulse_width: float = assumed_value("pulse_width")
    adc_energy_per_step: float = 2e-14
    adc_time: float = 1e-8
    columns_per_adc: int = 8
    dac_energy_per_bit: float = 1e-14
    wire_capacitance: float = 1e-16
    cell_pitch: float = 2e-7
    adc_area: float = 1e-9

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"cost assumption {field.name}: {value!r} is not a number of 0 or more")
        if self.columns_per_adc < 1:
            raise InputError(f"cost assumption columns_per_adc: {self.columns_per_adc!r} is less than 1")


@dataclass(frozen=True)
class Term:
    """One contribution.

    Parameters
    ----------
    value : ndarray, shape (P,)
    unit : str
    origin : {"device", "assumed"}
    basis : str
        The formula and the assumptions in it.
    """

    value: np.ndarray
    unit: str
    origin: str
    basis: str


@dataclass(frozen=True)
class Cost:
    """Cost of an array.

    Parameters
    ----------
    read : dict of Term
        Energy of multiplying one input vector.
    write : dict of Term
        Energy of one write pulse on one device.
    latency : dict of Term
        Of one input vector, and of one write pulse.
    area : dict of Term
    """

    read: dict[str, Term]
    write: dict[str, Term]
    latency: dict[str, Term]
    area: dict[str, Term]

    @property
    def energy_per_vector(self) -> np.ndarray:
        """J per input vector, shape (P,)."""
        return reduce(np.add, (term.value for term in self.read.values()))

    @property
    def latency_per_vector(self) -> np.ndarray:
        """s per input vector, shape (P,)."""
        return self.latency["cells"].value + self.latency["conversion"].value

    @property
    def energy_per_pulse(self) -> np.ndarray:
        """J per write pulse, shape (P,)."""
        return self.write["pulse"].value


def array_cost(
    params: SynapseParameters,
    design: Design,
    *,
    conductance: float | np.ndarray = 0.5,
    mean_square_input: float = 1.0,
    assumptions: Assumptions | None = None,
) -> Cost:
    """Energy, latency and area of an array of the given devices.

    Parameters
    ----------
    params : SynapseParameters
        P parameter sets.
    design : Design
    conductance : float or array of shape (P,)
        Mean conductance of the cells, fraction of the window.
    mean_square_input : float
        Mean of x^2 over the rows, x = 1 being full drive.
    assumptions : Assumptions, optional

    Returns
    -------
    Cost
    """
    a = assumptions or Assumptions()
    p = {name: column.astype(float) for name, column in params.as_dict().items()}
    fraction = np.broadcast_to(np.asarray(conductance, float), params.n_sets)
    if not ((fraction >= 0) & (fraction <= 1)).all():
        raise InputError(f"conductance: {conductance!r} is not a fraction of the window between 0 and 1")
    if not (math.isfinite(mean_square_input) and mean_square_input >= 0):
        raise InputError(f"mean_square_input: {mean_square_input!r} is not a number of 0 or more")
    mean_g = p["g_min"] + fraction * (p["g_max"] - p["g_min"])
    cells = design.planes * design.rows * design.columns
    bits = design.input_bits or 1
    reads = {"analog": 1, "bit-serial": bits, "pulse-width": 2**bits - 1}[design.encoding]
    conversions = bits if design.encoding == "bit-serial" else 1

    def device(name: str) -> tuple[np.ndarray, bool]:
        """The device's own value, or the assumed one; and whether it is assumed anywhere."""
        unknown = np.isnan(p[name])
        return np.where(unknown, getattr(a, name), p[name]), bool(unknown.any())

    def term(value: ArrayLike, unit: str, basis: str, assumed: bool) -> Term:
        value = np.broadcast_to(np.asarray(value, float), params.n_sets)
        return Term(value, unit, "assumed" if assumed else "device", basis)

    read_v, no_read_v = device("read_voltage")
    read_t, no_read_t = device("read_width")
    write_v, no_write_v = device("write_voltage")
    write_t, no_write_t = device("pulse_width")
    duration = reads * read_t
    own_pulse = p["energy_per_pulse"]
    pulse = np.where(np.isnan(own_pulse), write_v**2 * mean_g * write_t, own_pulse)
    guessed = np.isnan(own_pulse).any() and (no_write_v or no_write_t)
    adc = 0.0 if design.adc_bits is None else a.adc_energy_per_step * 2**design.adc_bits
    dac = 0.0 if design.input_bits is None else a.dac_energy_per_bit * design.input_bits
    drive = cells * mean_square_input * read_v**2
    adcs = math.ceil(design.columns / a.columns_per_adc)
    return Cost(
        read={
            "cells": term(
                drive * mean_g * duration, "J", "V_read^2 G t_read per cell and read", no_read_v or no_read_t
            ),
            "adc": term(
                design.columns * conversions * adc,
                "J",
                "adc_energy_per_step 2^bits per column and conversion",
                True,
            ),
            "dac": term(design.rows * dac, "J", "dac_energy_per_bit per row and bit", True),
            "wires": term(
                2 * drive * a.wire_capacitance * conversions, "J", "C V^2 of row and column per pitch", True
            ),
        },
        write={"pulse": term(pulse, "J", "energy_per_pulse, else V_write^2 G t_pulse", guessed)},
        latency={
            "cells": term(duration, "s", "t_read per read", no_read_t),
            "conversion": term(
                conversions * a.adc_time * a.columns_per_adc * (design.adc_bits is not None),
                "s",
                "adc_time for each column that shares a converter",
                True,
            ),
            "pulse": term(write_t, "s", "pulse_width", no_write_t),
        },
        area={
            "cells": term(cells * a.cell_pitch**2, "m2", "cell_pitch^2 per device", True),
            "adc": term(
                adcs * a.adc_area * (design.adc_bits is not None), "m2", "adc_area per shared converter", True
            ),
        },
    )
