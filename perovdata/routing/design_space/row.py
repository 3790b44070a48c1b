"""What a row of the design space says: a quantity, what stands in for it, and what studies try."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Convert = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Assumption:
    """A stand-in where nothing is reported: a constant (low = high) or a range, and why.

    A range is even in the logarithm if it spans positive values only, else even.
    """

    low: float
    high: float
    reason: str

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        """The values at shares `u` of the range, shape of `u`: draws, if these are uniform."""
        if self.low > 0:
            return np.exp((1 - u) * np.log(self.low) + u * np.log(self.high))
        return (1 - u) * self.low + u * self.high

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{span}: {self.reason}"


@dataclass(frozen=True)
class Span:
    """Values of a quantity that studies try, in the unit of its metrics.

    Parameters
    ----------
    quantity : str
        Name of what is varied; rows that share it are varied together where a study asks for that.
    best, worst : float
        The demanding and the undemanding end, wide enough for what the tables and the presets state.
    typical : float
        Held at this while another quantity is varied: five bits and a window of 10 as assumed in routing,
        label and cycle noise in the middle of the devices in the manual of MLP-NeuroSim V3.0; 10 % between
        devices is assumed.
    log : bool
        Even steps of the logarithm.
    unit : str
        As shown to people, where it says more than the unit of the row.
    """

    quantity: str
    best: float
    worst: float
    typical: float
    log: bool = False
    unit: str | None = None

    @property
    def low(self) -> float:
        """The smaller end."""
        return min(self.best, self.worst)

    @property
    def high(self) -> float:
        """The larger end."""
        return max(self.best, self.worst)

    def grid(self, points: int) -> np.ndarray:
        """Values of a sweep, the demanding end first, shape (points,)."""
        return (np.geomspace if self.log else np.linspace)(self.best, self.worst, points)


@dataclass(frozen=True)
class Row:
    """One quantity of the design space.

    Parameters
    ----------
    name : str
    fields : tuple of str
        Fields of :class:`~perovdata.devices.SynapseParameters` that it sets.
    effect : str or None
        Physical effect that making these fields ideal switches off.
    metrics : tuple of str
        Metrics that can give it, best first.
    unit : str
        Of these metrics and of ``span``.
    assumption : Assumption or None
        In parameter units, used where no metric is available; None leaves the fields neutral.
    convert : callable
        Metric values -> parameter values in SI units.
    low, high : float
        Limits of the parameter; values outside are moved to the limit and counted.
    span : Span or None
        What studies try.
    if_measured : tuple of str
        Metrics that serve where they are measured on the very device, and nowhere else.
    """

    name: str
    fields: tuple[str, ...]
    effect: str | None = None
    metrics: tuple[str, ...] = ()
    unit: str = "1"
    assumption: Assumption | None = None
    convert: Convert = np.asarray
    low: float = -math.inf
    high: float = math.inf
    span: Span | None = None
    if_measured: tuple[str, ...] = ()
