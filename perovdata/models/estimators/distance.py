"""How far a design lies from the reported ones, and which of them are nearest.

The distance is Gower's (1971, doi 10.2307/2528823): the mean over properties of a mismatch between 0
and 1. Design categories count 0 or 1, numbers by their difference over the range in the reference set. A
property that the design itself leaves open is left out of the mean (saying nothing is not being far); one
that only the reported device leaves open counts half a mismatch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.features import Table

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("device_type", "stimulus", "family", "morphology", "dimensionality", "mechanism", "geometry")
_CHUNK = 512
_NEIGHBOURS = 5


@dataclass
class DesignDistance:
    """Gower distance to a fixed set of designs.

    Parameters
    ----------
    categories : tuple of str
        Categorical columns of the design frame.
    numbers : tuple of str
        Numeric columns that describe the composition; together they weigh as much as `composition_weight`
        categories.
    composition_weight : float
    """

    categories: tuple[str, ...] = CATEGORIES
    numbers: tuple[str, ...] = ()
    composition_weight: float = 3.0
    codes_: list[list[str]] = field(default_factory=list)
    values_: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    span_: np.ndarray = field(default_factory=lambda: np.empty(0))

    def fit(self, X: pd.DataFrame) -> DesignDistance:
        """Store the reference designs."""
        self.codes_ = [texts(X, c).tolist() for c in self.categories]
        self.values_ = np.asarray(X[list(self.numbers)], dtype=float)
        top = np.where(np.isnan(self.values_), -np.inf, self.values_).max(axis=0)
        bottom = np.where(np.isnan(self.values_), np.inf, self.values_).min(axis=0)
        self.span_ = np.where(top > bottom, top - bottom, 1.0)
        return self

    def __call__(self, X: Table) -> np.ndarray:
        """Distances, shape (n, n_reference), each in [0, 1]."""
        mine_all = [texts(X, c) for c in self.categories]
        values = np.asarray(X[list(self.numbers)], dtype=float)
        n, m = len(X), len(self.values_)
        total, weight = np.zeros((n, m)), np.zeros(n)
        for mine, codes in zip(mine_all, self.codes_, strict=True):
            number = {text: i for i, text in enumerate(dict.fromkeys(codes))}
            theirs = np.array([number[text] for text in codes], dtype=int)
            own = np.array([number.get(text, -1) for text in mine], dtype=int)
            mismatch = np.where(theirs == number.get("", -2), 0.5, (own[:, None] != theirs).astype(float))
            stated = (mine != "").astype(float)
            total += mismatch * stated[:, None]
            weight += stated
        if self.numbers:
            stated = ~np.isnan(values)
            share = self.composition_weight * stated.mean(axis=1)
            weight += share
            for start in range(0, n, _CHUNK):
                rows = slice(start, start + _CHUNK)
                gap = values[rows, None, :] - self.values_[None]  # large: worked on in place
                np.abs(gap, out=gap)
                gap /= self.span_
                np.minimum(gap, 1.0, out=gap)
                gap[np.isnan(gap)] = 0.5
                gap *= stated[rows, None, :]
                total[rows] += share[rows, None] * gap.sum(-1) / np.maximum(stated[rows].sum(1), 1)[:, None]
        return np.where(weight[:, None] > 0, total / np.maximum(weight, 1e-9)[:, None], 0.5)

    def difficulty(self, X: Table, exclude: np.ndarray | None = None) -> np.ndarray:
        """Mean distance to the nearest reported designs, shape (n,).

        Parameters
        ----------
        X : DataFrame
        exclude : ndarray of bool, shape (n, n_reference), optional
            Reference rows that must not count for a row (those of its own paper).
        """
        return nearest_mean(self(X), exclude)


def nearest_mean(distance: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
    """Mean over the nearest few reference rows of a distance matrix, shape (n,)."""
    if exclude is not None:
        distance = np.where(exclude, np.inf, distance)
    k = min(_NEIGHBOURS, distance.shape[1])
    near = np.sort(np.partition(distance, k - 1, axis=1)[:, :k], axis=1)
    usable = np.isfinite(near)
    return np.where(usable, near, 0).sum(1) / np.maximum(usable.sum(1), 1)


def texts(X: Table, column: str) -> np.ndarray:
    """A category column of the design frame; the empty text stands for "not stated"."""
    return np.asarray(X[column], dtype=object)


def shared_properties(design: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Which stated properties two designs have in common (composition first)."""
    names = ("composition", *CATEGORIES)
    return [n for n in names if n in design and n in other and design[n] and design[n] == other[n]]
