"""Curves of kinds that no exponential made, with and without noise, for tests and the recovery table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rise = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class OddCurve:
    """One measured sweep direction of an odd kind.

    Parameters
    ----------
    pulses : ndarray, shape (K,)
        Where readings were really taken.
    written : ndarray, shape (K,)
        Pulse numbers that the file gives.
    clean : ndarray, shape (cycles, K), S
        Readings without noise, outliers or rounding.
    noisy : ndarray, shape (cycles, K), S
    """

    pulses: np.ndarray
    written: np.ndarray
    clean: np.ndarray
    noisy: np.ndarray


def _rise(kind: str, rng: np.random.Generator) -> Rise:
    """A normalised rise of a law, its shape drawn."""
    a, b, c = rng.uniform(size=3)
    if kind == "power":
        p = 0.25 + 0.5 * a if b < 0.7 else 1.5 + 2.0 * a
        return lambda x: x**p
    if kind == "logarithmic":
        beta = 1.5 + 5.0 * a
        return lambda x: np.log1p(np.expm1(beta) * x) / beta
    if kind == "sigmoid":
        k, m = 6.0 + 8.0 * a, 0.25 + 0.4 * b
        s = lambda x: 1.0 / (1.0 + np.exp(-k * (x - m)))  # noqa: E731
        return lambda x: (s(x) - s(0.0)) / (s(1.0) - s(0.0))
    if kind == "two exponentials":
        fast, slow, share = 12.0 + 30.0 * a, 0.5 + 1.5 * b, 0.25 + 0.4 * c
        e = lambda x, u: np.expm1(-u * x) / np.expm1(-u)  # noqa: E731
        return lambda x: share * e(x, fast) + (1.0 - share) * e(x, slow)
    if kind == "first-pulse jump":
        jump, u = 0.1 + 0.3 * a, 0.5 + 3.0 * b
        return lambda x: np.where(x > 0, jump + (1.0 - jump) * np.expm1(-u * x) / np.expm1(-u), 0.0)
    if kind == "saturating early":
        end, u = 0.3 + 0.4 * a, 0.5 + 2.0 * b
        return lambda x: np.expm1(-u * np.minimum(x / end, 1.0)) / np.expm1(-u)
    rate, p = 1.0 + 5.0 * a, 0.45 + 0.35 * b  # stretched: the base of all other kinds
    return lambda x: np.expm1(-((rate * x) ** p)) / np.expm1(-(rate**p))


#: Kinds of curves and of faults of the reading.
ODD_KINDS = (
    "power",
    "logarithmic",
    "sigmoid",
    "two exponentials",
    "stretched",
    "first-pulse jump",
    "saturating early",
    "drift between cycles",
    "unequal windows",
    "outliers",
    "quantised",
    "unequal spacing",
    "digitised",
)


def odd_curve(
    kind: str, sign: int, n_pulses: int, sigma: float, cycles: int, rng: np.random.Generator
) -> OddCurve:
    """Readings of one direction.

    Parameters
    ----------
    kind : str
        One of :data:`ODD_KINDS`.
    sign : {1, -1}
        Potentiation, or depression (the mirror).
    n_pulses : int
    sigma : float
        Noise of a reading, fraction of the window.
    cycles : int
    rng : numpy Generator
    """
    pulses = np.arange(n_pulses + 1.0)
    if kind == "unequal spacing":
        inner = rng.choice(np.arange(1, n_pulses), size=max(n_pulses // 2, 8), replace=False)
        pulses = np.concatenate([[0.0], np.sort(inner), [float(n_pulses)]])
    rise = _rise(kind, rng)(pulses / n_pulses)
    low, high = 1e-8, 1e-6
    if kind == "unequal windows" and sign > 0:
        high = low + (high - low) * rng.uniform(0.05, 0.6)
    width = high - low
    clean = np.tile(rise if sign > 0 else 1.0 - rise, (cycles, 1))
    if kind == "drift between cycles":
        k = np.arange(cycles)[:, None] / max(cycles, 1)
        clean = clean * (1.0 - 0.15 * k) + 0.1 * k
    noisy = clean + sigma * rng.standard_normal(clean.shape)
    written = pulses.copy()
    if kind == "outliers":
        hit = rng.random(noisy.shape) < 0.05
        hit[:, [0, -1]] = False
        noisy = np.where(hit, rng.uniform(0.0, 1.3, noisy.shape), noisy)
    if kind == "quantised":
        noisy = np.round(noisy * 24.0) / 24.0
    if kind == "digitised":
        written = pulses + 0.01 * n_pulses * rng.standard_normal(len(pulses))
        noisy = clean + 0.01 * rng.standard_normal(clean.shape)
    return OddCurve(pulses, written, low + width * clean, low + width * noisy)
