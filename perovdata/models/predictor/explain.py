"""What a fitted model made of each property of a design, in units of the model scale.

Contributions add up to the prediction less the model's mean: posterior means of the parts for the
hierarchical
model, XGBoost's own tree SHAP values (Lundberg and Lee 2017, arXiv:1705.07874) for boosted trees, coefficient
times standardised value for linear models, the members' mean for an average. Forests, medians and nearest
devices have none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["contributions"]


def contributions(model: Any, X: pd.DataFrame) -> dict[str, np.ndarray] | None:
    """Contribution of each part or feature to each row's prediction.

    Parameters
    ----------
    model : estimator
        A fitted candidate.
    X : DataFrame
        Design frame.

    Returns
    -------
    dict of str to ndarray, shape (n,), or None
        None if the model has no additive explanation.
    """
    kind = type(model).__name__
    if kind == "Average":
        parts = [contributions(m, X) for m in model.models]
        return None if None in parts else _mean(parts, len(X))
    if kind == "VarianceComponents":
        return dict(zip(model.part_names, model.contributions(X).T, strict=True))
    if kind == "IntervalBoosting":
        return _tree_shap(model.booster_, model.columns_, X, model.scale_)
    if kind == "WithBounds":
        inner = model.estimator_
        if hasattr(inner, "get_booster"):
            return _tree_shap(inner.get_booster(), model.columns_, X, 1.0)
        if hasattr(inner, "named_steps"):
            return _linear(inner, model.columns_, X)
    return None


def _tree_shap(booster, columns, X, scale) -> dict[str, np.ndarray]:
    import xgboost

    values = booster.predict(xgboost.DMatrix(X[columns].to_numpy(dtype=float)), pred_contribs=True)
    return dict(zip(columns, values[:, :-1].T.astype(float) * scale, strict=True))


def _linear(pipeline, columns, X) -> dict[str, np.ndarray]:
    values = pipeline[:-1].transform(X[columns].to_numpy(dtype=float))
    names = np.asarray(columns, dtype=object)
    for name, step in list(pipeline.named_steps.items())[:-1]:
        if name != "scale":
            names = step.get_feature_names_out(names)
    return dict(zip(names, (values * pipeline[-1].coef_).T, strict=True))


def _mean(parts: list[dict[str, np.ndarray]], n: int) -> dict[str, np.ndarray]:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: sum(part.get(name, np.zeros(n)) for part in parts) / len(parts) for name in names}
