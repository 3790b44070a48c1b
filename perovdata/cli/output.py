"""How every command speaks: JSON on stdout for programs, tables and messages on stderr for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from perovdata.files import finite

__all__ = ["emit_json", "note", "progress_bar", "table_console"]


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


@contextmanager
def progress_bar(description: str, *, at_once: bool = True) -> Iterator[Callable[[float, int], None]]:
    """Give a function (done, total) that moves a bar; it does nothing if stderr is not a terminal.

    at_once=False: the bar appears with its first step, for work that may not be needed.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(description, total=None)

    def move(done: float, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    if at_once:
        bar.start()
    try:
        yield move
    finally:
        bar.stop()
