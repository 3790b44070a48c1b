"""One model for all metrics: intrinsic coregionalisation over the groupings of the designs.

Every metric is standardised; effects of the same grouping (same stimulus, same device type ...) are then
correlated between metrics by ``c_m c_m'``, with one loading per metric between -1 and 1 (Bonilla, Chai and
Williams 2007, Multi-task Gaussian process prediction, in rank-one form). A metric with few values can so
learn from
the devices that state others. All variances and loadings are found together by maximum marginal likelihood
with the priors of :mod:`hierarchical` and a normal prior on the loadings.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, RegressorMixin

from perovdata.models.estimators.censoring import conditional_mean, turnbull, winsorise
from perovdata.models.predictor.applicability import texts

__all__ = ["Coregionalised", "OneOfMany"]

_LOADING_SD = 1.0


class Coregionalised(RegressorMixin, BaseEstimator):
    """Multi-output Gaussian process for rows of several metrics.

    The design frame needs a text column ``metric``; the rows to predict must name a metric that was seen.

    Parameters
    ----------
    groups : tuple of str
        Categorical columns pooled partially.
    prior_sd : float
        Mean of the exponential prior on each grouping's standard deviation (standardised metrics).

    Attributes
    ----------
    loadings_ : dict of str to float
        Loading of every metric.
    """

    def __init__(self, groups=(), prior_sd=0.5):
        self.groups = groups
        self.prior_sd = prior_sd

    def fit(self, X, y, sample_weight=None):
        """Fit on interval labels `y`, shape (n, 2), of the metrics named in `X`."""
        y = np.asarray(y, dtype=float)
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        name = texts(X, "metric")
        self.metrics_ = sorted(set(name))
        self.index_ = np.array([self.metrics_.index(m) for m in name])
        target = np.empty(len(y))
        self.centre_, self.scale_ = np.empty(len(self.metrics_)), np.empty(len(self.metrics_))
        for j in range(len(self.metrics_)):
            rows = self.index_ == j
            value = winsorise(conditional_mean(y[rows], *turnbull(y[rows], weight[rows])), weight[rows])
            self.centre_[j] = np.average(value, weights=weight[rows])
            self.scale_[j] = max(
                np.sqrt(np.average((value - self.centre_[j]) ** 2, weights=weight[rows])), 1e-3
            )
            target[rows] = (value - self.centre_[j]) / self.scale_[j]
        self.codes_ = [texts(X, c).tolist() for c in self.groups]
        kernels = np.array(self._same(X))
        theta = self._maximise(kernels, target, weight)
        sds, loading = np.exp(theta[: len(self.groups) + 1]), np.tanh(theta[len(self.groups) + 1 :])
        self.variances_, self.loading_ = sds[:-1] ** 2, loading
        self.loadings_ = dict(zip(self.metrics_, loading.tolist(), strict=True))
        covariance = self._couple(self.index_, self.index_) * np.tensordot(self.variances_, kernels, axes=1)
        covariance[np.diag_indices(len(y))] += sds[-1] ** 2 / weight
        self.alpha_ = cho_solve(cho_factor(covariance, lower=True), target)
        return self

    def predict(self, X):
        """Posterior mean on each row's own model scale, shape (n,)."""
        index = np.array([self.metrics_.index(m) for m in texts(X, "metric")])
        kernel = self._couple(index, self.index_) * np.tensordot(
            self.variances_, np.array(self._same(X)), axes=1
        )
        return self.centre_[index] + self.scale_[index] * (kernel @ self.alpha_)

    def _same(self, X: pd.DataFrame) -> list[np.ndarray]:
        out = []
        for column, theirs in zip(self.groups, self.codes_, strict=True):
            mine, theirs = texts(X, column), np.asarray(theirs, dtype=object)
            out.append(((mine[:, None] == theirs) & (mine != "")[:, None]).astype(float))
        return out

    def _couple(self, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        c = self.loading_
        return np.where(mine[:, None] == theirs, 1.0, c[mine][:, None] * c[theirs])

    def _first_loadings(self, target, weight) -> np.ndarray:
        """Signs and sizes to start from: leading pattern of the group means over the metrics."""
        columns = []
        for levels in self.codes_:
            codes = np.asarray(levels, dtype=object)
            for level in sorted(set(levels) - {""}):
                mass = np.bincount(self.index_, weight * (codes == level), minlength=len(self.metrics_))
                total = np.bincount(
                    self.index_, weight * target * (codes == level), minlength=len(self.metrics_)
                )
                columns.append(total / (mass + 2.0))  # small groups count little
        pattern = np.linalg.svd(np.column_stack(columns), full_matrices=False)[0][:, 0]
        return 0.5 * pattern * np.sqrt(len(self.metrics_))

    def _maximise(self, kernels, target, weight):
        n_groups, index = len(self.groups), self.index_
        one_hot = np.eye(len(self.metrics_))[index]
        same = index[:, None] == index
        start = np.r_[np.full(n_groups, np.log(0.3)), np.log(0.9), self._first_loadings(target, weight)]

        def loss(theta):
            s, noise = np.exp(theta[:n_groups]), np.exp(theta[n_groups])
            c = np.tanh(theta[n_groups + 1 :])
            coupling = np.where(same, 1.0, np.outer(c[index], c[index]))
            design = np.tensordot(s**2, kernels, axes=1)
            covariance = coupling * design
            covariance[np.diag_indices(len(target))] += noise**2 / weight
            factor = cho_factor(covariance, lower=True)
            alpha = cho_solve(factor, target)
            slope = 0.5 * (cho_solve(factor, np.eye(len(target))) - np.outer(alpha, alpha))
            value = 0.5 * target @ alpha + np.log(np.diag(factor[0])).sum()
            value += s.sum() / self.prior_sd + (theta[n_groups + 1 :] ** 2).sum() / (2 * _LOADING_SD**2)
            of_groups = (
                2 * s**2 * np.tensordot(kernels, slope * coupling, axes=([1, 2], [0, 1])) + s / self.prior_sd
            )
            of_noise = 2 * noise**2 * (np.diag(slope) / weight).sum()
            pull = np.where(same, 0.0, slope * design) @ c[index]
            of_loadings = 2 * (one_hot.T @ pull) * (1 - c**2) + theta[n_groups + 1 :] / _LOADING_SD**2
            return value, np.r_[of_groups, of_noise, of_loadings]

        bounds = [(-7.0, 1.5)] * n_groups + [(-3.0, 1.5)] + [(-2.5, 2.5)] * len(self.metrics_)
        return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40}).x


class OneOfMany(RegressorMixin, BaseEstimator):
    """The predictions of a fitted model of all metrics for one of them.

    Parameters
    ----------
    metric : str
    model : Coregionalised
        Already fitted.
    """

    def __init__(self, metric, model):
        self.metric = metric
        self.model = model

    def predict(self, X):
        """Location on the metric's model scale, shape (n,)."""
        return self.model.predict(X.assign(metric=self.metric))
