"""Which law describes the curve: several laws on the same readings, ranked by AICc, and their conventions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from perovdata.devices.label import label_to_a
from perovdata.fitting.laws.likelihood import Sweep, mean_curve

__all__ = ["Comparison", "LawFit", "aicc", "compare_laws", "residual_pattern"]

#: Normalised rise 0 -> 1 over x = n / N with one shape parameter, its starts and its bounds.
_SHAPES: dict[
    str, tuple[Callable[[np.ndarray, float], np.ndarray], tuple[float, ...], tuple[float, float]]
] = {
    "exponential": (lambda x, s: mean_curve(1, x, 1.0, s), (0.5, 3.0, 12.0, -2.0), (-43.0, 43.0)),
    "linear": (lambda x, s: x, (), (0.0, 0.0)),
    "power": (lambda x, s: np.power(np.maximum(x, 0.0), s), (0.8, 0.3, 2.0), (0.02, 10.0)),
    "logarithmic": (lambda x, s: np.log1p(np.expm1(s) * x) / s, (0.5, 3.0, 8.0), (1e-3, 40.0)),
}


def aicc(rss: float, n: int, k: int, n_effective: float | None = None) -> float:
    """Small-sample Akaike criterion of a least-squares fit with k parameters (noise counted).

    Residuals that hang together count as fewer independent ones (``n_effective``), so that a long noisy
    train does not decide between laws with false certainty. Hurvich, Tsai, Biometrika 1989,
    doi:10.1093/biomet/76.2.297.
    """
    m = n if n_effective is None else n_effective
    correction = 2 * k * (k + 1) / (m - k - 1) if m > k + 1 else 2.0 * k * (k + 1)
    return float(m * np.log(max(rss, 1e-300) / n) + 2 * k + correction)


@dataclass(frozen=True)
class LawFit:
    """One law fitted to all sweeps: shapes per sweep, window, quality."""

    law: str
    shapes: tuple[float, ...]
    g_min: float
    width: float
    r2: float
    aicc: float
    n_parameters: int


@dataclass(frozen=True)
class Comparison:
    """All laws tried."""

    fits: list[LawFit]
    signs: tuple[int, ...]
    n_pulses: tuple[int, ...]

    def of(self, law: str) -> LawFit:
        """The fit of one law."""
        return next(f for f in self.fits if f.law == law)

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """Best first, with Akaike weights."""
        ordered = sorted(self.fits, key=lambda f: f.aicc)
        weights = np.exp(-0.5 * (np.array([f.aicc for f in ordered]) - ordered[0].aicc))
        weights /= weights.sum()
        return [
            {
                "law": f.law,
                "n_parameters": f.n_parameters,
                "r2": f.r2,
                "aicc": f.aicc,
                "delta_aicc": f.aicc - ordered[0].aicc,
                "weight": float(w),
            }
            for f, w in zip(ordered, weights, strict=True)
        ]

    def conventions(self, labels: list[float]) -> dict[str, Any]:
        """The curve's nonlinearity in the conventions of the literature, each fitted to the same readings.

        ``alpha`` of the power form G = g_min + (g_max - g_min) (n / N)^alpha; ``alpha``, ``beta`` of the
        exponential step: Querlioz et al., IEEE Trans. Nanotechnol. 2013, doi:10.1109/TNANO.2013.2250995.
        """
        names = {1: "ltp", -1: "ltd"}
        found: dict[str, Any] = {
            "neurosim": {
                "source": "MLP-NeuroSim label and A (over the pulses of a sweep); LTD < 0: steepest first"
            },
            "power": {"source": "G = g_min + (g_max - g_min) x^alpha, x = n / N; LTD mirrored"},
            "exponential_step": {
                "source": "dG = alpha exp(-beta (G - g_min) / (g_max - g_min)); LTD mirrored; alpha in S"
            },
        }
        power, log = self.of("power"), self.of("logarithmic")
        for k, sign in enumerate(self.signs):
            name = names[sign]
            a = float(label_to_a(labels[k]))
            found["neurosim"][f"label_{name}"] = labels[k]
            found["neurosim"][f"a_{name}"] = a if np.isfinite(a) else None
            found["power"][f"alpha_{name}"] = power.shapes[k]
            beta = log.shapes[k]
            found["exponential_step"][f"beta_{name}"] = beta
            found["exponential_step"][f"alpha_{name}"] = float(
                log.width * np.expm1(beta) / beta / self.n_pulses[k]
            )
        return found


def compare_laws(sweeps: list[Sweep]) -> Comparison:
    """Fit every law by robust multi-start least squares; the window is linear and shared by the sweeps."""
    y = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
    unit = float(np.ptp(y))
    y = y / unit  # the optimiser's tolerances are made for numbers near 1
    spread = float(np.sum((y - y.mean()) ** 2))
    fits, n_effective = [], float(len(y))
    for law, (shape, starts, bounds) in _SHAPES.items():
        rise = _design(sweeps, shape)

        def residual(s: np.ndarray, rise=rise) -> np.ndarray:
            basis = rise(s)
            return y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0]

        if starts:
            scale = _robust_scale(residual(np.full(len(sweeps), starts[0])), y)
            tries = [
                least_squares(
                    residual,
                    np.full(len(sweeps), start),
                    bounds=bounds,
                    loss="soft_l1",
                    f_scale=3.0 * scale,
                    x_scale=np.maximum(abs(start), 1.0),
                    max_nfev=60,
                )
                for start in starts
            ]
            shapes = min(tries, key=lambda r: r.cost).x
        else:
            shapes = np.zeros(len(sweeps))
        window = np.linalg.lstsq(rise(shapes), y, rcond=None)[0]
        rss = float(np.sum(residual(shapes) ** 2))
        k = 3 + (len(sweeps) if starts else 0)
        if law == "exponential":
            n_effective = _independent(sweeps, residual(shapes))
        fits.append(
            LawFit(
                law,
                tuple(float(s) for s in shapes),
                float(window[0]) * unit,
                float(window[1]) * unit,
                1.0 - rss / spread,
                aicc(rss * unit**2, len(y), k, n_effective),
                k,
            )
        )
    return Comparison(fits, tuple(s.sign for s in sweeps), tuple(s.n_pulses for s in sweeps))


def _design(sweeps: list[Sweep], shape) -> Callable[[np.ndarray], np.ndarray]:
    """Matrix (1, normalised mean) of all readings as a function of the shapes."""
    present = [np.isfinite(s.values) for s in sweeps]

    def rise(shapes: np.ndarray) -> np.ndarray:
        columns = []
        for sweep, here, s in zip(sweeps, present, shapes, strict=True):
            g = shape(sweep.pulses / sweep.n_pulses, s)
            g = g if sweep.sign > 0 else 1.0 - g
            columns.append(np.broadcast_to(g, here.shape)[here])
        g = np.concatenate(columns)
        return np.stack([np.ones_like(g), g], axis=1)

    return rise


def _independent(sweeps: list[Sweep], residual: np.ndarray) -> float:
    """Number of independent residuals, n (1 - rho) / (1 + rho) with their lag-1 correlation rho."""
    products, start = [], 0
    for sweep in sweeps:
        here = np.isfinite(sweep.values)
        table = np.full(here.shape, np.nan)
        table[here] = residual[start : start + here.sum()]
        start += int(here.sum())
        pair = table[:, :-1] * table[:, 1:]
        products.append(pair[np.isfinite(pair)])
    products = np.concatenate(products)
    power = float(np.mean(residual**2))
    rho = float(np.clip(products.mean() / power, 0.0, 0.99)) if power > 0 and products.size else 0.0
    return len(residual) * (1.0 - rho) / (1.0 + rho)


def _robust_scale(residual: np.ndarray, y: np.ndarray) -> float:
    return max(1.4826 * float(np.median(np.abs(residual))), 1e-9 * float(np.ptp(y)))


def residual_pattern(residuals: list[np.ndarray], width: float) -> dict[str, Any]:
    """Whether residuals look random along the pulses.

    Parameters
    ----------
    residuals : list of ndarray, shape (S, K)
        Measured minus fitted of each sweep, NaN where missing.
    width : float
        Window, for relative figures.
    """
    mean = [np.nanmean(r, axis=0) for r in residuals]
    flat = np.concatenate([m - np.nanmean(m) for m in mean])
    pairs = np.concatenate([np.stack([m[:-1], m[1:]], axis=1) for m in mean])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    power = float(np.nanmean(flat**2))
    lag = float(np.mean(pairs[:, 0] * pairs[:, 1]) / power) if power > 0 and len(pairs) else 0.0
    every = np.concatenate([r[np.isfinite(r)] for r in residuals])
    return {
        "rms": float(np.sqrt(np.mean(every**2)) / width),
        "largest": float(np.max(np.abs(every)) / width),
        "lag_1": lag,
        "verdict": "systematic" if lag > 2.0 / np.sqrt(max(len(pairs), 1)) + 0.3 else "random",
    }
