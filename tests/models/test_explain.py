"""Contributions add up; the model of all metrics lends strength in both directions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perovdata.models.estimators.candidates import CANDIDATES, Average
from perovdata.models.estimators.sharing import Coregionalised
from perovdata.models.evaluation.settings import Settings
from perovdata.models.evaluation.training_data import gather
from perovdata.models.predictor.explain import contributions


@pytest.fixture(scope="module")
def evidence(long):
    return gather(Settings(background_weight=0.0), long)


def fitted(evidence, name):
    return evidence.fit(
        name, "on_off_ratio", np.ones(len(evidence.corpus.targets["on_off_ratio"].rows), bool), 0
    )


@pytest.mark.parametrize("name", ["hierarchical", "ridge, 10 features", "XGBoost", "XGBoost AFT"])
def test_contributions_explain_the_differences_between_designs(evidence, name):
    model = fitted(evidence, name)
    total = sum(contributions(model, evidence.X).values())
    prediction = model.predict(evidence.X)
    assert np.allclose(total - total[0], prediction - prediction[0], atol=1e-4)


def test_the_planted_cause_is_named_first(evidence):
    parts = contributions(fitted(evidence, "hierarchical"), evidence.X)
    spread = {name: np.ptp(values) for name, values in parts.items()}
    assert max(spread, key=spread.get) in ("stimulus", "device_type")


def test_an_average_is_explained_only_if_all_members_are(evidence):
    both = [fitted(evidence, n) for n in ("hierarchical", "XGBoost AFT")]
    parts = contributions(Average(both), evidence.X)
    assert np.allclose(parts["stimulus"], contributions(both[0], evidence.X)["stimulus"] / 2)
    assert contributions(Average([both[0], fitted(evidence, "family median")]), evidence.X) is None


def test_a_metric_learns_from_another_even_with_the_opposite_sign():
    rng = np.random.default_rng(0)
    effect = {"x": -2.0, "y": 0.0, "z": 2.0}
    group = rng.choice(list("xyz"), 90)
    metric = np.array(["plenty"] * 84 + ["rare"] * 6)
    group[84:] = ["x", "z", "x", "z", "x", "z"]
    value = np.array([effect[g] for g in group]) * np.where(metric == "rare", -1, 1) + rng.normal(0, 0.2, 90)
    X = pd.DataFrame({"metric": metric, "group": group}, dtype=object)
    model = Coregionalised(("group",)).fit(X, np.column_stack([value, value]))
    assert model.loadings_["plenty"] * model.loadings_["rare"] < -0.1
    x, z = model.predict(pd.DataFrame({"metric": ["rare"] * 2, "group": ["x", "z"]}, dtype=object))
    assert x > z + 1.0


def test_the_shared_model_never_sees_a_hidden_paper(evidence, monkeypatch):
    seen = []
    monkeypatch.setattr(Coregionalised, "fit", lambda self, X, y, w: seen.extend(X.index) or self)
    target = evidence.corpus.targets["set_voltage"]
    train = target.papers.astype(str) > "p010"
    evidence.fit("shared across metrics", "set_voltage", train, 0)
    hidden = set(target.papers[~train])
    assert seen
    assert not hidden & set(evidence.corpus.designs.loc[seen, "paper_id"])


def test_every_name_of_an_average_is_a_candidate():
    for candidate in CANDIDATES.values():
        assert all(member in CANDIDATES for member in candidate.members)
