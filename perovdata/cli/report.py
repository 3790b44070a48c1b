"""``perovdata report``: draw the report again, or sum up what the pipeline found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.options import Json, flag
from perovdata.cli.output import emit_json, print_tables

DERIVED = Path("data") / "derived"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(report)


def report(
    derived: Annotated[
        Path, typer.Option("--derived", help="Folder that the pipeline wrote, data/derived of the checkout.")
    ] = DERIVED,
    output: Annotated[
        Path | None, typer.Option("--output", help="HTML file; report.html in that folder by default.")
    ] = None,
    summary: Annotated[bool, flag("--summary", help="Sum up in the terminal instead of drawing.")] = False,
    json: Json = False,
) -> None:
    """Write the HTML report from what the pipeline derived, or sum it up."""
    from perovdata.report import build_report, read_derived, summarise

    found = read_derived(derived)
    output = output or derived / "report.html"
    if not summary:
        import matplotlib

        matplotlib.use("Agg")
        build_report(found, output)
    told = summarise(found) | {"report": str(output)}
    if json:
        emit_json(told)
        return
    from perovdata.cli.tables import record_table

    print_tables([record_table(told)])
