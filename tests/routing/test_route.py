"""Metrics become device parameters, and every parameter tells where it comes from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.dataset.load.population import Population
from perovdata.devices import FIELDS
from perovdata.errors import InputError
from perovdata.routing import DESIGN_SPACE, Drawn, route


def population(*values: float) -> Population:
    return Population(np.array(values), np.full(len(values), 1 / len(values)), "2D/quasi-2D", len(values))


def test_best_evidence_wins():
    draws = np.linspace(10, 20, 8)
    routed = route(
        known={"on_off_ratio": 100.0, "c2c_variation": 2.0},
        predicted={"on_off_ratio": Drawn(draws), "n_pulses": Drawn(draws, "rule")},
        population={"n_pulses": population(4, 8), "ppf_index": population(150, 180)},
        n_draws=8,
    )
    kinds = {name: origin.kind for name, origin in routed.origins.items()}
    assert kinds["g_min"] == "measured"
    assert kinds["c2c_sigma"] == "measured"
    assert kinds["n_pulses_ltp"] == kinds["n_pulses_ltd"] == "rule"
    assert kinds["ppf_amplitude_1"] == "population"
    assert kinds["nonlinearity_ltp"] == "assumed"
    columns = routed.parameters.as_dict()
    np.testing.assert_allclose(columns["g_max"] / columns["g_min"], 100, rtol=1e-5)
    np.testing.assert_allclose(columns["c2c_sigma"], 0.02, rtol=1e-6)
    np.testing.assert_array_equal(columns["n_pulses_ltp"], np.rint(draws))
    assert set(np.round(columns["ppf_amplitude_1"], 6)) <= {np.float32(0.5), np.float32(0.8)}


def test_a_rule_never_wears_the_badge_predicted():
    table = route(predicted={"on_off_ratio": Drawn(np.full(4, 50.0), "rule")}, n_draws=4).table()
    assert table["g_min"]["origin"] == "population"
    assert table["g_min"]["rests_on"] == "rule"


def test_levels_of_other_memories_say_nothing_of_a_train():
    drawn = {"n_states": Drawn(np.full(4, 3.0), "population")}
    routed = route(predicted=drawn, population={"n_states": population(2, 4)}, n_draws=4)
    assert routed.origins["n_pulses_ltp"].kind == "assumed"
    assert route(known={"n_states": 4}, n_draws=2).origins["n_pulses_ltp"].metric == "n_states"
    both = route(known={"n_states": 4, "n_pulses": 100}, n_draws=2)
    np.testing.assert_array_equal(both.parameters.n_pulses_ltp, 100)


def test_a_train_measured_beats_a_switching_ratio_measured():
    routed = route(known={"on_off_ratio": 1e6, "dynamic_range": 8.0}, n_draws=2)
    assert routed.origins["g_min"].metric == "dynamic_range"
    np.testing.assert_allclose(routed.parameters.on_off, 8.0, rtol=1e-5)


def test_a_measured_switching_ratio_beats_a_predicted_train():
    routed = route(
        known={"on_off_ratio": 50.0}, predicted={"dynamic_range": Drawn(np.full(4, 8.0))}, n_draws=4
    )
    assert routed.origins["g_min"].kind == "measured"


def test_predicted_draws_keep_their_order_and_so_their_correlation():
    rng = np.random.default_rng(1)
    ratio = 10 ** rng.normal(2, 1, 64)
    routed = route(
        predicted={"on_off_ratio": Drawn(ratio), "operating_voltage": Drawn(1 / ratio)}, n_draws=64
    )
    product = np.asarray(routed.parameters.on_off) * np.asarray(routed.parameters.write_voltage)
    np.testing.assert_allclose(product[ratio > 1.01], 1.0, rtol=1e-4)


def test_draws_moved_to_a_limit_are_counted():
    routed = route(predicted={"on_off_ratio": Drawn(np.array([0.5, 2.0, 3.0]))}, n_draws=3)
    assert "1 of 3 draws moved" in routed.origins["g_min"].detail


def test_same_seed_same_numbers_and_more_evidence_leaves_the_rest_alone():
    one, two = route(n_draws=16, seed=3), route(n_draws=16, seed=3)
    more = route(known={"set_voltage": 2.0}, n_draws=16, seed=3)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one.parameters, name), getattr(two.parameters, name))
    np.testing.assert_array_equal(one.parameters.c2c_sigma, more.parameters.c2c_sigma)


def test_every_routed_parameter_has_an_origin_and_a_reason():
    routed = route(known={"retention": 1e4}, n_draws=4, notes={"retention": "stated as >= 10000 s"})
    stated = set(FIELDS) - set(routed.parameters.ideal_fields)
    assert stated <= set(routed.origins)
    assert all(origin.detail for origin in routed.origins.values())
    assert routed.origins["retention_tau"].detail.endswith("stated as >= 10000 s")
    table = routed.table(0.9)
    assert table["retention_tau"]["unit"] == "s"
    assert table["retention_tau"]["median"] == pytest.approx(1e4)


def test_assumed_noise_of_a_sweep_does_not_grow_with_the_number_of_levels():
    few, many = (route(known={"n_states": n}, n_draws=16).parameters for n in (16, 1024))
    sweep = [np.asarray(p.c2c_sigma) * np.sqrt(np.asarray(p.n_pulses_ltp)) for p in (few, many)]
    np.testing.assert_allclose(*sweep, rtol=1e-5)
    measured = route(known={"n_states": 1024, "c2c_variation": 3.0}, n_draws=2).parameters
    np.testing.assert_allclose(measured.c2c_sigma, 0.03, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"known": {"on_of_ratio": 3.0}}, "on_off_ratio"),
        ({"known": {"on_off_ratio": float("nan")}}, "on_off_ratio"),
        ({"predicted": {"on_off_ratio": Drawn(np.ones(3))}, "n_draws": 4}, "expected"),
        ({"n_draws": 0}, "0"),
    ],
)
def test_bad_input_is_named(arguments, named):
    with pytest.raises(InputError, match=named):
        route(**arguments)


METRICS_USED = sorted({metric for row in DESIGN_SPACE for metric in row.metrics})


@settings(deadline=None, max_examples=40)
@given(
    known=st.dictionaries(
        st.sampled_from(METRICS_USED), st.floats(1e-12, 1e12, allow_nan=False, allow_infinity=False)
    )
)
def test_any_positive_metrics_give_valid_parameters(known):
    routed = route(known=known, n_draws=2)
    columns = routed.parameters.as_dict()
    assert (columns["g_min"] < columns["g_max"]).all()
    for name, field in FIELDS.items():
        values = columns[name][~np.isnan(columns[name])]
        tolerance = 1e-6 * abs(field.low)
        assert (values >= field.low - tolerance).all()
        assert (values <= field.high * (1 + 1e-6)).all()
