"""Paper-grouped, nested evaluation: the numbers that say how far a prediction can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perovdata.files import write_atomic
from perovdata.models.estimators.baselines import BASELINES
from perovdata.models.estimators.censoring import signed_error
from perovdata.models.evaluation.fold import eligible_metrics, paper_states, run_fold
from perovdata.models.evaluation.learning_curves import leakage, learning_curve, transfer
from perovdata.models.evaluation.scoring import (
    LEVELS,
    PROCEDURE,
    bootstrap_papers,
    covered,
    quantile_column,
    skill,
    spearman,
    weighted_mean,
)
from perovdata.models.evaluation.settings import Settings
from perovdata.models.evaluation.splits import paper_folds
from perovdata.models.evaluation.training_data import Evidence, gather
from perovdata.models.targets import Corpus, Target

Progress = Callable[[int, int], None]


def outer_splits(corpus: Corpus, settings: Settings) -> list[dict[str, int]]:
    """Fold of every paper, one deal per repeat."""
    states = paper_states(corpus)
    return [paper_folds(states, settings.outer_folds, settings.seed + r) for r in range(settings.repeats)]


def evaluate(
    params: Mapping[str, Any] | None = None,
    out_dir: str | Path = "data/derived/evaluation",
    features: pd.DataFrame | None = None,
    *,
    long: pd.DataFrame | None = None,
    background: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> dict[str, float]:
    """Run the whole evaluation and write its files.

    Parameters
    ----------
    params : mapping, optional
        Section ``evaluate`` of ``params.yaml``: see :class:`Settings`.
    out_dir : path-like
        Folder for metrics.json (flat finite numbers), skill.csv, candidates.csv, intervals.csv,
        predictions.csv, parity.csv, calibration.csv, conditioning.csv, learning_curve.csv, transfer.csv,
        leakage.json and splits.json.
    features : DataFrame, optional
        Design frame computed before (:func:`designs.design_frame`), index = device id.
    long, background : DataFrame, optional
        Long tables of perovskite devices and of others; the shipped ones by default.
    progress : callable, optional
        Called with (done, total) after each outer fold.

    Returns
    -------
    dict of str to float
        Content of metrics.json.

    Raises
    ------
    InputError
        For an unknown or impossible parameter.
    """
    settings = Settings.of(params)
    out = Path(out_dir)
    evidence = gather(settings, long, background, features)
    corpus = evidence.corpus
    splits = outer_splits(corpus, settings)
    predictions, intervals, conditioning = _run(evidence, splits, settings, progress)
    skills = _skill_table(corpus, predictions, intervals, settings)
    pairs = _pair_table(corpus, conditioning, settings)
    modelled = list(skills.loc[skills["kind"] != "population", "metric"])
    curves, borrowed, leak = _lessons(evidence, splits, modelled, list(skills["metric"]), settings)
    shipped = intervals[
        intervals["variant"] == intervals["metric"].map(skills.set_index("metric")["variant"])
    ]
    metrics = _flat_metrics(corpus, skills, pairs, leak)
    tables = {
        "predictions": _with_labels(corpus, predictions),
        "intervals": _with_labels(corpus, intervals),
        "parity": _with_labels(corpus, shipped),
        "candidates": _candidate_table(corpus, predictions),
        "skill": skills,
        "calibration": _calibration(corpus, shipped),
        "conditioning": pairs,
        "learning_curve": curves,
        "transfer": borrowed,
    }
    for name, table in tables.items():
        write_atomic(out / f"{name}.csv", table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    write_atomic(out / "leakage.json", _json(leak))
    write_atomic(out / "splits.json", _json({"seed": settings.seed, "outer": splits}))
    write_atomic(out / "metrics.json", _json(metrics))
    return metrics


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, allow_nan=False, sort_keys=True) + "\n"


def _run(
    evidence: Evidence,
    splits: list[dict[str, int]],
    settings: Settings,
    progress: Callable[[int, int], None] | None,
) -> list[pd.DataFrame]:
    """All outer folds, in processes; results do not depend on their number."""
    from joblib import Parallel, delayed

    jobs = [(r, k) for r, fold in enumerate(splits) for k in range(max(fold.values()) + 1)]
    work = Parallel(n_jobs=min(settings.jobs, len(jobs)), return_as="generator")(
        delayed(_one_thread)(run_fold, evidence, splits[r], k, settings, settings.seed + 1000 * (r + 1) + k)
        for r, k in jobs
    )
    parts: list[list[pd.DataFrame]] = [[], [], []]
    for done, ((r, k), result) in enumerate(zip(jobs, work, strict=True), start=1):
        for store, frame in zip(
            parts, (result.predictions, result.intervals, result.conditioning), strict=True
        ):
            store.append(frame.assign(repeat=r, fold=k))
        if progress:
            progress(done, len(jobs))
    return [pd.concat(p, ignore_index=True) for p in parts]


def _lessons(
    evidence: Evidence,
    splits: list[dict[str, int]],
    modelled: list[str],
    metrics: list[str],
    settings: Settings,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Learning curve, transfer table and leakage figures, in processes."""
    from joblib import Parallel, delayed

    curves = [delayed(_one_thread)(learning_curve, evidence, splits, [name], settings) for name in modelled]
    others = [
        delayed(_one_thread)(transfer, evidence, splits[:1], metrics, settings),
        delayed(_one_thread)(leakage, evidence, splits[0], modelled, settings),
    ]
    *curves, borrowed, leak = Parallel(n_jobs=settings.jobs)([*curves, *others])
    return (
        pd.concat(curves, ignore_index=True) if curves else learning_curve(evidence, splits, [], settings),
        borrowed,
        leak,
    )


def _one_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Small matrices: threads inside a process only cost time (and would change sums)."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return function(*arguments)


def _with_labels(corpus: Corpus, frame: pd.DataFrame) -> pd.DataFrame:
    """Add device, paper, label and weight of each row."""
    parts = []
    for name, part in frame.groupby("metric", sort=False):
        target = corpus.targets[str(name)]
        at = pd.Index(target.rows).get_indexer(part["row"])
        parts.append(
            part.assign(
                device_id=corpus.designs.index[part["row"]],
                paper_id=target.papers[at],
                reported=target.reported[at],
                label_low=target.labels[at, 0],
                label_high=target.labels[at, 1],
                weight=target.weights[at],
            ).drop(columns="row")
        )
    return pd.concat(parts, ignore_index=True)


def _errors(corpus: Corpus, name: str, part: pd.DataFrame, column: str) -> np.ndarray:
    """Signed errors averaged over repeats, one per row of the target."""
    target = corpus.targets[name]
    at = pd.Index(target.rows).get_indexer(part["row"])
    error = signed_error(part[column].to_numpy(), target.labels[at])
    size = np.bincount(at, minlength=len(target.rows))
    return np.bincount(at, np.abs(error), minlength=len(target.rows)) / np.maximum(size, 1)


def _skill_again(
    errors: np.ndarray, reference: np.ndarray, weights: np.ndarray, multiplicity: np.ndarray
) -> float:
    """Skill in a resample of the papers."""
    return skill(errors, reference, multiplicity * weights)


def _mean_again(values: np.ndarray, weights: np.ndarray, multiplicity: np.ndarray) -> float:
    """Weighted mean in a resample of the papers; NaN if none of the rows is in it."""
    mass = multiplicity * weights
    return float(np.average(values, weights=mass)) if mass.sum() else float("nan")


def _candidate_table(corpus: Corpus, predictions: pd.DataFrame) -> pd.DataFrame:
    """Error of every candidate on every metric."""
    records = []
    for (metric, candidate), part in predictions.groupby(["metric", "candidate"], sort=False):
        name = str(metric)
        target = corpus.targets[name]
        records.append(
            {
                "metric": name,
                "candidate": candidate,
                "n_papers": target.n_papers,
                "mae": weighted_mean(_errors(corpus, name, part, "prediction"), target.weights),
            }
        )
    return pd.DataFrame(records)


def _skill_table(
    corpus: Corpus, predictions: pd.DataFrame, intervals: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """One row per metric: what is shipped and how it scores against the best baseline."""
    records = []
    for name in eligible_metrics(corpus, settings):
        target = corpus.targets[name]
        points = predictions[predictions["metric"] == name]
        baseline_errors = {
            b: _errors(corpus, name, points[points["candidate"] == b], "prediction") for b in BASELINES
        }
        baseline = min(BASELINES, key=lambda b: weighted_mean(baseline_errors[b], target.weights))
        reference = baseline_errors[baseline]
        quantiles = intervals[intervals["metric"] == name]
        procedure = quantiles[quantiles["variant"] == PROCEDURE]
        procedure_skill = skill(_errors(corpus, name, procedure, "q50"), reference, target.weights)
        modelled = target.n_papers >= settings.model_papers
        variant = PROCEDURE if modelled and procedure_skill > 0 else (baseline if modelled else BASELINES[0])
        shipped = quantiles[quantiles["variant"] == variant]
        errors = _errors(corpus, name, shipped, "q50")
        usual = shipped["chosen"].value_counts().idxmax()
        records.append(
            {
                "metric": name,
                "n_papers": target.n_papers,
                "n_values": len(target.rows),
                "n_bounds": int(target.bounded.sum()),
                "demonstrated": target.demonstrated,
                "kind": "model" if variant == PROCEDURE else "baseline" if modelled else "population",
                "variant": variant,
                "model": usual,
                "baseline": baseline,
                "mae_baseline": weighted_mean(reference, target.weights),
                "mae": weighted_mean(errors, target.weights),
                **_skill_with_ends("skill", errors, reference, target, settings),
                **_skill_with_ends(
                    "skill_over_median", errors, baseline_errors[BASELINES[0]], target, settings
                ),
                "procedure_skill": procedure_skill,
                **_interval_scores(target, shipped),
            }
        )
    return pd.DataFrame(records)


def _skill_with_ends(
    name: str, errors: np.ndarray, reference: np.ndarray, target: Target, settings: Settings
) -> dict[str, float]:
    """Skill against a reference with its bootstrap interval over papers."""
    low, high = bootstrap_papers(
        partial(_skill_again, errors, reference, target.weights),
        target.papers,
        n=settings.bootstrap,
        seed=settings.seed,
    )
    return {name: skill(errors, reference, target.weights), f"{name}_low": low, f"{name}_high": high}


def _interval_scores(target: Target, shipped: pd.DataFrame) -> dict[str, float]:
    at = pd.Index(target.rows).get_indexer(shipped["row"])
    labels, weights, exact = target.labels[at], target.weights[at], ~target.bounded[at]
    median = shipped["q50"].to_numpy()
    error = signed_error(median, labels)
    rank = spearman(median, target.reported[at], weights)
    scores = {
        "rmse": float(np.sqrt(weighted_mean(error**2, weights))),
        "spearman": rank if np.isfinite(rank) else 0.0,
        "crps": weighted_mean(shipped["crps"], weights),
        "mae_true_value": weighted_mean(np.abs(signed_error(median, target.strict_labels()[at])), weights),
    }
    for level in LEVELS:
        low, high = (shipped[quantile_column(q)].to_numpy() for q in ((1 - level) / 2, (1 + level) / 2))
        inside = covered(low, high, labels)
        key = f"{round(100 * level)}"
        scores[f"coverage_{key}"] = weighted_mean(inside, weights)
        scores[f"coverage_exact_{key}"] = (
            weighted_mean(inside[exact], weights[exact]) if exact.any() else scores[f"coverage_{key}"]
        )
        scores[f"width_{key}"] = weighted_mean(high - low, weights)
    lower = shipped[quantile_column(0.1)].to_numpy()
    scores["coverage_lower_90"] = weighted_mean(lower <= labels[:, 1], weights)
    return scores


def _calibration(corpus: Corpus, shipped: pd.DataFrame) -> pd.DataFrame:
    """Observed share below each predicted quantile: for bounds, the least and the greatest possible share."""
    records = []
    for name, part in shipped.groupby("metric", sort=False):
        target = corpus.targets[str(name)]
        at = pd.Index(target.rows).get_indexer(part["row"])
        labels, weights = target.labels[at], target.weights[at]
        for column in [c for c in map(str, part) if c.startswith("q") and c[1:].isdigit()]:
            value = part[column].to_numpy()
            records.append(
                {
                    "metric": name,
                    "quantile": int(column[1:]) / 100,
                    "share_low": weighted_mean(labels[:, 1] <= value, weights),
                    "share_high": weighted_mean(labels[:, 0] <= value, weights),
                    "n_papers": target.n_papers,
                }
            )
    return pd.DataFrame(records)


def _pair_table(corpus: Corpus, conditioning: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Change of the mean error of a hidden metric when others are known, with its interval over papers."""
    records = []
    for (metric, given), part in conditioning.groupby(["hidden", "given"], sort=True):
        hidden = str(metric)
        target = corpus.targets[hidden]
        rows = np.unique(part["row"])
        use = np.isin(target.rows, rows)
        before, after = (_errors(corpus, hidden, part, c)[use] for c in ("before", "after"))
        papers, weights = target.papers[use], target.weights[use]
        n_papers = len(set(papers))
        if n_papers < 5:
            continue
        gain = before - after
        low, high = bootstrap_papers(
            partial(_mean_again, gain, weights),
            papers,
            n=settings.bootstrap,
            seed=settings.seed,
        )
        at = pd.Index(target.rows).get_indexer(part["row"])
        inside = covered(part["low"].to_numpy(), part["high"].to_numpy(), target.labels[at])
        records.append(
            {
                "hidden": hidden,
                "given": given,
                "n_papers": n_papers,
                "mae_before": weighted_mean(before, weights),
                "mae_after": weighted_mean(after, weights),
                "gain": weighted_mean(gain, weights),
                "gain_low": low,
                "gain_high": high,
                "coverage_90": weighted_mean(inside, target.weights[at]),
            }
        )
    columns = [
        "hidden",
        "given",
        "n_papers",
        "mae_before",
        "mae_after",
        "gain",
        "gain_low",
        "gain_high",
        "coverage_90",
    ]
    return pd.DataFrame(records, columns=columns).sort_values("gain", ascending=False, ignore_index=True)


def _flat_metrics(
    corpus: Corpus, skills: pd.DataFrame, pairs: pd.DataFrame, leak: dict[str, Any]
) -> dict[str, float]:
    """Flat finite numbers for ``dvc metrics``."""
    flat: dict[str, float] = {"n_papers": len(set(corpus.papers)), "n_devices": len(corpus.designs)}
    keys = [
        "n_papers",
        "n_values",
        "n_bounds",
        "mae",
        "mae_baseline",
        "rmse",
        "spearman",
        "crps",
        "skill",
        "skill_low",
        "skill_high",
        "skill_over_median",
        "skill_over_median_low",
        "skill_over_median_high",
        "procedure_skill",
        "coverage_50",
        "coverage_80",
        "coverage_90",
        "width_90",
    ]
    for row in skills.to_dict("records"):
        for key in keys:
            flat[f"{row['metric']}.{key}"] = row[key]
    modelled = skills[skills["kind"] != "population"]
    flat["metrics_with_skill_above_zero"] = int((modelled["skill_low"] > 0).sum())
    flat["pairs_where_conditioning_helps"] = int((pairs["gain_low"] > 0).sum())
    flat.update({f"leakage.{k}": v for k, v in leak.items()})
    return {k: float(v) if not isinstance(v, int) else v for k, v in flat.items() if np.isfinite(v)}
