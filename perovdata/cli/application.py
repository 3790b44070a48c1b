"""The application: registers the commands and turns every failure into one line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated

import typer

from perovdata import __version__
from perovdata.cli import (
    benchmark,
    cite,
    compare,
    composition,
    dataset,
    fit,
    predict,
    report,
    simulate,
    study,
    vision,
)
from perovdata.cli.output import log_to_stderr, note
from perovdata.errors import InputError

__all__ = ["app", "main"]

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
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
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
):
    _module.register(app)


def _debugging() -> bool:
    return os.environ.get("PEROVDATA_DEBUG", "") not in ("", "0")


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 something broke, 2 bad input, 3 a batch with failures.

    With ``PEROVDATA_DEBUG=1`` in the environment the traceback comes before the line that tells the failure.
    """
    try:
        app()
    except KeyboardInterrupt:
        note("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if _debugging():
            traceback.print_exc()
        if isinstance(error, InputError):
            note(f"error: {error}")
            sys.exit(2)
        note(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")
        sys.exit(1)
