"""Every candidate of the registry learns from interval labels, the same way twice."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from perovdata.features.frame import COMPOSITION, design_frame
from perovdata.models.estimators.candidates import CANDIDATES
from perovdata.models.estimators.censoring import signed_error
from perovdata.models.estimators.distance import DesignDistance
from perovdata.models.targets import build_corpus

SINGLE = [name for name, c in CANDIDATES.items() if c.make is not None]


@pytest.fixture(scope="module")
def data(long):
    corpus = build_corpus(long)
    target = corpus.targets["on_off_ratio"]
    return design_frame(corpus.designs).iloc[target.rows], target


@pytest.mark.parametrize("name", SINGLE)
def test_it_finds_the_planted_effect_and_repeats_itself(name, data):
    X, target = data
    first = CANDIDATES[name].make(COMPOSITION, 0)
    second = clone(first)
    for model in (first, second):
        model.fit(X, target.labels, sample_weight=target.weights)
    prediction = first.predict(X)
    assert prediction.shape == (len(X),)
    assert np.array_equal(prediction, second.predict(X))
    if name != "global median":
        constant = CANDIDATES["global median"].make(COMPOSITION, 0).fit(X, target.labels).predict(X)
        error = np.abs(signed_error(prediction, target.labels)).mean()
        assert error < 0.8 * np.abs(signed_error(constant, target.labels)).mean()


def test_bounds_pull_the_hierarchical_model_up(data):
    X, target = data
    as_values = np.column_stack([target.labels[:, 0]] * 2)
    model = CANDIDATES["hierarchical"].make(COMPOSITION, 0)
    free = clone(model).fit(X, target.labels).predict(X)
    assert free.mean() > clone(model).fit(X, as_values).predict(X).mean() + 0.02


def test_parts_of_the_hierarchical_model_add_up(data):
    X, target = data
    model = CANDIDATES["Gaussian process"].make(COMPOSITION, 0).fit(X, target.labels)
    assert np.allclose(model.mean_ + model.contributions(X).sum(1), model.predict(X))
    assert model.contributions(X).shape == (len(X), len(model.part_names))
    assert model.variances_["stimulus"] + model.variances_["device_type"] > model.variances_["morphology"]


def test_the_distance_is_zero_to_itself_and_bounded(data):
    X, _ = data
    distance = DesignDistance(numbers=("iodide_fraction", "lead_fraction")).fit(X)(X)
    assert np.allclose(np.diag(distance), 0)
    assert np.allclose(distance, distance.T)
    assert distance.min() >= 0
    assert distance.max() <= 1
