"""Fit the shipped predictor on all papers and write its bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perovdata.errors import InputError
from perovdata.features import COMPOSITION
from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.distance import DesignDistance, nearest_mean
from perovdata.models.evaluation.fold import PROCEDURE, eligible_metrics, paper_states
from perovdata.models.evaluation.nested import choose, fit_metric, fit_out_of_fold, normal_scores, refit
from perovdata.models.evaluation.settings import Settings
from perovdata.models.evaluation.splits import paper_folds
from perovdata.models.evaluation.training_data import Evidence, gather
from perovdata.models.predictor.copula import fit_copula
from perovdata.models.predictor.metric_model import MetricModel
from perovdata.models.predictor.predictor import Predictor
from perovdata.models.store.bundle import save_bundle
from perovdata.models.store.versions import current_versions
from perovdata.models.targets import Corpus, from_scale


def train(
    params: Mapping[str, Any] | None = None,
    evaluation_dir: str | Path = "data/derived/evaluation",
    out_dir: str | Path = "data/model",
    *,
    long: pd.DataFrame | None = None,
    background: pd.DataFrame | None = None,
) -> Predictor:
    """Fit on all papers what the evaluation decided to ship, and save the bundle.

    Parameters
    ----------
    params : mapping, optional
        The same section as for :func:`evaluate`.
    evaluation_dir : path-like
        Output of :func:`evaluate` on the same data.
    out_dir : path-like
        Folder of the bundle; replaced as a whole.
    long, background : DataFrame, optional
        Long tables; the shipped ones by default.

    Raises
    ------
    InputError
        If the evaluation is missing or was made for other metrics.
    """
    path = Path(evaluation_dir) / "skill.csv"
    if not path.is_file():
        raise InputError(f"{path}: not found; run the evaluation first")
    skills = pd.read_csv(path).set_index("metric")
    settings = Settings.of(params)
    predictor = fit_predictor(gather(settings, long, background), skills, settings)
    save_bundle(predictor, out_dir)
    return predictor


def fit_predictor(evidence: Evidence, skills: pd.DataFrame, settings: Settings) -> Predictor:
    """Fit all metrics on all papers.

    Parameters
    ----------
    evidence : Evidence
    skills : DataFrame
        Skill table of the evaluation, index = metric.
    settings : Settings
    """
    corpus, X = evidence.corpus, evidence.X
    names = eligible_metrics(corpus, settings)
    if set(names) != set(skills.index):
        odd = sorted(set(names) ^ set(skills.index))
        raise InputError(f"the evaluation does not belong to this data: metrics differ in {', '.join(odd)}")
    inner_fold = paper_folds(paper_states(corpus), settings.inner_folds, settings.seed)
    distance = DesignDistance(numbers=COMPOSITION).fit(X)
    matrix = distance(X)
    models, scores = {}, np.full((len(X), len(names)), np.nan)
    for column, name in enumerate(names):
        target, variant = corpus.targets[name], str(skills.loc[name, "variant"])
        tried = list(evidence.registry) if variant == PROCEDURE else [variant]
        everything = np.ones(len(target.rows), dtype=bool)
        inner = fit_out_of_fold(evidence, name, everything, inner_fold, tried, settings.seed)
        chosen = choose(inner, settings.margin)[0] if variant == PROCEDURE else variant
        final = refit(evidence, name, everything, chosen, settings.seed)
        models[name] = fit_metric(inner, final, corpus.papers, matrix, chosen)
        scores[inner.rows, column] = normal_scores(inner, models[name], inner.predictions[chosen])
    own = corpus.papers[:, None] == corpus.papers[None, :]
    reference = corpus.designs.copy()
    for text in reference.columns.intersection(X.select_dtypes(object).columns):
        reference[text] = X[text]
    return Predictor(
        models=models,
        copula=fit_copula(names, scores, corpus.design_weights(), *evidence.background_scores(names)),
        distance=distance,
        reference=_plain_rows(reference),
        difficulty=nearest_mean(matrix, own),
        summary=_summary(corpus, skills, models),
        metadata={
            "versions": current_versions(),
            "seed": settings.seed,
            "features": [c for c in X.columns if X[c].dtype != object],
            "candidates": list(evidence.registry),
        },
    )


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts, None where a cell is empty."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _summary(
    corpus: Corpus, skills: pd.DataFrame, models: dict[str, MetricModel]
) -> dict[str, dict[str, Any]]:
    """Per metric what the evaluation says; metrics with too few papers get their reported range."""
    out = {}
    for name, target in corpus.targets.items():
        row: dict[str, Any] = {
            "kind": "reported range",
            "baseline": None,
            "skill": None,
            "skill_over_median": None,
            "n_papers": target.n_papers,
            "demonstrated": target.demonstrated,
            "reported_range": [
                float(from_scale(target.metric, f(target.reported))) for f in (np.min, np.max)
            ],
        }
        if name in skills.index:
            scores: Any = skills.loc[name]
            row["kind"] = str(scores["kind"])
            # The procedure may earn its place and still take a baseline on all papers.
            if row["kind"] == "model" and models[name].name in BASELINES:
                row["kind"] = "baseline"
            row["baseline"] = str(scores["baseline"])
            for key in ("skill", "skill_over_median"):
                ends = (("value", key), ("low", f"{key}_low"), ("high", f"{key}_high"))
                row[key] = {end: float(scores[column]) for end, column in ends}
            row["evaluation"] = {
                key: float(scores[key])
                for key in ("mae", "mae_baseline", "rmse", "spearman", "crps", "coverage_90", "width_90")
            }
        out[name] = row
    return out
