"""Wire resistance of a crossbar: exact nodal analysis by elimination column by column, and a fast iteration.

Geometry: every row is driven at its left end through one wire segment and continues with one segment per
cell pitch; every column ends at the bottom in one segment to (virtual) ground. A device joins row and column
at each crossing.

Exact form. Seen from the row nodes of column j, everything to the right is a symmetric admittance matrix
K_j of the size of the rows. Eliminating the column's own nodes (a tridiagonal system) gives its part D_j;
one more segment on every row turns K_(j+1) into ``K (1 + r K)^-1``; so

    K_j = D_j + K_(j+1) (1 + r K_(j+1))^-1 ,

and the voltages propagate as ``v_j = (1 + r K_j)^-1 v_(j-1)``. This is block elimination of Kirchhoff's
equations in the natural order, with dense blocks. K is needed only as r K beside 1, so it is kept as
``r K (1 + r K)^-1 = 1 - (1 + r K)^-1``, whose rounding error is that of 1. Exact to rounding, and cheaper
than a general sparse factorisation because all columns' currents for all row voltages (the effective
conductance matrix) come out of the same sweep.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.typing import ArrayLike
from scipy.linalg.blas import dsymm
from scipy.linalg.lapack import dpotrf, dpotri, dpttrf, dpttrs
from threadpoolctl import threadpool_limits

from perovdata.engine import run_blocks
from perovdata.errors import InputError

#: Sweeps so far, voltages of the columns' nodes, largest change of the last sweep.
_Sweep: TypeAlias = tuple[Any, jax.Array, jax.Array]


def effective_conductance(g: ArrayLike, row_resistance: float, column_resistance: float) -> np.ndarray:
    """Conductance from every row's source to every column's ground, wires included.

    Parameters
    ----------
    g : array_like, S, shape (..., rows, columns)
        Conductance of the cells (selector in series included), 0 or more.
    row_resistance, column_resistance : float, Ohm
        Of one wire segment, 0 or more.

    Returns
    -------
    ndarray of float64, S, shape (..., rows, columns)
        Column currents of row voltages v are ``v @ result``.

    Raises
    ------
    InputError
        Negative or non-finite conductances or resistances.
    """
    g = np.asarray(g, float)
    _check(g, row_resistance, column_resistance)
    flat = g.reshape(-1, *g.shape[-2:])
    # One BLAS thread per array: the blocks are too small to share, arrays run side by side instead.
    with threadpool_limits(1, user_api="blas"):
        out = run_blocks(lambda one: _eliminate(one, float(row_resistance), float(column_resistance)), flat)
    return np.stack(out).reshape(g.shape)


def _check(g: np.ndarray, row_resistance: float, column_resistance: float) -> None:
    for name, value in (("row_resistance", row_resistance), ("column_resistance", column_resistance)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name}: {value!r} ohm is not a resistance (0 or more)")
    if g.ndim < 2 or 0 in g.shape[-2:]:
        raise InputError(f"g: shape {g.shape}; give (..., rows, columns)")
    if not np.isfinite(g).all() or (g < 0).any():
        raise InputError("g: conductances must be finite and 0 or more")


def _eliminate(g: np.ndarray, r_row: float, r_column: float) -> np.ndarray:
    """Effective conductance of one array, (rows, columns)."""
    n, m = g.shape
    sums = np.zeros((n, m), order="F")  # column k: its current per unit voltage on the row nodes of column j
    right = np.zeros((n, n), order="F")  # r K (1 + r K)^-1 = 1 - (1 + r K)^-1 of all to the right
    diagonal = np.diag_indices(n)
    for j in range(m - 1, -1, -1):
        nodes, sums[:, j] = _column(g[:, j], r_column)
        if r_row == 0:  # every node of a row is at its source's voltage
            continue
        # 1 + r K with the column's own D = g - g nodes; only the lower triangles are filled and read.
        here = np.multiply(nodes, (-r_row * g[:, j])[:, None], out=nodes)
        here += right
        here[diagonal] += 1.0 + r_row * g[:, j]
        factor, _ = dpotrf(here, lower=1, overwrite_a=1)
        inverse, _ = dpotri(factor, lower=1, overwrite_c=1)
        sums[:, j:] = dsymm(1.0, inverse, sums[:, j:], lower=1)
        right = np.negative(inverse, out=inverse)
        right[diagonal] += 1.0
    return np.ascontiguousarray(sums)


def _column(g: np.ndarray, r: float) -> tuple[np.ndarray, np.ndarray]:
    """Voltages of a column's nodes (nodes, rows) and its ground current, per unit voltage on each row."""
    if r == 0:
        return np.zeros((len(g), len(g)), order="F"), g
    if len(g) == 1:
        nodes = np.diag(r * g / (1.0 + r * g))
        return nodes, nodes[-1] / r
    # Kirchhoff at the column's nodes times r: (tridiagonal + r g) u = r g v; the last one ends at ground.
    diagonal = 2.0 + r * g
    diagonal[0] -= 1.0
    pivots, ratios, _ = dpttrf(diagonal, np.full(len(g) - 1, -1.0))
    nodes, _ = dpttrs(pivots, ratios, np.diag(r * g).T, overwrite_b=1)
    return nodes, nodes[-1] / r


@partial(jax.jit, static_argnames=("rounds",))
def column_currents(
    g: jax.Array,
    v: jax.Array,
    row_resistance: float,
    column_resistance: float,
    *,
    tolerance: float = 1e-4,
    rounds: int = 200,
) -> jax.Array:
    """Column currents by line relaxation: rows solved exactly for given columns, then columns, and so on.

    Block Gauss-Seidel on Kirchhoff's equations, whose matrix is symmetric and positive definite, so it
    converges for any resistance, in more sweeps the more is lost in the wires. For one vector on an
    array that changes (a training loop) it is far cheaper than the exact form.

    Parameters
    ----------
    g : array, S, shape (rows, columns)
    v : array, V, shape (..., rows)
    row_resistance, column_resistance : float, Ohm
        Above 0.
    tolerance : float
        Sweeps stop when no node voltage changed by more than this fraction of max|v|.
    rounds : int
        Most sweeps.

    Returns
    -------
    array, A, shape (..., columns)
    """
    drive = v.reshape(-1, v.shape[-1])
    top = jnp.maximum(jnp.abs(drive).max(), jnp.finfo(drive.dtype).tiny)
    a, b = g * row_resistance, g * column_resistance

    def sweep(carry: _Sweep) -> _Sweep:
        turn, columns, _ = carry
        load = (a * columns).at[..., 0].add(drive)
        rows = _lines(2.0 + a - _end(a.shape[1], -1), load)
        feed = jnp.swapaxes(b * rows, -1, -2)
        diagonal = 2.0 + b.T - _end(b.shape[0], 0)
        new = jnp.swapaxes(_lines(diagonal, feed), -1, -2)
        return turn + 1, new, jnp.abs(new - columns).max()

    def going(carry: _Sweep) -> jax.Array:
        return (carry[0] < rounds) & (carry[2] > tolerance * top)

    start = (0, jnp.zeros((len(drive), *g.shape), drive.dtype), jnp.asarray(jnp.inf, drive.dtype))
    _, columns, _ = lax.while_loop(going, sweep, start)
    return (columns[:, -1] / column_resistance).reshape(*v.shape[:-1], g.shape[1])


def _end(length: int, index: int) -> jax.Array:
    """1 at one end of a line: its last node has one segment fewer."""
    return jnp.zeros(length).at[index].set(1.0)


def _lines(diagonal: jax.Array, load: jax.Array) -> jax.Array:
    """Solve -u[k-1] + diagonal[k] u[k] - u[k+1] = load[k] along the last axis, for every line and load."""

    def forward(
        carry: tuple[jax.Array, jax.Array], inputs: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]:
        ratio, value = carry
        d, f = inputs
        ratio = 1.0 / (d - ratio)
        value = (f + value) * ratio
        return (ratio, value), (ratio, value)

    def backward(u: jax.Array, inputs: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        ratio, value = inputs
        u = value + ratio * u
        return u, u

    load = jnp.moveaxis(load, -1, 0)
    lines = jnp.broadcast_to(jnp.moveaxis(diagonal, -1, 0), (len(load), *diagonal.shape[:-1]))
    zeros = jnp.zeros_like(load[0])
    _, (ratios, values) = lax.scan(forward, (jnp.zeros_like(lines[0]), zeros), (lines, load))
    _, u = lax.scan(backward, zeros, (ratios, values), reverse=True)
    return jnp.moveaxis(u, 0, -1)
