"""A fitted value, and one line of a figure: what results are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A fitted value with its confidence interval (None: not known)."""

    value: float
    low: float | None
    high: float | None
    unit: str
    meaning: str = ""


@dataclass(frozen=True)
class Curve:
    """One line of the figure: readings and what the fit says about them."""

    label: str
    x: np.ndarray
    measured: np.ndarray
    fitted: np.ndarray
