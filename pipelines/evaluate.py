"""Stage evaluate: nested, paper-grouped evaluation of every candidate against the naive baselines."""

from __future__ import annotations

import pandas as pd
from common import DERIVED, METRICS, params

from perovdata.files import write_atomic, write_json
from perovdata.models import evaluate

#: Tables that travel with the repository: docs/models.md is written from them.
KEPT = ("candidates.csv", "learning_curve.csv", "conditioning.csv", "transfer.csv", "leakage.json")

if __name__ == "__main__":  # the folds run in processes that import this file
    features = pd.read_parquet(DERIVED / "features.parquet")
    found = DERIVED / "evaluation"
    write_json(METRICS / "evaluate.json", evaluate(params("evaluate"), found, features))
    for name in KEPT:
        write_atomic(METRICS / "evaluation" / name, (found / name).read_text(encoding="utf-8"))
