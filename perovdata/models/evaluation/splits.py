"""Folds in which no paper stands on both sides.

One deal of the papers serves every metric, candidate and baseline, so that errors can be compared pair
by pair and a device that states several metrics is hidden as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def paper_folds(states: Mapping[str, set[str]], n_folds: int, seed: int) -> dict[str, int]:
    """Deal papers into folds so that each metric is spread evenly.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011,
    doi 10.1007/978-3-642-23808-6_10): the rarest metric is dealt first, each paper to the fold that
    lacks it most.

    Parameters
    ----------
    states : mapping of str to set of str
        Paper to the metrics it states.
    n_folds : int
        Number of folds; never more than papers.
    seed : int

    Returns
    -------
    dict of str to int
        Paper to fold. Depends on the papers and the seed only, not on their order.
    """
    papers = sorted(states)
    rng = np.random.default_rng(seed)
    left = [papers[i] for i in rng.permutation(len(papers))]
    n_folds = min(n_folds, len(papers))
    sizes = np.zeros(n_folds)
    counts: dict[str, np.ndarray] = {}
    fold: dict[str, int] = {}
    while left:
        tally: dict[str, int] = {}
        for paper in left:
            for metric in states[paper]:
                tally[metric] = tally.get(metric, 0) + 1
        rarest = min(tally, key=lambda m: (tally[m], m)) if tally else ""
        batch = [p for p in left if rarest in states[p]] if tally else list(left)
        for paper in batch:
            mine = counts.setdefault(rarest, np.zeros(n_folds))
            k = int(np.lexsort((rng.random(n_folds), sizes, mine))[0])
            fold[paper] = k
            sizes[k] += 1
            for metric in states[paper] or {""}:
                counts.setdefault(metric, np.zeros(n_folds))[k] += 1
        left = [p for p in left if p not in fold]
    return fold


def random_folds(n_rows: int, n_folds: int, seed: int) -> np.ndarray:
    """The split that leaks: rows are dealt whatever their paper, shape (n_rows,). Only a lesson uses it."""
    fold = np.empty(n_rows, dtype=int)
    fold[np.random.default_rng(seed).permutation(n_rows)] = np.arange(n_rows) % min(n_folds, n_rows)
    return fold


def subsample_papers(papers: Sequence[str], share: float, seed: int) -> np.ndarray:
    """Rows of a random share of the papers (at least one), shape (n,), bool."""
    paper = np.asarray(papers, dtype=str)
    names = np.unique(paper)
    size = max(1, round(share * len(names)))
    return np.isin(paper, np.random.default_rng(seed).permutation(names)[:size])
