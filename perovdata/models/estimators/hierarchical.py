"""Hierarchical model with partial pooling, solved in closed form.

The classical mixed model ``y = mean + sum of group effects + composition effect + noise`` is a Gaussian
process whose kernel adds one indicator kernel per grouping (same stimulus, same device type ...) and a
squared-exponential kernel over the composition. The variance of each part is found by maximum
marginal likelihood with exponential priors on the standard deviations (penalised complexity, Simpson et
al. 2017, doi 10.1214/16-STS576), so a grouping that explains nothing shrinks to nothing. Bounded labels
are replaced by their expectation under the leave-one-out predictive distribution, iterated (an
expectation-maximisation scheme for Tobit-type data).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from sklearn.base import BaseEstimator, RegressorMixin

from perovdata.features import Table
from perovdata.models.estimators.censoring import conditional_mean, truncated_normal_mean, turnbull, winsorise
from perovdata.models.estimators.distance import texts


class VarianceComponents(RegressorMixin, BaseEstimator):
    """Gaussian process with one variance per grouping and one for the composition.

    Parameters
    ----------
    groups : tuple of str
        Categorical columns pooled partially; rows that do not state one share nothing through it.
    numbers : tuple of str
        Numeric columns of the composition kernel (standardised; missing values count as the mean).
    prior_sd : float
        Mean of the exponential prior on each part's standard deviation, relative to that of `y`.
    n_iter : int
        Rounds of replacing bounds by expectations.

    Attributes
    ----------
    variances_ : dict of str to float
        Variance of each part and of the noise.
    """

    def __init__(
        self, groups: Sequence[str] = (), numbers: Sequence[str] = (), prior_sd: float = 0.5, n_iter: int = 3
    ) -> None:
        self.groups = groups
        self.numbers = numbers
        self.prior_sd = prior_sd
        self.n_iter = n_iter

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Find variances and weights from interval labels `y`, shape (n, 2)."""
        y = np.asarray(y, dtype=float)
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        self.codes_ = [texts(X, c).tolist() for c in self.groups]
        values = np.asarray(X[list(self.numbers)], dtype=float)
        with np.errstate(all="ignore"):
            self.centre_ = (
                np.nan_to_num(np.nanmean(values, axis=0)) if values.size else np.zeros(values.shape[1])
            )
            self.scale_ = (
                np.nan_to_num(np.nanstd(values, axis=0)) if values.size else np.ones(values.shape[1])
            )
        self.scale_ = np.where(self.scale_ > 1e-9, self.scale_, 1.0)
        self.reference_ = self._standard(values)
        parts = self._kernels(X)
        target = winsorise(conditional_mean(y, *turnbull(y, weight)), weight)
        bounded = y[:, 0] < y[:, 1]
        theta = np.log(_spread(target) * np.r_[np.full(len(parts), 0.3), 0.9])
        for _ in range(self.n_iter if bounded.any() else 1):
            theta = self._maximise(parts, target, weight, theta)
            self._solve(parts, target, weight, theta)
            if not bounded.any():
                break
            inverse = np.diag(self.inverse_)
            mean, sd = target - self.alpha_ / inverse, 1 / np.sqrt(inverse)
            moved = truncated_normal_mean(mean, sd, y[:, 0], y[:, 1])
            target = np.where(bounded, winsorise(np.where(bounded, moved, target), weight), target)
        self._solve(parts, target, weight, theta)
        del self.inverse_
        return self

    def predict(self, X: Table) -> np.ndarray:
        """Posterior mean, shape (n,)."""
        return self.mean_ + self.contributions(X).sum(axis=1)

    def contributions(self, X: Table) -> np.ndarray:
        """Posterior mean of each part, shape (n, n_parts); they add up to the prediction less the mean."""
        return np.stack(
            [s * (k @ self.alpha_) for s, k in zip(self._parts(), self._kernels(X), strict=True)], 1
        )

    @property
    def part_names(self) -> list[str]:
        """Names of the parts, in the order of :meth:`contributions`."""
        return [*self.groups, *(["composition"] if len(self.numbers) else [])]

    def _parts(self) -> list[float]:
        return [self.variances_[name] for name in self.part_names]

    def _standard(self, values: np.ndarray) -> np.ndarray:
        return np.nan_to_num((values - self.centre_) / self.scale_)

    def _kernels(self, X: Table) -> list[np.ndarray]:
        kernels = []
        for column, codes in zip(self.groups, self.codes_, strict=True):
            mine, theirs = texts(X, column), np.asarray(codes, dtype=object)
            kernels.append(((mine[:, None] == theirs) & (mine != "")[:, None]).astype(float))
        if len(self.numbers):
            mine = self._standard(np.asarray(X[list(self.numbers)], dtype=float))
            squared = (mine**2).sum(1)[:, None] + (self.reference_**2).sum(1) - 2 * mine @ self.reference_.T
            kernels.append(np.exp(-np.maximum(squared, 0) / (2 * len(self.numbers))))
        return kernels

    def _maximise(
        self, parts: list[np.ndarray], target: np.ndarray, weight: np.ndarray, start: np.ndarray
    ) -> np.ndarray:
        from scipy.optimize import minimize  # heavy, and prediction never needs it

        sd = _spread(target)
        mean = np.average(target, weights=weight)
        noise = np.diag(1 / weight)
        stack = np.array([*parts, noise])
        base = np.full((len(target), len(target)), 4 * sd**2 / len(target))  # uncertainty of the mean

        def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
            s = np.exp(theta)
            covariance = base + np.tensordot(s**2, stack, axes=1)
            factor = cho_factor(covariance, lower=True)
            alpha = cho_solve(factor, target - mean)
            inverse = cho_solve(factor, np.eye(len(target)))
            value = 0.5 * (target - mean) @ alpha + np.log(np.diag(factor[0])).sum()
            slope = 0.5 * (inverse - np.outer(alpha, alpha))
            gradient = 2 * s**2 * np.tensordot(stack, slope, axes=([1, 2], [0, 1]))
            prior = s[:-1] / (self.prior_sd * sd)
            return value + prior.sum(), gradient + np.r_[prior, 0.0]

        bounds = [(np.log(1e-3 * sd), np.log(10 * sd))] * len(parts) + [(np.log(0.05 * sd), np.log(10 * sd))]
        return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40}).x

    def _solve(
        self, parts: list[np.ndarray], target: np.ndarray, weight: np.ndarray, theta: np.ndarray
    ) -> None:
        variance = np.exp(2 * theta)
        self.variances_ = {
            name: float(v) for name, v in zip([*self.part_names, "noise"], variance, strict=True)
        }
        covariance = np.tensordot(variance[:-1], np.array(parts), axes=1) if parts else 0.0
        covariance = covariance + np.diag(variance[-1] / weight)
        factor = cho_factor(covariance, lower=True)
        one = cho_solve(factor, np.ones(len(target)))
        self.mean_ = float(one @ target / one.sum())
        self.alpha_ = cho_solve(factor, target - self.mean_)
        self.inverse_ = cho_solve(factor, np.eye(len(target)))


def _spread(target: np.ndarray) -> float:
    """Standard deviation, kept above 0 so that its logarithm is finite."""
    return max(float(np.std(target)), 1e-3)
