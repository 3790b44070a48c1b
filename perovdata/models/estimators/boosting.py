"""Gradient-boosted trees on interval labels."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
import xgboost
from sklearn.base import BaseEstimator, RegressorMixin

from perovdata.features import Table


class IntervalBoosting(RegressorMixin, BaseEstimator):
    """XGBoost with the accelerated-failure-time objective on interval labels.

    The objective models the logarithm of a positive time; the model scale enters through an
    exponential, so that the prediction is again on the model scale. Source: Barnwal, Cho and Hocking 2022,
    doi 10.1080/10618600.2022.2067548.

    Parameters
    ----------
    n_estimators, max_depth, learning_rate, reg_lambda, seed
        As in XGBoost.
    """

    def __init__(
        self,
        n_estimators: int = 60,
        max_depth: int = 2,
        learning_rate: float = 0.08,
        reg_lambda: float = 5.0,
        seed: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.reg_lambda = reg_lambda
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Fit on the numeric columns of `X` and interval labels `y`, shape (n, 2)."""
        y = np.asarray(y, dtype=float)
        self.columns_ = list(X.select_dtypes("number").columns)
        finite = y[np.isfinite(y)]
        self.centre_ = float(np.median(finite))
        self.scale_ = float(max(finite.std(), 1e-3))
        labels = np.exp((y - self.centre_) / self.scale_)
        data = xgboost.DMatrix(np.asarray(X[self.columns_], dtype=float), weight=sample_weight)
        data.set_float_info("label_lower_bound", labels[:, 0])
        data.set_float_info("label_upper_bound", labels[:, 1])
        settings = {
            "objective": "survival:aft",
            "aft_loss_distribution": "logistic",
            "aft_loss_distribution_scale": 0.7,
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "lambda": self.reg_lambda,
            "subsample": 0.8,
            "colsample_bytree": 0.5,
            "base_score": 1.0,
            "seed": self.seed,
            "nthread": 1,
        }
        self.booster_ = xgboost.train(settings, data, num_boost_round=self.n_estimators)
        return self

    def predict(self, X: Table) -> np.ndarray:
        """Location on the model scale, shape (n,)."""
        data = xgboost.DMatrix(np.asarray(X[self.columns_], dtype=float))
        return np.log(self.booster_.predict(data).astype(float)) * self.scale_ + self.centre_
