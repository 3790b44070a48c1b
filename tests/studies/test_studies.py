"""Leaderboard, limits, requirements and screening."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from perovdata.cli.application import app
from perovdata.devices import SynapseParameters, preset
from perovdata.errors import InputError
from perovdata.studies import (
    devices_apart,
    eligible_devices,
    leaderboard,
    limits,
    requirements,
    requirements_figure,
    screen,
    sensitivity,
)
from perovdata.studies.needs_space import factorial, sets_at

from .test_simulate import FixedPredictor

#: One short epoch with few hidden units: the machinery, not the accuracy.
SHORT = {"epochs": 1, "hidden": 16}


def test_leaderboard_ranks_what_states_enough():
    rows = leaderboard(["reservoir-digits", "associate"], draws=2)
    eligible = eligible_devices(2)
    for task in ("reservoir-digits", "associate"):
        placed = [row for row in rows if row["task"] == task]
        named = [row["composition"] is not None for row in placed]
        assert named == sorted(named, reverse=True)  # nobody can make "not stated"
        by_rank = sorted(placed, key=lambda row: row["rank"])
        assert by_rank[0]["rank"] == by_rank[0]["group"] == 1
        for part in (True, False):
            ranks = [row["rank"] for row in placed if (row["composition"] is not None) is part]
            assert ranks == sorted(ranks)
        won = [row["share_won"] for row in by_rank]
        assert won == sorted(won, reverse=True)
        assert np.mean(won) == pytest.approx(0.5)  # every comparison has one winner
        groups = [row["group"] for row in by_rank]
        assert groups == sorted(groups)
        apart = {row["device_id"] for row in devices_apart([task])}
        assert apart | {row["device_id"] for row in placed} == set(eligible)
        assert not apart & {row["device_id"] for row in placed}
        for row in placed:
            assert row["device_id"] in eligible
            assert row["low"] <= row["accuracy"] <= row["high"]
            assert 1 <= row["rank_low"] <= row["rank_high"] <= len(placed)
            assert row["stated"], "a device is placed by something of its own"
            assert row["n_measured"] <= row["n_read"]
            assert row["device_id"] in row["label"]
    # The reservoir reads short-term memory only: who states none of it is not placed.
    assert all(
        set(row["stated"]) & {"ppf_index", "memory_decay", "d2d_variation"}
        for row in rows
        if row["task"] == "reservoir-digits"
    )
    assert any(row["population"] for row in rows)


def test_devices_are_ranked_and_grouped_by_pairs():
    from perovdata.studies.ranking import _groups, _share_won

    common = np.random.default_rng(0).normal(60, 15, 40)
    # The first loses a point to the second on every draw, though each alone spreads over 50 points; the
    # third is sometimes better, sometimes worse than the second.
    third = common - 0.5 + np.random.default_rng(1).normal(0, 2, 40)
    scores = np.stack([common - 1, common, third])
    won = _share_won(scores)
    assert list(np.argsort(-won)) == [1, 2, 0]
    assert won.sum() == pytest.approx(1.5)
    assert _groups(scores, won, 0.9).tolist() == [2, 1, 1]


def test_leaderboard_is_reproducible_and_paired():
    first, second = (leaderboard(["reservoir-digits"], draws=2) for _ in range(2))
    assert first == second


def test_leaderboard_refuses_what_nobody_states():
    with pytest.raises(InputError, match="99 of the metrics"):
        leaderboard(["associate"], min_stated=99)
    with pytest.raises(InputError, match="is not one of"):
        leaderboard(["chess"])


def test_limits_name_what_hurts():
    # One device that only forgets, one that only is blind to red.
    sources = {
        "forgetful": SynapseParameters.make(retention_tau=[10.0, 20.0]),
        "exact": SynapseParameters.make(g_max=1e-6, n_pulses_ltp=500.0),
    }
    rows = limits(sources, "memory", ages_s=(1000.0,))
    forgetful = {row["effect"]: row for row in rows if row["device"] == "forgetful"}
    assert set(forgetful) == {"retention", "all"}
    assert forgetful["retention"]["gain"] > 50
    assert forgetful["retention"]["accuracy_ideal"] == forgetful["all"]["accuracy_ideal"]
    for row in rows:
        assert row["gain"] == pytest.approx(row["accuracy_ideal"] - row["accuracy"])
        for name, low, high in (("accuracy", "accuracy_low", "accuracy_high"), ("gain", "low", "high")):
            assert row[low] <= row[name] <= row[high]
    exact = {row["effect"]: row for row in rows if row["device"] == "exact"}
    assert abs(exact["number of pulses"]["gain"]) < 3


def test_limits_of_a_device_without_uncertainty_hold_the_scatter_of_training():
    row = limits({"a": preset("ag-a-si")}, "associate", effects=["cycle-to-cycle variation"], cues=2)[0]
    assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]
    assert row["low"] < row["high"]


def test_printed_limits_subtract(monkeypatch):
    row = {"device": "a", "effect": "all", "accuracy": 61.24, "accuracy_ideal": 70.36, "gain": 9.12}
    row |= dict.fromkeys(("accuracy_low", "accuracy_high", "ideal_low", "ideal_high", "low", "high"), 1.0)
    monkeypatch.setattr("perovdata.studies.limits", lambda *_, **__: [row])
    told = CliRunner().invoke(app, ["study", "limits", "--preset", "ag-a-si"], env={"COLUMNS": "160"})
    assert told.exit_code == 0, told.output
    for text in ("61.2 (", "70.4 (", "+9.2 (", "1,797 pictures"):
        assert text in told.output


def test_limits_keep_the_noise_of_a_sweep():
    rows = limits({"a": preset("ag-a-si")}, "digits-online", effects=["number of pulses"], **SHORT)
    assert {row["effect"] for row in rows} == {"number of pulses", "all"}
    with pytest.raises(InputError, match="did you mean 'nonlinearity'"):
        limits({"a": preset("ag-a-si")}, effects=["nonlinearty"])


def test_devices_of_one_name_are_told_apart(tmp_path):
    paths = [tmp_path / f"{i}.yaml" for i in range(2)]
    for path, tau in zip(paths, (10.0, 1e6), strict=True):
        path.write_text(f"name: mine\nretention_tau: {tau}\n")
    arguments = [part for path in paths for part in ("--device", str(path))]
    told = CliRunner().invoke(app, ["study", "limits", *arguments, "--task", "associate", "--json"])
    assert told.exit_code == 0, told.output
    assert {row["device"] for row in json.loads(told.stdout)} == {"mine", "mine (2)"}


def test_limits_take_as_many_draws_as_asked_for(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("perovdata.studies.limits", lambda sources, *_, **__: seen.append(sources) or [])
    path = tmp_path / "fit.yaml"
    path.write_text("g_max: 1e-6\nuncertainty: {fields: [g_max], scales: [log], covariance: [[0.01]]}\n")
    told = CliRunner().invoke(app, ["study", "limits", "--device", str(path), "--draws", "3"])
    assert told.exit_code == 0, told.output
    assert [p.n_sets for p in seen[0].values()] == [3]


def test_sobol_indices_are_shares():
    rows = sensitivity("associate", n=4)
    assert len(rows) == 6
    totals = [row["total"] for row in rows]
    assert totals == sorted(totals, reverse=True)
    for row in rows:
        # No interval (NaN) for a parameter without any effect.
        assert not row["total_low"] > row["total_high"]
    # Weights are differences of two devices: the smallest conductance cancels.
    assert next(row["total"] for row in rows if row["parameter"] == "window") < totals[0]
    with pytest.raises(InputError, match="power of two"):
        sensitivity(n=6)


def test_requirements_find_the_crossing():
    told = []
    found = requirements("associate", 50.0, seeds=1, points=4, map_points=2, note=told.append)
    assert told[0].startswith("44 parameter sets x 1 seeds of associate")
    assert found["reachable"]
    assert np.shape(found["map"]["accuracy"]) == (2, 2)
    table = {(row["metric"], row["others"]): row for row in found["table"]}
    assert len(table) == 10
    for row in table.values():
        accuracy, values = np.array(row["accuracy"]), np.array(row["values"])
        if row["needed"] is None:
            assert accuracy[0] < 50
        elif row["needed"] == "any":
            assert (accuracy >= 50).all()
        else:
            # Between the last value that will do and the first that will not.
            miss = int(np.argmin(accuracy >= 50))
            assert min(values[miss - 1 : miss + 1]) <= row["needed"] <= max(values[miss - 1 : miss + 1])
    assert any(isinstance(row["needed"], float) for row in table.values())
    assert found["devices"]
    assert requirements_figure(found)[:8] == b"\x89PNG\r\n\x1a\n"
    json.dumps(found, allow_nan=False)


def test_requirements_take_fewer_points_from_the_command_line():
    words = ["study", "requirements", "--accuracy", "50", "--task", "associate", "--seeds", "1", "--json"]
    told = CliRunner().invoke(app, [*words, "--points", "2", "--map-points", "3"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert np.shape(found["map"]["accuracy"]) == (3, 3)
    assert all(len(row["values"]) == 2 for row in found["table"])
    assert "29 parameter sets x 1 seeds of associate" in told.stderr
    assert "--map-points" in told.stderr
    with pytest.raises(InputError, match="points: 1 is not 2 or more"):
        requirements("associate", 50.0, points=1)


def test_requirements_at_a_device_of_ones_own():
    device = preset("ag-a-si")
    own = device.as_dict()
    span = float(own["g_max"][0] / own["g_min"][0])
    # At its own values the device stays what it is; another train keeps the noise of a full sweep.
    for point in ({"dynamic range": span}, {"number of states": float(own["n_pulses_ltp"][0])}):
        same = sets_at([point], device).as_dict()
        for name in ("g_min", "g_max", "n_pulses_ltp", "nonlinearity_ltp", "nonlinearity_ltd", "c2c_sigma"):
            assert same[name] == pytest.approx(own[name], rel=1e-5), name
    fewer = sets_at([{"number of states": 10.0}], device).as_dict()
    assert fewer["c2c_sigma"] * np.sqrt(10) == pytest.approx(own["c2c_sigma"] * np.sqrt(own["n_pulses_ltp"]))
    found = requirements(
        "associate", 50.0, devices={"mine": device}, axes="nonlinearity,dynamic range", joint=True, levels=2,
        seeds=2, points=3, map_points=2,
    )  # fmt: skip
    assert {row["others"] for row in found["table"]} == {"ideal", "typical", "mine"}
    assert (found["map"]["axes"], found["map"]["others"]) == (["nonlinearity", "dynamic range"], "mine")
    for row in found["table"]:
        assert len(row["needed_by_seed"]) == 2
        if row["metric"] == "number of states" and isinstance(row["needed"], float):
            assert row["needed"] == int(row["needed"])
    assert all(row["accuracy"] >= 50 for row in found["joint"])
    assert requirements_figure(found)[:8] == b"\x89PNG\r\n\x1a\n"
    json.dumps(found, allow_nan=False)


def test_no_combination_asks_for_less_than_one_that_is_kept():
    from perovdata.studies.needs import _least_demanding

    names = ["number of states", "nonlinearity", "cycle-to-cycle variation"]
    tried = factorial(names, 4)
    # More pulses, straighter, quieter: each may stand in for the others.
    score = np.array([8 * np.log2(c[names[0]]) - 6 * c[names[1]] - 3 * c[names[2]] for c in tried])
    kept = _least_demanding(tried, score[:, None], 40.0)
    assert kept
    key = [tuple(row[name] for name in names) for row in kept]
    asks = np.array([[np.log2(n), -u, -c] for n, u, c in key])
    for one in asks:
        assert not ((asks <= one).all(axis=1) & (asks < one).any(axis=1)).any()
    for combination, reached in zip(tried, score, strict=True):
        if reached >= 40:  # every other one that will do asks for at least as much as a kept one
            one = np.array([np.log2(combination[names[0]]), -combination[names[1]], -combination[names[2]]])
            assert (asks <= one).all(axis=1).any()


def test_a_target_above_the_ceiling_stops_with_that_reason():
    with pytest.raises(InputError, match=r"99.9 % is above what the same network reaches in floating point"):
        requirements("digits-online", 99.9, **SHORT)
    with pytest.raises(InputError, match="did you mean 'nonlinearity'"):
        requirements("associate", 50.0, axes="nonlinearty,dynamic range")
    with pytest.raises(InputError, match="map"):
        requirements("associate", 50.0, axes="nonlinearity")


@pytest.mark.parametrize("target", [0.0, 100.0, float("nan")])
def test_impossible_target(target):
    with pytest.raises(InputError, match="accuracy: "):
        requirements("associate", target)


def test_screen_ranks_and_reports_failures():
    designs = [{"composition": "CsPbBr3"}, {"composition": "Qq"}, {"composition": "(PEA)2SnI4"}]
    ranked, failed = screen(designs, "associate", draws=3, predictor=FixedPredictor())
    assert [row["rank"] for row in ranked] == [1, 2]
    assert sum(row["share_best"] for row in ranked) == pytest.approx(1)
    assert failed[0]["row"] == 2
    assert "Qq" in failed[0]["error"]
    with pytest.raises(InputError, match="none of 1"):
        screen([{"composition": "Qq"}], predictor=FixedPredictor())
    with pytest.raises(InputError, match="no designs"):
        screen([], predictor=FixedPredictor())


def test_the_best_of_a_draw_is_shared_where_several_are():
    designs = [{"composition": name} for name in ("CsPbBr3", "CsPbBr3", "(PEA)2SnI4")]
    ranked, _ = screen(designs, "associate", draws=4, predictor=FixedPredictor())
    twins = [row["share_best"] for row in ranked if row["composition"] == "CsPbBr3"]
    assert twins[0] == twins[1] > 0
    assert sum(row["share_best"] for row in ranked) == pytest.approx(1)


def test_a_table_of_eighty_columns_holds_whole_compositions(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    formulas = ["Cs0.2FA0.8Pb(Br0.8I0.2)3", "(PEA)2MA3Pb4I13"]
    told = CliRunner().invoke(app, ["study", "screen", *formulas, "--goal", "colour", "--draws", "2"])
    assert told.exit_code == 0, told.output
    assert all(formula in told.stdout for formula in formulas)
    assert "…" not in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 80


def test_commands(tmp_path):
    runner = CliRunner()
    board = runner.invoke(
        app,
        ["study", "leaderboard", "--task", "associate", "--draws", "1", "--json", "--output", str(tmp_path)],
    )
    assert board.exit_code == 0, board.output
    assert json.loads(board.stdout)[0]["rank"] == 1
    assert (tmp_path / "leaderboard.parquet").is_file()
    limited = runner.invoke(app, ["study", "limits", "--preset", "epiram", "--task", "associate"])
    assert limited.exit_code == 0
    assert "made ideal" in limited.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["limits"], "no device"),
        (["limits", "--global", "--preset", "ideal"], "--global"),
        (["screen"], "no designs"),
        (["screen", "--input", "absent.csv"], "absent.csv"),
        (["leaderboard", "--draws", "0"], "draws: 0 is not a whole number"),
        (["requirements", "--accuracy", "101"], "accuracy: 101"),
    ],
)
def test_bad_commands(arguments, message):
    result = CliRunner().invoke(app, ["study", *arguments])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_screen_csv_needs_its_column(tmp_path):
    path = tmp_path / "designs.csv"
    path.write_text("material\nCsPbBr3\n")
    result = CliRunner().invoke(app, ["study", "screen", "--input", str(path)])
    assert "column 'composition' is missing; found material" in str(result.exception)
