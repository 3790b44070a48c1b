"""Bounds stay bounds on the way from the table to the labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perovdata.dataset import load_synapses
from perovdata.errors import InputError
from perovdata.models.targets import PREDICTED, build_corpus, interval_label

from .conftest import literature


def test_labels_of_every_kind():
    assert interval_label("exact", 2.0) == (2.0, 2.0)
    assert interval_label("lower", 2.0) == (2.0, np.inf)
    assert interval_label("upper", 2.0) == (-np.inf, 2.0)
    assert interval_label("interval", 2.0, 3.0) == (2.0, 3.0)
    with pytest.raises(InputError, match="value_high"):
        interval_label("interval", 2.0, None)
    with pytest.raises(InputError, match="not one of"):
        interval_label("about", 2.0)


def test_the_shipped_tables_make_a_corpus():
    long = load_synapses()
    corpus = build_corpus(long)
    assert set(corpus.targets) <= set(PREDICTED)
    for name, target in corpus.targets.items():
        assert np.all(target.labels[:, 0] <= target.labels[:, 1])
        assert np.isfinite(target.reported).all()
        assert target.weights.sum() == pytest.approx(target.n_papers)
        assert set(target.papers) <= set(long.loc[long["metric"] == name, "paper_id"])


def test_retention_is_modelled_as_shown_and_scored_as_a_bound(long):
    target = build_corpus(long).targets["retention"]
    assert target.demonstrated
    assert not target.bounded.any()
    assert np.isinf(target.strict_labels()[:, 1]).all()


def test_values_of_one_device_are_combined_and_other_quantities_left_out():
    long = literature(10)
    twice = long[long["metric"] == "set_voltage"].head(1)
    more = twice.assign(value=twice["value"] * 100)
    light = long[long["metric"] == "on_off_ratio"].tail(1)
    corpus = build_corpus(pd.concat([long, more, light.assign(definition="light-dark", value=1e9)]))
    device = twice["device_id"].iloc[0]
    row = list(corpus.designs.index).index(device)
    target = corpus.targets["set_voltage"]
    assert target.labels[target.rows == row][0, 0] == pytest.approx(np.log10(twice["value"].iloc[0]) + 1)
    assert corpus.targets["on_off_ratio"].labels[:, 0].max() < 9


def test_a_value_that_has_no_logarithm_is_named():
    long = literature(10)
    long.loc[0, "value"] = -1.0
    with pytest.raises(InputError, match="t0000"):
        build_corpus(long)
