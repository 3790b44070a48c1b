"""One table says what a parameter means, and everyone reads the same numbers from it."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.arrays import Design, array_cost
from perovdata.dataset import METRICS
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.routing import DESIGN_SPACE, EFFECTS, route
from perovdata.routing.design_space import assumed_value, parameter_sets, pulse_noise, quantities, row_of
from perovdata.studies import limits, sensitivity


@pytest.mark.parametrize("row", DESIGN_SPACE, ids=lambda row: row.name)
def test_a_row_speaks_of_fields_and_metrics_that_exist(row):
    assert set(row.fields) <= set(FIELDS)
    assert {METRICS[metric].unit for metric in row.metrics} <= {row.unit}
    if row.assumption is not None:
        assert row.assumption.reason
        for end in (row.assumption.low, row.assumption.high):
            assert row.low <= end <= row.high
    if row.span is not None:
        ends = row.convert(np.array([row.span.low, row.span.typical, row.span.high]))
        assert (np.diff(ends) >= 0).all()
        assert row.low <= ends[0]
        assert ends[-1] <= row.high


def test_names_and_fields_stand_once():
    names = [row.name for row in DESIGN_SPACE]
    fields = [field for row in DESIGN_SPACE for field in row.fields]
    assert len(set(names)) == len(names)
    assert len(set(fields)) == len(fields)
    assert {row.effect for row in DESIGN_SPACE} - {None} == set(EFFECTS)


def test_a_device_that_states_nothing_costs_the_same_whichever_way_it_comes():
    routed = route(n_draws=1).parameters
    bare = routed.replace(read_voltage=None, read_width=None, write_voltage=None, pulse_width=None)
    design = Design(8, 4, adc_bits=8, input_bits=4)
    by_routing, by_cost = (array_cost(p, design) for p in (routed, bare))
    np.testing.assert_allclose(by_routing.energy_per_pulse, by_cost.energy_per_pulse, rtol=1e-6)
    np.testing.assert_allclose(by_routing.energy_per_vector, by_cost.energy_per_vector, rtol=1e-6)
    np.testing.assert_allclose(by_routing.latency_per_vector, by_cost.latency_per_vector, rtol=1e-6)
    # By hand: V^2 G t of a pulse at mid window.
    g = 1e-6 * (1 + 0.1) / 2
    np.testing.assert_allclose(by_cost.energy_per_pulse, 1.0**2 * g * assumed_value("pulse_width"), rtol=1e-5)


def test_the_noise_of_a_sweep_is_kept_by_everyone():
    np.testing.assert_allclose(pulse_noise(0.02, 32, [8, 32, 128]), [0.04, 0.02, 0.01])
    assert pulse_noise(0.9, 128, 1) == 1.0
    sets = parameter_sets({"pulses": [8, 128], "cycle noise": 0.02}, noise_of=32)
    sweep = np.asarray(sets.c2c_sigma) * np.sqrt(np.asarray(sets.n_pulses_ltp))
    np.testing.assert_allclose(sweep, 0.02 * np.sqrt(32), rtol=1e-6)
    own = parameter_sets({"pulses": [8, 128], "cycle noise": 0.02})
    np.testing.assert_allclose(own.c2c_sigma, 0.02, rtol=1e-6)


def _devices_run(monkeypatch, study) -> SynapseParameters:
    """The parameter sets that a study hands to the engine first."""
    seen: list[SynapseParameters] = []

    def watch(task, params, **_):
        seen.append(params)
        raise KeyboardInterrupt

    monkeypatch.setattr("perovdata.studies.sobol.run", watch)
    monkeypatch.setattr("perovdata.vision.runner.run", watch)
    with pytest.raises(KeyboardInterrupt):
        study()
    return seen[0]


def test_sensitivity_states_the_noise_of_a_sweep(monkeypatch):
    sets = _devices_run(monkeypatch, lambda: sensitivity("associate", n=64))
    pulses, noise = np.asarray(sets.n_pulses_ltp), np.asarray(sets.c2c_sigma)
    largest = row_of("cycle noise").span.high / 100
    # Were noise drawn per pulse, no device could pass the end of the span, and the longest trains would be
    # the noisiest over a sweep.
    assert (noise[pulses < 16] > largest).any()
    assert (noise * np.sqrt(pulses)).max() <= largest * np.sqrt(32) * (1 + 1e-6)


def test_limits_keep_the_noise_of_a_sweep(monkeypatch):
    device = SynapseParameters.make(g_max=1e-6, n_pulses_ltp=64, n_pulses_ltd=64, c2c_sigma=0.02)
    sets = _devices_run(monkeypatch, lambda: limits({"a": device}, "associate", effects=["number of pulses"]))
    pulses, noise = np.asarray(sets.n_pulses_ltp), np.asarray(sets.c2c_sigma)
    assert pulses.tolist() == [64] * 8 + [1024] * 16  # eight seeds of the device, of one effect and of all
    np.testing.assert_allclose((noise * np.sqrt(pulses))[:16], 0.02 * 8, rtol=1e-5)


def test_both_labels_are_one_quantity():
    assert [row.name for row in quantities()["nonlinearity"]] == ["nonlinearity LTP", "nonlinearity LTD"]
    sets = parameter_sets({"nonlinearity LTP": 2.0, "nonlinearity LTD": 3.0})
    assert float(sets.nonlinearity_ltp[0]) == 2.0
    assert float(sets.nonlinearity_ltd[0]) == -3.0
