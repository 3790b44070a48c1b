"""Float ceiling and time of every embedded task: 64 parameter sets, compiled already, then cold.

Run ``python benchmarks/vision_suite.py``; with MNIST in PEROVDATA_DATA_DIR add ``--mnist`` for its tasks (8
sets). ``perovdata/vision/suite_table.py`` holds the numbers that ``perovdata vision tasks`` shows.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision import TASKS, run


def devices(n: int) -> SynapseParameters:
    """Draws around a middling device, every effect on."""
    rng = np.random.default_rng(0)
    return SynapseParameters.make(
        g_max=1e-6,
        g_min=1e-6 / 10 ** rng.uniform(0.5, 3, n),
        n_pulses_ltp=np.rint(rng.uniform(32, 128, n)),
        n_pulses_ltd=np.rint(rng.uniform(32, 128, n)),
        nonlinearity_ltp=rng.uniform(0.1, 4, n),
        nonlinearity_ltd=-rng.uniform(0.1, 4, n),
        c2c_sigma=rng.uniform(0.005, 0.03, n),
        d2d_g_max=0.05,
        read_noise=0.01,
        retention_tau=1e5,
        ppf_amplitude_1=rng.uniform(0.2, 0.9, n),
        ppf_tau_1=10 ** rng.uniform(-1, 1, n),
        bandgap=2.3,
    )


def main() -> None:
    """Print one line per task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", action="store_true")
    parser.add_argument("--sets", type=int, default=64)
    arguments = parser.parse_args()
    names = [name for name, task in TASKS.items() if task.image_set == "digits"]
    if arguments.mnist:
        names = [name for name, task in TASKS.items() if task.image_set == "mnist"]
    params = devices(arguments.sets)
    total = 0.0
    for name in names:
        times = []
        for _ in range(2):
            start = time.perf_counter()
            result = run(name, params)
            times.append(time.perf_counter() - start)
        total += times[1]
        print(
            f"{name:18s} ceiling {result.ceiling:5.1f} %  median {np.median(result.accuracy):5.1f} %  "
            f"first {times[0]:6.1f} s  again {times[1]:6.1f} s",
            flush=True,
        )
    print(f"{'sum':18s} {total:.1f} s for {arguments.sets} sets, compiled")


if __name__ == "__main__":
    main()
