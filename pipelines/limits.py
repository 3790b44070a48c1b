"""Stage limits: which property of the worked design costs the most accuracy."""

from __future__ import annotations

from common import DERIVED, MODEL, params

from perovdata.files import write_json
from perovdata.models import load_bundle
from perovdata.studies import from_composition, limits

settings, design = params("limits"), params("design")
columns = dict(design["columns"])
formula = columns.pop("composition")
source = from_composition(
    formula,
    columns,
    known=design["known"],
    draws=settings["draws"],
    seed=design["seed"],
    level=design["level"],
    predictor=load_bundle(MODEL),
)
write_json(
    DERIVED / "limits.json",
    limits({formula: source.parameters}, settings["task"], seed=design["seed"], epochs=settings["epochs"]),
)
