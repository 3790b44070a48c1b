"""Values to draw from where no model can be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.dataset import load_synapses
from perovdata.dataset.load.population import MIN_PAPERS, measured_metrics, populations
from perovdata.errors import InputError


def test_populations_hold_reported_values_and_weigh_papers_equally():
    frame = load_synapses()
    for metric, group in populations().items():
        rows = frame[frame["metric"] == metric]
        assert group.n_papers >= MIN_PAPERS
        assert group.weights.sum() == pytest.approx(1)
        ranges = rows.dropna(subset=["value_high"])
        middles = np.sqrt(ranges["value"] * ranges["value_high"])
        assert set(group.values) <= set(rows["value"]) | set(middles)
        assert group.weights.max() <= 1 / group.n_papers + 1e-12


def test_a_family_with_too_few_papers_falls_back_and_says_so():
    frame = load_synapses()
    found = populations("quantum dots")
    papers = frame[frame["family"] == "quantum dots"].groupby("metric")["paper_id"].nunique()
    for metric, group in found.items():
        own = papers.get(metric, 0) >= MIN_PAPERS
        assert group.scope.startswith("all families") or own
    assert {group.scope.split(",")[0] for group in found.values()} == {"quantum dots", "all families"}


def test_light_dark_ratios_are_not_on_off_ratios():
    frame = load_synapses("on_off_ratio")
    light = set(frame.loc[frame["definition"] == "light-dark", "value"])
    other = set(frame.loc[frame["definition"] != "light-dark", "value"])
    assert not (light - other) & set(populations()["on_off_ratio"].values)


def test_a_device_is_never_completed_with_its_own_paper():
    frame = load_synapses("on_off_ratio")
    paper = frame["paper_id"].value_counts().index[0]
    assert populations(exclude_paper=paper)["on_off_ratio"].n_papers < populations()["on_off_ratio"].n_papers


def test_even_shares_give_each_value_as_often_as_its_papers_weigh():
    group = populations()["retention"]
    found = group.quantiles((np.arange(20_000) + 0.5) / 20_000)
    assert (np.diff(found) >= 0).all()
    for value in np.unique(group.values):
        weight = group.weights[group.values == value].sum()
        assert np.mean(found == value) == pytest.approx(weight, abs=1e-4)


def test_bounds_of_a_record_are_remarked():
    frame = load_synapses(["retention", "endurance"])
    bound = frame[frame["operator"].isin([">", ">="])].iloc[0]
    values, notes = measured_metrics(bound["device_id"])
    assert bound["metric"] in values
    assert ">" in notes[bound["metric"]]


def test_an_unknown_record_is_named():
    with pytest.raises(InputError, match="d9999"):
        measured_metrics("d9999")


def test_levels_of_a_memory_and_steps_of_a_train_are_two_metrics():
    found = populations()
    assert np.median(found["n_states"].values) < 10 < found["n_pulses"].values.min()
    assert "n_pulses" not in measured_metrics("d0005")[0]  # a memory of four levels
