"""The whole procedure for one set of training papers: out-of-fold predictions, choice, final model.

Everything that looks at labels happens here, on training papers only: preprocessing and fitting inside
each inner fold, the choice between candidates by the inner out-of-fold scores, the residuals behind the
intervals. :mod:`evaluate` calls it on the training side of every outer fold, :mod:`train` on all papers,
so what is evaluated is what is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from perovdata.models.applicability import nearest_mean
from perovdata.models.candidates import CANDIDATES, Average
from perovdata.models.censoring import truncated_normal_mean
from perovdata.models.intervals import LocalScale, ResidualSample, cdf, ppf, residual_sample
from perovdata.models.scoring import signed_error, weighted_mean
from perovdata.models.targets import Target

__all__ = ["MetricModel", "OutOfFold", "choose", "fit_metric", "fit_out_of_fold", "normal_scores"]


@dataclass
class OutOfFold:
    """Inner cross-validation of all candidates on one metric's training rows.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Positions in the corpus.
    labels, weights, fold : ndarray
        Labels (n, 2), weights (n,), inner fold (n,).
    predictions : dict of str to ndarray, shape (n,)
    models : dict of str to list of estimator
        One fitted model per fold.
    """

    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    fold: np.ndarray
    predictions: dict[str, np.ndarray] = field(default_factory=dict)
    models: dict[str, list] = field(default_factory=dict)

    def loss(self, name: str) -> np.ndarray:
        """Absolute error of each row."""
        return np.abs(signed_error(self.predictions[name], self.labels))


def fit_out_of_fold(
    X: pd.DataFrame,
    target: Target,
    train: np.ndarray,
    fold_of_paper: Mapping[str, int],
    names: Sequence[str],
    numbers: tuple[str, ...],
    seed: int,
) -> OutOfFold:
    """Fit every candidate on every inner fold.

    Parameters
    ----------
    X : DataFrame
        Design frame of the corpus.
    target : Target
    train : ndarray of bool, shape (len(target.rows),)
        Rows that may be used.
    fold_of_paper : mapping
        Inner fold of every training paper.
    names : sequence of str
        Candidates, members of averages first.
    numbers : tuple of str
        Composition columns.
    seed : int
    """
    rows, labels = target.rows[train], target.labels[train]
    papers, weights = target.papers[train], target.weights[train]
    _, fold = np.unique([fold_of_paper[p] for p in papers], return_inverse=True)
    out = OutOfFold(rows, labels, weights, fold)
    design = X.iloc[rows]
    folds = range(fold.max() + 1)
    for name in names:
        candidate = CANDIDATES[name]
        models, prediction = [], np.empty(len(rows))
        for k in folds:
            inside = fold != k
            if candidate.members:
                model = Average([out.models[m][k] for m in candidate.members])
                prediction[~inside] = np.mean(
                    [out.predictions[m][~inside] for m in candidate.members], axis=0
                )
            else:
                model = candidate.make(numbers, seed)
                model.fit(design[inside], labels[inside], sample_weight=weights[inside])
                prediction[~inside] = model.predict(design[~inside])
            models.append(model)
        out.predictions[name], out.models[name] = prediction, models
    return out


def choose(inner: OutOfFold, margin: float) -> tuple[str, str]:
    """Best candidate and best baseline by the inner score.

    A model is taken only if its mean error is below the best baseline's by `margin` standard errors of
    the paired difference; small samples otherwise reward the luckiest of many.

    Returns
    -------
    chosen, baseline : str
    """
    score = {name: weighted_mean(inner.loss(name), inner.weights) for name in inner.predictions}
    baseline = min((n for n in score if CANDIDATES[n].baseline), key=score.get)
    models = [n for n in score if not CANDIDATES[n].baseline]
    if not models:
        return baseline, baseline
    best = min(models, key=score.get)
    gain = inner.loss(baseline) - inner.loss(best)
    mean = weighted_mean(gain, inner.weights)
    error = np.sqrt(weighted_mean((gain - mean) ** 2, inner.weights) / max(inner.weights.sum(), 1))
    return (best if mean > margin * error else baseline), baseline


@dataclass
class MetricModel:
    """A fitted predictor of one metric: fold models, residual sample, local scale.

    Attributes
    ----------
    name : str
        Candidate that is used.
    models : list of estimator
        One per inner fold.
    sample : ResidualSample
    scale : LocalScale
    rows : ndarray of int
        Positions of the training designs in the corpus (reference set of the difficulty).
    train_difficulty : ndarray, shape (n,)
        Difficulty of the training rows, their own paper left out.
    """

    name: str
    models: list
    sample: ResidualSample
    scale: LocalScale
    rows: np.ndarray
    train_difficulty: np.ndarray

    def difficulty(self, distance: np.ndarray) -> np.ndarray:
        """Mean distance to the nearest training designs, from distances to the corpus, shape (n,)."""
        return nearest_mean(distance[:, self.rows])

    def points(self, X: pd.DataFrame, distance: np.ndarray) -> np.ndarray:
        """CV+ sample, shape (n, k).

        Parameters
        ----------
        X : DataFrame
        distance : ndarray, shape (n, n_corpus)
            Distances to all designs of the corpus.
        """
        predictions = np.column_stack([m.predict(X) for m in self.models])
        return self.sample.points(predictions, self.scale(self.difficulty(distance)))

    def quantiles(self, points: np.ndarray, u) -> np.ndarray:
        """Quantiles of a CV+ sample, shape (n, q); `u` is (q,) or (n, q)."""
        u = np.broadcast_to(np.asarray(u, dtype=float), (len(points), np.shape(u)[-1]))
        return ppf(points, self.sample.mass, self.sample.n_papers, u)

    def probability(self, points: np.ndarray, value) -> np.ndarray:
        """Probability below `value`, shape (n,)."""
        return cdf(points, self.sample.mass, self.sample.n_papers, value)


def normal_scores(inner: OutOfFold, model: MetricModel, prediction: np.ndarray) -> np.ndarray:
    """Normal scores of the training rows under their own out-of-fold distributions, shape (n,).

    A bound gets the mean of the normal distribution over the scores it allows.
    """
    scale = model.scale(model.train_difficulty)
    standard = (inner.labels - prediction[:, None]) / scale[:, None]
    points = np.broadcast_to(model.sample.value, (len(standard), len(model.sample.value)))
    ends = [norm.ppf(np.clip(model.probability(points, np.nan_to_num(e, posinf=1e6, neginf=-1e6)), 1e-4, 1 - 1e-4))
            for e in standard.T]  # fmt: skip
    low = np.where(np.isfinite(inner.labels[:, 0]), ends[0], -np.inf)
    high = np.where(np.isfinite(inner.labels[:, 1]), ends[1], np.inf)
    return np.where(low == high, low, truncated_normal_mean(0.0, 1.0, low, high))


def fit_metric(inner: OutOfFold, papers: np.ndarray, distance: np.ndarray, name: str) -> MetricModel:
    """Turn the inner cross-validation of the chosen candidate into a predictor.

    Parameters
    ----------
    inner : OutOfFold
    papers : ndarray, shape (n_corpus,)
        Paper of every design of the corpus.
    distance : ndarray, shape (n_corpus, n_corpus)
        Design distances.
    name : str
        Candidate.
    """
    own = distance[np.ix_(inner.rows, inner.rows)]
    same = papers[inner.rows][:, None] == papers[inner.rows][None, :]
    difficulty = nearest_mean(own, same)
    prediction = inner.predictions[name]
    scale = LocalScale.fit(difficulty, signed_error(prediction, inner.labels), inner.weights)
    n_papers = len(set(papers[inner.rows]))
    sample = residual_sample(prediction, inner.labels, scale(difficulty), inner.fold, inner.weights, n_papers)
    return MetricModel(name, inner.models[name], sample, scale, inner.rows, difficulty)
