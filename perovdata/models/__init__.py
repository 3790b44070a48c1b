"""Metric predictors: grouped evaluation, calibrated intervals, joint draws, the fitted bundle."""

from __future__ import annotations

import importlib
from typing import Any

# Loaded on first use: evaluation pulls in xgboost and the scikit-learn ensembles, prediction needs neither.
_WHERE = {
    "CANDIDATES": "estimators.candidates",
    "MetricPrediction": "predictor.predictor",
    "Prediction": "predictor.predictor",
    "Predictor": "predictor.predictor",
    "Settings": "evaluation.settings",
    "build_corpus": "evaluation.targets",
    "data_version": "store.versions",
    "evaluate": "evaluation.run",
    "load_bundle": "store.bundle",
    "load_predictor": "store.find_or_train",
    "predict": "store.find_or_train",
    "save_bundle": "store.bundle",
    "train": "evaluation.train",
}
_RENAMED = {"load_bundle": "load", "save_bundle": "save"}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_WHERE[name]}")
    value = getattr(module, _RENAMED.get(name, name))
    globals()[name] = value  # also shields functions that share their module's name
    return value
