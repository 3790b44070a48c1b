"""Curves that no exponential made, damaged files, many files at once, the law in the device file."""

import csv
import json
from dataclasses import replace

import fit_corruptions
import fit_odd_curves as odd
import fit_recovery
import numpy as np
import pytest
from typer.testing import CliRunner

from perovdata.cli.application import app
from perovdata.devices import load_device
from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.fitting.odd_curves import ODD_KINDS, odd_curve


def _file(tmp_path, kind, *, n=64, sigma=0.01, cycles=1, seed=0):
    rng = np.random.default_rng([seed, ODD_KINDS.index(kind)])
    up, down = (odd_curve(kind, sign, n, sigma, cycles, rng) for sign in (1, -1))
    path = tmp_path / "odd.csv"
    odd.write_odd(path, up, down, kind == "digitised")
    return path, up, down


@pytest.mark.parametrize("kind", ODD_KINDS)
def test_label_is_that_of_the_closest_exponential_and_the_law_describes(tmp_path, kind):
    path, up, down = _file(tmp_path, kind, cycles=5 if kind.startswith("drift") else 1)
    result = fit(path)
    for curve, sign, name in ((up, 1, "ltp"), (down, -1, "ltd")):
        e = result.parameters[f"nonlinearity_{name}"]
        truth = odd.least_squares_label(curve.pulses / 64, curve.clean.mean(axis=0), sign)
        # One file: within twice the interval's half width; the coverage is the benchmark's business.
        assert abs(e.value - truth) <= (e.high - e.low) + 0.02
    assert max(law["r2"] for law in result.comparison) - result.r2 <= 0.02
    assert -1.0 <= result.residuals["lag_1"] <= 1.0


def test_one_short_sweep_says_how_far_its_label_scatters(tmp_path):
    # A curve follows the noise of the first readings, on which the label hangs: too little is left there.
    rng, noise = np.random.default_rng(5), np.random.default_rng(8)
    clean = [odd_curve("first-pulse jump", sign, 32, 0.0, 1, rng) for sign in (1, -1)]

    def scattered(curve, rng):
        return curve.clean + 0.01e-6 * rng.standard_normal(curve.clean.shape)

    ratios = []
    for seed in range(8):
        rng = np.random.default_rng([77, seed])
        noisy = [replace(curve, noisy=scattered(curve, rng)) for curve in clean]
        odd.write_odd(tmp_path / "odd.csv", *noisy, digitised=False)
        found = fit(tmp_path / "odd.csv").parameters["nonlinearity_ltp"]
        ratios.append((found.high - found.low) / 2)
    x = clean[0].pulses / 32
    labels = [odd.least_squares_label(x, scattered(clean[0], noise)[0], 1) for _ in range(60)]
    assert np.min(ratios) > 0.68 * 1.96 * np.std(labels)
    assert np.median(ratios) < 1.3 * 1.96 * np.std(labels)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ODD_KINDS)
def test_intervals_cover(tmp_path, kind):
    row = odd.odd_row(kind, 18, 3, tmp_path)
    assert row["coverage"] >= 0.8


def test_law_of_the_device_file_is_the_one_that_describes_or_the_one_asked_for(tmp_path):
    path, _, _ = _file(tmp_path, "sigmoid")
    result = fit(path)
    assert result.law == "sigmoid"
    result.to_yaml(tmp_path / "d.yaml")
    device = load_device(tmp_path / "d.yaml")
    assert device.law == "sigmoid"
    assert set(device.laws) == {"sigmoid", "measured"}
    for law in ("exponential", "measured", "stretched"):
        assert fit(path, law=law).device.law == law
    with pytest.raises(InputError, match="argument law"):
        fit(path, law="cubic")


def test_windows_that_differ_are_run_by_the_jump_table(tmp_path):
    path, _, _ = _file(tmp_path, "unequal windows", cycles=5)
    result = fit(path)
    assert result.law == "measured"
    assert result.parameters["g_max_ltp"].value < result.parameters["g_max_ltd"].value
    assert any("do not share a window" in w for w in result.warnings)


def test_readings_that_pile_up_by_chance_do_not_fix_the_window_to_the_last_digit(tmp_path):
    rows = fit_corruptions.good_files(np.random.default_rng(0))["two columns"]
    path = tmp_path / "piled.csv"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n")
    whole = fit(path)
    assert any("pile up" in w for w in whole.warnings)
    kept = [row for k, row in enumerate(rows) if k not in (1, 7, 16, 41)]
    path.write_text("\n".join(",".join(row) for row in kept) + "\n")
    assert fit_corruptions.agrees(fit(path), whole)


def test_readings_cut_off_at_the_window_do_not_bend_the_label_of_many_cycles(tmp_path):
    rng = np.random.default_rng([0, 256, 50, 20, 0])
    for truth, value, low, high, _ in fit_recovery.recover("reading", 256, 0.005, 20, rng, tmp_path):
        assert abs(value - truth) <= high - low


def test_damaged_files_are_right_or_refused():
    counts, wrong = fit_corruptions.run(30, seed=1)
    assert not wrong
    assert sum(counts.values()) == 30


@pytest.mark.slow
def test_two_thousand_damaged_files():
    _, wrong = fit_corruptions.run(2000, seed=0)
    assert not wrong


def test_many_files_make_a_table_and_failures_are_listed(tmp_path):
    good, _, _ = _file(tmp_path, "power")
    bad = tmp_path / "bad.csv"
    bad.write_text("just words\n")
    table = tmp_path / "out.csv"
    run = CliRunner().invoke(app, ["fit", str(good), str(bad), "--table", str(table)])
    assert run.exit_code == 3
    assert "bad.csv" in run.stderr
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["file"] for row in rows] == [str(good), str(bad)]
    assert float(rows[0]["nonlinearity_ltp_low"]) < float(rows[0]["nonlinearity_ltp"])
    assert rows[0]["error"] == ""
    assert "no row of numbers" in rows[1]["error"]
    run = CliRunner().invoke(app, ["fit", str(good), "--table", str(table), "--json"])
    assert run.exit_code == 0
    assert len(json.loads(run.stdout)["files"]) == 1
    run = CliRunner().invoke(app, ["fit", str(good), str(bad)])
    assert isinstance(run.exception, InputError)
