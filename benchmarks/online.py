"""Online training 400-100-10 with the NeuroSim protocol: 8,000 samples, 64 sets at once and one alone.

Uses MNIST from PEROVDATA_DATA_DIR if set, else random images with as many active pixels (same work).
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from table import Row, seconds, show
from updates import measured_law

from perovdata.arrays import train_online
from perovdata.devices import MeasuredLaw, SynapseParameters, preset


def images() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Centre crops of MNIST, or random images of the same density."""
    folder = os.environ.get("PEROVDATA_DATA_DIR")
    if not folder:
        rng = np.random.default_rng(0)
        x = (rng.random((12_000, 400)) < 0.25).astype(np.float32)
        y = rng.integers(0, 10, 12_000)
        return x[:10_000], y[:10_000], x[10_000:], y[10_000:]

    def part(prefix: str) -> tuple[np.ndarray, np.ndarray]:
        with gzip.open(Path(folder) / f"{prefix}-images-idx3-ubyte.gz") as stream:
            x = np.frombuffer(stream.read(), np.uint8, offset=16).reshape(-1, 28, 28)[:, 4:24, 4:24]
        with gzip.open(Path(folder) / f"{prefix}-labels-idx1-ubyte.gz") as stream:
            y = np.frombuffer(stream.read(), np.uint8, offset=8)
        return x.reshape(-1, 400) / np.float32(255), y

    return *part("train"), *part("t10k")


def rows(sets: int = 64) -> list[Row]:
    """Seconds per set and 8,000 samples, with the start of a run and one test of 500 images."""
    x, y, x_test, y_test = images()

    def per_epoch(n_sets: int, law: MeasuredLaw | None = None) -> float:
        params = SynapseParameters.stack([preset("ag-a-si").with_law(law)] * n_sets)

        def run() -> None:
            train_online(params, x, y, x_test[:500], y_test[:500])

        run()
        return seconds(run, 2) / n_sets

    literal, batch, alone = numpy_loop(x, y), per_epoch(sets), per_epoch(1)
    table = per_epoch(sets, measured_law())
    work = "online training 400-100-10, 8,000 samples"
    peer = "NumPy loop, same run"
    return [
        Row(f"{work}, batch of {sets} sets", batch, "s per set", 0.6, peer, literal),
        Row(f"{work}, one set alone", alone, "s", 2.0, peer, literal),
        Row(f"{work}, batch of {sets} sets", batch, "s per set", 0.6, "aihwkit, reported", 6.2),
        Row("  the same by a measured table", table, "s per set", 2 * batch, "exponential, same run", batch),
        Row("memory of 64 sets of 784-100-10 in training, whole process", memory_of_process(), "GB", 1.0),
    ]


def numpy_loop(x: np.ndarray, y: np.ndarray, samples: int = 300) -> float:
    """The protocol as a plain NumPy loop over samples (noise on pulsed columns only), scaled to 8,000."""
    rng = np.random.default_rng(0)
    x = (x[:samples] >= 0.5).astype(np.float32)
    g1, g2 = rng.random((100, 400), np.float32), rng.random((10, 100), np.float32)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def write(g, change):
        n = np.floor(np.abs(change) / 2 * 100 + 0.5)
        up = change > 0
        a, b = np.where(up, 48.4, 20.0), np.where(up, 1.156, -0.0068)
        new = b + (g - b) * np.exp(-n / a) + 0.035 * np.sqrt(n) * rng.standard_normal(g.shape, np.float32)
        return np.where(n > 0, np.clip(new, 0, 1), g)

    start = time.perf_counter()
    for drive, label in zip(x, y, strict=False):
        a1 = sigmoid(np.floor((g1 @ drive) * 0.6375) / 0.6375 - drive.sum() / 2)
        active = (a1 >= 0.5).astype(np.float32)
        a2 = sigmoid(g2 @ active - active.sum() / 2)
        s2 = -2 * a2 * (1 - a2) * ((np.arange(10) == label) - a2)
        s1 = a1 * (1 - a1) * ((2 * g2 - 1).T @ s2)
        pulsed = np.abs(s1) * 0.2 * 100 >= 0.5
        g1[pulsed] = write(g1[pulsed], -0.4 * s1[pulsed, None] * drive)
        g2 = write(g2, -0.2 * s2[:, None] * a1)
    return (time.perf_counter() - start) / samples * 8000


def memory_of_process() -> float:
    """Peak GB of a fresh process that trains 64 sets of 784-100-10."""
    run = subprocess.run([sys.executable, __file__, "memory"], capture_output=True, text=True, check=True)
    return float(run.stdout)


def memory(sets: int = 64) -> float:
    """Train 784-100-10 on so many sets; peak GB of this process."""
    rng = np.random.default_rng(0)
    x = (rng.random((2000, 784)) < 0.2).astype(np.float32)
    y = rng.integers(0, 10, 2000)
    train_online(SynapseParameters.stack([preset("ag-a-si")] * sets), x, y, x[:500], y[:500])
    # Not ru_maxrss: on Linux that keeps the peak of the process that started this one.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024 / 1e9


if __name__ == "__main__":
    if sys.argv[1:] == ["memory"]:
        print(memory())
    else:
        show(rows())
