"""How well `perovdata fit` finds the nonlinearity label again, on synthetic files with known truth.

    python benchmarks/fit_recovery.py [--repeats 8] [--noise KIND] [--pulses N] [--json FILE]
    python benchmarks/fit_recovery.py --show FILE...
    python benchmarks/fit_recovery.py --odd [--repeats 18]

Every case is written to a CSV file and goes the whole way: reading, cutting into sweeps, fit, interval.
Reading noise: one row per pulse number with columns of LTP and LTD, cycle below cycle. Pulse noise
(it stays in the state, as in NeuroSim): one column, all sweeps one after another, without pulse numbers.
Labels are uniform in 0..8 (LTD: -8..0), on/off log-uniform in 2..1000. Prints the table of docs/fitting.md.

"Best possible", for pulse noise: the share within 0.3 of a reader who is told window, turns, noise and the
range of the labels and wants nothing but to be within 0.3 (the mean of the posterior mass that the best
interval of that width holds). No method can do better on the average over these cases.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import log_ndtr

from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.fitting.laws.likelihood import steepness
from perovdata.fitting.synthetic import pulse_trains

N_PULSES = (16, 64, 256)
SIGMAS = (0.0, 0.005, 0.01, 0.02, 0.05)
CYCLES = (1, 5, 20)


def write_case(path: Path, ltp: np.ndarray, ltd: np.ndarray, noise: str) -> None:
    """One measured file in the layout of its noise (see the module)."""
    if noise == "reading":
        lines = ["pulse,LTP (uS),LTD (uS)"]
        for up, down in zip(ltp, ltd, strict=True):
            lines += [
                f"{k},{u * 1e6:.9g},{d * 1e6:.9g}" for k, (u, d) in enumerate(zip(up, down, strict=True))
            ]
    else:
        chain = [ltp[0][:1]] + [sweep[1:] for pair in zip(ltp, ltd, strict=True) for sweep in pair]
        lines = ["G (uS)", *(f"{g * 1e6:.9g}" for g in np.concatenate(chain))]
    path.write_text("\n".join(lines) + "\n")


def best_mass(sweeps: np.ndarray, sign: int, sigma: float) -> float:
    """Posterior mass of the best label +- 0.3 given everything else, for labels uniform in 0..8.

    Parameters
    ----------
    sweeps : ndarray, shape (cycles, n_pulses + 1)
        States, fraction of the window, with NeuroSim's pulse noise ``sigma``, ending at the window.
    sign : {1, -1}
    """
    labels = np.linspace(0, 8, 401)
    h = sweeps if sign > 0 else 1 - sweeps
    n = h.shape[1] - 1
    before, after = h[:, :-1].ravel(), h[:, 1:].ravel()
    log_posterior = np.empty(len(labels))
    for k, label in enumerate(labels):
        u = steepness(1, label)
        step = 1 / n if u < 1e-9 else np.expm1(-u / n) / np.expm1(-u)
        z = (after - before * np.exp(-u / n) - step) / sigma
        # A state at an end of the window says only that it would have gone at least there.
        at_end = np.where(after > 1 - 1e-9, log_ndtr(-z), np.where(after < 1e-9, log_ndtr(z), -0.5 * z**2))
        log_posterior[k] = at_end.sum()
    mass = np.exp(log_posterior - log_posterior.max())
    total = np.concatenate([[0], np.cumsum(mass / mass.sum())])
    half = round(0.3 / (labels[1] - labels[0]))
    centre = np.arange(len(labels))
    inside = total[np.minimum(centre + half + 1, len(labels))] - total[np.maximum(centre - half, 0)]
    return float(inside.max())


def recover(
    noise: str, n_pulses: int, sigma: float, cycles: int, rng: np.random.Generator, folder: Path
) -> list:
    """Truth, estimate and interval of both labels of one case, and the best that was possible.

    None where the file was refused; the best is 1 without noise and for noise of readings.
    """
    truth = {"ltp": float(rng.uniform(0, 8)), "ltd": -float(rng.uniform(0, 8))}
    on_off = float(10 ** rng.uniform(np.log10(2), 3))
    ltp, ltd = pulse_trains(
        rng,
        label_ltp=truth["ltp"],
        label_ltd=truth["ltd"],
        n_pulses=n_pulses,
        on_off=on_off,
        sigma=sigma,
        cycles=cycles,
        noise=noise,
    )
    path = folder / "case.csv"
    write_case(path, ltp, ltd, noise)
    try:
        found = fit(path, "pd").parameters
    except InputError:
        return [None, None]
    rows = []
    for (direction, value), sweeps, sign in zip(truth.items(), (ltp, ltd), (1, -1), strict=True):
        e = found.get(f"nonlinearity_{direction}")
        best = 1.0
        if noise == "pulse" and sigma > 0:
            g_max = 1e-6  # of pulse_trains
            best = best_mass((sweeps / g_max - 1 / on_off) / (1 - 1 / on_off), sign, sigma)
        rows.append(None if e is None else (value, e.value, e.low, e.high, best))
    return rows


def summary(rows: list) -> dict[str, float]:
    """Figures of one group of cases."""
    good = np.array([r for r in rows if r is not None])
    if not len(good):
        return {"n": len(rows), "refused": len(rows)}
    error = np.abs(good[:, 1] - good[:, 0])
    return {
        "n": len(rows),
        "refused": len(rows) - len(good),
        "median_error": float(np.median(error)),
        "within_0.3": float(np.sum(error < 0.3) / len(rows)),
        "best_possible": float(good[:, 4].mean()),
        "coverage": float(np.mean((good[:, 2] <= good[:, 0]) & (good[:, 0] <= good[:, 3]))),
        "half_width": float(np.median(good[:, 3] - good[:, 2]) / 2),
    }


def line(name: str, s: dict[str, float]) -> str:
    """One row of the table."""
    if s["n"] == s["refused"]:
        return f"| {name} | {s['n']} | – | – | – | – | – |"
    return (
        f"| {name} | {s['n']} | {s['median_error']:.3f} | {100 * s['within_0.3']:.0f} % | "
        f"{100 * s['best_possible']:.0f} % | {100 * s['coverage']:.0f} % | {s['half_width']:.3f} |"
    )


def pooled(cells: dict[tuple, dict[str, float]], noise: str | None, sigma=None, cycles=None, n=None) -> str:
    """Figures of all cells of a kind: shares of all labels, and the median of the cells' half widths."""
    kind = [
        c
        for (its_noise, its_n, its_sigma, its_cycles), c in cells.items()
        if noise in (None, its_noise)
        and (sigma is None or sigma[0] <= its_sigma <= sigma[1])
        and cycles in (None, its_cycles)
        and n in (None, its_n)
    ]
    labels = sum(c["n"] for c in kind)
    if not labels:
        return "0 | – | – | – | – |"
    shares = (
        sum(c["n"] * c.get(name, 0.0) for c in kind) / labels
        for name in ("within_0.3", "best_possible", "coverage")
    )
    half_width = np.median([c.get("half_width", np.nan) for c in kind])
    return f"{labels} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + f" | {half_width:.3f} |"


def table(cells: dict[tuple, dict[str, float]]) -> str:
    """The table of docs/fitting.md."""
    small, all_noisy, everything = (0.0, 0.02), (1e-9, 0.02), (0.0, 1.0)
    lines = [
        "| noise | sigma | cycles | labels | within 0.3 | best possible | interval covers the truth | "
        "typical half width |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for noise in ("reading", "pulse"):
        lines.append(f"| {noise} | 0 | all | {pooled(cells, noise, (0.0, 0.0))}")
        for sigma, cycles in product(SIGMAS[1:], CYCLES):
            row = pooled(cells, noise, (sigma, sigma), cycles)
            lines.append(f"| {noise} | {100 * sigma:g} % | {cycles} | {row}")
        lines.append(f"| {noise} | 0 … 2 % | all | {pooled(cells, noise, small)}")
        lines.append(f"| {noise} | 0.5 … 2 % | all | {pooled(cells, noise, all_noisy)}")
        lines.append(f"| {noise} | 0 … 5 % | all | {pooled(cells, noise, everything)}")
        for n in N_PULSES:
            row = pooled(cells, noise, all_noisy, n=n)
            lines.append(f"| {noise} | 0.5 … 2 %, {n} pulses | all | {row}")
    lines.append(f"| both | 0 … 2 % | all | {pooled(cells, None, small)}")
    lines.append(f"| both | 0 … 5 % | all | {pooled(cells, None, everything)}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--noise", choices=("reading", "pulse"), action="append")
    parser.add_argument("--pulses", type=int, action="append", help="only these lengths of a sweep")
    parser.add_argument("--json", type=Path, help="store the cells")
    parser.add_argument("--odd", action="store_true", help="second half: curves that no exponential made")
    parser.add_argument("--show", type=Path, nargs="+", help="only print the table of stored cells")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    if args.odd:
        from fit_odd_curves import odd_table

        with tempfile.TemporaryDirectory() as folder:
            print("\n" + odd_table(args.repeats, args.seed, Path(folder)))
        return
    cells: dict[tuple, dict[str, float]] = {}
    for path in args.show or ():
        for key, cell in json.loads(path.read_text()).items():
            noise, n, sigma, cycles = key.split("|")
            cells[noise, int(n), float(sigma), int(cycles)] = cell
    if args.show:
        print(table(cells))
        return
    with tempfile.TemporaryDirectory() as folder:
        for noise in args.noise or ("reading", "pulse"):
            for n, sigma, cycles in product(args.pulses or N_PULSES, SIGMAS, CYCLES):
                rng = np.random.default_rng([args.seed, n, int(sigma * 1e4), cycles, noise == "pulse"])
                rows = []
                for _ in range(args.repeats):
                    rows += recover(noise, n, sigma, cycles, rng, Path(folder))
                cells[noise, n, sigma, cycles] = summary(rows)
                name = f"{noise}, {n} pulses, {100 * sigma:g} %, {cycles} cycles"
                print(line(name, cells[noise, n, sigma, cycles]), flush=True)
    print("\n" + table(cells))
    if args.json:
        args.json.write_text(json.dumps({"|".join(map(str, k)): c for k, c in cells.items()}, indent=1))


if __name__ == "__main__":
    main()
