"""One outer fold: fit on its training papers, predict the hidden ones in every way that is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from perovdata.features import COMPOSITION
from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.distance import DesignDistance
from perovdata.models.evaluation.nested import choose, fit_metric, fit_out_of_fold, normal_scores, refit
from perovdata.models.evaluation.scoring import PROCEDURE, QUANTILES, crps, quantile_column
from perovdata.models.evaluation.settings import Settings
from perovdata.models.evaluation.splits import paper_folds
from perovdata.models.evaluation.training_data import Evidence
from perovdata.models.predictor.copula import Copula, fit_copula
from perovdata.models.predictor.metric_model import MetricModel
from perovdata.models.targets import Corpus


@dataclass
class FoldResult:
    """Long tables of one outer fold.

    Attributes
    ----------
    predictions : DataFrame
        Point predictions of every candidate: metric, row, candidate, prediction.
    intervals : DataFrame
        Quantiles and CRPS of the procedure and of each baseline: metric, row, variant, chosen, q05 .. q95,
        crps.
    conditioning : DataFrame
        Errors of a hidden metric without and with others known: hidden, given, row, before, after (medians).
    """

    predictions: pd.DataFrame
    intervals: pd.DataFrame
    conditioning: pd.DataFrame


def paper_states(corpus: Corpus) -> dict[str, set[str]]:
    """Metrics that each paper states."""
    states: dict[str, set[str]] = {str(p): set() for p in corpus.papers}
    for name, target in corpus.targets.items():
        for paper in target.papers:
            states[paper].add(name)
    return states


def eligible_metrics(corpus: Corpus, settings: Settings) -> list[str]:
    """Metrics with enough papers for a prediction."""
    return [name for name, t in corpus.targets.items() if t.n_papers >= settings.min_papers]


def run_fold(evidence: Evidence, outer: dict[str, int], k: int, settings: Settings, seed: int) -> FoldResult:
    """Everything that is compared, for the papers of outer fold `k`.

    Parameters
    ----------
    evidence : Evidence
    outer : dict of str to int
        Outer fold of every paper.
    k : int
        Fold to hide.
    settings : Settings
    seed : int
        Seed of the inner deal.
    """
    corpus, X = evidence.corpus, evidence.X
    states = {p: s for p, s in paper_states(corpus).items() if outer[p] != k}
    inner_fold = paper_folds(states, settings.inner_folds, seed)
    shown = np.array([outer[p] != k for p in corpus.papers])
    distance = np.full((len(X), len(X)), np.nan)
    distance[:, shown] = DesignDistance(numbers=COMPOSITION).fit(X[shown])(X)
    predictions, intervals = [], []
    models: dict[str, MetricModel] = {}
    points: dict[str, np.ndarray] = {}
    scores = np.full((len(X), len(corpus.targets)), np.nan)
    names = eligible_metrics(corpus, settings)
    for column, name in enumerate(names):
        target = corpus.targets[name]
        train = shown[target.rows]
        hidden = target.rows[~train]
        labels = target.labels[~train]
        modelled = target.n_papers >= settings.model_papers
        tried = list(evidence.registry) if modelled else list(BASELINES)
        inner = fit_out_of_fold(evidence, name, train, inner_fold, tried, settings.seed)
        chosen = choose(inner, settings.margin)[0] if modelled else BASELINES[0]
        variants = {PROCEDURE: chosen, **{b: b for b in BASELINES}}
        finals = {n: refit(evidence, name, train, n, settings.seed) for n in evidence.registry}
        design = X.iloc[hidden]
        for variant, candidate in variants.items():
            model = fit_metric(inner, finals[candidate], corpus.papers, distance, candidate)
            if variant == PROCEDURE:
                models[name] = model
                scores[inner.rows, column] = normal_scores(inner, model, inner.predictions[candidate])
            if not len(hidden):
                continue
            sample = model.points(design, distance[hidden])
            if variant == PROCEDURE:
                points[name] = sample
            frame = pd.DataFrame({"metric": name, "variant": variant, "chosen": candidate, "row": hidden})
            quantiles = model.quantiles(sample, np.array(QUANTILES))
            frame[[quantile_column(q) for q in QUANTILES]] = quantiles
            frame["crps"] = crps(sample, model.sample.mass[None], labels)
            frame["difficulty"] = model.difficulty(distance[hidden])
            intervals.append(frame)
        for candidate, model in finals.items() if len(hidden) else ():
            prediction = model.predict(design)
            columns = {"metric": name, "row": hidden, "candidate": candidate, "prediction": prediction}
            predictions.append(pd.DataFrame(columns))
    weights = np.where(shown, corpus.design_weights(), 0.0)
    copula = fit_copula(names, scores[:, : len(names)], weights, *evidence.background_scores(names))
    return FoldResult(
        pd.concat(predictions, ignore_index=True),
        pd.concat(intervals, ignore_index=True),
        _conditioning(corpus, models, points, copula, shown),
    )


def _conditioning(
    corpus: Corpus,
    models: Mapping[str, MetricModel],
    points: Mapping[str, np.ndarray],
    copula: Copula,
    shown: np.ndarray,
) -> pd.DataFrame:
    """Hide one stated metric of each hidden device; predict it without and with the others."""
    stated: dict[int, dict[str, int]] = {}
    for name in points:
        target = corpus.targets[name]
        for i, row in enumerate(target.rows[~shown[target.rows]]):
            stated.setdefault(int(row), {})[name] = i
    records = []
    for row, names in stated.items():
        scores = {}
        for name, i in names.items():
            target = corpus.targets[name]
            value = target.reported[~shown[target.rows]][i : i + 1]
            u = models[name].probability(points[name][i : i + 1], value)
            scores[name] = ndtri(np.clip(u, 1e-4, 1 - 1e-4))
        for hidden, i in names.items():
            others = {g: z for g, z in scores.items() if g != hidden}
            sets = {g: {g: z} for g, z in others.items()}
            if len(others) > 1:
                sets["all others"] = others
            sample = points[hidden][i : i + 1]
            column = copula.names.index(hidden)
            before = float(models[hidden].quantiles(sample, np.array([0.5]))[0, 0])
            for given, known in sets.items():
                mean, covariance = copula.given(known)
                sd = np.sqrt(covariance[column, column])
                u = ndtr(mean[0, column] + sd * ndtri([0.05, 0.5, 0.95]))
                low, after, high = models[hidden].quantiles(sample, u)[0]
                records.append((hidden, given, row, before, after, low, high))
    columns = ["hidden", "given", "row", "before", "after", "low", "high"]
    return pd.DataFrame(records, columns=columns)
