"""Fields that were named like a metric of another meaning: old files and scripts are read, with a note."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

__all__ = ["RENAMED", "current_name", "with_former_names"]

V = TypeVar("V")

#: Former name of a field -> its name. The former ones are metrics in percent of the window.
RENAMED = {"c2c_variation": "c2c_sigma", "d2d_variation": "d2d_label_sigma"}


@cache
def _tell_once(former: str) -> None:
    logging.getLogger("perovdata.devices").warning(
        "note: device parameter %s is now called %s (%s is a metric, in percent)",
        former, RENAMED[former], former,
    )  # fmt: skip


def current_name(name: str) -> str:
    """The name of a field that may be given by its former one; says so once, on the log (stderr)."""
    if name in RENAMED:
        _tell_once(name)
    return RENAMED.get(name, name)


def with_former_names(table: Mapping[str, V]) -> dict[str, V]:
    """A table by field with the former names beside the present ones, for scripts that read JSON."""
    return {**table, **{old: table[new] for old, new in RENAMED.items() if new in table}}
