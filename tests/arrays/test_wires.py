"""Wires: analytic ladder, currents computed with badcrossbar, an independent sparse solve, the iteration."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from perovdata.arrays import Crossbar, column_currents, effective_conductance
from perovdata.arrays.kernel.lines import wired_conductance
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError


def case(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Conductances between 10 and 100 uS and voltages up to 0.2 V, without a random generator."""
    i, j = np.arange(n)[:, None], np.arange(n)[None]
    return (10 + 90 * ((37 * i + 61 * j + i * j) % 97) / 96) * 1e-6, 0.2 * ((29 * np.arange(n)) % 53) / 52


# badcrossbar 1.1.0, compute(v, 1 / g, r).currents.output of case(n): columns 0, 1, n/2, the last, the sum.
BADCROSSBAR = {
    (64, 0.1): (
        0.00034229647611961614,
        0.00034610928163770647,
        0.00033832433997990174,
        0.00034708270946974486,
        0.022262187106956162,
    ),
    (64, 1.0): (
        0.00032051949285481746,
        0.0003225625347683277,
        0.00029613995380880554,
        0.0002946268395308143,
        0.01961086924241045,
    ),
    (128, 0.1): (
        0.0006673760792124356,
        0.0006903990323705488,
        0.0006587885169444123,
        0.0006791191134664194,
        0.08490077299466983,
    ),
    (128, 1.0): (
        0.0005324766735624798,
        0.0005507831336375441,
        0.00042847555621195626,
        0.0004108881751356848,
        0.056926879983297714,
    ),
    (256, 0.1): (
        0.0012649470550787191,
        0.0012559241094306061,
        0.0011088361040889284,
        0.0011723898513550585,
        0.29377776367671415,
    ),
    (256, 1.0): (
        0.000716659032469391,
        0.0006992380990409442,
        0.0004074900562859412,
        0.00035518577335836926,
        0.11518546614711224,
    ),
}


@pytest.mark.parametrize(("n", "r"), BADCROSSBAR)
def test_currents_of_badcrossbar(n, r):
    g, v = case(n)
    current = v @ effective_conductance(g, r, r)
    got = [current[0], current[1], current[n // 2], current[-1], current.sum()]
    np.testing.assert_allclose(got, BADCROSSBAR[n, r], rtol=1e-9)


def test_ladder():
    """One row of N equal cells on perfect columns is a ladder: its currents are hyperbolic cosines."""
    n, g, r = 40, 2e-4, 3.0
    alpha = np.arccosh(1 + r * g / 2)
    k = np.arange(1, n + 1)
    # u_k = cosh((N - k + 1/2) alpha) / cosh((N + 1/2) alpha): Kirchhoff in the middle, open at the far end.
    voltage = np.cosh((n - k + 0.5) * alpha) / np.cosh((n + 0.5) * alpha)
    np.testing.assert_allclose(effective_conductance(np.full((1, n), g), r, 0.0)[0], g * voltage, rtol=1e-12)


def test_single_column_without_row_wire_is_the_ladder_upside_down():
    g = np.linspace(1e-5, 9e-5, 12)
    from_rows = effective_conductance(g[None, ::-1], 2.0, 0.0)[0, ::-1]
    np.testing.assert_allclose(effective_conductance(g[:, None], 0.0, 2.0)[:, 0], from_rows, rtol=1e-12)


def nodal(g, r, rc):
    """Kirchhoff's equations of all nodes, assembled and solved as they are."""
    n, m = g.shape
    row = np.arange(n * m).reshape(n, m)
    column = row + n * m
    entries = []

    def join(a, b, conductance):
        a, b, c = np.ravel(a), np.ravel(b), np.broadcast_to(np.ravel(conductance), np.size(a))
        entries.extend([(a, a, c), (b, b, c), (a, b, -c), (b, a, -c)])

    join(row, column, g)
    join(row[:, :-1], row[:, 1:], 1 / r)
    join(column[:-1], column[1:], 1 / rc)
    entries.extend([(row[:, 0], row[:, 0], np.full(n, 1 / r)), (column[-1], column[-1], np.full(m, 1 / rc))])
    i, j, c = (np.concatenate(part) for part in zip(*entries, strict=True))
    load = np.zeros((2 * n * m, n))
    load[row[:, 0], np.arange(n)] = 1 / r
    voltage = spsolve(coo_array((c, (i, j))).tocsc(), load)
    return voltage[column[-1]].T / rc


@pytest.mark.parametrize(("r", "rc"), [(1.0, 1.0), (0.01, 5.0), (1000.0, 10.0)])
def test_rectangular_arrays_agree_with_the_assembled_equations(r, rc):
    g = np.random.default_rng(1).uniform(1e-6, 1e-4, (9, 14))
    g[3, 4] = 0.0
    np.testing.assert_allclose(effective_conductance(g, r, rc), nodal(g, r, rc), rtol=1e-10)


def test_iteration_agrees_with_the_exact_form():
    g, v = case(64)
    batch = np.stack([v, v[::-1]])
    for r in (0.1, 1.0):
        exact = batch @ effective_conductance(g, r, r)
        fast = column_currents(
            jnp.asarray(g, jnp.float32), jnp.asarray(batch, jnp.float32), r, r, tolerance=1e-5
        )
        np.testing.assert_allclose(fast, exact, rtol=1e-3)


@pytest.mark.parametrize("lines", [8, 32, 128])
@pytest.mark.parametrize("resistance", [0.5, 2.0, 20.0])
def test_fast_wires_lose_what_exact_wires_lose(lines, resistance):
    """The default of a crossbar within a twentieth of the loss of output by nodal analysis."""
    g_max, on_off = (a.ravel() for a in np.meshgrid([1e-5, 1e-4], [2.0, 100.0, 1e4]))
    params = SynapseParameters.make(g_max=g_max, g_min=g_max / on_off)
    rng = np.random.default_rng(lines)
    w, x = rng.uniform(-1, 1, (lines, lines)), rng.uniform(0, 1, (4, lines))
    loss = []
    for wires in ("lumped", "exact"):
        crossbar = Crossbar(params, w.shape, wires=wires, wire_resistance=resistance)
        y, _ = crossbar.read(crossbar.program(w, method="exact"), x)
        loss.append(np.abs(np.asarray(y)[:, 0] - x @ w).mean((1, 2)))
    np.testing.assert_allclose(loss[0], loss[1], rtol=0.05)


def test_fast_wires_are_exact_on_a_single_line():
    g = np.linspace(1e-5, 9e-5, 12)
    for cells in (g[None], g[:, None]):
        fast = wired_conductance(jnp.asarray(cells[None, None], jnp.float32), jnp.full((1, 1, 1), 0.0))
        np.testing.assert_allclose(fast[0, 0], cells, rtol=1e-6)
    row = wired_conductance(jnp.asarray(g[None, None, None], jnp.float32), jnp.full((1, 1, 1), 3.0))[0, 0]
    alone = (
        effective_conductance(g[None], 3.0, 0.0)
        * effective_conductance(g.reshape(-1, 1, 1), 0.0, 3.0)[:, 0, 0]
    )
    np.testing.assert_allclose(row, alone / g, rtol=1e-5)


def test_no_wires_is_the_array_itself():
    g = case(8)[0]
    np.testing.assert_array_equal(effective_conductance(g[None], 0.0, 0.0)[0], g)


@pytest.mark.parametrize(
    ("g", "r", "message"),
    [
        (np.ones((2, 2)), -1.0, "row_resistance: -1.0 ohm"),
        (np.ones((2, 2)), np.nan, "is not a resistance"),
        (-np.ones((2, 2)), 1.0, "finite and 0 or more"),
        (np.full((2, 2), np.nan), 1.0, "finite and 0 or more"),
        (np.ones(3), 1.0, "give \\(..., rows, columns\\)"),
    ],
)
def test_bad_input(g, r, message):
    with pytest.raises(InputError, match=message):
        effective_conductance(g, r, 1.0)


def test_crossbar_with_exact_wires():
    params = SynapseParameters.make(g_max=[1e-5, 1e-4], g_min=1e-6)
    w = np.random.default_rng(2).uniform(-1, 1, (12, 6))
    x = np.random.default_rng(3).uniform(0, 1, (4, 12))
    crossbar = Crossbar(params, w.shape, wires="exact", wire_resistance=2.0, scheme="differential")
    state = crossbar.program(w, method="exact")
    y, state = crossbar.read(state, x)
    for p, g_max in enumerate((1e-5, 1e-4)):
        span = g_max - 1e-6
        plus, minus = (
            effective_conductance(1e-6 + np.maximum(s * w, 0) / np.abs(w).max() * span, 2.0, 2.0)
            for s in (1, -1)
        )
        expected = x @ (plus - minus) / span * np.abs(w).max()
        np.testing.assert_allclose(y[p, 0], expected, rtol=2e-3, atol=1e-4)
    assert (
        np.abs(y[1] - x @ w).max() > 5 * np.abs(y[0] - x @ w).max() > 0
    )  # ten times the conductance loses more
