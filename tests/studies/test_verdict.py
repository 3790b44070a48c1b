"""The verdict on constructed devices: it names what limits them, and measuring that narrows as it says."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.devices import FIELDS, SynapseParameters
from perovdata.studies import judge
from perovdata.studies.intervals import paired_difference, standard_error
from perovdata.units import with_error
from perovdata.vision import TASKS, run_stacked

USES = TASKS["digits-online"].uses

#: Each field between two values: the narrow spans hardly move the stand-in below, the wide ones do.
NARROW = {
    "window": (20.0, 25.0),
    "n_pulses_ltp": (60.0, 68.0),
    "nonlinearity_ltp": (0.9, 1.1),
    "nonlinearity_ltd": (-1.1, -0.9),
    "c2c_sigma": (0.010, 0.012),
}
WIDE = {
    "window (on/off)": {"window": (1.2, 40.0)},
    "number of pulses": {"n_pulses_ltp": (2.0, 100.0)},
    "nonlinearity": {"nonlinearity_ltp": (0.0, 6.0), "nonlinearity_ltd": (-6.0, 0.0)},
    "cycle-to-cycle variation": {"c2c_sigma": (0.0, 0.2)},
}


def draw(spans, n, seed, fixed=()):
    """Independent draws; a quantity that is fixed has the value of its first draw everywhere."""
    rng = np.random.default_rng(seed)
    values = {name: rng.uniform(*span, n) for name, span in spans.items()}
    for name in fixed:
        values[name] = np.full(n, values[name][0])
    return values


def columns_of(values):
    pulses = np.rint(values["n_pulses_ltp"])
    return {
        "g_max": np.full(len(pulses), 1e-6),
        "g_min": 1e-6 / values["window"],
        "n_pulses_ltp": pulses,
        "n_pulses_ltd": pulses,
        **{name: values[name] for name in ("nonlinearity_ltp", "nonlinearity_ltd", "c2c_sigma")},
    }


def stand_in(values, seeds=2, seed=0):
    """A smooth accuracy, worse with a small window, few pulses, bent updates and noise; two noisy seeds."""
    bent = values["nonlinearity_ltp"] - values["nonlinearity_ltd"]
    loss = 60 / values["window"] + 90 / values["n_pulses_ltp"] + 5 * bent + 300 * values["c2c_sigma"]
    mean = 10 + 85 * np.exp(-loss / 60)
    return mean[:, None] + np.random.default_rng(seed).normal(0, 1.0, (len(mean), seeds))


def table_of(columns, measured=()):
    return {
        name: {"origin": "measured" if name in measured else "population", "unit": FIELDS[name].unit}
        for name in columns
    }


def half_width(values):
    low, high = np.quantile(values, (0.05, 0.95))
    return (high - low) / 2


@pytest.mark.parametrize("limited_by", WIDE)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_measurement_named_narrows_as_said(limited_by, seed):
    spans = NARROW | WIDE[limited_by]
    values = draw(spans, 48, seed)
    columns = columns_of(values)
    found = judge(stand_in(values), columns, table_of(columns), USES)
    assert found.measure_next == limited_by
    assert found.text.startswith("Undecided")
    assert f"±{found.expected_half_width:.0f} points" in found.text
    # Do it: many devices, each with that quantity measured and the rest drawn.
    done = [
        half_width(stand_in(draw(spans, 200, 100 + k, fixed=WIDE[limited_by]), seed=k)) for k in range(40)
    ]
    assert 0.5 < found.expected_half_width / np.mean(done) < 2
    assert found.expected_half_width < 0.5 * found.half_width


def test_what_to_measure_after_that():
    spans = NARROW | WIDE["cycle-to-cycle variation"] | {"nonlinearity_ltp": (0.0, 5.0)}
    values = draw(spans, 64, 0)
    columns = columns_of(values)
    found = judge(stand_in(values), columns, table_of(columns), USES)
    assert found.measure_next == "cycle-to-cycle variation"
    assert "then the LTP/LTD nonlinearity (±" in found.text


def test_known_is_told_and_held_is_told():
    values = draw(NARROW | WIDE["nonlinearity"], 32, 0, fixed=["window", "n_pulses_ltp"])
    columns = columns_of(values)
    table = table_of(columns, measured=["n_pulses_ltp", "n_pulses_ltd"])
    table["g_min"]["origin"] = "assumed"
    found = judge(stand_in(values), columns, table, USES)
    assert found.known == ["number of pulses"]
    assert found.held == ["window (on/off)"]
    assert "measured: number of pulses" in found.text
    assert "assumed at one value: window (on/off)" in found.text


def test_too_few_draws_say_so():
    for n in (4, 10):
        values = draw(NARROW | WIDE["nonlinearity"], n, 3)
        columns = columns_of(values)
        accuracy = np.random.default_rng(0).uniform(10, 90, (n, 1))  # follows nothing
        found = judge(accuracy, columns, table_of(columns), USES)
        assert found.measure_next is None
        assert found.expected_half_width is None
        assert f"{n} draws are too few to tell" in found.text


def test_many_draws_that_follow_nothing_are_chance():
    values = draw(NARROW | WIDE["nonlinearity"], 128, 3)
    accuracy = np.random.default_rng(0).uniform(10, 90, (128, 1))
    columns = columns_of(values)
    found = judge(accuracy, columns, table_of(columns), USES)
    assert found.measure_next is None
    assert "too few" not in found.text
    assert "over 128 draws the accuracy follows none of the uncertain parameters" in found.text


def test_chance_findings_are_rare():
    """Accuracy that follows nothing: the permutation test errs in about 5 % of the cases."""
    named = 0
    for seed in range(40):
        values = draw(NARROW | WIDE["nonlinearity"], 24, seed)
        columns = columns_of(values)
        accuracy = np.random.default_rng(1000 + seed).uniform(10, 90, (24, 1))
        named += judge(accuracy, columns, table_of(columns), USES).measure_next is not None
    assert named <= 6


def test_seeds_that_differ_are_no_matter_of_measuring():
    values = draw(NARROW | WIDE["nonlinearity"], 32, 0)
    columns = columns_of(values)
    accuracy = np.random.default_rng(0).uniform(10, 90, (32, 8))
    found = judge(accuracy, columns, table_of(columns), USES)
    assert found.measure_next is None
    assert "training runs" in found.text


def test_a_decided_design_and_a_single_device():
    values = draw(NARROW, 16, 0)
    columns = columns_of(values)
    found = judge(stand_in(values), columns, table_of(columns), USES)
    assert found.text.startswith("Decided")
    assert found.measure_next is None
    one = {name: column[:1] for name, column in columns.items()}
    assert "86 %" in judge(np.array([[86.0]]), one, table_of(one, one), USES).text
    told = judge(np.array([[40.0, 60.0, 80.0]]), one, table_of(one, one), USES).text
    assert told.startswith("Undecided: 42 to 78 %")
    assert told.endswith("the spread is one of training runs (seeds).")


def test_a_real_device_limited_by_nonlinearity():
    spans = NARROW | WIDE["nonlinearity"]
    n, tests = 24, 6
    drawn = columns_of(draw(spans, n, 5))
    done = [columns_of(draw(spans, 6, 50 + k, fixed=WIDE["nonlinearity"])) for k in range(tests)]
    groups = [SynapseParameters.make(**columns) for columns in (drawn, *done)]
    accuracies, _ = run_stacked("digits-online", groups, epochs=1, hidden=16)
    found = judge(accuracies[0], drawn, table_of(drawn), USES)
    assert found.measure_next == "nonlinearity"
    # Six draws: the full range stands for the 90 % interval of the many.
    narrowed = np.mean([np.ptp(part) / 2 for part in accuracies[1:]])
    assert 0.5 < found.expected_half_width / narrowed < 2
    assert narrowed < found.half_width


def test_standard_error_is_that_of_the_median():
    rng = np.random.default_rng(0)
    told = [standard_error(rng.normal(50, 10, (64, 1))) for _ in range(20)]
    # Median of n normals: 1.2533 sigma / sqrt(n) (Kenney and Keeping, Mathematics of Statistics).
    assert np.mean(told) == pytest.approx(1.2533 * 10 / 8, rel=0.15)
    # Seeds of one device are no further devices.
    devices = rng.normal(50, 10, (16, 1))
    assert standard_error(np.repeat(devices, 8, axis=1)) > 1.5
    assert standard_error([[3.0]]) is None


def test_paired_difference_sees_through_common_chance():
    common = np.random.default_rng(0).normal(60, 15, (16, 2))
    found = paired_difference(common + 2, common, 0.9)
    assert found["difference"] == pytest.approx(2)
    assert found["interval"] == pytest.approx([2, 2])
    assert found["share_better"] == 1
    assert paired_difference(common[:1], common, 0.9)["share_better"] <= 1


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (76.2, 3.1, "76 ± 3 %"),
        (76.24, 0.31, "76.2 ± 0.3 %"),
        (76.24, None, "76.2 %"),
        (9.98, 0.04, "9.98 ± 0.04 %"),
    ],
)
def test_digits_follow_the_error(value, error, text):
    assert with_error(value, error, "%") == text
