"""Software networks in float: the networks that arrays carry and the read-outs behind sensors."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["Mlp", "accuracy_percent", "mlp_logits", "ridge_fit", "ridge_scores", "train_mlp"]

_BATCH = 32
_LEARNING_RATE = 3e-3
_WEIGHT_DECAY = 1e-4


class Mlp(NamedTuple):
    """A two-layer perceptron without biases (an array has none): x -> sigmoid(x W1) -> logits.

    Attributes
    ----------
    w1 : array, shape (n_inputs, n_hidden)
    w2 : array, shape (n_hidden, n_classes)
    """

    w1: jax.Array
    w2: jax.Array


def mlp_logits(net: Mlp, x: jax.Array) -> jax.Array:
    """Logits of shape (..., n_classes) for inputs of shape (..., n_inputs)."""
    return jax.nn.sigmoid(x @ net.w1) @ net.w2


@partial(jax.jit, static_argnames=("n_hidden", "n_classes", "epochs"))
def _train(key, x, y, n_hidden: int, n_classes: int, epochs: int) -> Mlp:
    n = x.shape[0]
    key_1, key_2, key_order = jax.random.split(key, 3)
    net = Mlp(
        jax.random.normal(key_1, (x.shape[1], n_hidden)) / jnp.sqrt(x.shape[1]),
        jax.random.normal(key_2, (n_hidden, n_classes)) / jnp.sqrt(n_hidden),
    )

    def loss(net: Mlp, rows: jax.Array) -> jax.Array:
        logits = mlp_logits(net, x[rows])
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[rows, None], axis=1).mean()

    steps_per_epoch = max(1, n // _BATCH)
    total = epochs * steps_per_epoch

    def step(carry, rows):
        # AdamW with a linearly falling rate (Kingma, Ba 2015, arXiv:1412.6980; Loshchilov, Hutter 2019,
        # arXiv:1711.05101).
        net, mean, square, count = carry
        grad = jax.grad(loss)(net, rows)
        count = count + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, grad)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, grad)
        rate = _LEARNING_RATE * (1 - count / (total + 1))
        net = jax.tree.map(
            lambda w, m, s: (
                w
                - rate
                * (m / (1 - 0.9**count) / (jnp.sqrt(s / (1 - 0.999**count)) + 1e-8) + _WEIGHT_DECAY * w)
            ),
            net,
            mean,
            square,
        )
        return (net, mean, square, count), None

    def epoch(carry, key):
        order = jax.random.permutation(key, n)[: steps_per_epoch * min(_BATCH, n)]
        return jax.lax.scan(step, carry, order.reshape(steps_per_epoch, -1))

    zero = jax.tree.map(jnp.zeros_like, net)
    (net, *_), _ = jax.lax.scan(epoch, (net, zero, zero, 0.0), jax.random.split(key_order, epochs))
    return net


def train_mlp(x, y, n_hidden: int, n_classes: int, *, seed: int = 0, epochs: int = 20) -> Mlp:
    """Train a two-layer perceptron in float (cross-entropy, AdamW, batches of 32).

    Parameters
    ----------
    x : array, shape (n, n_inputs)
        Grey values in 0..1.
    y : array of int, shape (n,)
        Classes.
    n_hidden, n_classes : int
    seed : int
        Of the start and of the order.
    epochs : int

    Returns
    -------
    Mlp
    """
    return _train(jax.random.key(seed), jnp.asarray(x), jnp.asarray(y), n_hidden, n_classes, epochs)


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
    gram = z.T @ z / len(z) + penalty * jnp.eye(z.shape[1])
    weights = jax.scipy.linalg.solve(gram, z.T @ (target - target.mean(axis=0)) / len(z), assume_a="pos")
    weights = weights * scale[:, None]
    return jnp.concatenate([weights, (target.mean(axis=0) - mean @ weights)[None]])


def ridge_scores(weights: jax.Array, features: jax.Array) -> jax.Array:
    """Scores of shape (n, n_classes); the largest names the class."""
    return features @ weights[:-1] + weights[-1]


def accuracy_percent(scores, labels) -> np.ndarray:
    """Share of right answers in percent, over the next-to-last axis of scores (..., n, n_classes)."""
    return 100 * np.mean(np.argmax(scores, axis=-1) == np.asarray(labels), axis=-1)
