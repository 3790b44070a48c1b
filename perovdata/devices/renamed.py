"""Fields that have another name now, or are gone: old device files are read, with a note."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

V = TypeVar("V")

#: Former name of a field -> its name. The former ones are metrics in percent of the window.
RENAMED = {"c2c_variation": "c2c_sigma", "d2d_variation": "d2d_label_sigma"}

#: Fields that no simulation reads any more.
REMOVED = frozenset(
    {
        "stm_threshold",
        "ltm_gain",
        "voltage_scale",
        "duration_scale",
        "optical_erase",
        "erase_photon_energy",
        "erase_photon_width",
    }
)


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


@cache
def _tell_removed(name: str) -> None:
    logging.getLogger("perovdata.devices").warning("note: device parameter %s is no longer read", name)


def without_removed(content: Mapping[str, V]) -> dict[str, V]:
    """The content of a device file without the fields that are gone; says so once each, on the log."""
    for name in REMOVED & content.keys():
        _tell_removed(name)
    return {name: value for name, value in content.items() if name not in REMOVED}


def with_former_names(table: Mapping[str, V]) -> dict[str, V]:
    """A table by field with the former names beside the present ones, for scripts that read JSON."""
    return {**table, **{old: table[new] for old, new in RENAMED.items() if new in table}}
