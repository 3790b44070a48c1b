"""From predictions of hidden rows to a table of scores, each with its interval over groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perovdata.benchmark.frozen import Benchmark
from perovdata.errors import InputError
from perovdata.models import BASELINES, signed_error
from perovdata.models.evaluation import (
    LEVELS,
    OWN,
    QUANTILES,
    bootstrap_papers,
    covered,
    quantile_column,
    skill,
    weighted_mean,
)

_RESAMPLES = 2000


@dataclass(frozen=True)
class Score:
    """How a model does on a task.

    Attributes
    ----------
    name, task, version, checksum : str
        The model, and exactly what it was scored on.
    table : DataFrame
        One row per variant (``model``: as it is; ``procedure``: taken only where it beats the baselines in
        training; then the baselines): ``mae`` on the metric's scale, ``skill`` against the best baseline
        and ``skill_global`` against the global median with 90 % intervals over groups, coverage of the
        50, 80 and 90 % intervals, mean width at 90 %, CRPS.
    predictions : DataFrame
        Of the model: repeat, row, variant, prediction and quantiles, if there are any.
    """

    name: str
    task: str
    version: str
    checksum: str
    table: pd.DataFrame
    predictions: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table of scores."""
        return self.table.copy()

    def to_dict(self) -> dict[str, Any]:
        """The JSON record that :func:`submit` checks: scores and the predictions behind them."""
        rows = self.predictions.sort_values(["variant", "repeat", "row"])
        return {
            "name": self.name,
            "task": self.task,
            "version": self.version,
            "checksum": self.checksum,
            "scores": self.table.to_dict("records"),
            "predictions": {column: rows[column].tolist() for column in rows},
        }

    def __str__(self) -> str:
        own = self.table.iloc[0]
        return (
            f"{self.name} on {self.task} ({self.version}): error {own['mae']:.3g}, skill {own['skill']:.2f} "
            f"({own['skill_low']:.2f} .. {own['skill_high']:.2f}) against the {own['baseline']}"
        )

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False, float_format="{:.3g}".format)


def grade(frozen: Benchmark, predictions: pd.DataFrame, baselines: pd.DataFrame, *, name: str) -> Score:
    """Score predictions of the hidden rows.

    Parameters
    ----------
    frozen : Benchmark
    predictions : DataFrame
        repeat, row, prediction; optionally variant, quantiles q05 ... q95 and crps.
    baselines : DataFrame
        The same of the naive baselines, ``variant`` their names.
    name : str

    Returns
    -------
    Score

    Raises
    ------
    InputError
        Columns or rows that are missing, unknown or not finite.
    """
    own = _checked(frozen, predictions)
    both = pd.concat([own, baselines], ignore_index=True)
    weights = frozen.corpus().targets[frozen.task].weights
    errors = {variant: _row_errors(frozen, part) for variant, part in both.groupby("variant", sort=False)}
    best = min(BASELINES, key=lambda b: weighted_mean(errors[b], weights))
    records = []
    for variant, part in both.groupby("variant", sort=False):
        mine = errors[variant]
        record: dict[str, Any] = {"variant": variant, "mae": weighted_mean(mine, weights), "baseline": best}
        for key, reference in (("skill", errors[best]), ("skill_global", errors[BASELINES[0]])):
            low, high = _skill_interval(mine, reference, weights, frozen.groups)
            record |= {key: skill(mine, reference, weights), f"{key}_low": low, f"{key}_high": high}
        records.append(record | _interval_scores(frozen, part, weights))
    table = pd.DataFrame(records)
    return Score(name, frozen.task, frozen.version, frozen.checksum, table, own)


def _checked(frozen: Benchmark, predictions: pd.DataFrame) -> pd.DataFrame:
    """The predictions in a known form, every repeat complete."""
    missing = [c for c in ("repeat", "row", "prediction") if c not in predictions]
    if missing:
        raise InputError(
            f"predictions: column '{missing[0]}' is missing; needed are repeat, row and prediction "
            f"(and q05 ... q95 for intervals); found {', '.join(map(str, predictions.columns))}"
        )
    frame = predictions.copy()
    if "variant" not in frame:
        frame["variant"] = OWN
    frame["row"] = frame["row"].astype(str)
    known = set(frozen.designs.index)
    strange = sorted(set(frame["row"]) - known)
    if strange:
        raise InputError(f"predictions: row '{strange[0]}' is not one of task {frozen.task}")
    for variant, part in frame.groupby("variant"):
        for repeat in range(len(frozen.folds)):
            rows = part.loc[part["repeat"] == repeat, "row"]
            lost = sorted(known - set(rows))
            if lost or rows.duplicated().any():
                what = f"row '{lost[0]}' is missing" if lost else "a row stands twice"
                raise InputError(
                    f"predictions: {variant}, repeat {repeat}: {what}; each of the {len(frozen.folds)} "
                    f"repeats (0 ...) needs all {len(known)} rows once, predicted while their fold is hidden"
                )
    columns = ["prediction", *(c for c in map(quantile_column, QUANTILES) if c in frame)]
    numbers = frame[columns].apply(pd.to_numeric, errors="coerce")
    if not np.isfinite(numbers.to_numpy()).all():
        column = numbers.columns[~np.isfinite(numbers).all()][0]
        raise InputError(f"predictions: column '{column}' holds a value that is not a finite number")
    frame[columns] = numbers
    return frame


def _skill_interval(
    errors: np.ndarray, reference: np.ndarray, weights: np.ndarray, groups: np.ndarray
) -> tuple[float, float]:
    """90 % interval of the skill, groups drawn with replacement."""
    return bootstrap_papers(lambda drawn: skill(errors, reference, drawn * weights), groups, n=_RESAMPLES)


def _row_errors(frozen: Benchmark, part: pd.DataFrame) -> np.ndarray:
    """Absolute distance to the label, averaged over repeats, one per row of the task."""
    at = frozen.designs.index.get_indexer(pd.Index(part["row"]))
    error = np.abs(signed_error(part["prediction"].to_numpy(), frozen.y[at]))
    return np.bincount(at, error, minlength=len(frozen.y)) / np.bincount(at, minlength=len(frozen.y))


def _interval_scores(frozen: Benchmark, part: pd.DataFrame, weights: np.ndarray) -> dict[str, float]:
    """Coverage, width and CRPS; nothing where no quantiles were given."""
    if quantile_column(0.05) not in part or part[quantile_column(0.05)].isna().any():
        return {}
    at = frozen.designs.index.get_indexer(pd.Index(part["row"]))
    found: dict[str, float] = {}
    for level in LEVELS:
        low, high = (part[quantile_column(q)].to_numpy() for q in ((1 - level) / 2, (1 + level) / 2))
        found[f"coverage_{round(100 * level)}"] = weighted_mean(covered(low, high, frozen.y[at]), weights[at])
    found["width_90"] = weighted_mean(high - low, weights[at])
    if "crps" in part:
        found["crps"] = weighted_mean(part["crps"], weights[at])
    return found
