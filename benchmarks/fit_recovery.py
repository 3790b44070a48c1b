"""How well `perovdata fit` finds the nonlinearity label again, on synthetic files with known truth.

    python benchmarks/fit_recovery.py [--repeats 12] [--seed 0] [--json FILE]

Every case is written to a CSV file and goes the whole way: reading, cutting into sweeps, fit, interval.
Reading noise: one row per pulse number with columns of LTP and LTD, cycle below cycle. Pulse noise
(it stays in the state, as in NeuroSim): one column, all sweeps one after another, without pulse numbers.
Labels are uniform in 0..8 (LTD: -8..0), on/off log-uniform in 2..1000. Prints the table of docs/fitting.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from itertools import product
from pathlib import Path

import numpy as np

from perovdata.devices import fit
from perovdata.devices.curves.synthetic import pulse_trains
from perovdata.errors import InputError

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


def recover(
    noise: str, n_pulses: int, sigma: float, cycles: int, rng: np.random.Generator, folder: Path
) -> list:
    """Truth, estimate and interval of both labels of one case; None where the file was refused."""
    truth = {"ltp": float(rng.uniform(0, 8)), "ltd": -float(rng.uniform(0, 8))}
    ltp, ltd = pulse_trains(
        rng,
        label_ltp=truth["ltp"],
        label_ltd=truth["ltd"],
        n_pulses=n_pulses,
        on_off=float(10 ** rng.uniform(np.log10(2), 3)),
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
    for direction, value in truth.items():
        e = found.get(f"nonlinearity_{direction}")
        rows.append(None if e is None else (value, e.value, e.low, e.high))
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
        "coverage": float(np.mean((good[:, 2] <= good[:, 0]) & (good[:, 0] <= good[:, 3]))),
        "half_width": float(np.median(good[:, 3] - good[:, 2]) / 2),
    }


def line(name: str, s: dict[str, float]) -> str:
    """One row of the table."""
    if s["n"] == s["refused"]:
        return f"| {name} | {s['n']} | – | – | – | – |"
    return (
        f"| {name} | {s['n']} | {s['median_error']:.3f} | {100 * s['within_0.3']:.0f} % | "
        f"{100 * s['coverage']:.0f} % | {s['half_width']:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--noise", choices=("reading", "pulse"), action="append")
    parser.add_argument("--pulses", type=int, action="append", help="only these lengths of a sweep")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    cells = {}
    with tempfile.TemporaryDirectory() as folder:
        for noise in args.noise or ("reading", "pulse"):
            for n, sigma, cycles in product(args.pulses or N_PULSES, SIGMAS, CYCLES):
                rng = np.random.default_rng([args.seed, n, int(sigma * 1e4), cycles, noise == "pulse"])
                rows = []
                for _ in range(args.repeats):
                    rows += recover(noise, n, sigma, cycles, rng, Path(folder))
                cells[noise, n, sigma, cycles] = rows
                print(
                    line(f"{noise}, {n} pulses, {100 * sigma:g} %, {cycles} cycles", summary(rows)),
                    flush=True,
                )
    print("\n| group | labels | median error | within 0.3 | interval covers | half width |")
    print("|---|---|---|---|---|---|")
    for noise in args.noise or ("reading", "pulse"):
        for sigma in SIGMAS:
            rows = [r for key, c in cells.items() if key[0] == noise and key[2] == sigma for r in c]
            print(line(f"{noise} noise {100 * sigma:g} %", summary(rows)))
        for cycles in CYCLES:
            rows = [
                r
                for k, c in cells.items()
                if k[0] == noise and k[3] == cycles and 0 < k[2] <= 0.02
                for r in c
            ]
            print(line(f"{noise} noise 0.5..2 %, {cycles} cycles", summary(rows)))
        rows = [r for k, c in cells.items() if k[0] == noise and k[2] <= 0.02 for r in c]
        print(line(f"{noise} noise, all up to 2 %", summary(rows)))
        rows = [r for k, c in cells.items() if k[0] == noise for r in c]
        print(line(f"{noise} noise, all", summary(rows)))
    if args.json:
        args.json.write_text(
            json.dumps({"|".join(map(str, k)): summary(c) for k, c in cells.items()}, indent=1)
        )


if __name__ == "__main__":
    main()
