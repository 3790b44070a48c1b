"""From metrics to device parameters, with the origin of every one.

:mod:`~perovdata.routing.design_space` is the table of what a parameter means, :func:`route` follows it. Names
load on first use: arrays read the table and must not drag the dataset in.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perovdata.routing.design_space import DESIGN_SPACE, EFFECTS, Assumption, Row
    from perovdata.routing.evidence import Drawn, Origin, Routed, route

__all__ = ["DESIGN_SPACE", "EFFECTS", "Assumption", "Drawn", "Origin", "Routed", "Row", "route"]

_FROM_EVIDENCE = ("Drawn", "Origin", "Routed", "route")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'perovdata.routing' has no attribute '{name}'")
    room = "evidence" if name in _FROM_EVIDENCE else "design_space"
    return getattr(import_module(f"perovdata.routing.{room}"), name)
