"""``perovdata cite``: the papers behind the rows that were used."""

from __future__ import annotations

from typing import Annotated

import typer

from perovdata.cli.options import Json, flag
from perovdata.cli.output import emit_json
from perovdata.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(cite)


def cite(
    devices: Annotated[
        list[str] | None, typer.Argument(help="Only the papers of these devices.", metavar="[DEVICE]...")
    ] = None,
    device: Annotated[
        list[str] | None, typer.Option(help="Only the papers of this device; may be repeated.")
    ] = None,
    bibtex: Annotated[
        bool, flag("--bibtex", help="BibTeX entries, those of perovdata itself first.")
    ] = False,
    json: Json = False,
) -> None:
    """List the papers (DOI, or the page read) behind the rows of the tables."""
    from perovdata.dataset.load import doi_link, material_sources, sources

    wanted = [*(devices or []), *(device or [])] or None
    if bibtex and json:
        raise InputError("options --bibtex and --json: one of the two")
    papers = sources(wanted)
    if bibtex:
        from perovdata.dataset.export import bibtex as entries

        typer.echo(entries(papers))
        return
    materials = material_sources() if wanted is None else []
    if json:
        emit_json([{**p, "link": doi_link(p)} for p in (*papers, *materials)])
        return
    for p in papers:
        words = [p["first_author"], f"({p['year']})" if p["year"] else None, p["title"], p["journal"]]
        typer.echo(f"{' '.join(str(w) for w in words if w)} {doi_link(p)}")
    for p in materials:
        origin = f": {p['origin']}" if p["table"] == "bandgaps" else ""
        typer.echo(f"table {p['table']} ({p['rows']} rows) {doi_link(p)}{origin}")
