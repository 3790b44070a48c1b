"""A stranger's model through the protocol: predictions of hidden groups, with intervals, baselines beside it.

The steps are those of :mod:`run`: inside each outer training side every candidate is fitted on inner folds of
whole groups; the model is taken instead of the best baseline only if it beats it there (``procedure``); its
out-of-fold residuals give the CV+ interval (Barber et al. 2021, Ann. Statist. 49, 486,
doi:10.1214/20-AOS1965).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import has_fit_parameter

from perovdata.features import COMPOSITION
from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.candidates import CANDIDATES, Candidate
from perovdata.models.estimators.censoring import conditional_mean, turnbull
from perovdata.models.estimators.distance import DesignDistance
from perovdata.models.evaluation.nested import choose, fit_metric, fit_out_of_fold, refit
from perovdata.models.evaluation.scoring import OWN, PROCEDURE, QUANTILES, crps, quantile_column
from perovdata.models.evaluation.splits import paper_folds
from perovdata.models.evaluation.training_data import Evidence
from perovdata.models.targets import Corpus

#: Standard errors by which a model must beat the best baseline inside to be taken.
_MARGIN = 1.0


class _Plain(RegressorMixin, BaseEstimator):
    """Let an ordinary regressor meet bounds: each becomes its expectation under the training labels."""

    def __init__(self, estimator: Any = None):
        self.estimator = estimator

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> _Plain:
        """Fit on interval labels, shape (n, 2); weights are passed on where the regressor takes them."""
        target = conditional_mean(y, *turnbull(y, sample_weight))
        weighs = has_fit_parameter(self.estimator, "sample_weight")
        more = {"sample_weight": sample_weight} if weighs else {}
        self.estimator_ = clone(self.estimator).fit(X, target, **more)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Location on the scale of the labels, shape (n,)."""
        return np.asarray(self.estimator_.predict(X), dtype=float).ravel()


class _Bounded(_Plain):
    """An estimator that takes interval labels of shape (n, 2) itself."""

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> _Bounded:
        """Fit on the labels as they are."""
        self.estimator_ = clone(self.estimator).fit(X, y)
        return self


def hidden_predictions(
    corpus: Corpus,
    X: pd.DataFrame,
    folds: np.ndarray,
    model: Any = None,
    *,
    bounds: bool = False,
    inner_folds: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Predict every row of a corpus of one metric while its group is hidden.

    Parameters
    ----------
    corpus : Corpus
        With one target that every design states.
    X : DataFrame
        What the model sees of each design.
    folds : ndarray of int, shape (repeats, n)
    model : scikit-learn estimator, optional
        None: the naive baselines only.
    bounds : bool
        The estimator takes labels of shape (n, 2), bounds as infinite ends.
    inner_folds, seed : int
        Of the inner deal of groups.
    progress : callable, optional
        Called with (done, total) after each outer fold.

    Returns
    -------
    DataFrame
        ``repeat, row, variant, prediction``, quantiles ``q05`` ... ``q95`` and ``crps``; variants are
        ``model``, ``procedure`` and the baselines.
    """
    registry = {b: CANDIDATES[b] for b in BASELINES}
    if model is not None:
        wrapped = (_Bounded if bounds else _Plain)(model)
        registry[OWN] = Candidate(OWN, lambda *_: clone(wrapped))
    evidence = Evidence(corpus, X, registry=registry)
    jobs = [(r, k) for r, fold in enumerate(folds) for k in np.unique(fold)]
    parts = []
    for done, (repeat, k) in enumerate(jobs, start=1):
        hidden = folds[repeat] == k
        found = _one_fold(evidence, hidden, inner_folds, seed + 1000 * (repeat + 1) + int(k))
        parts.append(found.assign(repeat=repeat))
        if progress:
            progress(done, len(jobs))
    return pd.concat(parts, ignore_index=True)


def _one_fold(evidence: Evidence, hidden: np.ndarray, inner_folds: int, seed: int) -> pd.DataFrame:
    """Predictions and quantiles of every variant for the hidden rows."""
    ((task, target),) = evidence.corpus.targets.items()
    groups, shown = target.papers, ~hidden
    inner_of = paper_folds({g: {task} for g in groups[shown]}, inner_folds, seed)
    inner = fit_out_of_fold(evidence, task, shown, inner_of, list(evidence.registry), seed)
    distance = np.full((len(hidden), len(hidden)), np.nan)
    distance[:, shown] = DesignDistance(numbers=COMPOSITION).fit(evidence.X[shown])(evidence.X)
    variants = {b: b for b in BASELINES}
    if OWN in evidence.registry:
        variants |= {OWN: OWN, PROCEDURE: choose(inner, _MARGIN)[0]}
    X, parts = evidence.X[hidden], []
    for variant, candidate in variants.items():
        final = refit(evidence, task, shown, candidate, seed)
        model = fit_metric(inner, final, groups, distance, candidate)
        sample = model.points(X, distance[hidden])
        frame = pd.DataFrame({"row": X.index, "variant": variant, "prediction": final.predict(X)})
        frame[[quantile_column(q) for q in QUANTILES]] = model.quantiles(sample, np.array(QUANTILES))
        frame["crps"] = crps(sample, model.sample.mass[None], target.labels[hidden])
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)
