"""``perovdata composition``: what a formula says."""

from __future__ import annotations

from itertools import zip_longest
from typing import Annotated

import typer

from perovdata.cli.output import emit_json, note, table_console

__all__ = ["register"]

Formula = Annotated[str, typer.Argument(help="Formula, e.g. 'FA0.83Cs0.17Pb(I0.9Br0.1)3' or '(PEA)2SnI4'.")]
Layers = Annotated[
    int | None,
    typer.Option("--n", help="Layers per slab, for a formula with n such as (BA)2(MA)n-1PbnI3n+1."),
]
X = Annotated[float | None, typer.Option("--x", help="Value of x, for a formula with x such as CsPbBrxI3-x.")]
Y = Annotated[float | None, typer.Option("--y", help="Value of y, for a formula with y.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(composition)


def composition(formula: Formula, n: Layers = None, x: X = None, y: Y = None, json: Json = False) -> None:
    """Read a formula: sites, charge, dimensionality, lead, and the descriptors computed from them."""
    from dataclasses import asdict

    from perovdata.chemistry import (
        PROPERTIES_SHOWN,
        descriptors,
        lookup_property,
        parse,
        undefined_descriptors,
    )

    perovskite = parse(formula, n=n, x=x, y=y)
    values = descriptors(perovskite)
    properties = {name: lookup_property(perovskite, name) for name in PROPERTIES_SHOWN}
    for warning in perovskite.warnings:
        note(f"warning: {warning}")
    if json:
        emit_json(
            {
                "formula": perovskite.formula,
                "canonical": perovskite.canonical,
                "expanded": perovskite.expanded,
                "sites": perovskite.sites,
                "dopants": perovskite.dopants,
                "solvate": perovskite.solvate,
                "polymorph": perovskite.polymorph,
                "n": perovskite.n,
                "dimensionality": perovskite.dimensionality,
                "prototype": perovskite.prototype,
                "lead_free": perovskite.lead_free,
                "charge": perovskite.charge,
                "charges": perovskite.charges,
                "phases": [
                    {"formula": phase.canonical, "share": share}
                    for phase, share in zip_longest(perovskite.phases, perovskite.shares)
                ],
                "descriptors": values,
                "undefined": undefined_descriptors(perovskite, values),
                "properties": {name: asdict(found) for name, found in properties.items()},
                "warnings": perovskite.warnings,
            }
        )
        return
    _show(perovskite, values, properties)


def _show(perovskite, values: dict[str, float], properties: dict) -> None:
    """Three tables for people: the formula, the descriptors defined for it, the properties reported."""
    import math

    from rich.table import Table

    from perovdata.chemistry import DESCRIPTORS

    def ions(amounts):
        return "  ".join(
            label if amount is None else f"{label} {amount:g}" for label, amount in amounts.items()
        )

    facts = Table(title=perovskite.canonical, show_header=False, title_justify="left")
    unknown = "not told by the stoichiometry"
    rows = {
        "expanded": perovskite.expanded,
        **{
            f"{site} site" if site != "spacer" else site: ions(v) for site, v in perovskite.sites.items() if v
        },
        "dopants": ions(perovskite.dopants),
        "solvate": ions(perovskite.solvate),
        "phases": perovskite.canonical if perovskite.phases else "",
        "formula type": perovskite.prototype or unknown,
        "dimensionality": perovskite.dimensionality or unknown,
        "layers n": "" if perovskite.n is None else str(perovskite.n),
        "lead-free": "yes" if perovskite.lead_free else "no",
        "charge": "balanced" if perovskite.balanced else f"{perovskite.charge:+g} left over",
    }
    for name, value in rows.items():
        if value:
            facts.add_row(name, value)
    table = Table("descriptor", "value", "unit", "meaning", title="Descriptors", title_justify="left")
    for name, value in values.items():
        if math.isfinite(value) and not (value == 0 and name.endswith("_fraction")):
            unit, meaning = DESCRIPTORS[name].split("; ", 1)
            table.add_row(name.replace("_", " "), f"{value:.4g}", "" if unit == "1" else unit, meaning)
    reported = Table("property", "value", "range", "from", title="Properties", title_justify="left")
    for name, found in properties.items():
        known = found.origin != "missing"
        value = f"{found.value:.3g} {found.unit}" if known else "missing"
        spread = f"{found.low:.3g} to {found.high:.3g}" if known else ""
        reported.add_row(name.replace("_", " "), value, spread, found.rule)
    console = table_console()
    for part in (facts, table, reported):
        console.print(part)
