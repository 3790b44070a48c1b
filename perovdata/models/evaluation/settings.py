"""Settings of evaluation and training, with their defaults and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from perovdata.errors import InputError, unknown_choice
from perovdata.features import FEATURE_GROUPS


@dataclass(frozen=True)
class Settings:
    """What ``params.yaml`` may set in its section ``evaluate`` (``train`` uses the same).

    Attributes
    ----------
    seed : int
        Seed of every split, resample and learner.
    outer_folds, repeats : int
        Outer paper-grouped folds and how often papers are dealt anew.
    inner_folds : int
        Folds inside each training side: choice of the model and residuals of the intervals.
    margin : float
        Standard errors by which a model must beat the best baseline inside to be taken.
    min_papers, model_papers : int
        Below the first only the reported range is shown; below the second the population's interval.
    bootstrap : int
        Resamples of papers behind every interval of a score.
    shares : tuple of float
        Shares of the training papers in the learning curve.
    groups : tuple of str
        Feature groups used.
    background_weight : float
        Weight of a device of another material against a perovskite device in fitting; 0 leaves them out.
    candidates : tuple of str
        Models that are tried, of :data:`CANDIDATES`; empty: all. Baselines always are.
    jobs : int
        Processes.
    """

    seed: int = 20261124
    outer_folds: int = 8
    repeats: int = 2
    inner_folds: int = 5
    margin: float = 1.0
    min_papers: int = 8
    model_papers: int = 25
    bootstrap: int = 2000
    shares: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    groups: tuple[str, ...] = FEATURE_GROUPS
    background_weight: float = 0.5
    candidates: tuple[str, ...] = ()
    jobs: int = 2

    @classmethod
    def of(cls, params: Mapping[str, Any] | None) -> Settings:
        """Read settings from a mapping.

        Raises
        ------
        InputError
            For an unknown key or a value outside its limits.
        """
        given = dict(params or {})
        names = [f.name for f in fields(cls)]
        for key in given:
            if key not in names:
                raise unknown_choice("parameter of evaluate", key, names)
        for key in ("shares", "groups", "candidates"):
            if key in given:
                given[key] = tuple(given[key])
        settings = cls(**given)
        limits = {
            "outer_folds": 2,
            "repeats": 1,
            "inner_folds": 2,
            "min_papers": 4,
            "bootstrap": 100,
            "jobs": 1,
        }
        for key, low in limits.items():
            value = getattr(settings, key)
            if not isinstance(value, int) or value < low:
                raise InputError(
                    f"parameter evaluate.{key}: '{value}' is not a whole number of at least {low}"
                )
        if not 0 <= settings.background_weight <= 1:
            raise InputError(
                f"parameter evaluate.background_weight: {settings.background_weight} is not from 0 to 1"
            )
        return settings
