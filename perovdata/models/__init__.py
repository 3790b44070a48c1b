"""Metric predictors: grouped evaluation, calibrated intervals, joint draws, the fitted bundle."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perovdata.models.estimators.baselines import BASELINES
    from perovdata.models.estimators.candidates import CANDIDATES
    from perovdata.models.estimators.censoring import signed_error
    from perovdata.models.evaluation.missing_values import gaps
    from perovdata.models.evaluation.own_model import hidden_predictions
    from perovdata.models.evaluation.run import evaluate
    from perovdata.models.evaluation.settings import Settings
    from perovdata.models.predictor.batch import predict_file
    from perovdata.models.predictor.prediction import MetricPrediction, Prediction
    from perovdata.models.predictor.predictor import Predictor
    from perovdata.models.store.bundle import load_bundle, save_bundle
    from perovdata.models.store.final_fit import train
    from perovdata.models.store.find_or_train import load_predictor, predict
    from perovdata.models.store.versions import data_version
    from perovdata.models.targets import Corpus, Target, build_corpus, from_scale, to_scale

# Loaded on first use: evaluation pulls in xgboost and the scikit-learn ensembles, prediction needs neither.
_WHERE = {
    "BASELINES": "estimators.baselines",
    "CANDIDATES": "estimators.candidates",
    "Corpus": "targets",
    "MetricPrediction": "predictor.prediction",
    "Prediction": "predictor.prediction",
    "Predictor": "predictor.predictor",
    "Settings": "evaluation.settings",
    "Target": "targets",
    "build_corpus": "targets",
    "data_version": "store.versions",
    "evaluate": "evaluation.run",
    "gaps": "evaluation.missing_values",
    "from_scale": "targets",
    "hidden_predictions": "evaluation.own_model",
    "load_bundle": "store.bundle",
    "load_predictor": "store.find_or_train",
    "predict": "store.find_or_train",
    "predict_file": "predictor.batch",
    "save_bundle": "store.bundle",
    "signed_error": "estimators.censoring",
    "to_scale": "targets",
    "train": "store.final_fit",
}
__all__ = [
    "BASELINES",
    "CANDIDATES",
    "Corpus",
    "MetricPrediction",
    "Prediction",
    "Predictor",
    "Settings",
    "Target",
    "build_corpus",
    "data_version",
    "evaluate",
    "from_scale",
    "gaps",
    "hidden_predictions",
    "load_bundle",
    "load_predictor",
    "predict",
    "predict_file",
    "save_bundle",
    "signed_error",
    "to_scale",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_WHERE[name]}")
    value = getattr(module, name)
    globals()[name] = value
    return value
