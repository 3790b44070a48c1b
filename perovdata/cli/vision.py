"""``perovdata vision``: the tasks of the suite, and their public image sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.output import emit_json, note, table_console

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
_group = typer.Typer(help="The vision suite: tasks and image sets.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    app.add_typer(_group, name="vision")


@_group.command()
def tasks(
    name: Annotated[str | None, typer.Argument(help="One task: also its definition and options.")] = None,
    json: Json = False,
) -> None:
    """List the tasks: what each shows, on which images, its float ceiling and its time."""
    from perovdata.vision.tasks.catalogue import catalogue

    rows = catalogue(name)
    if json:
        emit_json(rows)
        return
    from rich.table import Table

    console = table_console()
    if name is None:
        table = Table(
            "task", "shows", "images", "ceiling %", "64 sets, s", title="Vision tasks", title_justify="left"
        )
        for row in rows:
            ceiling = "" if row["ceiling"] is None else f"{row['ceiling']:.1f}"
            seconds = "" if row["seconds_64_sets"] is None else f"{row['seconds_64_sets']:.0f}"
            table.add_row(row["task"], row["shows"], row["images"], ceiling, seconds)
        console.print(table)
        note(
            "One task in full: perovdata vision tasks NAME. Ceilings and times: default options, "
            "two CPU cores."
        )
        return
    [row] = rows
    facts = Table(title=row["task"], show_header=False, title_justify="left")
    for key in ("shows", "images", "encoder", "array", "network", "protocol", "score", "protocols"):
        value = row[key]
        facts.add_row(key, ", ".join(value) if isinstance(value, list) else str(value))
    options = Table("option", "default", "meaning", title="Options: --set NAME=VALUE", title_justify="left")
    for option in row["options"]:
        choices = f" ({', '.join(option['choices'])})" if option["choices"] else ""
        default = "" if option["default"] is None else str(option["default"])
        options.add_row(option["name"], default, option["meaning"] + choices)
    console.print(facts)
    if row["options"]:
        console.print(options)


@_group.command()
def fetch(
    name: Annotated[str, typer.Argument(help="mnist or fashion.")],
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Where the files go; default: the user's cache.")
    ] = None,
    json: Json = False,
) -> None:
    """Download a public image set, checked and resumable."""
    from perovdata.vision import DOWNLOADS
    from perovdata.vision import fetch as download

    progress = _bars()
    with progress:
        bars: dict[str, int] = {}

        def report(file: str, done: int, total: int | None) -> None:
            if file not in bars:
                bars[file] = progress.add_task(file, total=total)
            progress.update(bars[file], completed=done, total=total)

        folder = download(name, data_dir, progress=report)
    source = DOWNLOADS[name]
    if json:
        emit_json(
            {
                "name": name,
                "folder": str(folder),
                "files": list(source.digests),
                "licence": source.licence,
                "citation": source.citation,
            }
        )
        return
    note(f"{name}: {len(source.digests)} files in {folder}; {source.citation}; licence: {source.licence}")


def _bars():
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
