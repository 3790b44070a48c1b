"""What other installed packages add: objects named in the entry points of a group."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from perovdata.errors import InputError


def plugins(group: str) -> dict[str, Any]:
    """Objects by name that installed packages offer in a group, e.g. ``perovdata.tasks``.

    Raises
    ------
    InputError
        One that cannot be loaded, with its package's own message.
    """
    found = {}
    for entry in entry_points(group=group):
        try:
            found[entry.name] = entry.load()
        except Exception as error:  # whatever a foreign package does when imported
            raise InputError(f"entry point {entry.name} of {group} ({entry.value}): {error}") from error
    return found
