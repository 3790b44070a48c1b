"""All that fitting may look at: perovskite devices, their features, and background devices to borrow from.

Background devices are synapses and memristors of other materials. They obey similar couplings between
voltage, time, energy and mechanism, so models may train on them at a reduced weight and the copula may
count their correlations. They are never predicted, never scored, never shown as nearest device, and the
baselines do not see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtri
from sklearn.base import BaseEstimator

from perovdata.dataset import load_background, load_synapses
from perovdata.features import COMPOSITION, design_frame
from perovdata.models.estimators.candidates import CANDIDATES, Candidate, candidates_of
from perovdata.models.evaluation.settings import Settings
from perovdata.models.targets import Corpus, build_corpus


@dataclass(frozen=True)
class Evidence:
    """Corpus and design frame, with their background.

    Attributes
    ----------
    corpus : Corpus
    X : DataFrame
        Design frame, row by row the designs of `corpus`.
    background : Corpus or None
    X_background : DataFrame or None
    weight : float
        Weight of a background paper against a perovskite paper.
    registry : mapping of str to Candidate
        What is tried on it: baselines and models, members of averages before the averages.
    """

    corpus: Corpus
    X: pd.DataFrame
    background: Corpus | None = None
    X_background: pd.DataFrame | None = None
    weight: float = 0.5
    registry: Mapping[str, Candidate] = field(default_factory=lambda: CANDIDATES)

    def fit(
        self, candidate: str, metric: str, train: np.ndarray, seed: int, *, borrow: bool = True
    ) -> BaseEstimator:
        """Fit one candidate.

        Parameters
        ----------
        candidate : str
            Name in :attr:`registry` or in ``CANDIDATES``; not an average.
        metric : str
        train : ndarray of bool
            Rows of the metric's target that may be used.
        seed : int
        borrow : bool
            Whether a model (never a baseline) trains on the background as well.

        Returns
        -------
        estimator
        """
        # Learning curves and comparisons name learners that a small budget does not try.
        entry = self.registry.get(candidate) or CANDIDATES[candidate]
        target = self.corpus.targets[metric]
        design, labels = self.X.iloc[target.rows[train]], target.labels[train]
        weights = target.weights[train]
        extra = self.background.targets.get(metric) if self.background is not None else None
        if borrow and extra is not None and self.X_background is not None and not entry.baseline:
            design = pd.concat([design, self.X_background.iloc[extra.rows]])
            labels = np.vstack([labels, extra.labels])
            weights = np.concatenate([weights, self.weight * extra.weights])
        assert entry.make is not None  # an average is made of fitted members
        return entry.make(COMPOSITION, seed).fit(design, labels, sample_weight=weights)

    def background_scores(self, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Normal scores of the background devices within their own population, and their weights.

        Returns
        -------
        scores : ndarray, shape (n, len(names))
            NaN where not stated.
        weights : ndarray, shape (n,)
        """
        if self.background is None:
            return np.empty((0, len(names))), np.empty(0)
        scores = np.full((len(self.background.designs), len(names)), np.nan)
        for j, name in enumerate(names):
            target = self.background.targets.get(name)
            if target is not None:
                order = pd.Series(target.reported).rank().to_numpy()
                scores[target.rows, j] = ndtri((order - 0.5) / len(order))
        return scores, self.background.design_weights()


def gather(
    settings: Settings,
    long: pd.DataFrame | None = None,
    background: pd.DataFrame | None = None,
    features: pd.DataFrame | None = None,
) -> Evidence:
    """Build the evidence from long tables (the shipped ones by default).

    Parameters
    ----------
    settings : Settings
    long, background : DataFrame, optional
        Long form of :func:`perovdata.dataset.load_synapses`; perovskite devices and others.
    features : DataFrame, optional
        Design frame of the perovskite devices computed before, index = device id.
    """
    registry = candidates_of(settings.candidates)
    corpus = build_corpus(load_synapses() if long is None else long)
    X = (
        design_frame(corpus.designs, settings.groups)
        if features is None
        else features.loc[corpus.designs.index]
    )
    if long is None and background is None and settings.background_weight > 0:
        background = load_background()
    if background is None or not len(background) or settings.background_weight == 0:
        return Evidence(corpus, X, registry=registry)
    other = build_corpus(background)
    Z = design_frame(other.designs, settings.groups).assign(background=1.0, family="background")
    return Evidence(corpus, X, other, Z[X.columns], settings.background_weight, registry)
