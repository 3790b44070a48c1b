"""How cost grows with sets, samples, array size, epochs and draws, and what bounds it on this machine.

``python benchmarks/growth.py FIGURE.png`` prints two tables and draws the curves: processor seconds on one
core, least of a few runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from speed_parts import cpu

from perovdata.arrays import NEUROSIM, apply_pulses, train_online
from perovdata.arrays.kernel.counter_rng import normal
from perovdata.devices import SynapseParameters, preset
from perovdata.vision import run

Curve = tuple[str, list[int], Callable[[int], Callable[[], object]], Callable[[int], int]]


def devices(sets: int) -> SynapseParameters:
    """So many sets of one published device."""
    return SynapseParameters.stack([preset("ag-a-si")] * sets)


def training(sets: int = 1, samples: int = 2000, inputs: int = 400, epochs: int = 1) -> Callable[[], object]:
    """Online training with random images, a quarter of their pixels lit."""
    from dataclasses import replace

    rng = np.random.default_rng(0)
    x = (rng.random((2000, inputs)) < 0.25).astype(np.float32)
    y = rng.integers(0, 10, 2000)
    protocol = replace(NEUROSIM, samples_per_epoch=samples)
    return lambda: train_online(
        devices(sets), x, y, x[:200], y[:200], epochs=epochs, test_every=epochs, protocol=protocol
    )


#: Name, sizes, work of a size, and its cell reads (or draws) to divide by.
CURVES: tuple[Curve, ...] = (
    ("sets", [1, 2, 4, 8, 16, 32], lambda n: training(sets=n), lambda n: n * 2000),
    ("samples", [125, 500, 2000, 8000], lambda n: training(samples=n), lambda n: n),
    ("inputs of the array", [64, 256, 1024, 4096], lambda n: training(samples=500, inputs=n), lambda n: 500),
    ("epochs", [1, 2, 4, 8], lambda n: training(epochs=n), lambda n: n * 2000),
    (
        "draws, digits-online",
        [1, 4, 16, 64],
        lambda n: lambda: run("digits-online", devices(n), epochs=1),
        lambda n: n * 1348,
    ),
)


def growth() -> dict[str, tuple[list[int], list[float], list[float]]]:
    """Sizes, processor seconds, and microseconds a sample and set, per curve."""
    found = {}
    for name, sizes, work, samples in CURVES:
        spent = []
        for size in sizes:
            work(size)()  # compiled
            spent.append(cpu(work(size), 2))
        per = [1e6 * s / samples(n) for s, n in zip(spent, sizes, strict=True)]
        found[name] = sizes, spent, per
    return found


def bounds() -> list[tuple[str, float, str, float, str]]:
    """What is bound, its figure and unit, the bound, and what the bound is."""
    n = 1 << 16
    key, cell = jnp.asarray(np.array([1, 2], np.uint32)), jnp.arange(n, dtype=jnp.uint32)
    draw = jax.jit(normal)

    def draws() -> None:
        for _ in range(100):
            draw(key, cell).block_until_ready()

    draws()
    one = cpu(draws) / 100 / n * 1e9
    params, g, pulses = devices(1), jnp.full((1, n), 0.5), jnp.ones((1, n), jnp.int8)

    def writes() -> None:
        for event in range(100):
            apply_pulses(params, g, pulses, event=event).block_until_ready()

    writes()
    update = cpu(writes) / 100 / n * 1e9
    big = np.ones(1 << 24, np.float32)
    other = np.empty_like(big)
    bandwidth = 8 * big.size / cpu(lambda: np.copyto(other, big)) / 1e9
    a = np.ones((1024, 1024), np.float32)
    flops = 2 * 1024**3 / cpu(lambda: a @ a) / 1e9
    sets = 16
    train = cpu(_compiled(training(sets=sets))) / sets / 2000 * 1e6
    read = 4 * 410 * 100 / bandwidth / 1e3
    return [
        ("noisy update of a cell", update, "ns", one, "hash and normal of a draw"),
        ("training sample, 16 sets", train, "us", read, "reading both arrays once at copy bandwidth"),
        ("copy bandwidth", bandwidth, "GB/s", bandwidth, "this machine, one core"),
        ("sgemm, 1024", flops, "GFLOP/s", flops, "this machine, one core"),
    ]


def _compiled(work: Callable[[], object]) -> Callable[[], object]:
    work()
    return work


def draw_figure(path: str, curves: dict[str, tuple[list[int], list[float], list[float]]]) -> None:
    """Microseconds a sample and set over the size of everything."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for (name, (sizes, _, per)), colour, marker in zip(
        curves.items(), ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"), "osv^D", strict=True
    ):
        axes.loglog(sizes, per, color=colour, marker=marker, label=name)
    axes.set_xlabel("size (number of what the legend names)")
    axes.set_ylabel("processor time per sample and set (µs)")
    axes.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Print both tables, draw the figure."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    curves = growth()
    print("| grows | size | CPU-s | us a sample and set |\n|---|---|---|---|")
    for name, (sizes, spent, per) in curves.items():
        for size, seconds, each in zip(sizes, spent, per, strict=True):
            print(f"| {name} | {size} | {seconds:.3g} | {each:.3g} |")
    print("\n| what | figure | bound | of |\n|---|---|---|---|")
    for what, figure, unit, bound, of in bounds():
        print(f"| {what} | {figure:.3g} {unit} | {bound:.3g} {unit} | {of} |")
    if len(sys.argv) > 1:
        draw_figure(sys.argv[1], curves)


if __name__ == "__main__":
    main()
