"""``perovdata vision``: the tasks of the suite, and their public image sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note, print_tables, progress

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
    from perovdata.vision import catalogue

    rows = catalogue(name)
    if json:
        emit_json(rows)
        return
    from perovdata.cli.tables import task_tables, tasks_table

    if name is not None:
        print_tables(task_tables(rows[0]))
        return
    print_tables([tasks_table(rows)])
    note("One task in full: perovdata vision tasks NAME. Ceilings and times: default options, two CPU cores.")


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

    with progress(f"fetching {name}", in_bytes=True) as move:
        folder = download(name, data_dir, progress=lambda file, done, total: move(done, total, file))
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
