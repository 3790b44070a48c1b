"""Stage evaluate: nested, paper-grouped evaluation of every candidate against the naive baselines."""

from __future__ import annotations

import pandas as pd
from common import DERIVED, METRICS, params

from perovdata.files import write_json
from perovdata.models import evaluate

if __name__ == "__main__":  # the folds run in processes that import this file
    features = pd.read_parquet(DERIVED / "features.parquet")
    write_json(METRICS / "evaluate.json", evaluate(params("evaluate"), DERIVED / "evaluation", features))
