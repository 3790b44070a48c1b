"""The same network trained in float: dense weights instead of cells, all seeds at once.

What limits a device is seen against this. The learning rule is the protocol's (Chen, Peng, Yu, IEEE TCAD
2018, doi:10.1109/TCAD.2018.2789723) with exact weights in [-1, 1], exact updates and ideal converters.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike

from perovdata.arrays.online.protocol import Protocol
from perovdata.arrays.online.train import check_data, sample_order, start_weights


def train_software(
    x_train: ArrayLike,
    y_train: ArrayLike,
    x_test: ArrayLike,
    y_test: ArrayLike,
    *,
    hidden: int,
    classes: int,
    epochs: int,
    seeds: tuple[int, ...],
    protocol: Protocol,
) -> np.ndarray:
    """Train in float and test after every epoch.

    Parameters
    ----------
    x_train, x_test : array, shape (n, inputs)
        In [0, 1].
    y_train, y_test : array of int, shape (n,)
    hidden, classes, epochs : int
    seeds : tuple of int
        Each fixes start and order of samples, as seed `s` of :func:`train_online` does.
    protocol : Protocol
        Rates, thresholds, gain, samples; what it says of devices, pulses and converters is left out.

    Returns
    -------
    ndarray, shape (S, epochs)
        Test accuracy in percent.

    Raises
    ------
    InputError
        Shapes or ranges that do not fit.
    """
    data = check_data(x_train, y_train, x_test, y_test, classes, protocol)
    shape = (data.x_train.shape[1], hidden, data.classes)
    starts = [start_weights(seed, 0, shape, protocol) for seed in seeds]
    w1, w2 = (jnp.stack(layer) for layer in zip(*starts, strict=True))
    x, y, x_test = jnp.asarray(data.x_train), jnp.asarray(data.y_train), jnp.asarray(data.x_test)
    accuracy = np.empty((len(seeds), epochs))
    for epoch in range(1, epochs + 1):
        order = np.concatenate([sample_order(s, range(1), epoch, len(x), protocol) for s in seeds], axis=1)
        w1, w2 = _epoch(protocol, w1, w2, x, y, order)
        named = np.asarray(_name(protocol, w1, w2, x_test))
        accuracy[:, epoch - 1] = 100 * (named == data.y_test).mean(axis=1)
    return accuracy


def _hidden(protocol: Protocol, w1: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Activation of the hidden layer and what drives the second, shape (S, ..., hidden)."""
    a1 = jax.nn.sigmoid(protocol.gain * jnp.einsum("shi,s...i->s...h", w1, x))
    threshold = protocol.hidden_threshold
    return a1, a1 if threshold is None else (a1 >= threshold).astype(jnp.float32)


def _output(protocol: Protocol, w2: jax.Array, drive: jax.Array) -> jax.Array:
    return jax.nn.sigmoid(protocol.gain * jnp.einsum("sch,s...h->s...c", w2, drive))


@partial(jax.jit, static_argnums=0, donate_argnums=(1, 2))
def _epoch(
    protocol: Protocol, w1: jax.Array, w2: jax.Array, x: jax.Array, y: jax.Array, order: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Show ``order``, shape (samples, S), one sample at a time."""
    rate1, rate2 = protocol.learning_rates

    def step(
        weights: tuple[jax.Array, jax.Array], sample: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], None]:
        w1, w2 = weights
        seen = x[sample].astype(jnp.float32)
        a1, drive = _hidden(protocol, w1, seen)
        a2 = _output(protocol, w2, drive)
        s2 = -2 * a2 * (1 - a2) * (jax.nn.one_hot(y[sample], a2.shape[-1]) - a2)
        s1 = a1 * (1 - a1) * jnp.einsum("sch,sc->sh", w2, s2)
        w1 = jnp.clip(w1 - rate1 * s1[:, :, None] * seen[:, None, :], -1, 1)
        w2 = jnp.clip(w2 - rate2 * s2[:, :, None] * a1[:, None, :], -1, 1)
        return (w1, w2), None

    return lax.scan(step, (w1, w2), order)[0]


@partial(jax.jit, static_argnums=0)
def _name(protocol: Protocol, w1: jax.Array, w2: jax.Array, x: jax.Array) -> jax.Array:
    """Class of every test sample, shape (S, n)."""
    seen = jnp.broadcast_to(x.astype(jnp.float32), (len(w1), *x.shape))
    return jnp.argmax(_output(protocol, w2, _hidden(protocol, w1, seen)[1]), axis=-1)
