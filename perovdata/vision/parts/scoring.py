"""From scores of classes to accuracies and confusion matrices, set after set, seed after seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def accuracy_of(named: jax.Array | np.ndarray, labels: jax.Array | np.ndarray) -> jax.Array:
    """Percent of right names, over the last axis."""
    return 100.0 * jnp.mean(named == labels, axis=-1)


def confusion_matrix(named: jax.Array, labels: jax.Array, n_classes: int) -> jax.Array:
    """Counts of shape (n_classes, n_classes): true class by named class."""
    flat = jnp.bincount(labels * n_classes + named, length=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes)


def each_set(function: Callable[[Any], Any], params: Any) -> Any:
    """Apply a function of one device (scalar fields) to every parameter set, one after the other.

    Sequential, because one set's pictures of all scenes already fill the processor and its caches.
    """
    return jax.lax.map(function, params)


def over_seeds(runs: list[dict]) -> dict[str, np.ndarray]:
    """Stack the outcomes of the seeds, each of arrays (P, ...), into arrays (P, S, ...)."""
    return {key: np.stack([np.asarray(one[key]) for one in runs], axis=1) for key in runs[0]}
