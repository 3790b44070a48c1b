"""One float ceiling per task and protocol, computed once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from perovdata.devices import SynapseParameters
from perovdata.vision import ceilings, run

QUICK = {"task": "reservoir-digits", "look": "rows"}


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(ceilings, "cache_dir", lambda: tmp_path)
    return tmp_path / "ceilings"


def test_the_ceiling_does_not_depend_on_the_run(own_cache):
    task = {"task": "retina-denoise", "frames": 2}
    found = {run(params=SynapseParameters.make(), seed=seed, seeds=seeds, **task).ceiling
             for seed, seeds in ((0, 1), (5, 2))}  # fmt: skip
    assert len(found) == 1
    assert 50 < found.pop() <= 100


def test_it_is_computed_once_and_again_if_the_file_is_damaged(own_cache):
    first = run(params=SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=1.0), **QUICK).ceiling
    (path,) = own_cache.glob("*.json")
    assert json.loads(path.read_text())["ceiling"] == first
    path.write_text(json.dumps({"task": QUICK["task"], "ceiling": 12.5}))
    assert run(params=SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=1.0), **QUICK).ceiling == 12.5
    path.write_text("{")
    assert run(params=SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=1.0), **QUICK).ceiling == first


def test_other_options_have_another_ceiling(own_cache):
    params = SynapseParameters.make(ppf_amplitude_1=0.5, ppf_tau_1=1.0)
    run(params=params, **QUICK)
    run(params=params, task="reservoir-digits", look="rows-and-columns")
    assert len(list(own_cache.glob("*.json"))) == 2
    assert np.isfinite([json.loads(p.read_text())["ceiling"] for p in own_cache.glob("*.json")]).all()
