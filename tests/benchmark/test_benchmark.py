"""The open benchmark: frozen data, the protocol on strangers' models, records that cannot be made up."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from typer.testing import CliRunner

from perovdata.benchmark import check_record, frozen, leaderboard, load_benchmark, score, submit, task_names
from perovdata.cli.application import app
from perovdata.dataset import load_tables
from perovdata.dataset.schema.reserved import is_reserved
from perovdata.errors import InputError
from perovdata.files import write_json


class Oracle(RegressorMixin, BaseEstimator):
    """Knows the answer of every composition, stack and device: nobody can be better."""

    def __init__(self, answers=None):
        self.answers = answers

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.array([self.answers[name] for name in X.index])


@pytest.fixture(scope="module")
def task():
    return load_benchmark("set_voltage")


@pytest.fixture(scope="module")
def ridge(task):
    numbers = make_pipeline(SimpleImputer(keep_empty_features=True))
    columns = make_column_transformer((numbers, make_column_selector(dtype_include="number")))
    return score(make_pipeline(columns, Ridge(100)), task, name="ridge", inner_folds=2)


def test_tasks_are_complete_and_no_group_stands_on_both_sides():
    assert "bandgap" in task_names()
    assert "on_off_ratio" in task_names()
    for name in task_names():
        found = load_benchmark(name)
        assert len(found.designs) == len(found.y) == len(found.groups) == found.folds.shape[1]
        assert np.isfinite(found.values).all()
        assert (found.y[:, 0] <= found.y[:, 1]).all()
        for fold in found.folds:
            per_group = pd.Series(fold).groupby(found.groups).nunique()
            assert (per_group == 1).all(), name


def test_no_reserved_paper_is_in_it():
    papers = load_tables().papers.set_index("paper_id")
    groups = set(load_benchmark("on_off_ratio").groups)
    assert groups <= set(papers.index)
    assert not [g for g in groups if is_reserved(papers.loc[g, "doi"], papers.loc[g, "url"])]


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "benchmark"
    shutil.copytree(frozen._folder("v1").parent, copy)
    monkeypatch.setattr(frozen, "data_dir", lambda: tmp_path)
    frozen._read.cache_clear()
    labels = copy / "v1" / "labels.csv"
    labels.write_text(labels.read_text().replace("1000", "1001", 1))
    with pytest.raises(InputError, match="not the file that was frozen"):
        load_benchmark("on_off_ratio")
    monkeypatch.undo()
    frozen._read.cache_clear()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: load_benchmark("on_of_ratio"), "on_off_ratio"),
        (lambda: load_benchmark("on_off_ratio", "v0"), "v1"),
        (lambda: score(3, "set_voltage"), "neither an estimator"),
    ],
)
def test_errors_name_what_is_accepted(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_perfect_knowledge_has_skill_one_and_ignorance_none(task):
    answers = dict(zip(task.X.index, task.values, strict=True))
    best = score(Oracle(answers), task, inner_folds=2).table.set_index("variant")
    assert best.loc["model", "mae"] == pytest.approx(0, abs=1e-12)
    assert best.loc["model", "skill"] == 1
    # The choice inside the folds must take it, too.
    assert best.loc["procedure", "skill"] == 1
    dull = score(DummyRegressor(strategy="constant", constant=5.0), task, inner_folds=2).table.set_index(
        "variant"
    )
    assert dull.loc["model", "skill_high"] < 0
    assert dull.loc["procedure", "skill"] > dull.loc["model", "skill"]


def test_the_hidden_group_is_never_seen_in_training(task):
    seen = []

    class Spy(DummyRegressor):
        def fit(self, X, y, sample_weight=None):
            seen.append(set(X.index))
            return super().fit(X, y)

    score(Spy(), task, inner_folds=2)
    group = dict(zip(task.X.index, task.groups, strict=True))
    hidden = [set(task.groups[fold == k]) for fold in task.folds for k in np.unique(fold)]
    # Two inner folds and the final fit; once more where the choice falls on the model.
    assert 3 * len(hidden) <= len(seen) <= 4 * len(hidden)
    for rows in seen:
        assert any(not groups & {group[r] for r in rows} for groups in hidden)


def test_an_estimator_may_take_the_bounds_themselves(task):
    shapes = []

    class Takes(DummyRegressor):
        def fit(self, X, y):
            shapes.append(np.shape(y)[1:])
            return super().fit(X, np.where(np.isfinite(y), y, 0).mean(1))

    score(Takes(), task, bounds=True, inner_folds=2)
    assert set(shapes) == {(2,)}


def test_a_record_is_scored_again_and_ranked(ridge, tmp_path):
    record = tmp_path / "ridge.json"
    write_json(record, ridge.to_dict())
    again = check_record(record)
    np.testing.assert_allclose(again.table["mae"], ridge.table["mae"])
    page = submit(record, tmp_path / "kept" / "records")
    assert "| ridge |" in page.read_text()
    assert submit(record, tmp_path / "kept" / "records") == page  # the same once more is no conflict
    assert [row["name"] for row in leaderboard(tmp_path / "kept" / "records")] == ["ridge"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r["scores"][0].update(mae=0.01), "its predictions get"),
        (lambda r: r["predictions"]["prediction"].__setitem__(0, 1e9), "its predictions get"),
        (lambda r: r["predictions"]["row"].__setitem__(0, "d9999"), "d9999"),
        (lambda r: r["predictions"]["prediction"].__setitem__(0, None), "not a finite number"),
        (lambda r: r["predictions"].update(prediction=[1.0]), "not tables"),
        (lambda r: r.update(checksum="0" * 64), "other labels"),
        (lambda r: r.update(name="../../x"), "name"),
        (lambda r: r.pop("task"), "'task' is missing"),
    ],
)
def test_a_made_up_record_is_refused(ridge, tmp_path, spoil, words):
    record = json.loads(json.dumps(ridge.to_dict()))
    spoil(record)
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match=words):
        submit(path, tmp_path / "records")
    assert not (tmp_path / "records").exists()


def test_predictions_of_a_stranger_through_the_command_line(task, tmp_path):
    rows = [
        {"repeat": r, "row": name, "prediction": 0.0} for r in range(len(task.folds)) for name in task.X.index
    ]
    predictions, record = tmp_path / "mine.csv", tmp_path / "mine.json"
    pd.DataFrame(rows).to_csv(predictions, index=False)
    run = CliRunner()
    words = ["benchmark", "score", "set_voltage", "--predictions", predictions, "--name", "one volt"]
    done = run.invoke(app, [*map(str, words), "--output", str(record), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["scores"][0]["variant"] == "model"
    kept = run.invoke(app, ["benchmark", "submit", str(record), "--folder", str(tmp_path / "r"), "--json"])
    assert json.loads(kept.stdout)["ok"] is True
    pd.DataFrame(rows[1:]).to_csv(predictions, index=False)
    refused = run.invoke(app, list(map(str, words)))
    assert isinstance(refused.exception, InputError)
    assert "missing" in str(refused.exception)
