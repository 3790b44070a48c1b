"""Questions across many designs: simulation from any source, leaderboard, limits, requirements, screening."""

from perovdata.studies.simulate import describe, simulate
from perovdata.studies.sources import Source, from_composition, from_device, from_preset, from_record

__all__ = [
    "Source",
    "describe",
    "from_composition",
    "from_device",
    "from_preset",
    "from_record",
    "simulate",
]
