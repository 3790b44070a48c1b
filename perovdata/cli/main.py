"""The application: registers the command groups and turns every failure into one line and an exit code."""

from __future__ import annotations

import importlib
import sys

import typer

from perovdata.errors import InputError

__all__ = ["app", "main"]

app = typer.Typer(
    name="perovdata",
    help="Halide-perovskite synapses: dataset, predictors and simulator.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Halide-perovskite synapses: dataset, predictors and simulator."""


# Each module has a function register(app); it imports heavy libraries only inside its commands.
_GROUPS = ("composition", "dataset", "predict", "fit", "simulate", "vision", "study", "report", "cite")

for _group in _GROUPS:
    if importlib.util.find_spec(f"perovdata.cli.{_group}"):
        importlib.import_module(f"perovdata.cli.{_group}").register(app)


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 something broke, 2 bad input, 3 a batch with failures."""
    try:
        app()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        print(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
