"""Scores against closed forms, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.models.estimators.censoring import (
    censored_median,
    conditional_mean,
    signed_error,
    truncated_normal_mean,
    turnbull,
    winsorise,
)
from perovdata.models.evaluation.scoring import (
    bootstrap_papers,
    covered,
    crps,
    pinball,
    skill,
    spearman,
)

numbers = st.floats(-5, 5)


def exact(values):
    values = np.asarray(values, dtype=float)
    return np.column_stack([values, values])


def test_a_prediction_that_the_bound_allows_is_no_error():
    labels = np.array([[3.0, np.inf], [3.0, np.inf], [-np.inf, 1.0], [1.0, 2.0], [2.0, 2.0]])
    assert signed_error([4.0, 2.0, 1.5, 1.7, 2.5], labels).tolist() == [0.0, -1.0, 0.5, 0.0, 0.5]
    assert covered([2.0, 1.0, 1.5, 0.0, 0.0], [4.0, 2.0, 3.0, 0.5, 3.0], labels).tolist() == [
        True, False, False, False, True,
    ]  # fmt: skip


def test_crps_of_a_sample_is_the_energy_form():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1, 40)), 0.3
    energy = np.abs(x - y).mean() - np.abs(x[0][:, None] - x[0][None, :]).mean() / 2
    assert crps(x, np.ones((1, 40)), exact([y]))[0] == pytest.approx(energy)


def test_crps_of_a_wide_normal_sample_matches_the_closed_form():
    # CRPS of N(0, 1) at 0 is (sqrt(2) - 1) / sqrt(pi) (Gneiting and Raftery 2007, eq. 21).
    from scipy.stats import norm

    x = norm.ppf((np.arange(4000) + 0.5) / 4000)[None]
    assert crps(x, np.ones_like(x), exact([0.0]))[0] == pytest.approx(0.2336950, abs=1e-4)


def test_crps_ignores_mass_beyond_a_lower_bound():
    near, far = np.array([[3.0, 3.5]]), np.array([[3.0, 9.0]])
    labels = np.array([[2.0, np.inf]])
    assert crps(near, np.ones((1, 2)), labels)[0] == crps(far, np.ones((1, 2)), labels)[0] == 0.0


@given(st.lists(numbers, min_size=1, max_size=15), numbers)
@settings(deadline=None, max_examples=50)
def test_the_censored_median_of_exact_values_is_a_median(values, other):
    labels = exact(values)
    best = np.abs(signed_error(np.full(len(values), censored_median(labels)), labels)).sum()
    assert best <= np.abs(np.array(values) - other).sum() + 1e-9
    assert best == pytest.approx(np.abs(np.array(values) - np.median(values)).sum(), abs=1e-9)


def test_the_censored_median_stays_finite_with_bounds_only():
    assert np.isfinite(censored_median(np.array([[1.0, np.inf], [2.0, np.inf]])))


def test_pinball_at_one_half_is_half_the_absolute_error():
    labels = exact([1.0, 4.0])
    assert pinball(np.array([2.0, 2.0]), 0.5, labels).tolist() == [0.5, 1.0]


def test_skill_and_rank_correlation_of_known_cases():
    assert skill([1.0, 1.0], [2.0, 2.0], np.ones(2)) == 0.5
    assert spearman([1, 2, 3, 4], [10, 20, 40, 30]) == pytest.approx(0.8)
    assert np.isnan(spearman([1, 1, 1], [1, 2, 3]))


def test_the_bootstrap_draws_whole_papers():
    papers = np.array(["a"] * 50 + ["b"])
    seen = set()
    bootstrap_papers(lambda w: seen.add((w[0], w[-1])) or 0.0, papers, n=200, seed=1)
    assert seen == {(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)}
    same = [bootstrap_papers(lambda w: float(w[0]), papers, n=50, seed=3) for _ in range(2)]
    assert same[0] == same[1]


def test_turnbull_is_kaplan_meier_for_lower_bounds():
    # Times 1, 2+, 3, 4: S falls by 1/4 at 1, then by half of 3/4 at 3, the rest at 4.
    labels = np.array([[1.0, 1.0], [2.0, np.inf], [3.0, 3.0], [4.0, 4.0]])
    support, mass = turnbull(labels)
    found = dict(zip(support.tolist(), mass.round(6).tolist(), strict=True))
    assert found == {1.0: 0.25, 2.0: 0.0, 3.0: 0.375, 4.0: 0.375}
    assert conditional_mean(labels, support, mass)[1] == pytest.approx(3.5)


def test_truncated_normal_mean_matches_closed_forms():
    assert truncated_normal_mean(0.0, 1.0, 0.0, np.inf) == pytest.approx(np.sqrt(2 / np.pi))
    assert truncated_normal_mean(0.0, 1.0, -np.inf, np.inf) == pytest.approx(0.0)
    assert truncated_normal_mean(0.0, 1.0, 50.0, np.inf) == pytest.approx(50.0)


@given(st.lists(numbers, min_size=3, max_size=20))
@settings(deadline=None, max_examples=30)
def test_winsorising_keeps_order_and_median(values):
    out = winsorise(values)
    assert np.all(np.diff(out[np.argsort(values)]) >= 0)
    assert np.all(np.abs(out) <= np.max(np.abs(values)) + 1e-9)
