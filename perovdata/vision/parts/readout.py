"""Linear read-outs behind sensors and reservoirs: trained on what the devices show, one per device."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.parts.light import share_of
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set
from perovdata.vision.parts.sensor import SensorDraws, Timing, sense


def ridge_fit(features: jax.Array, labels: jax.Array, n_classes: int, penalty: float = 1e-3) -> jax.Array:
    """Fit a linear read-out of one-hot classes by ridge regression.

    Parameters
    ----------
    features : array, shape (n, n_features)
        Any scale: features are standardised inside, so that one penalty suits every device.
    labels : array of int, shape (n,)
    n_classes : int
    penalty : float
        Penalty per sample on the standardised weights.

    Returns
    -------
    array, shape (n_features + 1, n_classes)
        Weights for raw features and, in the last row, the offsets.
    """
    mean = features.mean(axis=0)
    spread = features.std(axis=0)
    # A feature that never changes carries nothing: weight 0 instead of a division by 0.
    scale = jnp.where(spread > 1e-6 * (jnp.abs(mean) + 1e-12), 1 / jnp.maximum(spread, 1e-30), 0.0)
    z = (features - mean) * scale
    target = jax.nn.one_hot(labels, n_classes)
    target_0 = target - target.mean(axis=0)
    n, n_features = z.shape
    # The same solution from the smaller of the two Gram matrices.
    if n_features <= n:
        gram = z.T @ z / n + penalty * jnp.eye(n_features)
        weights = jax.scipy.linalg.solve(gram, z.T @ target_0 / n, assume_a="pos")
    else:
        gram = z @ z.T / n + penalty * jnp.eye(n)
        weights = z.T @ jax.scipy.linalg.solve(gram, target_0 / n, assume_a="pos")
    weights = weights * scale[:, None]
    return jnp.concatenate([weights, (target.mean(axis=0) - mean @ weights)[None]])


def ridge_scores(weights: jax.Array, features: jax.Array) -> jax.Array:
    """Scores of shape (n, n_classes); the largest names the class."""
    return features @ weights[:-1] + weights[-1]


def name_by_read_out(features: jax.Array, labels: jax.Array, n_train: int, n_classes: int) -> jax.Array:
    """Train on the first ``n_train`` rows, name the classes of the others."""
    weights = ridge_fit(features[:n_train], labels[:n_train], n_classes)
    return jnp.argmax(ridge_scores(weights, features[n_train:]), axis=-1)


@partial(jax.jit, static_argnames=("n_train", "n_classes"))
def score_sensor(
    params: SynapseParameters,
    pulses: jax.Array,
    draws: SensorDraws,
    labels: jax.Array,
    timing: Timing,
    n_train: int,
    n_classes: int,
    light: np.ndarray | None = None,
) -> dict[str, jax.Array]:
    """Accuracy, shape (P,), and confusion of a read-out behind each device.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    pulses : array, shape (pulses, n, devices)
    draws : SensorDraws
    labels : array of int, shape (n,)
    timing : Timing
    n_train, n_classes : int
    light : array, shape (1, W), optional
        Colour of the pulses; None: light that is absorbed.
    """

    def one(device: SynapseParameters) -> dict[str, jax.Array]:
        features = sense(device, pulses * share_of(device, light), draws, timing)
        named = name_by_read_out(features, labels, n_train, n_classes)
        truth = labels[n_train:]
        return {
            "accuracy": accuracy_of(named, truth),
            "confusion": confusion_matrix(named, truth, n_classes),
        }

    return each_set(one, params)
