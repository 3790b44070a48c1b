"""``perovdata cite``: the papers behind the rows that were used."""

from __future__ import annotations

from typing import Annotated

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(cite)


def cite(
    device: Annotated[
        list[str] | None, typer.Option(help="Only the papers of this device; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """List the papers (DOI, or the page read) behind the rows of the tables."""
    from perovdata.dataset.load import doi_link, material_sources, sources

    papers = sources(device)
    materials = material_sources() if device is None else []
    if json:
        emit_json([{**p, "link": doi_link(p)} for p in (*papers, *materials)])
        return
    for p in papers:
        words = [p["first_author"], f"({p['year']})" if p["year"] else None, p["title"], p["journal"]]
        typer.echo(f"{' '.join(str(w) for w in words if w)} {doi_link(p)}")
    for p in materials:
        origin = f": {p['origin']}" if p["table"] == "bandgaps" else ""
        typer.echo(f"table {p['table']} ({p['rows']} rows) {doi_link(p)}{origin}")
