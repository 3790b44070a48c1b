"""How every command speaks: one JSON value or tables on stdout, messages for people on stderr."""

from __future__ import annotations

import json
import logging
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from perovdata.files import finite

if TYPE_CHECKING:
    from rich.table import Table

_ARGUMENT = re.compile(r"\bargument ([a-z_]+)\b(?:='([^']*)')?")
_OPTIONS = {"metrics": "metric"}  # given once for each
_LOG = logging.getLogger(__name__)
_QUIET_S = 20.0  # a redirected run tells where it stands at most this often
_MEASURED_S = 3.0  # of work behind an estimate of the time
_LONG_S = 60.0  # work that takes longer is announced


def emit_json(value: Any) -> None:
    """Print exactly one JSON value on stdout."""
    text = json.dumps(finite(value), ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a terminal of another encoding, or a file name that is no text
        text = json.dumps(finite(value), allow_nan=False)
    sys.stdout.write(text + "\n")


def note(message: str) -> None:
    """Print one line for people on stderr."""
    print(with_options(message), file=sys.stderr)


def with_options(text: str) -> str:
    """A text of the library with its arguments as people type them.

    ``argument data_dir`` becomes ``option --data-dir``, and ``argument read='after 5'`` ``--read 'after 5'``.
    """

    def typed(found: re.Match[str]) -> str:
        option = f"--{_OPTIONS.get(found[1], found[1]).replace('_', '-')}"
        return f"option {option}" if found[2] is None else f"{option} {shlex.quote(found[2])}"

    return _ARGUMENT.sub(typed, text)


class _Notes(logging.Handler):
    """Log records as lines for people, on whatever stderr is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        note(self.format(record))


def log_to_stderr(*, debug: bool = False) -> None:
    """Let the loggers of the package speak on stderr: from INFO on, with `debug` everything."""
    logger = logging.getLogger("perovdata")
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    if not any(isinstance(handler, _Notes) for handler in logger.handlers):
        logger.addHandler(_Notes())


def print_tables(shown: Iterable[Table | str]) -> None:
    """Print tables and lines for people on stdout, when ``--json`` is not given; brackets stay brackets."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    for part in shown:
        console.print(with_options(part) if isinstance(part, str) else part)


@contextmanager
def progress(
    description: str, *, at_once: bool = True, in_bytes: bool = False, estimate: bool = False
) -> Iterator[Callable[..., None]]:
    """Give a function ``(done, total, name=description)`` that tells how far the work is.

    On a terminal it moves one bar per name; elsewhere a long piece of work logs a line now and then.

    Parameters
    ----------
    description : str
        What is being done.
    at_once : bool
        Whether the bar appears before the first step; False for work that may not be needed.
    in_bytes : bool
        Whether `done` and `total` count bytes.
    estimate : bool
        Whether to say once, after the first seconds, how long the work will take, if that is over a minute.
    """
    if not sys.stderr.isatty():
        lines = _lines(description)
        yield _announced(description, lines) if estimate else lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    size = (DownloadColumn(),) if in_bytes else ()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *size,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=not in_bytes,
    )
    tasks = {description: bar.add_task(description, total=None)} if at_once and not in_bytes else {}

    def move(done: float, total: float | None, name: str = description) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=total)
        bar.start()
        bar.update(tasks[name], completed=done, total=total)

    if at_once:
        bar.start()
    try:
        yield _announced(description, move) if estimate else move
    finally:
        bar.stop()


def _announced(description: str, move: Callable[..., None]) -> Callable[..., None]:
    """`move`, and once a line that tells how long work of over a minute takes.

    The rate is that of the pieces after the first: the first one also compiles.
    """
    start = time.monotonic()
    before: float | None = None
    first: tuple[float, float] | None = None  # when the first piece was done, and how far the work was
    told = False

    def tell(done: float, total: float | None, name: str = description) -> None:
        nonlocal before, first, told
        move(done, total, name)
        now = time.monotonic()
        before = done if before is None else before
        if told or total is None or done <= before:
            return
        if first is None:
            first = now, done
        elif done > first[1] and now - first[0] >= _MEASURED_S:
            told = True
            whole = now - start + (total - done) * (now - first[0]) / (done - first[1])
            if whole > _LONG_S:
                note(f"{description}: takes about {_duration(whole)}")

    return tell


def _duration(seconds: float) -> str:
    """A length of time in words."""
    minutes = round(seconds / 60)
    if minutes >= 120:
        return f"{seconds / 3600:.1f} hours"
    if seconds < 45:
        return f"{max(round(seconds), 1)} s"
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _lines(description: str) -> Callable[..., None]:
    """Log where the work stands, first after a while and then at most every so often, with the time left."""
    began = told = time.monotonic()
    before: float | None = None

    def tell(done: float, total: float | None, name: str = description) -> None:
        nonlocal began, before, told
        now = time.monotonic()
        if before is None:  # the first piece also compiles
            began, before = now, done
        if now - told < _QUIET_S:
            return
        told = now
        left = ""
        if total is not None and before < done < total:
            left = f", about {_duration((now - began) * (total - done) / (done - before))} left"
        whole = "unknown" if total is None else f"{total:,.0f}"
        _LOG.info("%s: %s of %s%s", name, f"{done:,.0f}", whole, left)

    return tell
