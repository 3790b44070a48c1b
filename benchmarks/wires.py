"""Wires: exact effective conductances, every further image, and the default's error (``losses``: all)."""

from __future__ import annotations

import itertools
import sys

import jax.numpy as jnp
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu
from table import Row, seconds, show

from perovdata.arrays import Crossbar, column_currents, effective_conductance
from perovdata.devices import SynapseParameters


def rows(n: int = 128, r: float = 1.0) -> list[Row]:
    """Against one sparse factorisation and a solve per column, and badcrossbar if installed."""
    rng = np.random.default_rng(0)
    g = rng.uniform(1e-5, 1e-4, (n, n))
    ready = seconds(lambda: effective_conductance(g, r, r))
    effective = effective_conductance(g, r, r)
    images = rng.uniform(0, 0.2, (10_000, n))
    image = seconds(lambda: images @ effective) / len(images)
    sparse = seconds(lambda: factorise(g, r), 3)
    work = f"exact wires {n} x {n}"
    found = [Row(f"{work}, matrix ready", ready, "s", 0.35, "SciPy splu, same run", sparse)]
    badcrossbar = badcrossbar_seconds(g, images[0], r)
    if badcrossbar:
        found.append(
            Row(f"{work}, matrix ready", ready, "s", 0.35, "badcrossbar, one vector, same run", badcrossbar)
        )
    found.append(Row(f"{work}, every further image", image * 1e6, "us", 5.0))
    fast_g, fast_v = jnp.asarray(g, jnp.float32), jnp.asarray(images[0], jnp.float32)

    def iterate() -> None:
        column_currents(fast_g, fast_v, r, r).block_until_ready()

    iterate()
    found.append(Row(f"iterative wires {n} x {n}, one vector", seconds(iterate), "s"))
    worst = max(abs(ratio - 1) for *_, ratio in losses())
    found.append(Row("default wires, largest error of the loss, 8 to 256 lines", 100 * worst, "%", 20))
    return found


def losses(lines=(8, 16, 64, 256), resistances=(0.5, 2.0, 20.0), on_offs=(2.0, 100.0, 1e4)):
    """Loss of output in wires: lines, ohm, on/off, g_max in S, exact share lost, default over exact."""
    rng = np.random.default_rng(0)
    for n, r, on_off in itertools.product(lines, resistances, on_offs):
        params = SynapseParameters.make(g_max=[1e-5, 1e-4], g_min=[1e-5 / on_off, 1e-4 / on_off])
        w, x = rng.uniform(-1, 1, (n, n)), rng.uniform(0, 1, (4, n))
        loss = []
        for wires in ("lumped", "exact"):
            crossbar = Crossbar(params, (n, n), wires=wires, wire_resistance=r)
            y, _ = crossbar.read(crossbar.program(w, method="exact"), x)
            loss.append(np.abs(np.asarray(y)[:, 0] - x @ w).mean((1, 2)) / np.abs(x @ w).mean())
        for g_max, fast, exact in zip((1e-5, 1e-4), *loss, strict=True):
            yield n, r, on_off, g_max, float(exact), float(fast / exact)


def factorise(g: np.ndarray, r: float) -> np.ndarray:
    """Column currents per row voltage by a sparse factorisation of the nodal matrix."""
    n, m = g.shape
    row = np.arange(n * m).reshape(n, m)
    column = row + n * m
    entries = []

    def join(a, b, conductance) -> None:
        a, b = np.ravel(a), np.ravel(b)
        c = np.broadcast_to(np.ravel(conductance), a.size)
        entries.extend([(a, a, c), (b, b, c), (a, b, -c), (b, a, -c)])

    join(row, column, g)
    join(row[:, :-1], row[:, 1:], 1 / r)
    join(column[:-1], column[1:], 1 / r)
    entries.extend([(row[:, 0], row[:, 0], np.full(n, 1 / r)), (column[-1], column[-1], np.full(m, 1 / r))])
    i, j, c = (np.concatenate(part) for part in zip(*entries, strict=True))
    factor = splu(
        coo_array((c, (i, j))).tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    ground = np.zeros((2 * n * m, m))
    ground[column[-1], np.arange(m)] = 1 / r
    return factor.solve(ground)[row[:, 0]] / r


def badcrossbar_seconds(g: np.ndarray, v: np.ndarray, r: float) -> float | None:
    """badcrossbar on one vector, if installed."""
    try:
        import badcrossbar
    except ImportError:
        return None
    return seconds(lambda: badcrossbar.compute(v[:, None], 1 / g, r), 3)


if __name__ == "__main__":
    if sys.argv[1:] == ["losses"]:
        print("lines   ohm  on/off  g_max S  exact loss  default / exact")
        for n, r, on_off, g_max, exact, ratio in losses():
            print(f"{n:5d} {r:5g} {on_off:7g} {g_max:8g} {100 * exact:9.2f} % {ratio:10.3f}")
    else:
        show(rows())
