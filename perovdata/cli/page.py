"""``perovdata app``: the page in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from perovdata.cli.options import flag
from perovdata.cli.output import note


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("app")(open_page)


def open_page(
    port: Annotated[int | None, typer.Option(help="Port to serve on; a free one by default.")] = None,
    browser: Annotated[bool, flag(help="Open a browser.")] = True,
) -> None:
    """Fit a curve and ask for a composition in the browser; served on this machine only (stop: Ctrl-C)."""
    from perovdata.app import serve

    note("the page is on this machine only; Ctrl-C stops it")
    serve(port, browser=browser)
