"""Two lessons told with numbers: how skill grows with papers, and how a split that leaks flatters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perovdata.models.baselines import BASELINES
from perovdata.models.candidates import CANDIDATES
from perovdata.models.designs import COMPOSITION
from perovdata.models.scoring import signed_error, skill, weighted_mean
from perovdata.models.settings import Settings
from perovdata.models.splits import random_folds, subsample_papers
from perovdata.models.targets import Corpus

__all__ = ["leakage", "learning_curve"]

_LEARNERS = ("hierarchical", "XGBoost")


def _fit_predict(name, X, target, train, hidden, settings):
    model = CANDIDATES[name].make(COMPOSITION, settings.seed)
    model.fit(X.iloc[target.rows[train]], target.labels[train], sample_weight=target.weights[train])
    return model.predict(X.iloc[target.rows[hidden]])


def learning_curve(
    corpus: Corpus, X: pd.DataFrame, splits, skills: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Error of two learners and of the global median against the number of training papers.

    Returns
    -------
    DataFrame
        metric, learner, share, n_papers (mean number of training papers), mae, skill (against the global
        median trained on the same papers).
    """
    records = []
    for name in skills.loc[skills["kind"] != "population", "metric"]:
        target = corpus.targets[name]
        for share in settings.shares:
            losses = {learner: np.zeros(len(target.rows)) for learner in (*_LEARNERS, BASELINES[0])}
            sizes = []
            for r, split in enumerate(splits):
                fold = np.array([split[p] for p in target.papers])
                for k in np.unique(fold):
                    hidden = fold == k
                    train = ~hidden & subsample_papers(target.papers, share, settings.seed + 100 * r + int(k))
                    if train.sum() < 4:
                        continue
                    sizes.append(len(set(target.papers[train])))
                    for learner, loss in losses.items():
                        value = _fit_predict(learner, X, target, train, hidden, settings)
                        loss[hidden] += np.abs(signed_error(value, target.labels[hidden])) / len(splits)
            reference = losses[BASELINES[0]]
            for learner, loss in losses.items():
                records.append({
                    "metric": name,
                    "learner": learner,
                    "share": share,
                    "n_papers": float(np.mean(sizes)),
                    "mae": weighted_mean(loss, target.weights),
                    "skill": skill(loss, reference, target.weights),
                })  # fmt: skip
    return pd.DataFrame(records, columns=["metric", "learner", "share", "n_papers", "mae", "skill"])


def leakage(corpus: Corpus, X: pd.DataFrame, split: dict[str, int], settings: Settings) -> dict[str, float]:
    """Relative error of one boosted-tree model under three set-ups, pooled over the metrics with enough papers.

    Only papers with several devices can leak, so the comparison is also given on the rows of those papers.

    Returns
    -------
    dict of str to float
        ``grouped``, ``grouped_with_paper_id`` and ``random``, ``random_with_paper_id``: mean error over
        that of the global median (1 = no better); ``..._shared``: the same on papers with several devices.
    """
    codes = pd.Series(pd.factorize(corpus.papers, sort=True)[0].astype(float), index=X.index)
    known_paper = X.assign(paper_code=codes)
    setups = {
        "grouped": (X, True),
        "grouped_with_paper_id": (known_paper, True),
        "random": (X, False),
        "random_with_paper_id": (known_paper, False),
    }
    ratios: dict[str, list[float]] = {}
    for target in corpus.targets.values():
        if target.n_papers < settings.model_papers:
            continue
        shared = target.weights < 1
        grouped = np.array([split[p] for p in target.papers])
        scattered = random_folds(len(target.rows), settings.outer_folds, settings.seed)
        base = _cross_validate(BASELINES[0], X, target, grouped, settings)
        for setup, (design, by_paper) in setups.items():
            fold = grouped if by_paper else scattered
            loss = _cross_validate("XGBoost", design, target, fold, settings)
            ratios.setdefault(setup, []).append(loss.mean() / base.mean())
            if shared.sum() >= 4 and base[shared].mean() > 0:
                ratios.setdefault(f"{setup}_shared", []).append(loss[shared].mean() / base[shared].mean())
    return {key: float(np.mean(values)) for key, values in ratios.items()}


def _cross_validate(name, X, target, fold, settings) -> np.ndarray:
    loss = np.zeros(len(target.rows))
    for k in np.unique(fold):
        hidden = fold == k
        value = _fit_predict(name, X, target, ~hidden, hidden, settings)
        loss[hidden] = np.abs(signed_error(value, target.labels[hidden]))
    return loss
