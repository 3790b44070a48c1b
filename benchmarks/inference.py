"""Inference of 10,000 images by 784-100-10 with programming error, read noise and an 8-bit converter."""

from __future__ import annotations

import numpy as np
from table import Row, seconds, show

from perovdata.arrays import infer
from perovdata.devices import SynapseParameters


def network(sets: int) -> tuple[SynapseParameters, list[np.ndarray], np.ndarray]:
    """Devices of so many sets, weights of 784-100-10 and 10,000 images, 20 % of their pixels lit."""
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal((784, 100)) * 0.05, rng.standard_normal((100, 10)) * 0.1]
    x = (rng.random((10_000, 784)) * (rng.random((10_000, 784)) < 0.2)).astype(np.float32)
    params = SynapseParameters.make(
        g_max=np.full(sets, 1e-6), g_min=1e-8, n_pulses_ltp=256, c2c_sigma=0.003, read_noise=0.02
    )
    return params, weights, x


def per_cell_seconds(weights: list[np.ndarray], x: np.ndarray) -> float:
    """Seconds of NumPy with one normal per cell and image, scaled from few images to all."""
    rng = np.random.default_rng(0)
    few = x[:20]

    def per_cell() -> None:
        for image in few:
            noisy = weights[0] + 0.02 * rng.standard_normal((784, 100), np.float32)
            hidden = np.maximum(image @ noisy, 0)
            hidden @ (weights[1] + 0.02 * rng.standard_normal((100, 10), np.float32))

    return seconds(per_cell, 2) / len(few) * len(x)


def rows(sets: int = 64) -> list[Row]:
    """Seconds per set, against the same network with one normal per cell and image in NumPy (scaled)."""
    params, weights, x = network(sets)

    def run() -> None:
        infer(params, weights, x, adc_bits=8)

    run()
    ours = seconds(run, 3) / sets
    peer = per_cell_seconds(weights, x)
    work = f"inference 10,000 x 784-100-10, {sets} sets"
    return [
        Row(work, ours, "s per set", 0.08, "NumPy, noise per cell, same run", peer),
        Row(work, ours, "s per set", 0.08, "aihwkit torch tile, reported", 0.078),
        Row(work, ours, "s per set", 0.08, "CrossSim with per-cell read noise, reported", 34.1),
    ]


if __name__ == "__main__":
    show(rows())
