"""How every command speaks: JSON on stdout for programs, tables and messages on stderr for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["emit_json", "finite", "note", "table_console"]


def finite(value: Any) -> Any:
    """Replace NaN and infinities by None, NumPy scalars and arrays by plain numbers and lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return value


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
