"""Questions across many designs: simulation from any source, leaderboard, limits, requirements, screening."""

from perovdata.studies.leaderboard import LEADERBOARD_TASKS, eligible_devices, leaderboard
from perovdata.studies.limits import EFFECTS, limits, sensitivity
from perovdata.studies.requirements import requirements, requirements_figure
from perovdata.studies.screen import screen
from perovdata.studies.simulate import describe, simulate
from perovdata.studies.sources import Source, from_composition, from_device, from_preset, from_record

__all__ = [
    "EFFECTS",
    "LEADERBOARD_TASKS",
    "Source",
    "describe",
    "eligible_devices",
    "from_composition",
    "from_device",
    "from_preset",
    "from_record",
    "leaderboard",
    "limits",
    "requirements",
    "requirements_figure",
    "screen",
    "sensitivity",
    "simulate",
]
