"""The evaluation of the gap: whole groups hidden, the split that ships, the figures on the page."""

import csv
import json

import numpy as np
import pytest

from perovdata.errors import InputError
from perovdata.files import data_dir
from perovdata.materials import gap_evaluation as evaluation
from perovdata.materials.gap_data import GapTable, training_table
from perovdata.materials.gap_models import SHIPPED
from perovdata.materials.gap_page import with_tables

METRICS = json.loads((data_dir() / "metrics" / "bandgap.json").read_text("utf-8"))


def test_no_group_is_on_both_sides_and_the_shipped_split_is_the_one_that_was_used():
    table = training_table()
    with open(data_dir() / "splits" / "bandgaps.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(row["key"] for row in rows) == table.keys
    for question in evaluation.QUESTIONS:
        groups = getattr(table, question)
        folds = np.array([int(row[f"fold_{question}"]) for row in rows])
        assert all(len(set(folds[groups == group])) == 1 for group in np.unique(groups))
        n_folds = len(np.unique(groups)) if question == "family" else 10
        assert np.array_equal(folds, evaluation.folds(groups, n_folds, 20261124))


def test_what_ships_is_what_hidden_compositions_choose():
    assert evaluation.chosen_model(training_table(), "composition")[0] == SHIPPED


def test_a_law_without_noise_is_learned_and_its_summary_says_so():
    rng = np.random.default_rng(0)
    X = rng.dirichlet(np.ones(3), 90)[:, :2]
    X = np.hstack([X, rng.random((90, 1)), rng.dirichlet(np.ones(3), 90)[:, :2]])
    y = 1.6 - 0.3 * X[:, 2] + 0.7 * X[:, 3] + 1.4 * X[:, 4] - 0.9 * X[:, 2] * (1 - X[:, 2])
    names = np.array([f"c{i}" for i in range(90)])
    table = GapTable(
        tuple(names), X, y + rng.normal(0, 0.01, 90), names, names, np.repeat(["a", "b", "c"], 30)
    )
    told = evaluation.summary(evaluation.answer("composition", 5, 0, table), 0)
    assert told["mae_eV"] == pytest.approx(0.01 * np.sqrt(2 / np.pi), rel=0.3)  # the noise alone
    assert told["skill"] > 0.9
    assert 0.8 < told["coverage"]["0.9"] <= 1
    assert told["mae_by_name_eV"]["Vegard (linear)"] > 2 * told["mae_by_name_eV"]["ridge with bowing"]


def test_the_tracked_metrics_keep_the_promise_and_stand_on_the_page():
    assert METRICS["composition.mae_eV"] <= 0.036
    assert METRICS["system.mae_eV"] <= 0.045
    for question in evaluation.QUESTIONS:
        assert 0.87 <= METRICS[f"{question}.coverage_90"] <= 0.95
        assert METRICS[f"{question}.skill_low"] > 0
    page = data_dir().parent / "docs" / "materials.md"
    if page.is_file():
        text = page.read_text("utf-8")
        for question in evaluation.QUESTIONS:
            assert f"{METRICS[f'{question}.mae_eV']:.4f} (" in text
            assert f"{100 * METRICS[f'{question}.coverage_90']:.1f} %" in text


def test_a_page_without_markers_is_refused():
    with pytest.raises(InputError, match="markers"):
        with_tables("# page", {})


def test_the_learning_curve_falls():
    curve = evaluation.learning_curve((0.1, 1.0), 3, 0)
    assert curve[0]["mae_eV"] > curve[1]["mae_eV"]


def test_measured_gaps_of_a_series_lie_on_it():
    rows = evaluation.series_curve("MA(Pb,Sn)I3")
    measured = [row for row in rows if row["kind"] == "measured"]
    assert {row["x"] for row in measured} >= {0.0, 1.0}
    model = {row["x"]: row["gap_eV"] for row in rows if row["kind"] == "model"}
    assert min(model.values()) < min(model[min(model)], model[max(model)]) - 0.05  # bowing below both ends
