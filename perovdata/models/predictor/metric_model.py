"""The fitted predictor of one metric; what prediction needs and nothing of what fitting needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from perovdata.features import Table
from perovdata.models.estimators.distance import nearest_mean
from perovdata.models.predictor.intervals import LocalScale, ResidualSample, cdf, ppf


@dataclass
class MetricModel:
    """A fitted predictor of one metric: final model, fold models, residual sample, local scale.

    Attributes
    ----------
    name : str
        Candidate that is used.
    final : estimator
        Fitted on all training papers: gives the median.
    models : list of estimator
        One per inner fold: give the spread.
    sample : ResidualSample
    scale : LocalScale
    rows : ndarray of int
        Positions of the training designs in the corpus (reference set of the difficulty).
    train_difficulty : ndarray, shape (n,)
        Difficulty of the training rows, their own paper left out.
    """

    name: str
    final: Any
    models: list[Any]
    sample: ResidualSample
    scale: LocalScale
    rows: np.ndarray
    train_difficulty: np.ndarray

    def difficulty(self, distance: np.ndarray) -> np.ndarray:
        """Mean distance to the nearest training designs, from distances to the corpus, shape (n,)."""
        return nearest_mean(distance[:, self.rows])

    def points(self, X: Table, distance: np.ndarray) -> np.ndarray:
        """CV+ sample, moved as a whole so that its median is the final model's prediction, shape (n, k).

        Parameters
        ----------
        X : Table
        distance : ndarray, shape (n, n_corpus)
            Distances to all designs of the corpus.
        """
        predictions = np.column_stack([m.predict(X) for m in self.models])
        points = self.sample.points(predictions, self.scale(self.difficulty(distance)))
        return points + self.final.predict(X)[:, None] - self.quantiles(points, np.array([0.5]))

    def quantiles(self, points: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Quantiles of a CV+ sample, shape (n, q); `u` is (q,) or (n, q)."""
        u = np.broadcast_to(np.asarray(u, dtype=float), (len(points), np.shape(u)[-1]))
        return ppf(points, self.sample.mass, self.sample.n_papers, u)

    def probability(self, points: np.ndarray, value: ArrayLike) -> np.ndarray:
        """Probability below `value`, shape (n,)."""
        return cdf(points, self.sample.mass, self.sample.n_papers, value)
