"""No paper on both sides, every metric spread evenly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.models.evaluation.splits import paper_folds, subsample_papers

metrics = st.sets(st.sampled_from("abcd"), max_size=4)


@given(st.dictionaries(st.text("pqrs0123", min_size=1, max_size=4), metrics, min_size=2, max_size=40),
       st.integers(2, 6), st.integers(0, 5))  # fmt: skip
@settings(deadline=None, max_examples=50)
def test_every_paper_has_one_fold_whatever_the_order(states, n_folds, seed):
    fold = paper_folds(states, n_folds, seed)
    assert set(fold) == set(states)
    assert set(fold.values()) == set(range(min(n_folds, len(states))))
    assert paper_folds(dict(reversed(states.items())), n_folds, seed) == fold


@given(st.integers(8, 40), st.integers(2, 5), st.integers(0, 9))
@settings(deadline=None, max_examples=30)
def test_the_rarest_metric_is_spread_evenly(n, n_folds, seed):
    states = {f"p{i}": {"common"} | ({"rare"} if i % 3 == 0 else set()) for i in range(n)}
    fold = paper_folds(states, n_folds, seed)
    counts = np.bincount([fold[p] for p, s in states.items() if "rare" in s], minlength=n_folds)
    assert counts.max() - counts.min() <= 1


def test_a_subsample_takes_whole_papers():
    papers = np.repeat([f"p{i}" for i in range(10)], 3)
    chosen = subsample_papers(papers, 0.4, seed=0)
    assert len(set(papers[chosen])) == 4
    assert all(chosen[papers == p].all() or not chosen[papers == p].any() for p in set(papers))


def test_evaluation_never_trains_on_a_hidden_paper(long, monkeypatch):
    from perovdata.models.estimators.baselines import BASELINES
    from perovdata.models.estimators.candidates import CANDIDATES
    from perovdata.models.evaluation import fold
    from perovdata.models.evaluation.run import outer_splits
    from perovdata.models.evaluation.settings import Settings
    from perovdata.models.evaluation.training_data import Evidence, gather

    settings_ = Settings.of({"outer_folds": 3, "repeats": 1, "inner_folds": 3, "background_weight": 0})
    evidence = gather(settings_, long)
    split = outer_splits(evidence.corpus, settings_)[0]
    seen = []
    original = Evidence.fit

    def spy(self, candidate, metric, train, seed, **more):
        seen.extend(self.corpus.targets[metric].papers[train])
        return original(self, candidate, metric, train, seed, **more)

    monkeypatch.setattr(Evidence, "fit", spy)
    evidence = replace(evidence, registry={name: CANDIDATES[name] for name in BASELINES})
    fold.run_fold(evidence, split, 0, settings_, seed=1)
    assert seen
    assert all(split[p] != 0 for p in seen)
