"""Update laws besides NeuroSim's: soft bounds, power law, logarithmic, piecewise measured.

All in normalised conductance g in [0, 1], closed form for any (also fractional) signed number of pulses, no
noise and no clipping beyond what the law itself implies. Depression is the mirror of potentiation: the same
law acts on 1 - g.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from perovdata.engine import Values
from perovdata.errors import InputError

_TINY = 1e-6


def _mirrored(law: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """Make a signed-pulse law of a potentiation law: depression acts on 1 - g."""

    @functools.wraps(law)
    def signed(g: jax.Array, n_pulses: Values, *args: Any, **kwargs: Any) -> jax.Array:
        up = n_pulses >= 0
        end = law(jnp.where(up, g, 1.0 - g), jnp.abs(n_pulses), *args, **kwargs)
        return jnp.where(up, end, 1.0 - end)

    return signed


@_mirrored
def soft_bounds(g: jax.Array, n_pulses: Values, step: Values, slope: Values = 1.0) -> jax.Array:
    """Linear-step device: each pulse moves g by ``step * (1 - slope * g)``; slope 1 gives soft bounds.

    Parameters
    ----------
    g : array
        Normalised conductance.
    n_pulses : array
        Signed pulses.
    step : array
        Step of a pulse at g = 0 (depression: at g = 1), fraction of the window.
    slope : array
        0: constant step; 1: the step vanishes at the bound.

    Returns
    -------
    array

    Notes
    -----
    Rasch et al., AICAS 2021, doi:10.1109/AICAS51828.2021.9458494 (aihwkit's LinearStep and SoftBounds). Their
    weight w in [-1, 1] has ``dw = dw_min (1 - gamma w)``: in g = (w + 1) / 2 this is
    ``step = dw_min (1 + gamma) / 2`` and ``slope = 2 gamma / (1 + gamma)``. It is NeuroSim's exponential law
    with ``u = -N log(1 - step * slope)``.
    """
    log_q = jnp.log1p(-step * slope)
    flat = jnp.abs(slope) < _TINY
    safe = jnp.where(flat, 1.0, slope)
    return g * jnp.exp(n_pulses * log_q) + jnp.where(
        flat, n_pulses * step, -jnp.expm1(n_pulses * log_q) / safe
    )


@_mirrored
def power(g: jax.Array, n_pulses: Values, step: Values, exponent: Values) -> jax.Array:
    """Power-law device: ``dg/dn = step * (1 - g)^exponent``.

    Parameters
    ----------
    g, n_pulses : array
        Normalised conductance and signed pulses.
    step : array
        Rate at the far bound, fraction of the window per pulse.
    exponent : array
        0: linear; 1: soft bounds; larger: a long tail.

    Returns
    -------
    array
        The flow of the rate equation over n pulses (aihwkit's PowStep iterates it with steps of one pulse).

    Notes
    -----
    Rasch et al., AICAS 2021, doi:10.1109/AICAS51828.2021.9458494.
    """
    h = jnp.maximum(1.0 - g, 0.0)
    p = 1.0 - exponent
    straight = jnp.abs(p) < 1e-4
    safe_p = jnp.where(straight, 1.0, p)
    safe_h = jnp.maximum(h, _TINY)
    inner = jnp.maximum(safe_h**safe_p - safe_p * step * n_pulses, 0.0)
    safe_inner = jnp.maximum(inner, 1e-30)
    moved = jnp.where(inner > 0, safe_inner ** (1.0 / safe_p), 0.0)
    end = jnp.where(straight, safe_h * jnp.exp(-step * n_pulses), moved)
    return 1.0 - jnp.where(h > _TINY, end, h)


@_mirrored
def logarithmic(g: jax.Array, n_pulses: Values, alpha: Values, beta: Values) -> jax.Array:
    """Steps that fall exponentially with the state: ``dg/dn = alpha exp(-beta g)``.

    Parameters
    ----------
    g, n_pulses : array
        Normalised conductance and signed pulses.
    alpha : array
        Step of a pulse at g = 0 (depression: at g = 1), fraction of the window.
    beta : array
        How fast the steps fall over the window; 0: linear.

    Returns
    -------
    array

    Notes
    -----
    The alpha/beta convention of Querlioz et al., IEEE Trans. Nanotechnol. 2013,
    doi:10.1109/TNANO.2013.2250995, as a flow over n pulses.
    """
    flat = jnp.abs(beta) < _TINY
    safe = jnp.where(flat, 1.0, beta)
    grown = g + jnp.log1p(safe * alpha * n_pulses * jnp.exp(-safe * g)) / safe
    return jnp.where(flat, g + alpha * n_pulses, grown)


@dataclass(frozen=True)
class MeasuredCurve:
    """A measured potentiation and depression curve, to be followed as it is.

    Parameters
    ----------
    ltp, ltd : array, shape (N + 1,) each
        Normalised conductance after 0 .. N pulses, strictly rising (ltp) and falling (ltd).
    """

    ltp: jax.Array
    ltd: jax.Array

    @classmethod
    def make(cls, ltp: ArrayLike, ltd: ArrayLike) -> MeasuredCurve:
        """Check the curves and take them as they are."""
        ltp, ltd = np.asarray(ltp, float), np.asarray(ltd, float)
        for name, curve, sign in (("ltp", ltp, 1), ("ltd", ltd, -1)):
            if curve.ndim != 1 or len(curve) < 2 or not np.isfinite(curve).all():
                raise InputError(f"measured curve {name}: a list of at least two finite values is expected")
            if not (sign * np.diff(curve) > 0).all():
                k = int(np.argmax(sign * np.diff(curve) <= 0))
                word = "rise" if sign > 0 else "fall"
                raise InputError(
                    f"measured curve {name}: must {word} at every pulse, but has {curve[k]:g}, "
                    f"{curve[k + 1]:g} at pulses {k}, {k + 1} (smooth it, or use a jump table)"
                )
        return cls(jnp.asarray(ltp, jnp.float32), jnp.asarray(ltd, jnp.float32))


jax.tree_util.register_dataclass(MeasuredCurve, data_fields=["ltp", "ltd"], meta_fields=[])


def piecewise(g: jax.Array, n_pulses: Values, curve: MeasuredCurve) -> jax.Array:
    """Follow the measured curves, linear between pulses: look up where g lies, go n pulses on.

    Parameters
    ----------
    g, n_pulses : array
        Normalised conductance and signed pulses.
    curve : MeasuredCurve

    Returns
    -------
    array
        Within the range of the curve; g outside it is first moved to its end.
    """
    up_x = jnp.arange(curve.ltp.shape[0], dtype=curve.ltp.dtype)
    down_x = jnp.arange(curve.ltd.shape[0], dtype=curve.ltd.dtype)
    up = jnp.interp(jnp.interp(g, curve.ltp, up_x) + n_pulses, up_x, curve.ltp)
    down = jnp.interp(jnp.interp(g, curve.ltd[::-1], down_x[::-1]) - n_pulses, down_x, curve.ltd)
    return jnp.where(n_pulses == 0, g, jnp.where(n_pulses > 0, up, down))
