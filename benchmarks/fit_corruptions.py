"""Good files, damaged at random as people damage them: right as the good file is, or refused.

    python benchmarks/fit_corruptions.py [--n 2000] [--seed 0]

Good files: potentiation and depression in several layouts, a paired-pulse index, decays. Damages: two
columns exchanged with or without their headings, a unit dropped, rows missing, headings lost, an empty cell,
a word in a cell, a row written twice. Counted: parameters within the interval of the good file (a tenth of
its width and 0.5 % are allowed for readings that are gone), refused with exit code 2, wrong, errors.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from perovdata.devices import curvature_to_label, label_to_curvature
from perovdata.errors import InputError
from perovdata.fitting import Estimate, FitResult, fit
from perovdata.fitting.synthetic import pulse_trains

Rows = list[list[str]]


def good_files(rng: np.random.Generator) -> dict[str, Rows]:
    """Tables as rows of cells, heading first."""
    labels = {"label_ltp": rng.uniform(0.5, 6), "label_ltd": -rng.uniform(0.5, 6)}
    up, down = pulse_trains(rng, **labels, n_pulses=40, on_off=15, sigma=0.006, cycles=2, noise="reading")
    chain = np.concatenate([up[0], down[0][1:], up[1][1:], down[1][1:]])
    t = np.linspace(0.0, 4.0, 120)
    fall = 2.0 + 6.0 * np.exp(-t / 0.6) + 0.02 * rng.standard_normal(t.size)
    gap = np.geomspace(20, 5000, 14)
    index = 100 * (1 + 0.8 * np.exp(-gap / 400)) + 0.3 * rng.standard_normal(gap.size)

    def rows(*columns: tuple[str, np.ndarray, str]) -> Rows:
        cells = [[format(v, spec) for v in values] for _, values, spec in columns]
        return [[name for name, _, _ in columns], *map(list, zip(*cells, strict=True))]

    k = np.tile(np.arange(up.shape[1]), len(up))
    one = np.arange(up.shape[1])
    return {
        "two columns": rows(
            ("pulse", k, "d"), ("LTP (uS)", 1e6 * up.ravel(), ".6f"), ("LTD (uS)", down.ravel() * 1e6, ".6f")
        ),
        "current and read voltage": rows(
            ("pulse", one, "d"), ("I (nA)", up[0] * 1e8, ".5f"), ("V_read (V)", 0.1 + 0.0 * up[0], ".2f")
        ),
        "numbered through": rows(("pulse", np.arange(len(chain)), "d"), ("G (nS)", chain * 1e9, ".4f")),
        "resistance": rows(("pulse", one, "d"), ("R (kOhm)", 1e-3 / up[0], ".5f")),
        "decay": rows(("time (s)", t, ".5f"), ("EPSC (nA)", fall, ".5f")),
        "paired pulses": rows(("Interval (ms)", gap, ".4f"), ("PPF index (%)", index, ".4f")),
    }


def exchange(rows: Rows, rng: np.random.Generator, whole: bool) -> Rows:
    """Two columns exchanged, headings with them or not."""
    a, b = rng.choice(len(rows[0]), 2, replace=False)
    order = list(range(len(rows[0])))
    order[a], order[b] = order[b], order[a]
    return [row if k == 0 and not whole else [row[j] for j in order] for k, row in enumerate(rows)]


def drop_unit(rows: Rows, rng: np.random.Generator) -> Rows:
    """The unit of one heading is gone."""
    k = rng.choice([j for j, text in enumerate(rows[0]) if "(" in text])
    head = [re.sub(r"\s*\(.*\)", "", text) if j == k else text for j, text in enumerate(rows[0])]
    return [head, *rows[1:]]


def drop_rows(rows: Rows, rng: np.random.Generator) -> Rows:
    """Up to a tenth of the rows are gone."""
    body = rows[1:]
    gone = set(rng.choice(len(body), rng.integers(1, max(2, len(body) // 10 + 1)), replace=False).tolist())
    return [rows[0], *(row for k, row in enumerate(body) if k not in gone)]


def spoil_cell(rows: Rows, rng: np.random.Generator, text: str) -> Rows:
    """One cell holds something else."""
    r, c = rng.integers(1, len(rows)), rng.integers(len(rows[0]))
    return [[text if (k, j) == (r, c) else v for j, v in enumerate(row)] for k, row in enumerate(rows)]


def twice(rows: Rows, rng: np.random.Generator) -> Rows:
    """One row stands twice."""
    r = int(rng.integers(1, len(rows)))
    return rows[: r + 1] + rows[r:]


DAMAGES = {
    "columns exchanged": lambda rows, rng: exchange(rows, rng, True),
    "contents exchanged": lambda rows, rng: exchange(rows, rng, False),
    "unit dropped": drop_unit,
    "rows missing": drop_rows,
    "headings lost": lambda rows, rng: rows[1:],
    "empty cell": lambda rows, rng: spoil_cell(rows, rng, ""),
    "word in a cell": lambda rows, rng: spoil_cell(rows, rng, "error"),
    "row twice": twice,
}


def carry(found: dict[str, Estimate], good: dict[str, Estimate]) -> dict[str, Estimate]:
    """Labels (and the far end of the window, of a lone direction) at the good file's number of pulses."""
    moved = dict(found)
    directions = [d for d in ("ltp", "ltd") if f"nonlinearity_{d}" in found and f"n_pulses_{d}" in good]
    for direction in directions:
        sign = 1 if direction == "ltp" else -1
        label = found[f"nonlinearity_{direction}"]
        longer = good[f"n_pulses_{direction}"].value / found[f"n_pulses_{direction}"].value
        if longer == 1.0:
            continue
        u = float(label_to_curvature(sign * label.value))
        moved[f"nonlinearity_{direction}"] = replace(
            label, value=sign * float(curvature_to_label(u * longer))
        )
        if len(directions) == 1 and abs(u) > 1e-6:
            low, high = found["g_min"].value, found["g_max"].value
            width = (high - low) * np.expm1(-u * longer) / np.expm1(-u)
            end, value = ("g_max", low + width) if sign > 0 else ("g_min", high - width)
            moved[end] = replace(found[end], value=float(value))
    return moved


def agrees(found: FitResult, good: FitResult) -> bool:
    """Whether every parameter that both have lies within the interval of the good file.

    A label and an end of the window are those of so many pulses: a file that lost its last rows is a good
    file of a shorter sweep, whose right label is another number for the same device. So what was found is
    first carried along its own exponential to the pulses of the good file; the number of pulses may differ
    by the tenth of the rows that may be gone.
    """
    if found.kind != good.kind:
        return False
    carried = carry(found.parameters, good.parameters)
    for name, e in good.parameters.items():
        other = carried.get(name)
        if other is None or e.low is None or e.high is None or name.startswith(("a_", "c2c", "read_noise")):
            continue
        slack = (
            0.1 * (e.high - e.low)
            + 0.005 * abs(e.value)
            + (0.1 * e.value if name.startswith("n_pulses") else 0.0)
        )
        if not e.low - slack <= other.value <= e.high + slack:
            return False
    return True


def run(n: int, seed: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Damage n files; counts by damage and outcome, and a line per wrong one."""
    rng = np.random.default_rng(seed)
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / "file.csv"

        def measured(rows: Rows) -> FitResult:
            path.write_text("\n".join(",".join(row) for row in rows) + "\n")
            return fit(path)

        files: dict[str, Rows] = {}
        known: dict[str, FitResult] = {}
        for k in range(n):
            if k % 120 == 0:  # new good files now and then
                files = good_files(rng)
                known = {name: measured(rows) for name, rows in files.items()}
            name, damage = rng.choice(list(files)), rng.choice(list(DAMAGES))
            try:
                found = measured(DAMAGES[damage](files[name], rng))
                outcome = "right" if agrees(found, known[name]) else "wrong"
            except InputError:
                outcome = "refused"
            except Exception as error:  # what this benchmark is there to find
                outcome = f"{type(error).__name__}"
            counts[damage, outcome] += 1
            if outcome not in ("right", "refused"):
                wrong.append(f"{name}, {damage}: {outcome}")
    return counts, wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    counts, wrong = run(args.n, args.seed)
    print("| damage | right | refused | wrong or error |\n|---|---|---|---|")
    for damage in DAMAGES:
        of = {key[1]: c for key, c in counts.items() if key[0] == damage}
        good = of.pop("right", 0), of.pop("refused", 0)
        print(f"| {damage} | {good[0]} | {good[1]} | {sum(of.values())} |")
    for line, times in Counter(wrong).most_common():
        print(f"{times} x {line}")


if __name__ == "__main__":
    main()
