"""Rows that are gone or stand twice: the abscissa of the file counts, not the place of a reading."""

import numpy as np
import pytest

from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.fitting.synthetic import pulse_trains


def _fit(tmp_path, heading, rows):
    path = tmp_path / "file.csv"
    path.write_text("\n".join([heading, *(",".join(f"{v:.9g}" for v in row) for row in rows)]) + "\n")
    return fit(path)


def _train(cycles=1, seed=0):
    """Readings of sweeps up and down (uS), one after another, each turn read once."""
    up, down = pulse_trains(
        np.random.default_rng(seed),
        label_ltp=4.0,
        label_ltd=-4.0,
        n_pulses=40,
        on_off=15,
        sigma=0.004,
        cycles=cycles,
        noise="reading",
    )
    sweeps = [sweep for pair in zip(up, down, strict=True) for sweep in pair]
    return 1e6 * np.concatenate([sweeps[0], *(s[1:] for s in sweeps[1:])])


def test_a_train_that_lost_its_first_rows_is_cut_where_its_numbers_say(tmp_path):
    g = _train(cycles=2)
    gone = {0, 1, 18, 32, 47, 75, 107, 147}
    rows = [(k, v) for k, v in enumerate(g) if k not in gone]
    found = _fit(tmp_path, "pulse,G (uS)", rows)
    assert [s["pulses"][1] for s in found.segments] == [40.0, 40.0, 40.0, 40.0]
    assert found.segments[0]["pulses"][0] == 2.0
    assert found.parameters["nonlinearity_ltp"].value == pytest.approx(4.0, abs=0.2)
    assert found.parameters["nonlinearity_ltd"].value == pytest.approx(-4.0, abs=0.2)


def test_a_sweep_without_its_first_rows_keeps_its_pulse_numbers(tmp_path):
    g = _train()[:41]
    found = _fit(tmp_path, "pulse,G (uS)", list(enumerate(g))[3:])
    assert found.segments[0]["pulses"] == [3.0, 40.0]
    assert found.parameters["n_pulses_ltp"].value == 40.0
    assert found.parameters["nonlinearity_ltp"].value == pytest.approx(4.0, abs=0.2)


def test_numbers_of_every_tenth_pulse_are_the_pulses_applied(tmp_path):
    g = _train()[:41]
    found = _fit(tmp_path, "pulse,G (uS)", [(10 * k, v) for k, v in enumerate(g)][1:])
    assert found.segments[0]["pulses"] == [10.0, 400.0]


@pytest.mark.parametrize("twice", [0, 1, 20, 40])
def test_a_row_of_a_numbered_train_that_stands_twice_counts_once(tmp_path, twice):
    rows = list(enumerate(_train()[:41]))
    found = _fit(tmp_path, "pulse,G (uS)", rows[: twice + 1] + rows[twice:])
    assert any("1 row that repeats the row before" in w for w in found.warnings)
    good = _fit(tmp_path, "pulse,G (uS)", rows)
    assert found.parameters["nonlinearity_ltp"].value == good.parameters["nonlinearity_ltp"].value


@pytest.mark.parametrize("twice", [0, 1, 20])
def test_one_pulse_with_two_readings_is_refused(tmp_path, twice):
    rows = list(enumerate(_train()[:41]))
    rows.insert(twice + 1, (twice, rows[twice][1] + 0.01))
    with pytest.raises(InputError, match=f"pulse number {twice} after {twice}"):
        _fit(tmp_path, "pulse,G (uS)", rows)


def test_readings_without_numbers_may_be_equal(tmp_path):
    g = np.round(_train()[:41], 1)
    found = _fit(tmp_path, "G (uS)", [(v,) for v in g])
    assert found.n_points == 41


def _decay(tau=0.6):
    t = np.linspace(0.0, 4.0, 120)
    return t, 2.0 + 6.0 * np.exp(-t / tau) + 0.02 * np.random.default_rng(3).standard_normal(t.size)


def test_a_decay_that_lost_its_first_rows_counts_from_the_time_of_the_file(tmp_path):
    rows = list(zip(*_decay(), strict=True))
    found = _fit(tmp_path, "time (s),EPSC (nA)", rows[3:])
    assert found.parameters["amplitude_1"].value == pytest.approx(6e-9, rel=0.01)
    assert any("before the first reading" in w for w in found.warnings)


def test_a_decay_late_on_the_clock_counts_from_its_first_reading(tmp_path):
    t, y = _decay()
    found = _fit(tmp_path, "time (s),EPSC (nA)", list(zip(t + 50.0, y, strict=True)))
    assert found.parameters["amplitude_1"].value == pytest.approx(6e-9, rel=0.01)


def _paired(seed):
    gap = np.geomspace(20, 5000, 14)
    noise = 0.3 * np.random.default_rng(seed).standard_normal(gap.size)
    return list(zip(gap, 100 * (1 + 0.8 * np.exp(-gap / 400)) + noise, strict=True))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("twice", [None, 0, 4, 13])
def test_a_second_trace_is_taken_only_where_the_intervals_fix_it(tmp_path, seed, twice):
    rows = _paired(seed)
    if twice is not None:
        rows = rows[: twice + 1] + rows[twice:]
    found = _fit(tmp_path, "Interval (ms),PPF index (%)", rows)
    assert found.n_points == 14
    assert found.law == "single exponential"
    assert found.parameters["ppf_amplitude_1"].value == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("seed", range(8))
def test_a_single_exponential_stays_one_whatever_rows_are_gone(tmp_path, seed):
    """Noise must not buy a second time constant with one set of rows that another set does not show."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0.0, 4.0, 120)
    y = 2.0 + 6.0 * np.exp(-t / 0.6) + 0.02 * rng.standard_normal(t.size)
    rows = np.stack([t, y], axis=1)
    kept = rows[np.sort(rng.permutation(len(rows))[:-10])]
    for part in (rows, kept):
        found = _fit(tmp_path, "time (s),EPSC (nA)", part)
        assert found.law == "exponential"
        assert found.parameters["tau_1"].value == pytest.approx(0.6, abs=0.02)
