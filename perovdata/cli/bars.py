"""Progress bars on stderr, where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar"]


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
