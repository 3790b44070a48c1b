"""Stage compare: a few compositions and a preset side by side, on the same draws and seeds."""

from __future__ import annotations

from common import DERIVED, MODEL, params

from perovdata.files import write_json
from perovdata.models import load_bundle
from perovdata.studies import compare

settings = params("compare")
found = compare(
    settings["things"],
    task=settings["task"],
    draws=settings["draws"],
    seed=settings["seed"],
    predictor=load_bundle(MODEL),
)
write_json(DERIVED / "comparison.json", found.to_dict())
