"""The laws known by name: those of this room, and those that installed packages add."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from perovdata.devices.laws.base import Law
from perovdata.devices.laws.measured import MeasuredLaw
from perovdata.devices.laws.rises import RISES
from perovdata.errors import InputError, unknown_choice
from perovdata.plugins import plugins


@cache
def _known() -> dict[str, type[Law]]:
    """Built-in laws and those that installed packages add, by name."""
    found: dict[str, type[Law]] = {law.name: law for law in (*RISES, MeasuredLaw)}
    for name, law in plugins("perovdata.laws").items():
        if not (isinstance(law, type) and issubclass(law, Law)):
            raise InputError(f"entry point {name} of perovdata.laws: {law!r} is not a subclass of Law")
        found[law.name] = law
    return found


def law_names() -> tuple[str, ...]:
    """Names that a device file may give after ``law:``."""
    return tuple(_known())


def make_law(name: str, block: Mapping[str, Any]) -> Law:
    """A law by its name and the numbers that a device file keeps of it.

    Raises
    ------
    InputError
        Unknown name, numbers missing or out of range.
    """
    if name not in _known():
        raise unknown_choice("law", name, law_names())
    if not isinstance(block, Mapping):
        raise InputError(f"law {name}: '{block}' is not a mapping of its parameters")
    return _known()[name].from_dict(block)
