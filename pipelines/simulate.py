"""Stage simulate: what the worked design is worth in the embedded vision tasks."""

from __future__ import annotations

from common import DERIVED, METRICS, MODEL, params

from perovdata.files import write_json
from perovdata.models import load_bundle
from perovdata.studies import simulate

DIGITS = 3  # of a grey value or weight in a picture of the report


settings, design = params("simulate"), params("design")
columns = dict(design["columns"])
formula = columns.pop("composition")
predictor = load_bundle(MODEL)
results = {}
for task in settings["tasks"]:
    result = simulate(
        formula,
        task=task,
        **columns,
        known=design["known"],
        draws=settings["draws"],
        seeds=settings["seeds"],
        seed=design["seed"],
        level=design["level"],
        epochs=settings["epochs"],
        predictor=predictor,
    )
    told = results[task] = result.to_dict()
    del told["wall_s"]  # how long it took is no result: the same seed must give the same file
    told["pictures"] = {name: shown.round(DIGITS).tolist() for name, shown in result.run.pictures.items()}
    told["classes"] = list(result.run.classes)
write_json(DERIVED / "simulation.json", results)
flat = {}
for task, result in results.items():
    low, high = result["accuracy"]["interval"]
    flat[f"{task}.accuracy_median"] = round(result["accuracy"]["median"], 2)
    flat[f"{task}.accuracy_low"] = round(low, 2)
    flat[f"{task}.accuracy_high"] = round(high, 2)
    flat[f"{task}.ceiling"] = round(result["ceiling"], 2)
write_json(METRICS / "simulate.json", flat)
