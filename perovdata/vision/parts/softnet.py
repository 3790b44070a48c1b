"""Software networks in float: those that arrays carry and those that look at pictures."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

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


#: The last network: a task is made ready for one seed after another, and the network is the same for all.
_trained: dict[tuple[Any, ...], Mlp] = {}

#: The network, Adam's means of slope and squared slope, and the number of steps so far.
_Carry: TypeAlias = tuple[Mlp, Mlp, Mlp, Any]


def mlp_logits(net: Mlp, x: jax.Array | np.ndarray) -> jax.Array:
    """Logits of shape (..., n_classes) for inputs of shape (..., n_inputs)."""
    return jax.nn.sigmoid(x @ net.w1) @ net.w2


@partial(jax.jit, static_argnames=("n_hidden", "n_classes", "epochs"))
def _train(key: jax.Array, x: jax.Array, y: jax.Array, n_hidden: int, n_classes: int, epochs: int) -> Mlp:
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

    def step(carry: _Carry, rows: jax.Array) -> tuple[_Carry, None]:
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

    def epoch(carry: _Carry, key: jax.Array) -> tuple[_Carry, None]:
        order = jax.random.permutation(key, n)[: steps_per_epoch * min(_BATCH, n)]
        return jax.lax.scan(step, carry, order.reshape(steps_per_epoch, -1))

    zero = jax.tree.map(jnp.zeros_like, net)
    start = (net, zero, zero, 0.0)
    end, _ = jax.lax.scan(epoch, start, jax.random.split(key_order, epochs))
    return end[0]


def train_mlp(
    x: ArrayLike, y: ArrayLike, n_hidden: int, n_classes: int, *, seed: int = 0, epochs: int = 20
) -> Mlp:
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
    x, y = np.asarray(x), np.asarray(y)
    asked = (_digest(x), _digest(y), n_hidden, n_classes, seed, epochs)
    if asked not in _trained:
        net = _train(jax.random.key(seed), jnp.asarray(x), jnp.asarray(y), n_hidden, n_classes, epochs)
        _trained.clear()
        _trained[asked] = net
    return _trained[asked]


def _digest(array: np.ndarray) -> bytes:
    content = np.ascontiguousarray(array)
    return hashlib.blake2b(content.data, person=str(content.shape).encode()[:16]).digest()
