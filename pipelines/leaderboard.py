"""Stage leaderboard: every device of the tables that states enough, on the same tasks."""

from __future__ import annotations

from common import DERIVED, METRICS, params

from perovdata.files import write_json
from perovdata.studies import devices_apart, leaderboard

settings = params("leaderboard")
rows = leaderboard(
    settings["tasks"],
    min_stated=settings["min_stated"],
    draws=settings["draws"],
    seed=settings["seed"],
    epochs=settings["epochs"],
)
apart = devices_apart(settings["tasks"], settings["min_stated"])
write_json(DERIVED / "leaderboard.json", [*rows, *apart])
best = {f"{row['task']}.best": round(row["accuracy"], 2) for row in rows if row["rank"] == 1}
write_json(METRICS / "leaderboard.json", {"devices": len({row["device_id"] for row in rows}), **best})
