"""Time and memory of ten thousand predictions, and of one from the command line.

Needs a trained bundle (``dvc repro train``, or the one in the user's cache).
"""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from perovdata.models import load_predictor, predict_file

N = 10_000


def write_designs(path: Path) -> None:
    """Mixed-halide, mixed-cation designs: 2,500 compositions, each in four devices."""
    rng = np.random.default_rng(0)
    devices = itertools.cycle(
        [
            "2T-memristor,electrical,polycrystalline-film",
            "2T-photosynapse,optical,nanocrystal",
            "3T-transistor,optoelectronic,nanocrystal",
            ",,",
        ]
    )
    lines = ["composition,device_type,stimulus,morphology,known_set_voltage"]
    for _ in range(N // 4):
        a, x = rng.integers(1, 1000, size=2) / 1000
        formula = f"FA{a:.3f}Cs{1 - a:.3f}Pb(I{x:.3f}Br{1 - x:.3f})3"
        lines += [f"{formula},{next(devices)},{'0.5' if i == 0 else ''}" for i in range(4)]
    path.write_text("\n".join(lines) + "\n")


def main() -> None:
    """Print one JSON object."""
    predictor = load_predictor(note=lambda text: print(text, file=sys.stderr))
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "designs.csv", Path(folder) / "predictions.csv"
        write_designs(source)
        wall, cpu = time.perf_counter(), time.process_time()
        done = predict_file(predictor, source, output)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        megabytes = output.stat().st_size / 1e6
    command = [sys.executable, "-c", "from perovdata.cli import main; main()", "predict", "CsPbBr3", "--json"]
    single = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        single.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({
        "designs": done.designs, "failed": done.failed, "wall_s": round(wall, 1), "cpu_s": round(cpu, 1),
        "peak_memory_MB": round(peak), "output_MB": round(megabytes, 1),
        "one_design_command_s": round(min(single), 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
