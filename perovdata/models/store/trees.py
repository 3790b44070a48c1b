"""Decision trees from a stranger's bundle, checked before a library walks them: it would follow any index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from perovdata.errors import InputError


def check_booster(model: Mapping[str, Any]) -> None:
    """Check the trees of an XGBoost model in its JSON form.

    Raises
    ------
    InputError
        If an array has another length than the tree, a child lies outside it or is reached twice, a feature
        outside the data, or a number is not finite.
    """
    try:
        learner = model["learner"]
        n_features = int(learner["learner_model_param"]["num_feature"])
        booster = learner["gradient_booster"]["model"]
        trees = booster["trees"]
        if len(trees) != int(booster["gbtree_model_param"]["num_trees"]) or len(trees) != len(
            booster["tree_info"]
        ):
            raise InputError("model bundle: the number of trees is not the one stated")
        for tree in trees:
            left = np.array(tree["left_children"], dtype=np.int64)
            for name in ("right_children", "split_indices", "split_conditions", "default_left", "split_type"):
                if len(tree[name]) != len(left):
                    raise InputError(
                        f"model bundle: a tree's {name} has {len(tree[name])} of {len(left)} nodes"
                    )
            if int(tree["tree_param"]["num_nodes"]) != len(left) or any(tree["split_type"]):
                raise InputError(
                    "model bundle: a tree has another number of nodes than stated, or categories"
                )
            _check_nodes(
                left,
                np.array(tree["right_children"], dtype=np.int64),
                np.array(tree["split_indices"], dtype=np.int64),
                np.array(tree["split_conditions"], dtype=float),
                n_features,
            )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"model bundle: no XGBoost model of trees ({error})") from None


def _check_nodes(
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    feature: npt.NDArray[np.int64],
    threshold: npt.NDArray[np.float64],
    n_features: int,
) -> None:
    """Children exist, every node but the root has one parent, features exist, thresholds are finite."""
    inner = left >= 0
    if len(left) == 0 or not np.array_equal(inner, right >= 0):
        raise InputError("model bundle: a tree is empty or has a node with one child")
    children = np.concatenate([left[inner], right[inner]])
    # Each node but the root once, and the root never: with that, what hangs on the root has no circle ...
    if not np.array_equal(np.sort(children), np.arange(1, len(left))):
        raise InputError("model bundle: a tree's children lie outside it or are reached twice")
    reached, level = 1, np.array([0])
    while len(level := np.concatenate([left[level[inner[level]]], right[level[inner[level]]]])):
        reached += len(level)
    if reached != len(left):  # ... and all hangs on the root
        raise InputError("model bundle: a part of a tree hangs on itself")
    if ((feature[inner] < 0) | (feature[inner] >= n_features)).any() or not np.isfinite(threshold).all():
        raise InputError(
            "model bundle: a tree asks for a feature that is not there, or a number is not finite"
        )


def check_estimators(models: Iterable[Any]) -> None:
    """Check the trees of fitted scikit-learn and XGBoost estimators, wherever they sit in them.

    Raises
    ------
    InputError
        As :func:`check_booster`.
    """
    seen: set[int] = set()
    waiting = list(models)
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, (str, bytes, int, float, np.generic, type(None))):
            continue
        seen.add(id(value))
        if type(value).__name__ == "Booster":
            check_booster(json.loads(bytes(value.save_raw("json"))))
        elif type(value).__name__ == "Tree":
            _check_nodes(
                value.children_left, value.children_right, value.feature, value.threshold, value.n_features
            )
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, np.ndarray):
            waiting.extend(value.ravel().tolist() if value.dtype == object else [])
        elif isinstance(value, (list, tuple, set)):
            waiting.extend(value)
        elif hasattr(value, "__dict__"):
            waiting.extend(vars(value).values())
