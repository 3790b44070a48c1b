"""Laws as shapes: the normalised rise 0 -> 1 over x = n / N, and their least-squares fit with a free window.

Depression is the mirror: the same rise counted from the top. A window (offset and height) enters linearly,
so it is solved for each shape (variable projection: Golub, Pereyra, SIAM J. Numer. Anal. 1973,
doi:10.1137/0710036); what is searched are at most three shape numbers, first on a grid, then by Gauss-Newton
steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import least_squares

#: Curvature of the exponential at which the label ends (NeuroSim's table ends before).
_LARGEST_CURVATURE = 43.0
_TRIES = 2
_TOLERANCE = 1e-10
#: Step of the search variables for the tangents of a fitted curve.
_STEP = 1e-5


def saturating(x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(1 - exp(-u x)) / (1 - exp(-u)), a line for u = 0; broadcasts."""
    u = np.where(np.abs(u) < 1e-7, 1e-7, u)
    return np.expm1(-u * x) / np.expm1(-u)


def curvature_of(z: np.ndarray) -> np.ndarray:
    """Curvature u of the exponential at the search variable z = asinh(u / 2)."""
    return 2.0 * np.sinh(z)


def _exponential(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    return saturating(x, curvature_of(z))


def _power(x: np.ndarray, log_exponent: np.ndarray) -> np.ndarray:
    return np.power(x, np.exp(log_exponent))


def _logarithmic(x: np.ndarray, log_beta: np.ndarray) -> np.ndarray:
    beta = np.exp(log_beta)
    return np.log1p(np.expm1(beta) * x) / beta


def _stretched(x: np.ndarray, log_rate: np.ndarray, log_exponent: np.ndarray) -> np.ndarray:
    power, rate = np.exp(log_exponent), np.exp(log_rate)
    return np.expm1(-np.power(rate * x, power)) / np.expm1(-np.power(rate, power))


def _two_exponential(
    x: np.ndarray, log_fast: np.ndarray, log_slow: np.ndarray, share: np.ndarray
) -> np.ndarray:
    return share * saturating(x, np.exp(log_fast)) + (1.0 - share) * saturating(x, np.exp(log_slow))


def _sigmoid(x: np.ndarray, log_steepness: np.ndarray, midpoint: np.ndarray) -> np.ndarray:
    k = np.exp(log_steepness)
    level, low, high = (0.5 * np.tanh(0.5 * k * (v - midpoint)) for v in (x, 0.0, 1.0))
    return (level - low) / (high - low)


def _first_jump(x: np.ndarray, jump: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.where(x > 0, jump + (1.0 - jump) * saturating(x, curvature_of(z)), 0.0)


@dataclass(frozen=True)
class Shape:
    """A law as a family of normalised rises.

    Parameters
    ----------
    law : str
        Its name, as in the device file.
    names : tuple of str
        Of the shape numbers, as in the device file.
    rise : callable
        ``rise(x, *numbers)`` in the variables of the search; broadcasts.
    natural : tuple of callable
        From search variable to shape number.
    axes : tuple of ndarray
        Grid of the search.
    bounds : tuple of (float, float)
    runs : bool
        Whether the simulator knows the law by this name.
    """

    law: str
    names: tuple[str, ...]
    rise: Callable[..., np.ndarray]
    natural: tuple[Callable[[float], float], ...] = ()
    axes: tuple[np.ndarray, ...] = ()
    bounds: tuple[tuple[float, float], ...] = ()
    runs: bool = True

    def numbers(self, point: np.ndarray) -> dict[str, float]:
        """Shape numbers at a point of the search."""
        return {
            name: float(convert(value))
            for name, convert, value in zip(self.names, self.natural, point, strict=True)
        }


def _as_is(value: float) -> float:
    return value


def _exp(value: float) -> float:
    return float(np.exp(value))


def _curvature(value: float) -> float:
    return float(curvature_of(np.asarray(value)))


_Z_MAX = float(np.arcsinh(_LARGEST_CURVATURE / 2.0))

EXPONENTIAL = Shape(
    "exponential", ("curvature",), _exponential, (_curvature,),
    (np.linspace(-_Z_MAX, _Z_MAX, 61),), ((-_Z_MAX, _Z_MAX),),
)  # fmt: skip

#: The laws compared. Soft bounds with a linear step follow the exponential: one curve, one fit.
SHAPES: tuple[Shape, ...] = (
    EXPONENTIAL,
    Shape("linear", (), lambda x: x + 0.0, runs=False),
    Shape(
        "power", ("exponent",), _power, (_exp,),
        (np.linspace(np.log(0.04), np.log(12.0), 40),), ((np.log(0.02), np.log(20.0)),),
    ),
    Shape(
        "logarithmic", ("beta",), _logarithmic, (_exp,),
        (np.linspace(np.log(0.1), np.log(38.0), 30),), ((np.log(1e-2), np.log(40.0)),),
    ),
    Shape(
        "stretched", ("rate", "exponent"), _stretched, (_exp, _exp),
        (np.linspace(np.log(0.1), np.log(300.0), 16), np.linspace(np.log(0.2), np.log(3.0), 10)),
        ((np.log(1e-2), np.log(1e4)), (np.log(0.1), np.log(4.0))),
    ),
    Shape(
        "two-exponential", ("fast", "slow", "share"), _two_exponential, (_exp, _exp, _as_is),
        (np.log([6.0, 12.0, 25.0, 60.0, 200.0]), np.log([0.05, 0.6, 1.5, 3.0, 6.0]),
         np.array([0.15, 0.35, 0.55, 0.8])),
        ((np.log(0.05), np.log(1e3)), (np.log(1e-2), np.log(40.0)), (0.0, 1.0)),
    ),
    Shape(
        "sigmoid", ("steepness", "midpoint"), _sigmoid, (_exp, _as_is),
        (np.linspace(np.log(1.0), np.log(50.0), 12), np.linspace(-0.1, 1.1, 13)),
        ((np.log(0.3), np.log(60.0)), (-0.5, 1.5)),
    ),
    Shape(
        "exponential with first jump", ("jump", "curvature"), _first_jump, (_as_is, _curvature),
        (np.linspace(0.05, 0.9, 8), np.linspace(-2.5, 3.5, 13)), ((0.0, 0.98), (-_Z_MAX, _Z_MAX)),
        runs=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class ShapeFit:
    """A law fitted to one direction.

    Parameters
    ----------
    shape : Shape
    point : ndarray
        In the variables of the search.
    start, height : float
        Value at x = 0 and change up to x = 1, in the units of the readings (height < 0: it falls).
    rss : float
        Weighted sum of squares left.
    """

    shape: Shape
    point: np.ndarray
    start: float
    height: float
    rss: float

    def curve(self, x: np.ndarray) -> np.ndarray:
        """Fitted values."""
        return self.start + self.height * self.shape.rise(x, *self.point)

    def tangents(self, x: np.ndarray) -> np.ndarray:
        """Change of the fitted values with window and shape numbers, shape (K, 2 + numbers)."""
        rise = self.shape.rise(x, *self.point)
        columns = [np.ones_like(x), rise]
        for k, (_, high) in enumerate(self.shape.bounds):
            step = _STEP if self.point[k] + _STEP < high else -_STEP
            moved = self.point + step * (np.arange(len(self.point)) == k)
            columns.append(self.height / step * (self.shape.rise(x, *moved) - rise))
        return np.stack(columns, axis=1)


def fit_shape(shape: Shape, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> ShapeFit:
    """Fit one law by weighted least squares, the window free.

    Parameters
    ----------
    shape : Shape
    x : ndarray, shape (K,)
        Pulses over the pulses of a sweep.
    y : ndarray, shape (K,)
        Mean reading at each.
    weight : ndarray, shape (K,)
        Readings behind each mean.
    """
    share = weight / weight.sum()
    centred = y - share @ y
    root = np.sqrt(share)

    def left(point: np.ndarray) -> np.ndarray:
        """Residuals with the best window."""
        r = shape.rise(x, *point)
        r = r - share @ r
        power = share @ r**2
        return root * (centred - (share @ (r * centred)) / max(power, 1e-300) * r)

    point = np.zeros(0)
    if shape.axes:
        grid = np.array(list(product(*shape.axes)))
        rises = shape.rise(x[None, :], *(grid[:, k : k + 1] for k in range(grid.shape[1])))
        rises = rises - (rises @ share)[:, None]
        power = np.maximum(rises**2 @ share, 1e-300)
        gain = (rises @ (share * centred)) ** 2 / power
        best = _apart(np.argsort(-gain), grid, shape.axes)
        low, high = (np.array(side) for side in zip(*shape.bounds, strict=True))
        scale = float(np.sqrt(share @ centred**2)) or 1.0
        tries = [
            least_squares(
                lambda p: left(p) / scale, np.clip(grid[k], low + 1e-9, high - 1e-9), bounds=(low, high),
                x_scale=np.array([float(np.ptp(axis)) / len(axis) for axis in shape.axes]),
                ftol=_TOLERANCE, xtol=_TOLERANCE, gtol=1e-12, max_nfev=40,
            )
            for k in best
        ]  # fmt: skip
        point = min(tries, key=lambda r: r.cost).x
    r = shape.rise(x, *point)
    mean = float(share @ r)
    power = float(share @ (r - mean) ** 2)
    height = float(share @ ((r - mean) * centred)) / max(power, 1e-300)
    rss = float(weight.sum() * np.sum(left(point) ** 2))
    return ShapeFit(shape, point, float(share @ y) - height * mean, height, rss)


def _apart(order: np.ndarray, grid: np.ndarray, axes: tuple[np.ndarray, ...]) -> list[int]:
    """The best points of the grid that are no neighbours."""
    step = np.array([float(np.ptp(axis)) / max(len(axis) - 1, 1) for axis in axes])
    chosen: list[int] = []
    for k in order[: max(8, len(order) // 3)].tolist():
        if all((np.abs(grid[k] - grid[j]) > 1.5 * step).any() for j in chosen):
            chosen.append(k)
        if len(chosen) == _TRIES:
            break
    return chosen
