"""Many devices through one task in one batch, paired by common random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision import TaskResult, run

__all__ = ["run_stacked"]


def run_stacked(
    task: str,
    groups: Sequence[SynapseParameters],
    *,
    seeds: int = 1,
    seed: int = 0,
    progress: Callable[[float, int], None] | None = None,
    **options,
) -> tuple[list[np.ndarray], TaskResult]:
    """Run several groups of parameter sets as one.

    Parameters
    ----------
    task : str
    groups : sequence of SynapseParameters
        Of any sizes.
    seeds, seed, progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    accuracies : list of ndarray, shape (sets of the group, seeds)
        Percent. After Ctrl-C the groups that were finished.
    result : TaskResult
        Of all sets together.
    """
    result = run(task, SynapseParameters.stack(groups), seeds=seeds, seed=seed, progress=progress, **options)
    ends = np.cumsum([group.n_sets for group in groups])
    parts = np.split(result.accuracy, ends[:-1])
    return [part for part, group in zip(parts, groups, strict=True) if len(part) == group.n_sets], result
