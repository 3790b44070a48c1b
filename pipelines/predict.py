"""Stage predict: the metrics of the worked design, with intervals and nearest reported devices."""

from __future__ import annotations

from common import DERIVED, MODEL, params

from perovdata.dataset import SynapseDesign
from perovdata.files import write_json
from perovdata.models import load_bundle

settings = params("design")
prediction = load_bundle(MODEL).predict(
    SynapseDesign(**settings["columns"]),
    known=settings["known"],
    level=settings["level"],
    seed=settings["seed"],
)[0]
write_json(DERIVED / "prediction.json", prediction.to_dict())
