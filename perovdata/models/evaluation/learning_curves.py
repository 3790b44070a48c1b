"""Lessons told with numbers: skill against papers, what other materials lend, how leaks flatter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.censoring import signed_error
from perovdata.models.evaluation.scoring import bootstrap_papers, skill, weighted_mean
from perovdata.models.evaluation.settings import Settings
from perovdata.models.evaluation.splits import random_folds, subsample_papers
from perovdata.models.evaluation.training_data import Evidence

_LEARNERS = ("hierarchical", "XGBoost AFT")


def _losses(
    evidence: Evidence,
    learner: str,
    metric: str,
    train: np.ndarray,
    hidden: np.ndarray,
    settings: Settings,
    borrow: bool = True,
) -> np.ndarray:
    target = evidence.corpus.targets[metric]
    model = evidence.fit(learner, metric, train, settings.seed, borrow=borrow)
    value = model.predict(evidence.X.iloc[target.rows[hidden]])
    return np.abs(signed_error(value, target.labels[hidden]))


def _cross_validate(
    evidence: Evidence, learner: str, metric: str, fold: np.ndarray, settings: Settings, borrow: bool = True
) -> np.ndarray:
    """Error of every row when its fold is hidden, shape (n,)."""
    loss = np.zeros(len(fold))
    for k in np.unique(fold):
        hidden = fold == k
        loss[hidden] = _losses(evidence, learner, metric, ~hidden, hidden, settings, borrow)
    return loss


def learning_curve(
    evidence: Evidence, splits: list[dict[str, int]], metrics: list[str], settings: Settings
) -> pd.DataFrame:
    """Error of two learners and of the global median against the number of training papers.

    Returns
    -------
    DataFrame
        metric, learner, share, n_papers (mean number of training papers), mae, skill (against the global
        median trained on the same papers).
    """
    records = []
    learners = (*_LEARNERS, BASELINES[0])
    for name in metrics:
        target = evidence.corpus.targets[name]
        for share in settings.shares:
            total = {learner: np.zeros(len(target.rows)) for learner in learners}
            times, sizes = np.zeros(len(target.rows)), []
            for r, split in enumerate(splits):
                fold = np.array([split[p] for p in target.papers])
                for k in np.unique(fold):
                    hidden = fold == k
                    draw = subsample_papers(target.papers[~hidden], share, settings.seed + 100 * r + int(k))
                    train = ~hidden
                    train[~hidden] = draw
                    if len(set(target.papers[train])) < 4:
                        continue
                    sizes.append(len(set(target.papers[train])))
                    times[hidden] += 1
                    for learner in learners:
                        total[learner][hidden] += _losses(evidence, learner, name, train, hidden, settings)
            use = times > 0
            if not use.any():
                continue
            mean = {learner: total[learner][use] / times[use] for learner in learners}
            weights = target.weights[use]
            records += [
                {
                    "metric": name,
                    "learner": learner,
                    "share": share,
                    "n_papers": float(np.mean(sizes)),
                    "mae": weighted_mean(mean[learner], weights),
                    "skill": skill(mean[learner], mean[BASELINES[0]], weights),
                }
                for learner in learners
            ]
    return pd.DataFrame(records, columns=["metric", "learner", "share", "n_papers", "mae", "skill"])


def transfer(
    evidence: Evidence, splits: list[dict[str, int]], metrics: list[str], settings: Settings
) -> pd.DataFrame:
    """Error on perovskite devices without and with background devices in training.

    Returns
    -------
    DataFrame
        learner, metric (``"all"``: mean over the metrics of the error over that of the global median),
        n_papers, n_background (papers), mae_without, mae_with, gain, gain_low, gain_high (90 %, over papers).
        Empty without background devices.
    """
    columns = [
        "learner",
        "metric",
        "n_papers",
        "n_background",
        "mae_without",
        "mae_with",
        "gain",
        "gain_low",
        "gain_high",
    ]
    if evidence.background is None:
        return pd.DataFrame(columns=columns)
    records = []
    for learner in _LEARNERS:
        pooled = []
        for name in metrics:
            extra = evidence.background.targets.get(name)
            if extra is None:
                continue
            target = evidence.corpus.targets[name]
            losses = np.zeros((3, len(target.rows)))
            for split in splits:
                fold = np.array([split[p] for p in target.papers])
                for i, (candidate, borrow) in enumerate(
                    ((learner, False), (learner, True), (BASELINES[0], False))
                ):
                    losses[i] += _cross_validate(evidence, candidate, name, fold, settings, borrow) / len(
                        splits
                    )
            unit = weighted_mean(losses[2], target.weights)
            pooled.append(
                pd.DataFrame(
                    {
                        "paper": target.papers,
                        "weight": target.weights,
                        "without": losses[0] / unit,
                        "with": losses[1] / unit,
                        "metric": name,
                    }
                )
            )
            records.append(
                {
                    "learner": learner,
                    "metric": name,
                    "n_papers": target.n_papers,
                    "n_background": extra.n_papers,
                    **_gain(losses[0], losses[1], target.papers, target.weights, settings),
                }
            )
        if pooled:
            rows = pd.concat(pooled, ignore_index=True)
            weight = rows["weight"] / rows.groupby("metric")["weight"].transform("sum")
            records.append(
                {
                    "learner": learner,
                    "metric": "all",
                    "n_papers": rows["paper"].nunique(),
                    "n_background": evidence.background.designs["paper_id"].nunique(),
                    **_gain(
                        rows["without"].to_numpy(),
                        rows["with"].to_numpy(),
                        rows["paper"].to_numpy(),
                        weight.to_numpy(),
                        settings,
                    ),
                }
            )
    return pd.DataFrame(records, columns=columns)


def _gain(
    without: np.ndarray, with_it: np.ndarray, papers: np.ndarray, weights: np.ndarray, settings: Settings
) -> dict[str, float]:
    low, high = bootstrap_papers(
        lambda w: (
            float(np.average(without - with_it, weights=w * weights)) if (w * weights).sum() else np.nan
        ),
        papers,
        n=settings.bootstrap,
        seed=settings.seed,
    )
    return {
        "mae_without": weighted_mean(without, weights),
        "mae_with": weighted_mean(with_it, weights),
        "gain": weighted_mean(without - with_it, weights),
        "gain_low": low,
        "gain_high": high,
    }


def leakage(
    evidence: Evidence, split: dict[str, int], metrics: list[str], settings: Settings
) -> dict[str, float]:
    """Relative error of boosted trees under splits by paper and by row, the paper known or not.

    Only papers with several devices can leak, so the comparison is also given on their rows.

    Returns
    -------
    dict of str to float
        ``grouped``, ``grouped_with_paper_id``, ``random``, ``random_with_paper_id``: mean error over that
        of the global median (1 = no better); ``..._shared``: the same on papers with several devices.
    """
    codes = pd.factorize(evidence.corpus.papers, sort=True)[0].astype(float)
    plain = Evidence(evidence.corpus, evidence.X)
    telling = Evidence(evidence.corpus, evidence.X.assign(paper_code=codes))
    ratios: dict[str, list[float]] = {}
    for name in metrics:
        target = evidence.corpus.targets[name]
        shared = target.weights < 1
        grouped = np.array([split[p] for p in target.papers])
        scattered = random_folds(len(target.rows), settings.outer_folds, settings.seed)
        base = _cross_validate(plain, BASELINES[0], name, grouped, settings)
        for setup, chosen, fold in (
            ("grouped", plain, grouped),
            ("grouped_with_paper_id", telling, grouped),
            ("random", plain, scattered),
            ("random_with_paper_id", telling, scattered),
        ):
            loss = _cross_validate(chosen, "XGBoost", name, fold, settings)
            ratios.setdefault(setup, []).append(loss.mean() / base.mean())
            if shared.sum() >= 4 and base[shared].mean() > 0:
                ratios.setdefault(f"{setup}_shared", []).append(loss[shared].mean() / base[shared].mean())
    return {key: float(np.mean(values)) for key, values in ratios.items()}
