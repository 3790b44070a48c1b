"""The evaluation finds what was planted and nothing else, and says the same twice."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from perovdata.errors import InputError
from perovdata.models import evaluate
from perovdata.models.evaluation.settings import Settings

from .conftest import QUICK


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv")


def test_metrics_are_flat_finite_numbers(evaluation):
    folder, metrics = evaluation
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    assert all(isinstance(v, (int, float)) and np.isfinite(v) for v in metrics.values())
    assert metrics["on_off_ratio.n_papers"] == 50


def test_the_planted_effect_is_found_and_noise_is_not(evaluation):
    skills = table(evaluation[0], "skill").set_index("metric")
    candidates = table(evaluation[0], "candidates").pivot(index="metric", columns="candidate", values="mae")
    # The family median can find it too, so the comparison is with the constant.
    assert (
        candidates.loc["on_off_ratio", "hierarchical"] < 0.5 * candidates.loc["on_off_ratio", "global median"]
    )
    assert skills.loc["on_off_ratio", "mae"] < 0.55
    assert skills.loc["retention", "skill_low"] <= 0.0
    assert skills.loc["retention", "skill"] < 0.1


def test_metrics_with_few_papers_are_a_population_or_left_out(evaluation):
    skills = table(evaluation[0], "skill").set_index("metric")
    assert skills.loc["endurance", "kind"] == "population"
    assert skills.loc["endurance", "model"] == "global median"
    assert "ppf_index" not in skills.index


def test_the_intervals_hold(evaluation):
    skills = table(evaluation[0], "skill").set_index("metric")
    for metric in ("on_off_ratio", "set_voltage", "reset_voltage", "retention"):
        assert 0.82 <= skills.loc[metric, "coverage_90"] <= 0.98
        assert skills.loc[metric, "coverage_50"] < skills.loc[metric, "coverage_80"]
        assert skills.loc[metric, "width_50"] < skills.loc[metric, "width_90"]


def test_knowing_one_voltage_sharpens_the_other(evaluation):
    pairs = table(evaluation[0], "conditioning").set_index(["hidden", "given"])
    row = pairs.loc[("set_voltage", "reset_voltage")]
    assert row["gain_low"] > 0
    assert row["mae_after"] < 0.6 * row["mae_before"]
    assert row["coverage_90"] > 0.8
    assert pairs.loc[("retention", "set_voltage"), "gain_low"] < 0.05


def test_the_identity_of_the_paper_does_not_help_across_papers(evaluation):
    leak = json.loads((evaluation[0] / "leakage.json").read_text())
    assert leak["grouped_with_paper_id"] > leak["grouped"] - 0.03
    assert leak["random_with_paper_id_shared"] < leak["grouped_with_paper_id_shared"]


def test_splits_are_stored_and_grouped(evaluation, long):
    splits = json.loads((evaluation[0] / "splits.json").read_text())
    assert set(splits["outer"][0]) == set(long["paper_id"])
    parity = table(evaluation[0], "parity")
    assert (parity["fold"] == parity["paper_id"].map(splits["outer"][0])).all()


def test_the_learning_curve_has_every_share(evaluation):
    curve = table(evaluation[0], "learning_curve")
    assert set(curve["share"]) == {0.5, 1.0}
    assert (curve.groupby(["metric", "learner"])["n_papers"].diff().dropna() > 0).all()


def test_the_same_seed_gives_the_same_files_on_one_or_two_processes(long, tmp_path):
    small = long[(long["metric"] == "on_off_ratio") & (long["paper_id"] < "p026")]
    settings = {**QUICK, "shares": [1.0]}
    for name in ("a", "b"):
        evaluate({**settings, "jobs": 2 if name == "b" else 1}, tmp_path / name, long=small)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(("params", "said"), [
    ({"outer_fold": 3}, "outer_folds"),
    ({"repeats": 0}, "repeats"),
    ({"background_weight": 2}, "background_weight"),
])  # fmt: skip
def test_bad_parameters_are_named(params, said):
    with pytest.raises(InputError, match=said):
        Settings.of(params)
