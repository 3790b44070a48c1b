"""Laws given by the course of a sweep: the normalised rise over x = n / N, N the pulses of a full sweep.

Potentiation climbs ``g = rise(x)`` from 0; depression is its mirror, ``1 - g = rise(x)`` from g = 1, with
shape numbers of its own. One pulse goes from the place x of a state to x + 1 / N. Where a rise would leave
the window it ends there.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from perovdata.devices.fields import MAX_LABEL
from perovdata.devices.label import label_to_curvature
from perovdata.devices.laws.base import DIRECTIONS, Law
from perovdata.errors import InputError, unknown_choice

_TINY = 1e-6
#: A rise is inverted on so many points, over so many full sweeps.
_POINTS, _SWEEPS = 8192, 8.0


@dataclass(frozen=True)
class RiseLaw(Law):
    """Base of these laws: every field is a pair of shape numbers, for LTP and LTD."""

    #: Smallest and largest value of every shape number.
    bounds: ClassVar[dict[str, tuple[float, float]]] = {}

    def __post_init__(self) -> None:
        for name, pair in self._pairs().items():
            low, high = self.bounds[name]
            good = len(pair) == 2 and all(math.isfinite(v) and low <= v <= high for v in pair)
            if not good:
                raise InputError(
                    f"law {self.name}, {name}: {pair!r}; give two numbers (LTP, LTD) from {low:g} to {high:g}"
                )

    def _pairs(self) -> dict[str, tuple[float, float]]:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def shape(self, sign: int) -> dict[str, float]:
        """Shape numbers of one direction."""
        return {name: pair[0 if sign > 0 else 1] for name, pair in self._pairs().items()}

    @abstractmethod
    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise, 0 at x = 0, growing; x may exceed 1."""

    def place(self, rise: np.ndarray, sign: int) -> np.ndarray:
        """Inverse of :meth:`rise`; here by a table, denser towards x = 0."""
        x = _SWEEPS * np.linspace(0.0, 1.0, _POINTS) ** 2
        return np.interp(rise, np.maximum.accumulate(self.rise(x, sign)), x)

    def change(self, g: np.ndarray, sign: int, n_pulses: float) -> np.ndarray:
        """Mean change of g by one pulse (:meth:`Law.change`)."""
        g = np.asarray(g, float)
        height = g if sign > 0 else 1.0 - g
        end = self.rise(self.place(height, sign) + 1.0 / n_pulses, sign)
        return sign * (np.clip(end, height, 1.0) - height)

    def to_dict(self) -> dict[str, Any]:
        """``{"ltp": {name: value}, "ltd": {...}}``."""
        return {name: {key: float(v) for key, v in self.shape(sign).items()} for name, sign in DIRECTIONS}

    @classmethod
    def from_dict(cls, block: Mapping[str, Any]) -> RiseLaw:
        """Read that mapping."""
        names = tuple(item.name for item in fields(cls))
        found: dict[str, tuple[float, ...]] = {}
        for direction in block:
            if direction not in ("ltp", "ltd"):
                raise unknown_choice(f"law {cls.name}, direction", direction, ("ltp", "ltd"))
        for name in names:
            pair = []
            for direction, _ in DIRECTIONS:
                given = block.get(direction)
                if not isinstance(given, Mapping) or set(given) != set(names):
                    raise InputError(
                        f"law {cls.name}, {direction}: '{given}'; give a mapping of {', '.join(names)}"
                    )
                try:
                    pair.append(float(given[name]))
                except (TypeError, ValueError):
                    raise InputError(
                        f"law {cls.name}, {direction}, {name}: '{given[name]}' is not a number"
                    ) from None
            found[name] = tuple(pair)
        return cls(**found)


def _saturating(x: np.ndarray, curvature: float) -> np.ndarray:
    """(1 - exp(-u x)) / (1 - exp(-u)), a straight line for u = 0."""
    return x + 0.0 if abs(curvature) < _TINY else np.expm1(-curvature * x) / math.expm1(-curvature)


@dataclass(frozen=True)
class ExponentialLaw(RiseLaw):
    """NeuroSim's exponential by its labels (sign of depression as there: negative is steepest at g_max).

    The engine runs it in closed form from ``nonlinearity_ltp`` and ``nonlinearity_ltd`` of the parameters;
    in this form it is compared with other laws. Chen, Peng, Yu, IEEE TCAD 2018,
    doi:10.1109/TCAD.2018.2789723.
    """

    label: tuple[float, float] = (0.0, 0.0)
    name: ClassVar[str] = "exponential"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"label": (-MAX_LABEL, MAX_LABEL)}

    def _curvature(self, sign: int) -> float:
        return sign * float(label_to_curvature(self.label[0 if sign > 0 else 1]))

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        return _saturating(x, self._curvature(sign))

    def place(self, rise: np.ndarray, sign: int) -> np.ndarray:
        """Its inverse."""
        u = self._curvature(sign)
        if abs(u) < _TINY:
            return rise + 0.0
        return -np.log1p(np.maximum(rise * math.expm1(-u), -1.0 + 1e-16)) / u


@dataclass(frozen=True)
class SoftBoundsLaw(RiseLaw):
    """Soft bounds: each pulse takes the same share of what is left, ``1 - exp(-rate / N)``.

    Unlike the exponential law, whose curve reaches the window's end after N pulses, it only comes closer.
    Rasch et al., AICAS 2021, doi:10.1109/AICAS51828.2021.9458494 (aihwkit's SoftBounds).
    """

    rate: tuple[float, float] = (3.0, 3.0)
    name: ClassVar[str] = "soft-bounds"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"rate": (1e-3, 1e3)}

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        return -np.expm1(-self.shape(sign)["rate"] * x)

    def change(self, g: np.ndarray, sign: int, n_pulses: float) -> np.ndarray:
        """Mean change of g by one pulse, in closed form: the inverse has no finite value at the bound."""
        g = np.asarray(g, float)
        left = 1.0 - g if sign > 0 else g
        return -sign * math.expm1(-self.shape(sign)["rate"] / n_pulses) * left


@dataclass(frozen=True)
class PowerLaw(RiseLaw):
    """Power of the pulse number, ``x^exponent``: below 1 a large first step and a long tail."""

    exponent: tuple[float, float] = (0.5, 0.5)
    name: ClassVar[str] = "power"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"exponent": (0.01, 20.0)}

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        return np.power(x, self.shape(sign)["exponent"])

    def place(self, rise: np.ndarray, sign: int) -> np.ndarray:
        """Its inverse."""
        return np.power(rise, 1.0 / self.shape(sign)["exponent"])


@dataclass(frozen=True)
class LogarithmicLaw(RiseLaw):
    """Steps that fall exponentially with the state, ``log(1 + (e^beta - 1) x) / beta``.

    The alpha/beta convention of Querlioz et al., IEEE Trans. Nanotechnol. 2013,
    doi:10.1109/TNANO.2013.2250995.
    """

    beta: tuple[float, float] = (3.0, 3.0)
    name: ClassVar[str] = "logarithmic"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"beta": (1e-3, 60.0)}

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        beta = self.shape(sign)["beta"]
        return np.log1p(math.expm1(beta) * x) / beta

    def place(self, rise: np.ndarray, sign: int) -> np.ndarray:
        """Its inverse."""
        beta = self.shape(sign)["beta"]
        return np.expm1(beta * rise) / math.expm1(beta)


@dataclass(frozen=True)
class StretchedLaw(RiseLaw):
    """Stretched exponential, ``(1 - exp(-(rate x)^exponent)) / (1 - exp(-rate^exponent))``."""

    rate: tuple[float, float] = (3.0, 3.0)
    exponent: tuple[float, float] = (0.7, 0.7)
    name: ClassVar[str] = "stretched"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"rate": (1e-3, 1e4), "exponent": (0.05, 5.0)}

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        rate, exponent = self.shape(sign).values()
        return np.expm1(-((rate * x) ** exponent)) / math.expm1(-(rate**exponent))


@dataclass(frozen=True)
class TwoExponentialLaw(RiseLaw):
    """A fast and a slow saturating part, ``share`` of the first; rates per full sweep."""

    fast: tuple[float, float] = (20.0, 20.0)
    slow: tuple[float, float] = (1.0, 1.0)
    share: tuple[float, float] = (0.5, 0.5)
    name: ClassVar[str] = "two-exponential"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {
        "fast": (1e-3, 1e4),
        "slow": (0.0, 1e4),
        "share": (0.0, 1.0),
    }

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        fast, slow, share = self.shape(sign).values()
        return share * _saturating(x, fast) + (1.0 - share) * _saturating(x, slow)


@dataclass(frozen=True)
class SigmoidLaw(RiseLaw):
    """Slow start, steep middle, slow end: the logistic curve of ``steepness`` around ``midpoint``, 0 to 1."""

    steepness: tuple[float, float] = (8.0, 8.0)
    midpoint: tuple[float, float] = (0.5, 0.5)
    name: ClassVar[str] = "sigmoid"
    bounds: ClassVar[dict[str, tuple[float, float]]] = {"steepness": (1e-2, 60.0), "midpoint": (-0.5, 1.5)}

    def _ends(self, sign: int) -> tuple[float, float, float, float]:
        k, middle = self.shape(sign).values()
        low, high = (1.0 / (1.0 + math.exp(-k * (x - middle))) for x in (0.0, 1.0))
        return k, middle, low, high

    def rise(self, x: np.ndarray, sign: int) -> np.ndarray:
        """Normalised rise."""
        k, middle, low, high = self._ends(sign)
        return (1.0 / (1.0 + np.exp(-k * (x - middle))) - low) / (high - low)

    def place(self, rise: np.ndarray, sign: int) -> np.ndarray:
        """Its inverse."""
        k, middle, low, high = self._ends(sign)
        level = low + rise * (high - low)
        return middle + np.log(level / (1.0 - level)) / k


#: All of them.
RISES = (
    ExponentialLaw,
    SoftBoundsLaw,
    PowerLaw,
    LogarithmicLaw,
    StretchedLaw,
    TwoExponentialLaw,
    SigmoidLaw,
)
