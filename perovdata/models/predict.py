"""The short way: a formula in, a prediction out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perovdata.dataset import DESIGN_COLUMNS, SynapseDesign
from perovdata.errors import unknown_choice
from perovdata.models.predictor import Prediction
from perovdata.models.ready import load_predictor

__all__ = ["predict"]


def predict(
    formula: str,
    *,
    known: Mapping[str, float] | None = None,
    metrics: Sequence[str] | None = None,
    level: float = 0.9,
    seed: int = 0,
    **design_options: Any,
) -> Prediction:
    """What reported devices lead one to expect of a design.

    Parameters
    ----------
    formula : str
        Composition, e.g. ``"CsPbBr3"``.
    known : mapping, optional
        Metrics already measured, in their units: they shift and sharpen the others.
    metrics : sequence of str, optional
        Metrics to predict; all by default.
    level : float
        Level of the intervals.
    seed : int
    **design_options
        Design columns: ``morphology="nanocrystal"``, ``stimulus="optical"`` ...

    Raises
    ------
    InputError
        For an unreadable formula or an unknown option, category or metric.

    Examples
    --------
    >>> predict("CsPbBr3", morphology="nanocrystal", stimulus="optical")  # doctest: +SKIP
    """
    for name in design_options:
        if name not in DESIGN_COLUMNS[1:]:
            raise unknown_choice("design option", name, DESIGN_COLUMNS[1:])
    design = SynapseDesign(formula, **design_options)
    return load_predictor().predict(design, known=known, metrics=metrics, level=level, seed=seed)[0]
