"""Random numbers from counters: a keyed integer hash and a normal made from its bits.

A draw is a pure function of (key, counter), so results do not depend on how lanes are batched, and nothing
but the key has to be carried. They are plain integer and float32 arithmetic that XLA fuses into the update
that consumes them (``benchmarks/updates.py`` compares with JAX's own generator).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike

# Two multiply-xorshift rounds with the constants of the "lowbias32" mixer (C. Wellons, Hash Prospector,
# 2018), found there by search for the lowest avalanche bias among mixers of this shape.
_M1, _M2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_GOLDEN = np.uint32(0x9E3779B9)

# log2(1 + f) - f on [0, 1) to 1.3e-5, and the normal quantile as a polynomial in t = sqrt(-log2 p) for
# p in [2^-33, 1/2] to 6e-5: minimax fits (tests/arrays/test_noise.py measures both errors end to end).
_LOG2 = (1.2644152e-05, 0.44168222, -0.70798039, 0.41360587, -0.19217624, 0.044868533)
_QUANTILE = (
    -2.3236129,
    3.3154807,
    -1.563813,
    0.7843371,
    -0.26245487,
    0.057380203,
    -0.0078475922,
    0.00060810091,
    -2.0348816e-05,
)


def _mix(h: jax.Array, k: jax.Array) -> jax.Array:
    h = (h ^ (h >> 16)) * _M1
    h = (h ^ (h >> 15) ^ k) * _M2
    return h ^ (h >> 16)


def hash_bits(key: jax.Array, counter: jax.Array) -> jax.Array:
    """32 random bits for every counter.

    Parameters
    ----------
    key : array of uint32, shape (..., 2)
        Leading axes broadcast against ``counter``.
    counter : array of uint32
        Which draw, e.g. the index of the device.

    Returns
    -------
    array of uint32
    """
    return _mix(counter.astype(jnp.uint32) ^ key[..., 0], key[..., 1])


def event_key(key: jax.Array | np.ndarray, *words: int | jax.Array) -> jax.Array:
    """Derive the key of one event, e.g. (layer, sample), from the key of a lane.

    Parameters
    ----------
    key : array of uint32, shape (..., 2)
    *words : int (below 2^32) or array of integers
        Broadcast against the leading axes of ``key``.
    """

    def fold(k: tuple[jax.Array, jax.Array], word: int | jax.Array) -> tuple[jax.Array, jax.Array]:
        number = jnp.asarray(word, jnp.uint32) * _GOLDEN
        first = _mix(k[0] ^ number, k[1])
        return first, _mix(k[1] + number, first)

    key = jnp.asarray(key)
    return jnp.stack(jnp.broadcast_arrays(*reduce(fold, words, (key[..., 0], key[..., 1]))), axis=-1)


def lane_keys(bases: ArrayLike, sets: Sequence[int], seeds: Sequence[int]) -> np.ndarray:
    """Keys of the lanes (parameter set, seed), each from its own numbers only.

    Parameters
    ----------
    bases : int or sequence of int
        Base seed, not negative, of all lanes or of every one.
    sets, seeds : sequence of int
        Index of the parameter set and of the seed of every lane.

    Returns
    -------
    ndarray of uint32, shape (lanes, 2)
    """
    own = zip(np.broadcast_to(bases, len(sets)).tolist(), sets, seeds, strict=True)
    keys = [np.random.SeedSequence([base, p, s]).generate_state(2) for base, p, s in own]
    return np.array(keys, np.uint32).reshape(-1, 2)


def uniform(key: jax.Array, counter: jax.Array) -> jax.Array:
    """Uniform float32 on (0, 1): 23 bits, so that neither end is reached after rounding."""
    return ((hash_bits(key, counter) >> 9).astype(jnp.float32) + 0.5) * np.float32(2.0**-23)


def normal(key: jax.Array, counter: jax.Array) -> jax.Array:
    """Standard normal float32 for every counter (see :func:`normal_from_bits`)."""
    return normal_from_bits(hash_bits(key, counter))


def normal_from_bits(bits: jax.Array) -> jax.Array:
    """Standard normals from 32 random bits each, by inversion: sign from one bit, tail probability from 31.

    The tail probability is p = (k + 1/2) / 2^32 with k the upper 31 bits, so |z| <= 6.34. Its logarithm
    comes from the exponent and a polynomial in the mantissa of float32(k + 1/2); p never exceeds 1/2 and is
    never 0, so the square root always has a positive argument.
    """
    k = (bits >> 1).astype(jnp.int32).astype(jnp.float32) + np.float32(0.5)
    raw = lax.bitcast_convert_type(k, jnp.int32)
    fraction = lax.bitcast_convert_type((raw & 0x7FFFFF) | 0x3F800000, jnp.float32) - 1
    exponent = (raw >> 23).astype(jnp.float32) - 127
    t = jnp.sqrt(32 - exponent - fraction - _polynomial(fraction, _LOG2))
    z = _polynomial(t, _QUANTILE)
    return lax.bitcast_convert_type(lax.bitcast_convert_type(z, jnp.uint32) ^ (bits << 31), jnp.float32)


def _polynomial(x: jax.Array, coefficients: tuple[float, ...]) -> jax.Array:
    """Horner's scheme, constant term first."""
    total = jnp.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        total = total * x + np.float32(c)
    return total
