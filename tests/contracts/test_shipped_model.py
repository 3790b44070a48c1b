"""The bundle that travels with the tables belongs to them and to the code that reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from perovdata.dataset import METRICS, SynapseDesign
from perovdata.features import design_frame
from perovdata.files import data_dir
from perovdata.models import CANDIDATES, Settings, load_bundle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def predictor():
    return load_bundle(data_dir() / "model")  # refuses another schema and other tables


def test_it_was_trained_on_these_tables_with_these_settings(predictor):
    settings = Settings.of(yaml.safe_load((ROOT / "params.yaml").read_text())["evaluate"])
    assert predictor.metadata["seed"] == settings.seed
    assert predictor.metadata["candidates"] == list(CANDIDATES)
    assert set(predictor.models) <= set(predictor.summary) <= set(METRICS)


def test_it_reads_the_features_that_the_code_makes(predictor):
    frame = design_frame(pd.DataFrame([SynapseDesign("CsPbBr3").as_row()]))
    numbers = [name for name in frame if frame[name].dtype != object]
    assert predictor.metadata["features"] == numbers


def test_it_is_small_enough_to_travel():
    assert sum(p.stat().st_size for p in (data_dir() / "model").rglob("*")) < 3_000_000


def test_a_prediction_from_it_imports_no_library_that_takes_longer_than_itself():
    program = (
        "import sys; from perovdata import predict; predict('CsPbBr3'); "
        "heavy = {'sklearn', 'scipy.stats', 'pandas', 'pymatgen.core', 'xgboost', 'jax', 'matplotlib'}; "
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
