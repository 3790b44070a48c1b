"""Device constants of every lane, a (parameter set, seed) pair, with all that a kernel needs as float32.

Constants are computed in double precision here, once; kernels then work on dimensionless numbers only
(conductance as fraction g of the window, resistances in units of 1 / g_max).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from perovdata.arrays.kernel.counter_rng import lane_keys
from perovdata.arrays.kernel.law_tables import LawTables, law_tables
from perovdata.checks import check_seed
from perovdata.devices import SynapseParameters, label_to_curvature
from perovdata.engine import bucket

#: Curvature that stands for a straight line: it bends by a hundred-thousandth of the window.
STRAIGHT = 1e-4

#: Longest table of lost pulses; more pulses in one update than this are far outside NeuroSim's rule.
_MAX_TABLE = 4096


class DeviceConstants(NamedTuple):
    """Device constants per lane; leading axis = lanes, axis 1 of ``pulses``, ``curvature``: LTP, LTD."""

    key: np.ndarray  #: (L, 2) uint32
    pulses: np.ndarray  #: (L, 2) pulses of a full sweep
    curvature: np.ndarray  #: (L, 2) u = 1 / A, kept off 0
    bend: np.ndarray  #: (L, 2) 1 / (exp(-u) - 1)
    label: np.ndarray  #: (L, 2) nonlinearity label
    lost: np.ndarray  #: (L, 2, T) 1 where NeuroSim's cast loses a pulse of n
    c2c: np.ndarray  #: (L,) absolute sigma of a pulse
    c2c_relative: np.ndarray  #: (L,) sigma of a pulse relative to its step
    states: np.ndarray  #: (L,) levels, inf: continuous
    g_floor: np.ndarray  #: (L,) g_min / g_max
    d2d: np.ndarray  #: (L, 4) sigmas of label, log g_max, log g_min and their correlation
    stuck: np.ndarray  #: (L, 2) fractions stuck on, off
    read_noise: np.ndarray  #: (L, 2) sigma of a read: absolute, relative
    endurance: np.ndarray  #: (L, 2) pulses to half the window, shape of the decline
    access: np.ndarray  #: (L,) series resistance times g_max
    wire: np.ndarray  #: (L,) resistance of one cell pitch times g_max
    law: np.ndarray  #: (L,) int32, number of the law's table; -1: the exponential
    tables: LawTables | None  #: of all lanes together; None: every lane follows the exponential

    def take(self, index: jax.Array | np.ndarray | None) -> DeviceConstants:
        """Lanes by index, as JAX arrays (None: one more axis in front); the tables belong to all of them."""
        return self.map(lambda leaf: jnp.asarray(leaf[index]))

    def map(self, change: Callable[[Any], Any]) -> DeviceConstants:
        """Change every field but the tables."""
        own = {name: change(getattr(self, name)) for name in self._fields if name != "tables"}
        return self._replace(**own)


@dataclass(frozen=True)
class Effects:
    """Which effects any lane shows: the others are left out of the compiled program."""

    cycle: bool
    relative: bool
    states: bool
    d2d_label: bool
    d2d_window: bool
    stuck: bool
    wear: bool
    read_noise: bool
    read_noise_relative: bool
    exponential: bool = True
    tabulated: bool = False
    series: bool = True  #: resistance of a selector or of wires in series with the cells


def make_constants(
    params: SynapseParameters,
    seeds: Sequence[int],
    *,
    seed: ArrayLike = 0,
    first_set: int = 0,
    paired: bool = False,
    access_resistance: float = 0.0,
    wire_resistance: float = 0.0,
    truncating_cast: bool = False,
) -> tuple[DeviceConstants, Effects]:
    """Cross parameter sets with seeds.

    Parameters
    ----------
    params : SynapseParameters
        P sets.
    seeds : sequence of int
        S seed indices; lane ``p * S + s`` is set p with seed s.
    seed : int, or array of int that broadcasts to (P, S)
        Base seed. An array gives every lane its own, with which it draws what the first seed of a run with
        that base draws; S is the number of ``seeds`` all the same.
    first_set : int
        Index of the first set in a larger sweep, so that a piece of it draws the same numbers.
    paired : bool
        Give lanes of the same seed the same random numbers whatever their set (common random numbers, for
        comparisons between sets); default: independent ones.
    access_resistance, wire_resistance : float
        Ohm.
    truncating_cast : bool
        Tabulate the pulses lost by NeuroSim's cast.

    Returns
    -------
    DeviceConstants, Effects
    """
    bases, index = lane_seeds(params.n_sets, seeds, seed)
    p = {name: np.repeat(column.astype(float), len(seeds)) for name, column in params.as_dict().items()}
    first = np.zeros(params.n_sets, int) if paired else np.arange(first_set, first_set + params.n_sets)
    sets = np.repeat(first, len(seeds))
    pulses = np.stack([p["n_pulses_ltp"], p["n_pulses_ltd"]], 1)
    label = np.stack([p["nonlinearity_ltp"], p["nonlinearity_ltd"]], 1)
    curvature = label_to_curvature(label)
    curvature = np.where(np.abs(curvature) < STRAIGHT, STRAIGHT, curvature)
    tables, law = law_tables(params)
    lanes = DeviceConstants(
        key=lane_keys(bases, sets.tolist(), index),
        pulses=pulses,
        curvature=curvature,
        bend=1 / np.expm1(-curvature),
        label=label,
        lost=_lost_pulses(pulses) if truncating_cast else np.zeros((len(sets), 2, 1)),
        c2c=p["c2c_sigma"],
        c2c_relative=p["c2c_relative"],
        states=p["n_states"],
        g_floor=p["g_min"] / p["g_max"],
        d2d=np.stack([p["d2d_label_sigma"], p["d2d_g_max"], p["d2d_g_min"], p["d2d_correlation"]], 1),
        stuck=np.stack([p["stuck_on"], p["stuck_off"]], 1),
        read_noise=np.stack([p["read_noise"], p["read_noise_relative"]], 1),
        endurance=np.stack([p["endurance_cycles"], p["endurance_exponent"]], 1),
        access=access_resistance * p["g_max"],
        wire=wire_resistance * p["g_max"],
        law=np.repeat(law, len(seeds)),
        tables=None if tables is None else jax.tree.map(jnp.asarray, tables),
    ).map(lambda leaf: leaf.astype(np.float32) if leaf.dtype == float else leaf)
    effects = Effects(
        cycle=bool((lanes.c2c > 0).any()),
        relative=bool((lanes.c2c_relative > 0).any()),
        states=bool(np.isfinite(lanes.states).any()),
        d2d_label=bool((lanes.d2d[:, 0] > 0).any()),
        d2d_window=bool((lanes.d2d[:, 1:3] > 0).any()),
        stuck=bool((lanes.stuck > 0).any()),
        wear=bool(np.isfinite(lanes.endurance[:, 0]).any()),
        read_noise=bool((lanes.read_noise[:, 0] > 0).any()),
        read_noise_relative=bool((lanes.read_noise[:, 1] > 0).any()),
        exponential=bool((lanes.law < 0).any()),
        tabulated=tables is not None,
        series=bool(access_resistance > 0 or wire_resistance > 0),
    )
    return lanes, effects


def lane_seeds(n_sets: int, seeds: Sequence[int], seed: ArrayLike) -> tuple[list[int], list[int]]:
    """Base seed and index of the seed of every lane, as :func:`make_constants` takes them."""
    if np.ndim(seed) == 0:
        check_seed(seed)  # type: ignore[arg-type]
        return [int(seed)] * (n_sets * len(seeds)), list(seeds) * n_sets  # type: ignore[arg-type]
    bases = np.broadcast_to(np.asarray(seed), (n_sets, len(seeds))).ravel().tolist()
    for base in set(bases):
        check_seed(base)
    return bases, [0] * len(bases)


def _lost_pulses(pulses: np.ndarray) -> np.ndarray:
    """Where ``(int)(n / N * N)`` in double precision gives n - 1 (e.g. 0.29 * 100 gives 28)."""
    longest = bucket(int(min(pulses.max(), _MAX_TABLE)) + 1)
    n = np.arange(longest, dtype=float)
    return n - np.trunc(n / pulses[..., None] * pulses[..., None])
