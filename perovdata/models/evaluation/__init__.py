"""The protocol: grouped splits, nested choice, scores, learning curves; its face are the scores."""

from perovdata.models.evaluation.scoring import (
    LEVELS,
    OWN,
    PROCEDURE,
    QUANTILES,
    bootstrap_papers,
    covered,
    quantile_column,
    skill,
    weighted_mean,
)

__all__ = [
    "LEVELS",
    "OWN",
    "PROCEDURE",
    "QUANTILES",
    "bootstrap_papers",
    "covered",
    "quantile_column",
    "skill",
    "weighted_mean",
]
