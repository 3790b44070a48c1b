"""Screening: many compositions, ranked by what their predicted devices reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.errors import InputError
from perovdata.studies.draws import require_draws, seeds_of_groups
from perovdata.studies.sources import Source, from_composition
from perovdata.vision import run_stacked

if TYPE_CHECKING:
    from perovdata.models import Predictor


def screen(
    designs: Sequence[Mapping[str, Any]],
    task: str = "digits-online",
    *,
    draws: int = 16,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    predictor: Predictor | None = None,
    note: Callable[[str], None] | None = None,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Predict, route and simulate many designs in one batch.

    Parameters
    ----------
    designs : sequence of mapping
        Columns of :class:`~perovdata.dataset.SynapseDesign`; ``composition`` is needed.
    task : str
    draws : int
        Parameter sets per design; all designs share the random numbers.
    seeds, seed : int
    level : float
    predictor : perovdata.models.Predictor, optional
    note, progress, **options
        As for :func:`perovdata.studies.simulation`.

    Returns
    -------
    ranked : list of dict
        ``rank, row, composition, design, family, accuracy, low, high, share_best``, best first;
        ``share_best`` is the share of the draws in which the design is the best of all (where several are,
        each has its part); also the medians of ``bandgap`` (eV, None where unknown) and of what else the task
        measures.
    failed : list of dict
        ``row, composition, error`` of the designs that cannot be read.

    Raises
    ------
    InputError
        If no design can be read.
    """
    require_draws(draws, max(1, len(designs)))
    sources: list[tuple[int, Source]] = []
    failed: list[dict[str, Any]] = []
    for row, design in enumerate(designs, start=1):
        rest = {name: value for name, value in design.items() if name != "composition" and value is not None}
        composition = design.get("composition") or ""
        try:
            source = from_composition(
                composition, rest, draws=draws, seed=seed, level=level, predictor=predictor, note=note
            )
        except InputError as error:
            failed.append({"row": row, "composition": composition, "error": str(error)})
            continue
        sources.append((row, source))
    if not sources:
        raise InputError(f"screen: none of {len(failed)} designs can be read; the first: {failed[0]['error']}"
                         if failed else "screen: no designs given")  # fmt: skip
    groups = [s.parameters for _, s in sources]
    accuracies, result = run_stacked(
        task, groups, seeds=seeds, seed=seeds_of_groups(task, groups, seed), progress=progress, **options
    )
    scores = np.array([part.ravel() for part in accuracies])
    best = scores == scores.max(axis=0)
    best = (best / best.sum(axis=0)).mean(axis=1)
    extras = {
        name: np.split(values, np.cumsum([s.parameters.n_sets for _, s in sources])[:-1])
        for name, values in result.extras.items()
        if values.ndim == 2
    }
    ranked = []
    for index, (row, source) in enumerate(sources[: len(scores)]):
        low, high = np.quantile(scores[index], (0.5 - level / 2, 0.5 + level / 2))
        ranked.append(
            {
                "row": row,
                "composition": source.name,
                "design": source.details["design"],
                "family": source.details["family"],
                "task": task,
                "accuracy": float(np.median(scores[index])),
                "low": float(low),
                "high": float(high),
                "share_best": float(best[index]),
                "ceiling": result.ceiling,
                "bandgap": _median(np.asarray(source.parameters.bandgap)),
                **{name: _median(values[index]) for name, values in extras.items()},
            }
        )
    ranked.sort(key=lambda entry: (-entry["accuracy"], entry["row"]))
    return [{"rank": rank, **entry} for rank, entry in enumerate(ranked, start=1)], failed


def _median(values: np.ndarray) -> float | None:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else None
