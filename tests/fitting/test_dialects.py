"""Headings, numbers and glitches as people and tools write them: read right, or refused with the reason."""

import warnings

import numpy as np
import pytest

from perovdata.errors import InputError
from perovdata.fitting import fit

N = 50
LABEL = 3.392  # of exp(-3 x), by formula.cpp's table: 10.1015 times the distance from the line


def _rise(low=1.0, high=9.0, n=N):
    x = np.arange(n + 1) / n
    return low + (high - low) * np.expm1(-3 * x) / np.expm1(-3)


def _file(tmp_path, head, rows, sep=",", name="curve.csv"):
    lines = [*head, *(sep.join(map(str, row)) for row in rows)]
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _numbered(values):
    return [(k, f"{v:.5f}") for k, v in enumerate(values)]


@pytest.mark.parametrize(
    ("head", "sep"),
    [
        (["# pulses,Conductance (uS)"], ","),
        (["# Pulse, G (uS)"], ","),
        (["# made by hand", "# pulse G (uS)"], " "),
        (["% pulse\tG (uS)"], "\t"),
        (["#,G (uS)"], ","),
        (["Pulse\tConductance", "#\tuS", "\tdevice 1"], "\t"),
        (["Pulse,Conductance", ",(uS)"], ","),
    ],
)
def test_a_heading_behind_a_mark_of_comments_is_the_heading(tmp_path, head, sep):
    result = fit(_file(tmp_path, head, _numbered(_rise()), sep))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.01)
    assert result.parameters["g_max"].value == pytest.approx(9e-6, rel=1e-3)


def test_a_comment_that_names_no_column_stays_a_comment(tmp_path):
    rows = [(k, f"{v:.5f}e-6") for k, v in enumerate(_rise())]
    result = fit(_file(tmp_path, ["# some words, and more"], rows))
    assert any("1 comment line left out" in note for note in result.warnings)


@pytest.mark.parametrize("mark", [" ", "'", "\u2019", "\u00a0", "\u202f"])
def test_groups_of_three_digits(tmp_path, mark):
    rows = [(k, f"1{mark}{100 + 9 * k:03d}") for k in range(30)]
    result = fit(_file(tmp_path, ["Pulse;G (nS)"], rows, ";"))
    assert result.parameters["g_max"].value == pytest.approx(1.361e-6)
    assert result.parameters["nonlinearity_ltp"].value == 0.0  # a straight line, not 1e-15


def test_a_point_between_semicolons_can_separate_thousands(tmp_path):
    path = _file(tmp_path, ["Pulse;G (nS)"], [(k, f"1.{100 + 9 * k:03d}") for k in range(30)], ";")
    with pytest.raises(InputError, match=r"line 2: '1\.100' can be 1100 or 1\.1.*decimal"):
        fit(path)
    assert fit(path, decimal="comma").parameters["g_max"].value == pytest.approx(1.361e-6)
    assert fit(path, decimal="point").parameters["g_max"].value == pytest.approx(1.361e-9)


@pytest.mark.parametrize("heading", ["normalized conductance", "Normalised current", "ΔG/G0 (%)"])
def test_readings_without_a_unit_of_their_own(tmp_path, heading):
    result = fit(_file(tmp_path, [f"pulse,{heading}"], _numbered(_rise(0.5, 150.0))))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.01)
    assert any("arbitrary units" in note for note in result.warnings)


def test_a_paired_pulse_index_given_as_a_change(tmp_path):
    interval = np.array([20, 50, 100, 200, 500, 1000])
    rows = [(t, f"{0.8 * np.exp(-t / 150):.5f}") for t in interval]
    result = fit(_file(tmp_path, ["interval (ms),(A2-A1)/A1"], rows))
    assert result.parameters["ppf_amplitude_1"].value == pytest.approx(0.8, rel=1e-3)
    assert any("100 added" in note for note in result.warnings)


def test_cells_are_no_cycles(tmp_path):
    rng = np.random.default_rng(2)
    rows = [(k, 10 ** rng.normal(6, 0.2), 10 ** rng.normal(4, 0.2)) for k in range(60)]
    with pytest.raises(InputError, match=r"column 1 \('cell'\) numbers cells"):
        fit(_file(tmp_path, ["cell,HRS (ohm),LRS (ohm)"], rows))


def test_an_open_terminal_is_no_second_cycle(tmp_path):
    rows = [(k, 0.05 * k, 0.1, f"{v:.5f}e-8", 0, 0) for k, v in enumerate(_rise())]
    result = fit(_file(tmp_path, ["Index,Time,AV,AI,BV,BI"], rows))
    assert result.parameters["g_max"].value == pytest.approx(9e-7, rel=1e-3)
    assert result.r2 > 0.999
    assert any("'BI'" in note and "not used" in note for note in result.warnings)


def test_points_picked_in_no_order(tmp_path):
    rng = np.random.default_rng(3)
    y = _rise()
    rows = [(f"{k + 0.05 * rng.normal():.3f}", f"{y[k]:.4f}") for k in rng.permutation(N + 1)]
    result = fit(_file(tmp_path, ["curve 1,", "X,Y"], rows))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.05)
    assert any("order of X" in note for note in result.warnings)


def test_a_state_that_rises_over_time_names_the_column(tmp_path):
    rows = [(k, v) for k, v in _numbered(_rise())]
    with pytest.raises(InputError, match=r"rises over column 1 \('Time \(s\)'\).*pulse=1,conductance=2"):
        fit(_file(tmp_path, ["Time (s),G (uS)"], rows))


def test_a_glitch_far_outside_neither_hides_nor_turns_the_curve(tmp_path):
    y = _rise() + np.random.default_rng(4).normal(0, 0.04, N + 1)
    y[20] = 130.0
    result = fit(_file(tmp_path, ["pulse,G (uS)"], _numbered(y)))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.15)
    assert result.parameters["n_pulses_ltp"].value == N
    assert any("1 single reading left out" in note for note in result.warnings)


@pytest.mark.parametrize("cycles", [1, 5])
def test_plain_noise_loses_no_reading(tmp_path, cycles):
    """In white noise, one file in a hundred has a reading that lies five standard deviations off."""
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(20):
        y = _rise()[:, None] + rng.normal(0, 0.1, (N + 1, cycles))
        rows = [(k, *(f"{v:.5f}" for v in row)) for k, row in enumerate(y)]
        head = ",".join(["pulse", *(f"cycle {c + 1} (uS)" for c in range(cycles))])
        result = fit(_file(tmp_path, [head], rows))
        told += any("left out" in note for note in result.warnings)
    assert told <= 1


def _cycles(curve, cycles, sigma, seed):
    rng = np.random.default_rng(seed)
    return [curve + sigma * np.ptp(curve) * rng.normal(size=len(curve)) for _ in range(cycles)]


@pytest.mark.parametrize("head", ["cycle,pulse,G (uS)", "pulse,G (uS)"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cycles_below_each_other_turn_at_one_pulse(tmp_path, head, seed):
    """Noise moves the turn of a single cycle, where the curve is flat; a program turns all at one pulse."""
    curve = np.concatenate([_rise(n=40), _rise(9.0, 1.0, n=40)[1:]])
    rows = [
        (c, k, f"{v:.5f}")[0 if head.startswith("cycle") else 1 :]
        for c, train in enumerate(_cycles(curve, 4, 0.005, seed))
        for k, v in enumerate(train)
    ]
    result = fit(_file(tmp_path, [head], rows))
    for sign, direction in ((1, "ltp"), (-1, "ltd")):
        label = result.parameters[f"nonlinearity_{direction}"]
        assert result.parameters[f"n_pulses_{direction}"].value == 40
        assert label.value == pytest.approx(sign * LABEL, abs=0.05)


def test_a_column_of_spreads_is_no_cycle(tmp_path):
    rng = np.random.default_rng(6)
    rows = [(k, f"{v:.4f}", f"{0.05 + 0.005 * rng.random():.4f}") for k, v in enumerate(_rise())]
    for head in ("pulse,mean G (uS),std (uS)", "pulse,G (uS),G error (uS)"):
        result = fit(_file(tmp_path, [head], rows))
        assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.01)
        assert any("a spread, not a reading" in note for note in result.warnings)


@pytest.mark.parametrize("unit", ["mA/cm2", "uA/um", "A cm^-2", "nA/µm"])
def test_current_per_area_or_width_is_arbitrary(tmp_path, unit):
    result = fit(_file(tmp_path, [f"pulse,Id ({unit})"], _numbered(_rise())))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.01)
    assert any("arbitrary units" in note for note in result.warnings)


def test_the_sample_under_the_last_pulse_is_no_decay(tmp_path):
    rng = np.random.default_rng(7)
    rows = []
    for k, g in enumerate(_rise(n=20)):
        for j in range(12):
            pulse = 3.0 if j == 0 and k else 0.0
            rows.append(
                (f"{0.01 * (12 * k + j):.2f}", pulse, f"{g * (1 + 2 * (j == 0)) + 0.01 * rng.normal():.5f}")
            )
    result = fit(_file(tmp_path, ["Time (s),Vg (V),Id (nA)"], rows))
    assert result.parameters["n_pulses_ltp"].value == 20
    assert not any(key.startswith("decay") for key in result.parameters)


def _labels(result):
    return [result.parameters[f"nonlinearity_{d}"].value for d in ("ltp", "ltd")]


@pytest.mark.parametrize("first", [0, 1])
def test_blocks_of_each_direction_below_each_other(tmp_path, first):
    blocks = [block for _ in range(4) for block in (_rise(n=30), _rise(9.0, 1.0, n=30))]
    rng = np.random.default_rng(8)
    rows = [
        (k, f"{v + 0.04 * rng.normal():.5f}") for block in blocks for k, v in enumerate(block) if k >= first
    ]
    result = fit(_file(tmp_path, ["pulse,G (nS)"], rows))
    assert _labels(result) == pytest.approx([LABEL, -LABEL], abs=0.05)


def test_a_last_cycle_that_was_broken_off_turns_like_the_others(tmp_path):
    curve = np.concatenate([_rise(n=30), _rise(9.0, 1.0, n=30)[1:]])
    cycles = _cycles(curve, 4, 0.005, 9)
    cycles[-1] = cycles[-1][:45]
    rows = [(k, f"{v:.5f}") for train in cycles for k, v in enumerate(train)]
    result = fit(_file(tmp_path, ["pulse,G (nS)"], rows))
    assert _labels(result) == pytest.approx([LABEL, -LABEL], abs=0.05)


def test_a_run_that_stands_still_is_compared_with_nothing(tmp_path):
    curve = np.concatenate([_rise(n=30), _rise(9.0, 1.0, n=30)[1:]])
    rows = [(k, f"{v:.5f}") for train in (curve, curve, np.full(10, 3.0)) for k, v in enumerate(train)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy's, of a correlation with a constant
        result = fit(_file(tmp_path, ["pulse,G (nS)"], rows))
    assert result.parameters["n_pulses_ltp"].value == 30


def test_runs_broken_off_anywhere_turn_like_the_whole_ones(tmp_path):
    curve = np.concatenate([_rise(n=30), _rise(9.0, 1.0, n=30)[1:]])
    rng = np.random.default_rng(11)
    ends = [61, 61, 61, *rng.integers(45, 61, 20)]
    rows = [(k, f"{v + 0.04 * rng.normal():.5f}") for end in ends for k, v in enumerate(curve[:end])]
    result = fit(_file(tmp_path, ["pulse,G (nS)"], rows))
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(LABEL, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_a_turn_on_a_flat_top_is_where_the_steep_fall_begins(tmp_path, seed):
    curve = np.concatenate([_rise(n=30), _rise(9.0, 1.0, n=60)[1:]])
    rows = _numbered(_cycles(curve, 1, 0.005, seed)[0])
    result = fit(_file(tmp_path, ["pulse,G (nS)"], rows))
    assert result.parameters["n_pulses_ltp"].value == 30
    assert _labels(result) == pytest.approx([LABEL, -LABEL], abs=0.15)


def test_a_flat_top_under_noise_is_no_depression(tmp_path):
    rng = np.random.default_rng(10)
    y = np.minimum(_rise(n=30), 7.0) + 0.02 * rng.normal(size=31)
    result = fit(_file(tmp_path, ["pulse,I (nA)"], _numbered(y)))
    assert "nonlinearity_ltd" not in result.parameters


def test_columns_of_other_windows_are_no_cycles(tmp_path):
    rows = [(k, *(f"{v * size:.5f}" for size in (1, 4, 20))) for k, v in enumerate(_rise())]
    with pytest.raises(InputError, match="3 cycles whose windows differ 20 times"):
        fit(_file(tmp_path, ["pulse,1 V (nS),2 V (nS),3 V (nS)"], rows))


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("Light intensity (mW/cm2),Photocurrent (nA)", "against the intensity"),
        ("target (uS),achieved (uS)", "against a target"),
        ("Pulse,Device A (uS),Device B (uS)", "columns of 2 devices"),
    ],
)
def test_no_train_of_pulses_of_one_device(tmp_path, head, reason):
    rng = np.random.default_rng(5)
    curve = _rise() + 0.05 * rng.standard_normal((2, N + 1))
    rows = [(0.1 * k + 0.1, f"{curve[0, k]:.4f}") for k in range(N + 1)]
    if head.startswith("Pulse"):
        rows = [(k, f"{curve[0, k]:.4f}", f"{1.3 * curve[1, k]:.4f}") for k in range(N + 1)]
    with pytest.raises(InputError, match=reason):
        fit(_file(tmp_path, [head], rows))


def test_a_column_of_a_fit_is_no_cycle_and_growing_pulses_are_told(tmp_path):
    rng = np.random.default_rng(6)
    noisy = _rise() + 0.05 * rng.standard_normal(N + 1)
    rows = [(k, f"{g:.4f}", f"{f:.4f}") for k, (g, f) in enumerate(zip(noisy, _rise(), strict=True))]
    result = fit(_file(tmp_path, ["pulse,G (uS),G fit (uS)"], rows))
    assert result.n_points == N + 1
    assert any("a fit or a model" in w for w in result.warnings)
    rows = [(k, f"{0.5 + 0.02 * k:.2f}", f"{g:.4f}") for k, g in enumerate(noisy)]
    result = fit(_file(tmp_path, ["pulse,V_pulse (V),G (uS)"], rows))
    assert any("are not equal" in w for w in result.warnings)
