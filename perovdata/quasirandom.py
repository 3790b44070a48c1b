"""Draws that fill the space of what is unknown evenly, and still tell their own error.

Draw k is the point k // 8 of the scrambled Sobol sequence k % 8: eight scramblings of one sequence,
independent of each other, each of which covers every coordinate evenly. The scatter between them is the error
of whatever is computed from the draws. More draws of a seed begin with the fewer ones, and eight draws or
fewer are as independent as any others. What is random after the draws has seeds of its own, never shared by
two scramblings (:func:`seeds_of_draws`).

I. M. Sobol', USSR Comput. Math. Math. Phys. 7, 86 (1967), 10.1016/0041-5553(67)90144-9; scrambled as in
``scipy.stats.qmc.Sobol``.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Independent scramblings among which draws are dealt out in turn.
SCRAMBLINGS = 8
_STRIDE = 1_000_000  # between the seeds of two draws, above any number of repetitions of one
_HALF_STEP = 2.0**-31  # of scipy's 30 bits: no point lies at 0, where a normal quantile is infinite


class Part(Enum):
    """What draws its own coordinates, with the first of them and their number.

    Two quantities of one device never share a coordinate.
    """

    DEVICE = (0, 56)  # rows of the design space, or fields that a fit leaves open
    METRICS = (56, 40)  # of the predictor
    FILMS = (96, 32)  # two of each film of a pixel: its gap and its spectrum


_COORDINATES = max(first + size for first, size in (part.value for part in Part))


def uniforms(part: Part, n: int, seed: int) -> Array:
    """Points between 0 and 1, both excluded, shape (n, coordinates of the part); read only."""
    first, size = part.value
    return _points(n, seed)[:, first : first + size]


def seeds_of_draws(n: int, seed: int, *, shared: bool = True) -> list[int]:
    """Seed with which each of n draws is trained; the first is `seed`.

    The scatter between the scramblings then holds that of training too; draws of the same number of two
    devices have the same seed.

    Parameters
    ----------
    n, seed : int
    shared : bool
        One seed for all draws of a scrambling, where every seed takes time of its own. Otherwise each draw
        has its own, and the scatter of training averages out over the draws as well.
    """
    return [(seed + _STRIDE * (k % SCRAMBLINGS if shared else k)) % 2**32 for k in range(n)]


def normals(part: Part, n: int, seed: int, covariance: Array) -> Array:
    """Normal draws around 0 with a covariance of shape (K, K), which may be singular; shape (n, K)."""
    from scipy.special import ndtri

    values, vectors = np.linalg.eigh(covariance)
    # The symmetric root: of all roots the one that leaves every quantity nearest to a coordinate of its own.
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    z = ndtri(uniforms(part, n, seed)[:, : len(root)])
    # Not a matrix product, which may add in another order for another n: the first draws must stay.
    return sum((np.multiply.outer(z[:, k], root[k]) for k in range(len(root))), start=np.zeros(z.shape))


def choose(kept: npt.NDArray[np.bool_], n: int) -> npt.NDArray[np.intp] | None:
    """Which of many draws to take where some are refused: the first n of the kept, dealt out in turn as ever.

    Returns
    -------
    ndarray of int, shape (n,), or None
        None if a scrambling has too few; more draws to choose from are then needed.
    """
    own = [np.flatnonzero(kept[k::SCRAMBLINGS]) * SCRAMBLINGS + k for k in range(SCRAMBLINGS)]
    wanted = [len(range(k, n, SCRAMBLINGS)) for k in range(SCRAMBLINGS)]
    if any(len(found) < number for found, number in zip(own, wanted, strict=True)):
        return None
    return np.array([own[k % SCRAMBLINGS][k // SCRAMBLINGS] for k in range(n)], dtype=np.intp)


@lru_cache(maxsize=1)  # one device after another is drawn with the same numbers
def _points(n: int, seed: int) -> Array:
    from scipy.stats import qmc  # takes a second to import, for which `perovdata --help` need not wait

    each = -(-n // SCRAMBLINGS)
    power = (each - 1).bit_length()
    sequences = [
        qmc.Sobol(_COORDINATES, rng=np.random.default_rng([seed, k])).random_base2(power)[:each]
        for k in range(min(n, SCRAMBLINGS))
    ]
    points = np.stack(sequences, axis=1).reshape(-1, _COORDINATES)[:n] + _HALF_STEP
    points.setflags(write=False)
    return points
