"""Cost: terms by hand, and what counts as the device's own number."""

import numpy as np
import pytest

from perovdata.arrays import Assumptions, Crossbar, array_cost
from perovdata.arrays.circuit import Design
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError

DEVICE = SynapseParameters.make(
    g_max=[2e-6, 4e-6],
    g_min=1e-6,
    read_voltage=0.2,
    read_width=1e-6,
    write_voltage=2.0,
    pulse_width=1e-5,
)


def test_terms_by_hand():
    cost = array_cost(DEVICE, Design(10, 4, adc_bits=8, input_bits=6), conductance=0.5)
    g = np.array([1.5e-6, 2.5e-6])
    np.testing.assert_allclose(cost.read["cells"].value, 80 * 0.2**2 * g * 1e-6, rtol=1e-6)
    np.testing.assert_allclose(cost.read["adc"].value, 4 * 2e-14 * 256)
    np.testing.assert_allclose(cost.read["dac"].value, 10 * 1e-14 * 6)
    np.testing.assert_allclose(cost.energy_per_vector, sum(t.value for t in cost.read.values()))
    np.testing.assert_allclose(cost.energy_per_pulse, 2.0**2 * g * 1e-5, rtol=1e-6)
    np.testing.assert_allclose(cost.latency_per_vector, 1e-6 + 8e-8, rtol=1e-6)
    assert {name: term.origin for name, term in cost.read.items()} == {
        "cells": "device",
        "adc": "assumed",
        "dac": "assumed",
        "wires": "assumed",
    }
    assert cost.write["pulse"].origin == "device"


def test_reported_energy_comes_first():
    cost = array_cost(DEVICE.replace(energy_per_pulse=3e-15, write_voltage=None), Design(1, 1))
    np.testing.assert_allclose(cost.energy_per_pulse, 3e-15)
    assert cost.write["pulse"].origin == "device"


def test_unstated_numbers_are_assumed_and_say_so():
    cost = array_cost(SynapseParameters.make(g_max=1e-6), Design(5, 5))
    assert cost.read["cells"].origin == cost.write["pulse"].origin == "assumed"
    slow = array_cost(
        SynapseParameters.make(g_max=1e-6), Design(5, 5), assumptions=Assumptions(read_width=1e-3)
    )
    np.testing.assert_allclose(slow.read["cells"].value, 1e4 * cost.read["cells"].value)


def test_encodings_trade_time_for_conversions():
    encodings = ("analog", "bit-serial", "pulse-width")
    by = {e: array_cost(DEVICE, Design(8, 8, input_bits=4, adc_bits=6, encoding=e)) for e in encodings}
    assert (by["bit-serial"].read["adc"].value == 4 * by["analog"].read["adc"].value).all()
    np.testing.assert_allclose(by["pulse-width"].latency["cells"].value, 15e-6, rtol=1e-6)


def test_state_gives_its_mean_conductance():
    crossbar = Crossbar(DEVICE, (4, 4))
    full = crossbar.cost(crossbar.empty()._replace(g=1 + crossbar.empty().g)).read["cells"].value
    empty = crossbar.cost(crossbar.empty()).read["cells"].value
    np.testing.assert_allclose(full / empty, [2.0, 4.0], rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Assumptions(read_width=-1.0), "read_width: -1.0"),
        (lambda: Assumptions(columns_per_adc=0), "columns_per_adc"),
        (lambda: array_cost(DEVICE, Design(2, 2), conductance=1.5), "fraction of the window"),
        (lambda: array_cost(DEVICE, Design(2, 2), mean_square_input=np.nan), "mean_square_input"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()
