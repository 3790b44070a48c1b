"""Questions across many designs: simulation from any source, leaderboard, limits, requirements, screening."""

from perovdata.studies.comparison import Comparison, compare
from perovdata.studies.films import HALIDE_SERIES
from perovdata.studies.gains import DIGITS_DO_NOT_TELL, EFFECTS, limits
from perovdata.studies.intervals import spread
from perovdata.studies.needs import requirements
from perovdata.studies.needs_figure import requirements_figure
from perovdata.studies.outcome import Simulation
from perovdata.studies.pieces import sweep, task_accuracy
from perovdata.studies.ranking import LEADERBOARD_TASKS, devices_apart, eligible_devices, leaderboard
from perovdata.studies.saving import write_parquet
from perovdata.studies.screening import screen
from perovdata.studies.simulation import describe, resolve, simulate
from perovdata.studies.sobol import sensitivity
from perovdata.studies.sources import Source, by_name, from_composition, from_device, from_preset, from_record
from perovdata.studies.verdict import Verdict, judge

__all__ = [
    "DIGITS_DO_NOT_TELL",
    "EFFECTS",
    "HALIDE_SERIES",
    "LEADERBOARD_TASKS",
    "Comparison",
    "Simulation",
    "Source",
    "Verdict",
    "by_name",
    "compare",
    "describe",
    "devices_apart",
    "eligible_devices",
    "from_composition",
    "from_device",
    "from_preset",
    "from_record",
    "judge",
    "leaderboard",
    "limits",
    "requirements",
    "requirements_figure",
    "resolve",
    "screen",
    "sensitivity",
    "simulate",
    "spread",
    "sweep",
    "task_accuracy",
    "write_parquet",
]
