"""Global sensitivity of accuracy over the design space."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from perovdata.checks import check_counts, check_level, check_seed
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.routing.design_space import NOISE_TRAIN, Row, parameter_sets, quantities
from perovdata.studies.draws import require_draws
from perovdata.vision import run

#: Accuracy is taken as a function of these rows, each between the ends of its span.
SPACE: dict[str, Row] = {row.name: row for rows in quantities().values() for row in rows}


def sensitivity(
    task: str = "digits-online",
    *,
    n: int = 32,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Sobol indices of accuracy over the spans of the design space.

    Parameters
    ----------
    task : str
    n : int
        Base sample, a power of two; ``n (parameters + 2)`` parameter sets are run.
    seeds, seed : int
        Accuracy is the mean over the seeds.
    level : float
        Of the bootstrap intervals.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    list of dict
        ``parameter, first_order, first_low, first_high, total, total_low, total_high``, the largest total
        effect first; NaN where accuracy does not vary at all.

    Notes
    -----
    A. Saltelli et al., Comput. Phys. Commun. 181, 259 (2010), 10.1016/j.cpc.2009.09.018, as in
    ``scipy.stats.sobol_indices``.
    """
    # Takes a second to import, which one simulation need not wait for.
    from scipy.stats import DegenerateDataWarning, loguniform, sobol_indices, uniform

    if n < 2 or n & (n - 1):
        raise InputError(f"base sample: {n} is not a power of two of 2 or more")
    check_counts(seeds=seeds)
    check_seed(seed)
    check_level(level)
    names = list(SPACE)
    total = n * (len(names) + 2)
    require_draws(total)
    done = 0

    def accuracy(points: np.ndarray) -> np.ndarray:
        nonlocal done
        before, done = done, done + points.shape[1]
        result = run(
            task,
            _at(names, points),
            seeds=seeds,
            seed=seed,
            progress=None if progress is None else lambda part, _: progress(before + part, total),
            **options,
        )
        if result.interrupted:
            raise KeyboardInterrupt
        return result.accuracy.mean(axis=1)

    spans = [row.span for row in SPACE.values() if row.span is not None]
    dists = [loguniform(s.low, s.high) if s.log else uniform(s.low, s.high - s.low) for s in spans]
    found = sobol_indices(func=accuracy, n=n, dists=dists, rng=np.random.default_rng(seed))
    with warnings.catch_warnings():
        # A parameter without any effect has no interval: NaN says so.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        bootstrap = found.bootstrap(confidence_level=level, n_resamples=400)
    first, whole = bootstrap.first_order.confidence_interval, bootstrap.total_order.confidence_interval
    rows = [
        {
            "task": task,
            "parameter": name,
            "first_order": float(found.first_order[i]),
            "first_low": float(first.low[i]),
            "first_high": float(first.high[i]),
            "total": float(found.total_order[i]),
            "total_low": float(whole.low[i]),
            "total_high": float(whole.high[i]),
        }
        for i, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: -np.nan_to_num(row["total"], nan=-np.inf))


def _at(names: Sequence[str], points: np.ndarray) -> SynapseParameters:
    """Parameter sets at points of shape (parameters, n)."""
    values = {name: SPACE[name].convert(column) for name, column in zip(names, points, strict=True)}
    return parameter_sets(values, noise_of=NOISE_TRAIN)
