"""The registry of candidates: each a scikit-learn estimator that takes interval labels.

``fit(X, y, sample_weight=None)`` gets the design frame and labels of shape (n, 2); ``predict(X)`` gives
the location on the model scale. Ordinary regressors enter through :class:`WithBounds`, which replaces a
bound by the expectation beyond it (Buckley and James 1979, Biometrika 66, 429).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_selection import SelectKBest, VarianceThreshold, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import BayesianRidge, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from perovdata.errors import unknown_choice
from perovdata.features import Table
from perovdata.models.estimators.baselines import FamilyMedian, GlobalMedian, NearestDevice
from perovdata.models.estimators.boosting import IntervalBoosting
from perovdata.models.estimators.censoring import conditional_mean, turnbull, winsorise
from perovdata.models.estimators.hierarchical import VarianceComponents
from perovdata.plugins import plugins


@dataclass(frozen=True)
class Candidate:
    """One entry of the registry.

    Attributes
    ----------
    name : str
        Name shown to people.
    make : callable
        Takes the composition columns and a seed; returns an unfitted estimator.
    baseline : bool
        Whether it is one of the baselines every model must beat.
    members : tuple of str
        For an average: the candidates it averages; it is not fitted itself.
    """

    name: str
    make: Callable[[tuple[str, ...], int], BaseEstimator] | None
    baseline: bool = False
    members: tuple[str, ...] = ()


class WithBounds(RegressorMixin, BaseEstimator):
    """Fit an ordinary regressor on interval labels.

    Parameters
    ----------
    estimator : estimator
        Regressor for numeric arrays; a Pipeline gets the weights at its last step, named ``model``.
    n_iter : int
        Rounds of replacing bounds by their expectation given the current fit; 0 uses the marginal
        distribution of the training labels once, for learners that reproduce their training data.
    """

    def __init__(self, estimator: BaseEstimator, n_iter: int = 0) -> None:
        self.estimator = estimator
        self.n_iter = n_iter

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Fit on the numeric columns of `X` and interval labels `y`, shape (n, 2)."""
        y = np.asarray(y, dtype=float)
        self.columns_ = list(X.select_dtypes("number").columns)
        values = np.asarray(X[self.columns_], dtype=float)
        target = conditional_mean(y, *turnbull(y, sample_weight))
        self.estimator_ = self._fit_once(values, target, sample_weight)
        bounded = (y[:, 0] < y[:, 1]).any()
        for _ in range(self.n_iter if bounded else 0):
            fitted = self.estimator_.predict(values)
            residual = y - fitted[:, None]
            target = fitted + conditional_mean(residual, *turnbull(residual, sample_weight))
            self.estimator_ = self._fit_once(values, target, sample_weight)
        return self

    def _fit_once(self, values: np.ndarray, target: np.ndarray, weight: np.ndarray | None) -> Any:
        key = "model__sample_weight" if isinstance(self.estimator, Pipeline) else "sample_weight"
        return clone(self.estimator).fit(values, winsorise(target, weight), **{key: weight})

    def predict(self, X: Table) -> np.ndarray:
        """Location on the model scale, shape (n,)."""
        return self.estimator_.predict(np.asarray(X[self.columns_], dtype=float)).astype(float)


class Average(RegressorMixin, BaseEstimator):
    """Mean of fitted models."""

    def __init__(self, models: Sequence[Any] = ()) -> None:
        self.models = models

    def predict(self, X: Table) -> np.ndarray:
        """Mean prediction, shape (n,)."""
        return np.mean([m.predict(X) for m in self.models], axis=0)


def _linear(model: BaseEstimator, k: int | str) -> Pipeline:
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("varying", VarianceThreshold(1e-8)),
            ("scale", StandardScaler()),
            ("select", SelectKBest(f_regression, k=k)),
            ("model", model),
        ]
    )


def _forest(seed: int, **more: Any) -> RandomForestRegressor:
    return RandomForestRegressor(
        n_estimators=50, min_samples_leaf=4, max_features=0.33, n_jobs=1, random_state=seed, **more
    )


def _boosting(seed: int, depth: int) -> xgboost.XGBRegressor:
    return xgboost.XGBRegressor(
        n_estimators=60,
        max_depth=depth,
        learning_rate=0.06,
        subsample=0.8,
        colsample_bytree=0.5,
        reg_lambda=5.0,
        min_child_weight=3,
        n_jobs=1,
        random_state=seed,
    )


_POOLED = ("stimulus", "device_type", "family", "mechanism", "morphology", "geometry", "mode")

_ALL = (
    Candidate("global median", lambda numbers, seed: GlobalMedian(), baseline=True),
    Candidate("family median", lambda numbers, seed: FamilyMedian(), baseline=True),
    Candidate("nearest device", lambda numbers, seed: NearestDevice(numbers), baseline=True),
    Candidate("ridge", lambda numbers, seed: WithBounds(_linear(Ridge(alpha=30.0), "all"), n_iter=2)),
    Candidate(
        "ridge, 10 features", lambda numbers, seed: WithBounds(_linear(Ridge(alpha=10.0), 10), n_iter=2)
    ),
    Candidate("Bayesian ridge", lambda numbers, seed: WithBounds(_linear(BayesianRidge(), "all"), n_iter=2)),
    Candidate("hierarchical", lambda numbers, seed: VarianceComponents(_POOLED)),
    Candidate("Gaussian process", lambda numbers, seed: VarianceComponents(_POOLED, numbers)),
    Candidate("random forest", lambda numbers, seed: WithBounds(_forest(seed))),
    Candidate("XGBoost", lambda numbers, seed: WithBounds(_boosting(seed, 2))),
    Candidate("XGBoost AFT", lambda numbers, seed: IntervalBoosting(seed=seed)),
    Candidate("pooled average", None, members=("hierarchical", "family median")),
    Candidate(
        "wide average", None, members=("hierarchical", "random forest", "XGBoost AFT", "ridge, 10 features")
    ),
)

CANDIDATES: dict[str, Candidate] = {c.name: c for c in _ALL}


def candidates_of(names: Sequence[str]) -> dict[str, Candidate]:
    """The baselines and the models to try (all of this module if none is named), members before averages.

    Another package offers a :class:`Candidate` by an entry point of the group ``perovdata.estimators``; it is
    tried where it is named, so that installing a package changes no result.

    Raises
    ------
    InputError
        For an unknown name, or a package's candidate that cannot be loaded.
    """
    known = CANDIDATES | {c.name: c for c in plugins("perovdata.estimators").values()}
    for name in names:
        if name not in known:
            raise unknown_choice("parameter evaluate.candidates", name, known)
    wanted = set(names or CANDIDATES)
    wanted |= {member for name in wanted for member in known[name].members}
    return {name: c for name, c in known.items() if c.baseline or name in wanted}
