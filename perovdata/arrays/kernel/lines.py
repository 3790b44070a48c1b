"""Wires at the cost of a read: every row and every column a ladder of its own.

A row seen alone, its columns taken as ground, is a ladder of wire segments with a cell to ground at every
crossing; so is a column seen from its ground, by reciprocity. The current of a cell is its conductance times
the voltage that its row's ladder leaves there times the share that its column's ladder lets through. What is
neglected is that the lines behind the cells are no perfect ground: of the loss of output that exact nodal
analysis gives, 4 % or less for 8 to 256 lines, 0.5 to 20 ohm, on/off 2 to 10^4 (``benchmarks/wires.py``).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def wired_conductance(cells: jax.Array, segment: jax.Array | np.ndarray) -> jax.Array:
    """Conductance from every row's source to every column's ground, wires included.

    Parameters
    ----------
    cells : array, shape (..., rows, columns)
        Conductance of the cells, selector in series included.
    segment : array, broadcasting against (..., rows)
        Resistance of one cell pitch of wire, in the inverse unit.

    Returns
    -------
    array
        Of the shape of ``cells``; rows driven at the left, columns grounded at the bottom.
    """
    along_row = _ladder(cells, segment)
    upside_down = jnp.swapaxes(cells, -1, -2)[..., ::-1]
    along_column = jnp.swapaxes(_ladder(upside_down, segment)[..., ::-1], -1, -2)
    return cells * along_row * along_column


def _ladder(g: jax.Array, segment: jax.Array | np.ndarray) -> jax.Array:
    """Voltage at the nodes of lines driven with 1 at the first (last axis: along the line)."""

    def towards_source(beyond: jax.Array, cell: jax.Array) -> tuple[jax.Array, jax.Array]:
        here = cell + beyond / (1.0 + segment * beyond)
        return here, here

    nodes = jnp.moveaxis(g, -1, 0)
    _, seen = lax.scan(towards_source, jnp.zeros_like(nodes[0]), nodes, reverse=True)
    return jnp.moveaxis(jnp.cumprod(1.0 / (1.0 + segment * seen), axis=0), 0, -1)
