"""Stage featurize: the design of every reported device as numbers and categories, one row per device."""

from __future__ import annotations

from common import DERIVED, METRICS, params

from perovdata.dataset import load_synapses
from perovdata.features import design_frame
from perovdata.files import write_json
from perovdata.models import build_corpus

designs = build_corpus(load_synapses()).designs
features = design_frame(designs, params("evaluate")["groups"])
numbers = features.select_dtypes("number")
DERIVED.mkdir(parents=True, exist_ok=True)
features.to_parquet(DERIVED / "features.parquet")
write_json(
    METRICS / "featurize.json",
    {
        "devices": len(features),
        "numeric_features": numbers.shape[1],
        "share_missing": round(float(numbers.isna().mean().mean()), 4),
        "devices_without_composition": int((features["composition"] == "").sum()),
    },
)
