"""``perovdata simulate``: a device in a vision system."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from perovdata.cli.options import (
    DesignOptions,
    DeviceOptions,
    Json,
    Known,
    Level,
    Output,
    Task,
    TaskOptions,
    grouped,
    name_value_pairs,
)
from perovdata.cli.output import emit_json, note, print_tables, progress

_RUN = "Run"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(simulate)


@grouped
def simulate(
    task: Task,
    source: DeviceOptions,
    design: DesignOptions,
    run: TaskOptions,
    formula: Annotated[str | None, typer.Argument(help="Composition, e.g. '(PEA)2SnI4'.")] = None,
    known: Known = None,
    law: Annotated[
        str | None,
        typer.Option(
            "--law", help="Update law to run instead of the device file's own, e.g. exponential, measured."
        ),
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            help="default, neurosim or neurosim-shifted-start (online tasks).", rich_help_panel=_RUN
        ),
    ] = "default",
    draws: Annotated[
        int | None,
        typer.Option(
            help="Parameter sets where there is uncertainty; default 32 to 256, until the median is known to "
            "one point.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="Repetitions of every parameter set; default 1, and 8 to 128 where there is one set, until "
            "the median is known to one point.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    level: Level = 0.9,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, an option of the task.", rich_help_panel=_RUN),
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            help="Task colour: films of a pixel in place of filters, the front one first, e.g. "
            "'CsPb(Cl0.3Br0.7)3,CsPbBr3,CsPbI3'.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            help="Other images: digits, mnist, fashion, a folder or an .npz file.", rich_help_panel=_RUN
        ),
    ] = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Run a vision task with a device: of a composition, a file, a preset or a record of the tables."""
    from perovdata.dataset.schema import parse_known
    from perovdata.studies import simulate as run_simulation

    with progress("simulating") as move:
        result = run_simulation(
            formula,
            task=task,
            law=law,
            known=dict(parse_known(item) for item in known or []),
            protocol=protocol,
            draws=draws,
            seeds=seeds,
            level=level,
            images=images,
            options=name_value_pairs("--set", options),
            layers=layers,
            output=output,
            progress=move,
            note=note,
            **asdict(source),
            **asdict(run),
            **design.stated,
        )
    for line in result["notes"]:
        note(f"note: {line}")
    if json:
        emit_json(result.to_dict())
    else:
        from perovdata.cli.tables import simulation_tables

        print_tables(simulation_tables(result))
    if output is not None:
        note(f"written: {output}")
