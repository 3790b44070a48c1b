"""The whole procedure for one set of training papers: out-of-fold predictions, choice, final model.

Everything that looks at labels happens here, on training papers only: preprocessing and fitting inside
each inner fold, the choice between candidates by the inner out-of-fold scores, the residuals behind the
intervals. The evaluation calls it on the training side of every outer fold, the final fit on all papers,
so what is evaluated is what is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri
from sklearn.base import BaseEstimator

from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.candidates import Average
from perovdata.models.estimators.censoring import signed_error, truncated_normal_mean
from perovdata.models.estimators.distance import nearest_mean
from perovdata.models.evaluation.scoring import weighted_mean
from perovdata.models.evaluation.training_data import Evidence
from perovdata.models.predictor.intervals import LocalScale, residual_sample
from perovdata.models.predictor.metric_model import MetricModel


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
    evidence: Evidence,
    metric: str,
    train: np.ndarray,
    fold_of_paper: Mapping[str, int],
    names: Sequence[str],
    seed: int,
) -> OutOfFold:
    """Fit every candidate on every inner fold.

    Parameters
    ----------
    evidence : Evidence
    metric : str
    train : ndarray of bool
        Rows of the metric's target that may be used.
    fold_of_paper : mapping
        Inner fold of every training paper.
    names : sequence of str
        Candidates, members of averages first.
    seed : int
    """
    target = evidence.corpus.targets[metric]
    rows, papers = target.rows[train], target.papers[train]
    _, fold = np.unique([fold_of_paper[p] for p in papers], return_inverse=True)
    out = OutOfFold(rows, target.labels[train], target.weights[train], fold)
    design = evidence.X.iloc[rows]
    for name in names:
        members = evidence.registry[name].members
        models, prediction = [], np.empty(len(rows))
        for k in range(fold.max() + 1):
            hidden = fold == k
            if members:
                model = Average([out.models[m][k] for m in members])
                prediction[hidden] = np.mean([out.predictions[m][hidden] for m in members], axis=0)
            else:
                inside = train.copy()
                inside[np.flatnonzero(train)[hidden]] = False
                model = evidence.fit(name, metric, inside, seed)
                prediction[hidden] = model.predict(design[hidden])
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
    baseline = min((n for n in score if n in BASELINES), key=lambda n: score[n])
    models = [n for n in score if n not in BASELINES]
    if not models:
        return baseline, baseline
    best = min(models, key=lambda n: score[n])
    gain = inner.loss(baseline) - inner.loss(best)
    mean = weighted_mean(gain, inner.weights)
    error = np.sqrt(weighted_mean((gain - mean) ** 2, inner.weights) / max(inner.weights.sum(), 1))
    return (best if mean > margin * error else baseline), baseline


def normal_scores(inner: OutOfFold, model: MetricModel, prediction: np.ndarray) -> np.ndarray:
    """Normal scores of the training rows under their own out-of-fold distributions, shape (n,).

    A bound gets the mean of the normal distribution over the scores it allows.
    """
    scale = model.scale(model.train_difficulty)
    standard = (inner.labels - prediction[:, None]) / scale[:, None]
    points = np.broadcast_to(model.sample.value, (len(standard), len(model.sample.value)))
    ends = [
        ndtri(np.clip(model.probability(points, np.nan_to_num(e, posinf=1e6, neginf=-1e6)), 1e-4, 1 - 1e-4))
        for e in standard.T
    ]
    low = np.where(np.isfinite(inner.labels[:, 0]), ends[0], -np.inf)
    high = np.where(np.isfinite(inner.labels[:, 1]), ends[1], np.inf)
    return np.where(low == high, low, truncated_normal_mean(0.0, 1.0, low, high))


def refit(evidence: Evidence, metric: str, train: np.ndarray, name: str, seed: int) -> BaseEstimator:
    """The candidate fitted on all training rows (an average: its members)."""
    members = evidence.registry[name].members
    if members:
        return Average([refit(evidence, metric, train, m, seed) for m in members])
    return evidence.fit(name, metric, train, seed)


def fit_metric(
    inner: OutOfFold, final: BaseEstimator, papers: np.ndarray, distance: np.ndarray, name: str
) -> MetricModel:
    """Turn the inner cross-validation of the chosen candidate into a predictor.

    Parameters
    ----------
    inner : OutOfFold
    final : estimator
        The candidate fitted on all training rows (:func:`refit`).
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
    return MetricModel(name, final, inner.models[name], sample, scale, inner.rows, difficulty)
