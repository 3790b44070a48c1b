"""A wording and the metric that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cue:
    """A wording and what it stands for.

    Parameters
    ----------
    metrics : tuple of str
        Metric that the number belongs to; two for a pair such as SET/RESET; empty for a quantity that is no
        metric, whose numbers are left alone.
    pattern : re.Pattern
        The wording.
    dimensions : frozenset of str
        Dimensions of the numbers that it can claim.
    handicap : float
        Words by which it counts as farther away: a vague wording yields to a telling one.
    """

    metrics: tuple[str, ...]
    pattern: re.Pattern[str]
    dimensions: frozenset[str]
    handicap: float = 0.0


def wording(metrics: str, dimensions: str, pattern: str, handicap: float = 0.0) -> Cue:
    """A cue from its metrics and dimensions as words, and its pattern: from a word's beginning, any case."""
    return Cue(
        tuple(metrics.split()),
        re.compile(rf"(?<![A-Za-z])(?:{pattern})", re.IGNORECASE),
        frozenset(dimensions.split()),
        handicap,
    )
