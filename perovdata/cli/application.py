"""The application: registers the commands and turns every failure into one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from typing import Annotated, Any

import typer

from perovdata import __version__
from perovdata.cli import (
    benchmark,
    cite,
    compare,
    composition,
    dataset,
    fit,
    page,
    predict,
    report,
    simulate,
    study,
    vision,
)
from perovdata.cli.options import flag
from perovdata.cli.output import log_to_stderr, note
from perovdata.errors import InputError
from perovdata.files import cache_dir, write_atomic

app = typer.Typer(
    name="perovdata",
    help="Halide-perovskite synapses: dataset, predictors and simulator.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"perovdata {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        flag(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """Halide-perovskite synapses: dataset, predictors and simulator."""
    log_to_stderr(debug=_debugging())


# Each module has a function register(app); it imports heavy libraries only inside its commands.
for _module in (
    composition,
    dataset,
    predict,
    fit,
    simulate,
    compare,
    vision,
    study,
    benchmark,
    report,
    cite,
    page,
):
    _module.register(app)


# An option that is not there or of another type; click's class, or that of the copy inside newer typers.
_USAGE_ERROR: Any = typer.BadParameter.__base__


def _debugging() -> bool:
    return os.environ.get("PEROVDATA_DEBUG", "") not in ("", "0")


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 something broke, 2 bad input, 3 a batch with failures.

    With ``PEROVDATA_DEBUG=1`` in the environment the traceback comes before the line that tells the failure.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no reason to stop
    try:
        done = app(standalone_mode=False)
        sys.exit(done if isinstance(done, int) else 0)
    except _USAGE_ERROR as error:
        if message := " ".join(error.format_message().split()).rstrip("."):  # empty: the help was printed
            asked = f"; see '{error.ctx.command_path} --help'" if error.ctx else ""
            note(f"error: {message}{asked}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        note("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if _debugging():
            traceback.print_exc()
        sys.exit(_told(error))


def _told(error: Exception) -> int:
    """Say in one line what went wrong and what to do; the exit code."""
    if isinstance(error, InputError):
        note(f"error: {error}")
        return 2
    if isinstance(error, FileNotFoundError) and error.filename is None and not _here():
        note("error: the folder that the command was started in is gone: change into another one")
        return 2
    if isinstance(error, OSError) and (error.filename is not None or error.errno in _REMEDIES):
        file = "" if error.filename is None else f"'{error.filename}': "  # stdout has no name
        note(f"error: {file}{error.strerror}; {_REMEDIES.get(error.errno or 0, _LOOK)}")
        return 2
    if isinstance(error, MemoryError):
        note("error: the memory is not enough; ask for less at once (fewer --draws, a part of the file)")
        return 2
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"
    note(f"internal error: {what}; this is a fault of the program, please report it{_saved_traceback(error)}")
    return 1


def _here() -> bool:
    """Whether the working directory is still there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


_LOOK = "look whether it is there and may be read and written"
_REMEDIES = {
    errno.ENOSPC: "make room on the disk and run the command again",
    errno.EDQUOT: "your quota of the disk is used up: make room and run the command again",
    errno.EROFS: "the disk can only be read: give another place for the output",
    errno.EACCES: "you may not use it: change its permissions, or give another place",
    errno.EPERM: "you may not use it: change its permissions, or give another place",
    errno.ENOENT: "it is not there: check the path",
    errno.EISDIR: "it is a folder: name a file in it",
    errno.EEXIST: "a part of the path is a file: check the path",
    errno.ENOTDIR: "a part of the path is a file: check the path",
    errno.ENAMETOOLONG: "give a shorter name",
}


def _saved_traceback(error: Exception) -> str:
    """Where the traceback was put, as the end of a sentence."""
    text = "".join(traceback.format_exception(error))
    try:
        path = cache_dir() / "last_internal_error.txt"
        told = f"perovdata {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n{text}"
        write_atomic(path, told.encode("utf-8", "backslashreplace"))
    except OSError:
        return " (run it again with PEROVDATA_DEBUG=1 for the traceback)"
    return f" with the file {path}"
