"""Second half of the recovery benchmark: labels and laws of curves that no exponential made.

    python benchmarks/fit_recovery.py --odd [--repeats 20] [--seed 0]

For every kind: files of 32, 64 and 128 pulses, noise of a reading 0.5, 1 and 2 % of the window, 1 and 5
cycles (drift: 5), both directions, whole way from the CSV file. The truth is the label of the exponential
closest in least squares to the curve without noise, window free, at the same pulses, found here by a plain
search that shares no code with the package. Printed: share of 95 % intervals that cover it, typical half
width, and how far the R2 of the law chosen for the device lies below that of the best law (at most).
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.fitting.odd_curves import ODD_KINDS, OddCurve, odd_curve

N_PULSES, SIGMAS, CYCLES = (32, 64, 128), (0.005, 0.01, 0.02), (1, 5)


def least_squares_label(x: np.ndarray, y: np.ndarray, sign: int) -> float:
    """NeuroSim's label of the exponential closest to y(x), its window free.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Pulses over the pulses of a sweep.
    y : ndarray, shape (K,)
    sign : {1, -1}
    """

    def rise(u: float) -> np.ndarray:
        return x if abs(u) < 1e-6 else np.expm1(-u * x) / np.expm1(-u)

    def left(z: float) -> float:
        basis = np.stack([np.ones_like(x), rise(2 * np.sinh(z))], axis=1)
        return float(np.sum((y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0]) ** 2))

    grid = np.linspace(-3.76, 3.76, 61)
    best = grid[int(np.argmin([left(z) for z in grid]))]
    found = minimize_scalar(
        left, bounds=(best - 0.15, best + 0.15), method="bounded", options={"xatol": 1e-9}
    )
    u = 2 * np.sinh(found.x)
    t = np.linspace(0.0, 1.0, 20001)
    curve = t if abs(u) < 1e-6 else np.expm1(-u * t) / np.expm1(-u)
    distance = curve - t
    return sign * 10.1015 * float(distance[int(np.argmax(np.abs(distance)))])


def write_odd(path: Path, up: OddCurve, down: OddCurve, digitised: bool) -> None:
    """One file: two columns of a measurement, or pairs of X, Y as WebPlotDigitizer writes them."""
    if digitised:
        lines = ["LTP,,LTD,", "X,Y,X,Y"]
        points = zip(up.written, up.noisy[0], down.written, down.noisy[0], strict=True)
        lines += [",".join(f"{v:.6g}" for v in numbers) for numbers in points]
    else:
        lines = ["pulse LTP,LTP (S),pulse LTD,LTD (S)"]
        for a, b in zip(up.noisy, down.noisy, strict=True):
            lines += [
                f"{p:.6g},{g:.8g},{q:.6g},{h:.8g}"
                for p, g, q, h in zip(up.written, a, down.written, b, strict=True)
            ]
    path.write_text("\n".join(lines) + "\n")


def odd_row(kind: str, repeats: int, seed: int, folder: Path) -> dict[str, float]:
    """Figures of one kind."""
    rng = np.random.default_rng([seed, ODD_KINDS.index(kind)])
    cells = list(product(N_PULSES, SIGMAS, CYCLES))
    covered, widths, gaps, refused, errors = [], [], [], 0, []
    for k in range(repeats):
        n, sigma, cycles = cells[k % len(cells)]
        cycles = 5 if kind.startswith("drift") else 1 if kind == "digitised" else cycles
        up, down = (odd_curve(kind, s, n, sigma, cycles, rng) for s in (1, -1))
        path = folder / "odd.csv"
        write_odd(path, up, down, kind == "digitised")
        try:
            result = fit(path)
        except InputError:
            refused += 1
            continue
        gaps.append(max(law["r2"] for law in result.comparison) - result.r2)
        for curve, sign, name in ((up, 1, "ltp"), (down, -1, "ltd")):
            e = result.parameters[f"nonlinearity_{name}"]
            truth = least_squares_label(curve.pulses / n, curve.clean.mean(axis=0), sign)
            covered.append(e.low <= truth <= e.high)
            widths.append((e.high - e.low) / 2)
            errors.append(abs(e.value - truth))
    return {
        "labels": len(covered),
        "refused": refused,
        "coverage": float(np.mean(covered)),
        "error": float(np.median(errors)),
        "half_width": float(np.median(widths)),
        "gap": float(np.max(gaps)),
    }


def odd_table(repeats: int, seed: int, folder: Path) -> str:
    """The table of docs/fitting.md."""
    lines = [
        "| kind | labels | refused | covers the least-squares label | median error | typical half width | "
        "R2 below the best law, at most |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in ODD_KINDS:
        r = odd_row(kind, repeats, seed, folder)
        lines.append(
            f"| {kind} | {r['labels']} | {r['refused']} | {100 * r['coverage']:.0f} % | {r['error']:.3f} | "
            f"{r['half_width']:.3f} | {r['gap']:.3f} |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines)
