"""How every command speaks: JSON on stdout for programs, tables and messages on stderr for people."""

from __future__ import annotations

import json
import sys
from typing import Any

from perovdata.files import finite

__all__ = ["emit_json", "note", "table_console"]


def emit_json(value: Any) -> None:
    """Print exactly one JSON value on stdout."""
    sys.stdout.write(json.dumps(finite(value), ensure_ascii=False, allow_nan=False) + "\n")


def note(message: str) -> None:
    """Print one line for people on stderr."""
    print(message, file=sys.stderr)


def table_console():
    """A rich console on stdout, for the tables that a command prints when ``--json`` is not given."""
    from rich.console import Console

    return Console(highlight=False)
