"""``perovdata composition``: what a formula says."""

from __future__ import annotations

from itertools import zip_longest
from typing import Annotated, Any

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note, print_tables


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(composition)


def composition(
    formula: Annotated[
        str, typer.Argument(help="Formula, e.g. 'FA0.83Cs0.17Pb(I0.9Br0.1)3' or '(PEA)2SnI4'.")
    ],
    n: Annotated[
        int | None,
        typer.Option("--n", help="Layers per slab, for a formula with n such as (BA)2(MA)n-1PbnI3n+1."),
    ] = None,
    x: Annotated[
        float | None, typer.Option("--x", help="Value of x, for a formula with x such as CsPbBrxI3-x.")
    ] = None,
    y: Annotated[float | None, typer.Option("--y", help="Value of y, for a formula with y.")] = None,
    json: Json = False,
) -> None:
    """Read a formula: sites, charge, dimensionality, lead, and the descriptors computed from them."""
    from dataclasses import asdict

    from perovdata.chemistry import descriptors, parse, undefined_descriptors
    from perovdata.materials import PROPERTIES_SHOWN, lookup_property, optical_properties

    perovskite = parse(formula, n=n, x=x, y=y)
    values = descriptors(perovskite)
    optical = optical_properties([perovskite])[0]
    properties: dict[str, Any] = {
        **optical,
        **{name: lookup_property(perovskite, name) for name in PROPERTIES_SHOWN},
    }
    for warning in perovskite.warnings:
        note(f"warning: {warning}")
    if not json:
        from perovdata.cli.tables import composition_tables

        print_tables(composition_tables(perovskite, values, properties))
        return
    told = "formula canonical expanded sites dopants solvate polymorph n"
    told += " dimensionality prototype lead_free charge charges"
    emit_json(
        {
            **{name: getattr(perovskite, name) for name in told.split()},
            "phases": [
                {"formula": phase.canonical, "share": share}
                for phase, share in zip_longest(perovskite.phases, perovskite.shares)
            ],
            "descriptors": values,
            "undefined": undefined_descriptors(perovskite, values),
            "properties": {
                name: {**asdict(found), "n_sources": len(found.sources)} for name, found in properties.items()
            },
            "warnings": perovskite.warnings,
        }
    )
