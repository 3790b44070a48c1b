"""What the fits of curves by several models share: the result of the model that was chosen."""

from __future__ import annotations

import numpy as np

from perovdata.devices import DeviceFile
from perovdata.fitting.estimate import Curve, Estimate
from perovdata.fitting.laws.least_squares import Solution, ranking
from perovdata.fitting.result import FitResult


def result_of_models(
    kind: str,
    solutions: list[Solution],
    x: np.ndarray,
    y: np.ndarray,
    *,
    label: str,
    axes: tuple[str, str],
    parameters: dict[str, Estimate],
    level: float,
    device: DeviceFile,
    warnings: list[str],
    metrics: dict[str, Estimate],
) -> FitResult:
    """Result of the first of the solutions beside the others.

    Parameters
    ----------
    kind : str
        Of measurement.
    solutions : list of Solution
        The chosen one first.
    x, y : ndarray, shape (n,)
        What was fitted.
    label : str
        Of the curve in the figure.
    axes : tuple of str
        Names of the figure's axes.
    parameters, level, device, warnings, metrics
        As in :class:`FitResult`.
    """
    chosen = solutions[0]
    return FitResult(
        kind=kind,
        law=chosen.model.law,
        parameters=parameters,
        level=level,
        r2=chosen.r2,
        aicc=chosen.aicc,
        n_points=chosen.n,
        device=device,
        warnings=warnings,
        comparison=ranking(solutions),
        metrics=metrics,
        curves=[Curve(label, x, y, chosen.fitted)],
        axes=axes,
    )
