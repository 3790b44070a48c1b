"""Accuracies of MLP-NeuroSim V3.0, of its protocol in plain double precision, and of our engine, over seeds.

    PEROVDATA_DATA_DIR=... python benchmarks/fidelity.py [--case NAME]... [--seeds 8] [--write]

The reference is one run; its protocol, run again with other seeds, tells how far one run may be from another.
Every figure is the mean of the last five tests (one every five epochs). ``--write`` stores the runs of the
plain version, of the cases named and no others, as tests/arrays/literal_runs.csv, which the tests hold our
engine against (Ag:a-Si with the shifted start, HZO and GST with both; 8 seeds).
"""

from __future__ import annotations

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from literal import Literal
from online import images

from perovdata.arrays import NEUROSIM, NEUROSIM_SHIFTED, Protocol, train_online
from perovdata.devices import preset
from perovdata.files import write_atomic

TESTS = Path(__file__).parents[1] / "tests" / "arrays"
EVERY = 5
#: Name: preset, protocol, epochs. The first six stand in neurosim_curves.csv; it has no run of the others.
CASES: dict[str, tuple[str, Protocol, int]] = {
    "Ideal": ("neurosim-ideal", NEUROSIM_SHIFTED, 125),
    "EpiRAM": ("epiram", NEUROSIM_SHIFTED, 125),
    "Ag:a-Si": ("ag-a-si", NEUROSIM_SHIFTED, 125),
    "TaOx/TiO2": ("taox-tio2", NEUROSIM_SHIFTED, 65),
    "Ag:a-Si right start": ("ag-a-si", NEUROSIM, 40),
    "TaOx/TiO2 right start": ("taox-tio2", NEUROSIM, 40),
    "HZO FeFET": ("hzo-fefet", NEUROSIM_SHIFTED, 40),
    "HZO FeFET right start": ("hzo-fefet", NEUROSIM, 40),
    "GST PCM": ("gst-pcm", NEUROSIM_SHIFTED, 40),
    "GST PCM right start": ("gst-pcm", NEUROSIM, 40),
}


def literal_run(case: str, seed: int) -> list[float]:
    """Accuracy of one run of the plain version every five epochs."""
    name, protocol, epochs = CASES[case]
    x, y, x_test, y_test = images()
    rng = np.random.default_rng([seed, 2026])
    top = protocol.start_levels - 1
    w1, w2 = (2 * rng.integers(0, top + 1, shape) / top - 1 for shape in ((100, x.shape[1]), (10, 100)))
    network = Literal(preset(name), w1, w2, protocol, rng)
    curve = []
    for _ in range(epochs // EVERY):
        network.train(x, y, rng.integers(0, len(x), EVERY * protocol.samples_per_epoch))
        curve.append(network.accuracy(x_test, y_test))
    return curve


def reference_curves() -> dict[str, dict[int, float]]:
    """Accuracy of the reference's runs: MLP-NeuroSim V3.0, one seed, device by device and epoch by epoch."""
    curves: dict[str, dict[int, float]] = {}
    with (TESTS / "neurosim_curves.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            curve = curves.setdefault(row["device"], {})
            curve[int(row["epoch"])] = float(row["test_accuracy_percent"])
    return curves


def figure(runs: np.ndarray) -> str:
    """Mean of the last five tests, its standard error, and the spread from run to run."""
    last = runs[:, -5:].mean(1)
    spread = last.std(ddof=1)
    return f"{last.mean():.2f} ± {spread / np.sqrt(len(last)):.2f} ({spread:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", choices=CASES, action="append")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    cases = args.case or list(CASES)
    with ProcessPoolExecutor() as pool:
        pending = {c: [pool.submit(literal_run, c, seed) for seed in range(args.seeds)] for c in cases}
        literal = {c: np.array([f.result() for f in futures]) for c, futures in pending.items()}
    theirs, data = reference_curves(), images()
    print(
        "| device, start | epochs | reference, one run | protocol in doubles | ours |\n|---|---|---|---|---|"
    )
    for case in cases:
        name, protocol, epochs = CASES[case]
        ours = train_online(
            preset(name), *data, epochs=epochs, test_every=EVERY, seeds=args.seeds, protocol=protocol
        ).accuracy[0]
        one_run = f"{np.mean(list(theirs[case].values())[-5:]):.2f}" if case in theirs else ""
        print(f"| {case} | {epochs} | {one_run} | {figure(literal[case])} | {figure(ours)} |", flush=True)
    if args.write:
        lines = ["device,seed,epoch,test_accuracy_percent"]
        for case, runs in literal.items():
            for seed, run in enumerate(runs):
                lines += [f"{case},{seed},{EVERY * (k + 1)},{a:.2f}" for k, a in enumerate(run)]
        write_atomic(TESTS / "literal_runs.csv", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
