"""Estimators of this package as plain data: what they learned, as JSON, for a closed list of classes."""

from __future__ import annotations

import importlib
import json
import math
from typing import Any

import numpy as np

from perovdata.errors import InputError
from perovdata.models.store.trees import check_booster

_CLASSES = {
    "Average": "estimators.candidates",
    "DesignDistance": "estimators.distance",
    "FamilyMedian": "estimators.baselines",
    "GlobalMedian": "estimators.baselines",
    "IntervalBoosting": "estimators.boosting",
    "NearestDevice": "estimators.baselines",
    "VarianceComponents": "estimators.hierarchical",
}


def is_plain(model: Any) -> bool:
    """Whether a fitted estimator can be written as plain data."""
    name = type(model).__name__
    if _CLASSES.get(name) != type(model).__module__.removeprefix("perovdata.models."):
        return False
    return all(is_plain(m) for m in model.models) if name == "Average" else True


def to_plain(value: Any) -> Any:
    """Turn an estimator, or anything it holds, into JSON values."""
    kind = type(value).__name__
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        cells = [v if math.isfinite(v) else repr(v) for v in value.ravel().tolist()]
        return {"array": cells, "shape": list(value.shape), "whole": value.dtype.kind == "i"}
    if isinstance(value, tuple):
        return {"tuple": [to_plain(v) for v in value]}
    if isinstance(value, list):
        return [to_plain(v) for v in value]
    if isinstance(value, dict):
        return {"dict": [[k, to_plain(v)] for k, v in value.items()]}
    if kind == "Booster":
        return {"booster": json.loads(bytes(value.save_raw("json")))}
    if kind in _CLASSES:
        return {"class": kind, "state": {k: to_plain(v) for k, v in sorted(vars(value).items())}}
    raise TypeError(f"{kind} cannot be written as plain data")


def from_plain(data: Any) -> Any:
    """Rebuild what :func:`to_plain` wrote.

    Raises
    ------
    InputError
        If the data names a class outside the closed list.
    """
    if isinstance(data, list):
        return [from_plain(v) for v in data]
    if not isinstance(data, dict):
        return data
    if "array" in data:
        kind = int if data["whole"] else float
        return np.array([kind(v) for v in data["array"]], dtype=kind).reshape(data["shape"])
    if "tuple" in data:
        return tuple(from_plain(v) for v in data["tuple"])
    if "dict" in data:
        return {k: from_plain(v) for k, v in data["dict"]}
    if "booster" in data:
        import xgboost

        check_booster(data["booster"])
        return xgboost.Booster(model_file=bytearray(json.dumps(data["booster"]).encode()))
    name = data.get("class")
    if name not in _CLASSES:
        raise InputError(f"model bundle: unknown class '{name}'; accepted: {', '.join(_CLASSES)}")
    kind = getattr(importlib.import_module(f"perovdata.models.{_CLASSES[name]}"), name)
    rebuilt = kind.__new__(kind)
    vars(rebuilt).update({k: from_plain(v) for k, v in data["state"].items()})
    return rebuilt
