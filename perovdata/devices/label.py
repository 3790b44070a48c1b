"""MLP-NeuroSim's nonlinearity label and the curvature behind it, by a closed form.

A potentiation train of N pulses follows ``g(x) = (1 - exp(-u x)) / (1 - exp(-u))`` with ``x = n / N`` and
the *curvature* ``u = 1 / A`` (A in units of N). MLP-NeuroSim names such a curve by a label from a table of
900 values (formula.cpp, getParamA); the label is 10.1015 times the largest distance of the curve from the
straight line. That largest distance has a closed form: the slope is 1 at ``exp(-u x*) = (1 - exp(-u)) / u``,

    label(u) / 10.1015 = 1 / (1 - exp(-u)) - 1 / u + ln((1 - exp(-u)) / u) / u ,

an odd, increasing function of u. Working with u instead of A keeps everything finite and smooth at label 0.

Source of the table: Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.engine import Values

#: The label of a step function: largest possible distance from the line, 1, times this.
LABEL_SCALE = 10.1015

_SERIES_BELOW = 0.7
_NEWTON_STEPS = 6


def _distance(u: Any, xp: ModuleType) -> Any:
    """Largest distance of the curve from the line, u >= 0 (see the module)."""
    big = xp.maximum(u, _SERIES_BELOW)
    d = -xp.expm1(-big)
    closed = 1.0 / d - (1.0 - xp.log(d / big)) / big
    v = u * u
    series = u * (1 / 8 - v * (1 / 576 - v * (1 / 25920 - v / 1075200)))
    return xp.where(u < _SERIES_BELOW, series, closed)


def _slope(u: Any, xp: ModuleType) -> Any:
    """Derivative of :func:`_distance`, u >= 0."""
    big = xp.maximum(u, _SERIES_BELOW)
    d = -xp.expm1(-big)
    e = 1.0 - d
    closed = -e / d**2 - xp.log(d / big) / big**2 + e / (d * big)
    v = u * u
    series = 1 / 8 - v * (3 / 576 - v * (5 / 25920 - v * 7 / 1075200))
    return xp.where(u < _SERIES_BELOW, series, closed)


def _invert(distance: Any, xp: ModuleType) -> Any:
    """Curvature u >= 0 whose largest distance is the given one (0 <= distance < 1)."""
    u = 8.0 * distance / (1.0 - distance) ** 0.82  # right at both ends, at most a third off between
    for _ in range(_NEWTON_STEPS):  # concave and increasing: Newton cannot leave the root's basin
        u = xp.maximum(u + (distance - _distance(u, xp)) / _slope(u, xp), 0.0)
    return u


@jax.custom_jvp
def _curvature(label: jax.Array) -> jax.Array:
    return jnp.sign(label) * _invert(jnp.abs(label) / LABEL_SCALE, jnp)


@_curvature.defjvp
def _curvature_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    u = _curvature(primals[0])
    return u, tangents[0] / (LABEL_SCALE * _slope(jnp.abs(u), jnp))


def _namespace(x: Values) -> tuple[ModuleType, Any]:
    """JAX for JAX arrays and tracers, NumPy (float64) for everything else."""
    return (jnp, x) if isinstance(x, jax.Array) else (np, np.asarray(x, float))


def label_to_curvature(label: Values) -> Any:
    """Curvature u = 1 / A of a nonlinearity label; sign kept, 0 at 0.

    Parameters
    ----------
    label : array_like
        NeuroSim labels, magnitude below 10.1015 (NeuroSim's own table ends at 9).

    Returns
    -------
    array
        Same shape. JAX in, JAX out (differentiable, usable under ``jit`` and ``vmap``); else NumPy float64.
    """
    xp, values = _namespace(label)
    if xp is jnp:
        return _curvature(values.astype(jnp.result_type(float)))
    return np.sign(values) * _invert(np.abs(values) / LABEL_SCALE, np)


def curvature_to_label(curvature: Values) -> Any:
    """Nonlinearity label of a curvature u = 1 / A; inverse of :func:`label_to_curvature`."""
    xp, u = _namespace(curvature)
    return LABEL_SCALE * xp.sign(u) * _distance(xp.abs(u), xp)


def label_to_a(label: Values) -> Any:
    """NeuroSim's normalised A (in units of the number of pulses) of a label; sign kept, infinite at 0.

    Parameters
    ----------
    label : array_like
        NeuroSim labels.

    Returns
    -------
    array
        A, same shape. Label 1.00 gives 1.251653, 2.40 0.499181, 4.88 0.200303, 9.00 0.022810.
    """
    xp, label = _namespace(label)
    u = label_to_curvature(label)
    return xp.where(u == 0, xp.inf, 1.0 / xp.where(u == 0, 1.0, u))


def a_to_label(a: Values) -> Any:
    """Nonlinearity label of a normalised A (infinite A: label 0); inverse of :func:`label_to_a`."""
    _, a = _namespace(a)
    return curvature_to_label(1.0 / a)
