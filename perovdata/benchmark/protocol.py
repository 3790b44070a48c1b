"""Score a model on a frozen task, by the protocol of the project's own evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from perovdata.benchmark.frozen import Benchmark, load_benchmark
from perovdata.benchmark.scores import Score, grade
from perovdata.errors import InputError
from perovdata.models import BASELINES, hidden_predictions


def score(
    model: Any,
    task: str | Benchmark,
    *,
    name: str | None = None,
    bounds: bool = False,
    inner_folds: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Score:
    """Score an estimator, or predictions of the hidden folds, on a frozen task.

    Parameters
    ----------
    model : scikit-learn estimator, or DataFrame
        An estimator gets ``X`` (numbers, some missing, and text columns) and one number per row on the
        metric's scale. A frame of predictions has the columns ``repeat``, ``row`` and ``prediction``, one
        row per repeat and row of the task, and may have quantiles ``q05`` ... ``q95``.
    task : str or Benchmark
        A name of :func:`perovdata.benchmark.task_names`, or what :func:`load_benchmark` gave.
    name : str, optional
        How the model is called in the record.
    bounds : bool
        The estimator takes labels of shape (n, 2), bounds as infinite ends.
    inner_folds : int
        Folds inside each training side.
    seed : int
        Of the inner deal of groups.
    progress : callable, optional
        Called with (done, total) after each outer fold.

    Returns
    -------
    Score
        Table of scores with intervals over groups, the predictions behind it, the record for
        :func:`perovdata.benchmark.submit`.

    Raises
    ------
    InputError
        Predictions that miss a row, name an unknown one or are not finite; a model that is neither.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> found = score(DummyRegressor(strategy="median"), "on_off_ratio", inner_folds=3)  # doctest: +SKIP
    """
    frozen = load_benchmark(task) if isinstance(task, str) else task
    if isinstance(model, pd.DataFrame):
        return grade(frozen, model, baseline_predictions(frozen, seed), name=name or "predictions")
    if not (hasattr(model, "fit") and hasattr(model, "predict")):
        raise InputError(
            f"benchmark: a {type(model).__name__} is neither an estimator nor a frame of predictions"
        )
    found = hidden_predictions(
        frozen.corpus(), frozen.X, frozen.folds, model,
        bounds=bounds, inner_folds=inner_folds, seed=seed, progress=progress,
    )  # fmt: skip
    naive = found["variant"].isin(BASELINES)
    return grade(frozen, found[~naive], found[naive], name=name or type(model).__name__)


def baseline_predictions(frozen: Benchmark, seed: int = 0) -> pd.DataFrame:
    """What the naive baselines say of the hidden rows: the reference of every score."""
    return hidden_predictions(frozen.corpus(), frozen.X, frozen.folds, inner_folds=2, seed=seed)
