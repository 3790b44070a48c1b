"""``perovdata compare``: devices and compositions side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.options import Json, Level, RunOptions, Task, grouped, name_value_pairs
from perovdata.cli.output import emit_json, note, print_tables, progress


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(compare)


@grouped
def compare(
    things: Annotated[
        list[str],
        typer.Argument(help="Compositions, records (d0036), device files (*.yaml), presets; two or more."),
    ],
    run: RunOptions,
    task: Task = "digits-online",
    draws: Annotated[
        int | None, typer.Option(help="Parameter sets; default 32 where there is uncertainty.")
    ] = None,
    level: Level = 0.9,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, an option of the task.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Figure to write: .png, .svg or .pdf.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare compositions, records, device files and presets on the same draws and seeds."""
    from perovdata.report import check_figure_path, save_comparison_figure
    from perovdata.studies import compare as run_comparison

    if output is not None:
        check_figure_path(output)  # before anything long
    with progress("comparing") as move:
        found = run_comparison(
            things,
            task=task,
            draws=draws,
            level=level,
            options=name_value_pairs("--set", options),
            progress=move,
            note=note,
            **asdict(run),
        )
    told = found.to_dict()
    if output is not None:
        save_comparison_figure(told, output)
        note(f"written: {output}")
    if json:
        emit_json(told)
    else:
        from perovdata.cli.tables import comparison_tables

        print_tables(comparison_tables(told))
