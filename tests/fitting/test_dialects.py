"""Headings, numbers and glitches as people and tools write them: read right, or refused with the reason."""

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
