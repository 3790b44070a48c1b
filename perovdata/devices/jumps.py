"""Jump table: the distribution of the change of one pulse, given the state, taken from raw pulses."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from perovdata.engine import Values
from perovdata.errors import InputError


@dataclass(frozen=True)
class JumpTable:
    """Quantiles of dg given g, for potentiating and depressing pulses.

    Parameters
    ----------
    centres : array, shape (B,)
        Normalised conductance at which the quantiles hold; linear between them, constant outside.
    ltp, ltd : array, shape (B, Q)
        dg at the quantiles (k + 1/2) / Q, fraction of the window.
    """

    centres: jax.Array
    ltp: jax.Array
    ltd: jax.Array

    @classmethod
    def from_pulses(
        cls,
        g_ltp: ArrayLike,
        dg_ltp: ArrayLike,
        g_ltd: ArrayLike,
        dg_ltd: ArrayLike,
        *,
        n_bins: int = 16,
        n_quantiles: int = 32,
    ) -> JumpTable:
        """Build the table from raw pulses.

        Parameters
        ----------
        g_ltp, dg_ltp : array_like, shape (M,)
            Normalised conductance before each potentiating pulse and the change that it made.
        g_ltd, dg_ltd : array_like, shape (M',)
            The same for depressing pulses.
        n_bins : int
            States told apart. A bin with fewer than 5 pulses borrows the 5 nearest pulses.
        n_quantiles : int
            Points of each distribution.

        Raises
        ------
        InputError
            Fewer than 5 pulses in a direction, lengths that differ, values that are not finite.
        """
        centres = (np.arange(n_bins) + 0.5) / n_bins
        levels = (np.arange(n_quantiles) + 0.5) / n_quantiles
        tables = {}
        for name, g, dg in (("LTP", g_ltp, dg_ltp), ("LTD", g_ltd, dg_ltd)):
            g, dg = np.asarray(g, float), np.asarray(dg, float)
            if g.shape != dg.shape or g.ndim != 1 or not (np.isfinite(g).all() and np.isfinite(dg).all()):
                raise InputError(f"jump table, {name}: two equally long lists of finite numbers are expected")
            if g.size < 5:
                raise InputError(f"jump table, {name}: {g.size} pulses; at least 5 are needed")
            rows = []
            for centre in centres:
                distance = np.abs(g - centre)
                inside = distance <= 0.5 / n_bins
                chosen = dg[inside] if inside.sum() >= 5 else dg[np.argsort(distance, kind="stable")[:5]]
                rows.append(np.quantile(chosen, levels))
            tables[name] = jnp.asarray(np.array(rows), jnp.float32)
        return cls(jnp.asarray(centres, jnp.float32), tables["LTP"], tables["LTD"])


jax.tree_util.register_dataclass(JumpTable, data_fields=["centres", "ltp", "ltd"], meta_fields=[])


def _draw(rows: jax.Array, position: jax.Array, level: jax.Array) -> jax.Array:
    """Value of the table at a fractional row and a fractional column."""
    b = jnp.clip(jnp.floor(position).astype(int), 0, rows.shape[0] - 2)
    q = jnp.clip(jnp.floor(level).astype(int), 0, rows.shape[1] - 2)
    wb, wq = jnp.clip(position - b, 0.0, 1.0), jnp.clip(level - q, 0.0, 1.0)
    low = rows[b, q] * (1 - wq) + rows[b, q + 1] * wq
    high = rows[b + 1, q] * (1 - wq) + rows[b + 1, q + 1] * wq
    return low * (1 - wb) + high * wb


def jump(g: Values, n_pulses: Values, table: JumpTable, uniforms: jax.Array) -> jax.Array:
    """Apply pulses one by one, each change drawn from the measured distribution.

    Parameters
    ----------
    g : array
        Normalised conductance.
    n_pulses : array of int
        Signed pulses, broadcastable to g.
    table : JumpTable
    uniforms : array, shape (n_max, *g.shape)
        Uniform numbers in [0, 1); n_max is the largest number of pulses that can be applied: a device that
        gets fewer ignores the rest.

    Returns
    -------
    array
        In [0, 1].
    """
    n_bins, n_quantiles = table.ltp.shape

    def pulse(g: jax.Array, k_and_u: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        k, u = k_and_u
        position, level = g * n_bins - 0.5, u * n_quantiles - 0.5
        change = jnp.where(n_pulses > 0, _draw(table.ltp, position, level), _draw(table.ltd, position, level))
        return jnp.where(k < jnp.abs(n_pulses), jnp.clip(g + change, 0.0, 1.0), g), None

    end, _ = jax.lax.scan(pulse, jnp.asarray(g), (jnp.arange(uniforms.shape[0]), uniforms))
    return end
