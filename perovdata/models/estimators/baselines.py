"""What every model must beat: a median, a median of similar devices, the nearest reported device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from perovdata.features import Table
from perovdata.models.estimators.base import Estimator
from perovdata.models.estimators.censoring import censored_median
from perovdata.models.estimators.distance import DesignDistance, texts

if TYPE_CHECKING:
    import pandas as pd

BASELINES = ("global median", "family median", "nearest device")


class GlobalMedian(Estimator):
    """The constant that scores best on the training labels (see :func:`censored_median`)."""

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Store the constant."""
        self.value_ = censored_median(y, sample_weight)
        return self

    def predict(self, X: Table) -> np.ndarray:
        """The constant for every row."""
        return np.full(len(X), self.value_)


class FamilyMedian(Estimator):
    """Median of the devices that share family, stimulus and device type, backing off where few do.

    Parameters
    ----------
    levels : tuple of tuple of str
        Columns compared, from the finest to the coarsest group; below the last stands the global median.
    min_rows : int
        Smallest group whose median is used.
    """

    def __init__(
        self,
        levels: Sequence[Sequence[str]] = (
            ("family", "stimulus", "device_type"),
            ("stimulus", "device_type"),
            ("device_type",),
        ),
        min_rows: int = 4,
    ) -> None:
        self.levels = levels
        self.min_rows = min_rows

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Store one median per group that is large enough."""
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        self.value_ = censored_median(y, weight)
        self.medians_ = []
        for columns in self.levels:
            keys = _keys(X, columns)
            table = {}
            for key in sorted(set(keys)):
                rows = np.array([k == key for k in keys])
                if rows.sum() >= self.min_rows:
                    table[key] = censored_median(y[rows], weight[rows])
            self.medians_.append(table)
        return self

    def predict(self, X: Table) -> np.ndarray:
        """Median of the finest group that is large enough."""
        value = np.full(len(X), self.value_)
        found = np.zeros(len(X), dtype=bool)
        for columns, table in zip(self.levels, self.medians_, strict=True):
            for i, key in enumerate(_keys(X, columns)):
                if not found[i] and key in table:
                    value[i], found[i] = table[key], True
        return value


class NearestDevice(Estimator):
    """Value of the nearest reported device (ties: their median), by :class:`DesignDistance`.

    Parameters
    ----------
    numbers : tuple of str
        Composition columns of the distance.
    """

    def __init__(self, numbers: Sequence[str] = ()) -> None:
        self.numbers = numbers

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Store the reference designs."""
        self.distance_ = DesignDistance(numbers=tuple(c for c in self.numbers if c in X)).fit(X)
        self.labels_ = np.asarray(y, dtype=float)
        return self

    def predict(self, X: Table) -> np.ndarray:
        """Median of the labels at the smallest distance."""
        distance = self.distance_(X)
        near = distance <= distance.min(axis=1, keepdims=True) + 1e-9
        return np.array([censored_median(self.labels_[row]) for row in near])


def _keys(X: Table, columns: Sequence[str]) -> list[str]:
    return ["|".join(parts) for parts in zip(*(texts(X, c) for c in columns), strict=True)]
