"""Cross-conformal samples and the copula on simulated data with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.models.predictor.copula import fit_copula
from perovdata.models.predictor.intervals import LocalScale, cdf, ppf, residual_sample


def sample_of(residuals, n_papers=None):
    residuals = np.asarray(residuals, dtype=float)
    n = len(residuals)
    labels = np.column_stack([residuals, residuals])
    return residual_sample(np.zeros(n), labels, np.ones(n), np.arange(n) % 3, np.ones(n), n_papers or n)


def test_new_papers_fall_inside_as_often_as_said():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(300):
        sample = sample_of(rng.standard_t(3, 30))
        points = sample.points(np.zeros((1, 3)), np.ones(1))
        low, high = ppf(points, sample.mass, 30, np.array([[0.05, 0.95]]))[0]
        inside.append(np.mean((low <= (new := rng.standard_t(3, 200))) & (new <= high)))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.015)


@given(st.lists(st.integers(-400, 400), min_size=8, max_size=30, unique=True), st.floats(0.01, 0.99))
@settings(deadline=None, max_examples=40)
def test_cdf_inverts_ppf_and_both_rise(residuals, u):
    sample = sample_of(np.array(residuals) / 100)
    points = sample.points(np.zeros((1, 3)), np.ones(1))
    grid = np.array([[u / 2, u, (1 + u) / 2]])
    x = ppf(points, sample.mass, sample.n_papers, grid)[0]
    assert np.all(np.diff(x) >= 0)
    assert cdf(points, sample.mass, sample.n_papers, [x[1]])[0] == pytest.approx(u, abs=1e-6)


def test_a_bound_gives_its_mass_to_the_residuals_it_allows():
    labels = np.array([[0.0, 0.0], [1.0, np.inf], [2.0, 2.0], [3.0, 3.0]])
    sample = residual_sample(np.zeros(4), labels, np.ones(4), np.zeros(4, dtype=int), np.ones(4), 4)
    assert dict(zip(sample.value.tolist(), sample.mass.round(6).tolist(), strict=True)) == {
        0.0: 0.25, 2.0: 0.375, 3.0: 0.375,
    }  # fmt: skip


def test_intervals_widen_with_distance_and_never_shrink():
    rng = np.random.default_rng(0)
    distance = rng.uniform(0, 1, 60)
    scale = LocalScale.fit(distance, rng.normal(size=60) * (0.5 + distance), np.ones(60))
    grid = scale(np.linspace(0, 3, 20))
    assert grid[0] == 1.0
    assert np.all(np.diff(grid) >= 0)
    assert grid[-1] > 1.3


def test_the_copula_recovers_a_correlation_and_shrinks_what_is_rare():
    rng = np.random.default_rng(3)
    a = rng.normal(size=300)
    z = np.column_stack([a, 0.8 * a + 0.6 * rng.normal(size=300), rng.normal(size=300)])
    copula = fit_copula(["a", "b", "c"], z, np.ones(300))
    assert copula.correlation[0, 1] == pytest.approx(0.8, abs=0.06)
    assert abs(copula.correlation[0, 2]) < 0.12
    few = z.copy()
    few[8:, 1] = np.nan
    shrunk = fit_copula(["a", "b", "c"], few, np.ones(300)).correlation[0, 1]
    raw = np.corrcoef(z[:8, 0], z[:8, 1])[0, 1]
    assert 0 <= shrunk < raw
    few[3:, 1] = np.nan
    assert fit_copula(["a", "b", "c"], few, np.ones(300)).correlation[0, 1] == 0.0


def test_conditioning_follows_the_bivariate_normal():
    rho = 0.6
    rng = np.random.default_rng(0)
    a = rng.normal(size=20000)
    copula = fit_copula(
        ["a", "b"], np.column_stack([a, rho * a + 0.8 * rng.normal(size=20000)]), np.ones(20000)
    )
    r = copula.correlation[0, 1]
    mean, covariance = copula.given({"a": np.array([1.5])})
    assert mean[0, 1] == pytest.approx(1.5 * r)
    assert covariance[1, 1] == pytest.approx(1 - r**2)
    assert copula.reduction("b", "a", {}) == pytest.approx(1 - np.sqrt(1 - r**2))
    draws = copula.draw({"a": np.array([1.5])}, 1, 4000, seed=0)
    assert np.allclose(draws[0, :, 0], 1.5)
    assert draws[0, :, 1].mean() == pytest.approx(1.5 * r, abs=0.05)
