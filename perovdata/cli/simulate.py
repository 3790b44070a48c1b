"""``perovdata simulate``: a device in a vision system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from perovdata.cli import design
from perovdata.cli.output import emit_json, note, progress_bar, table_console
from perovdata.errors import InputError

__all__ = ["register"]

_SOURCE = "Device"
_RUN = "Run"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(simulate)


def simulate(
    task: Annotated[
        str, typer.Option("--task", help="Task; 'perovdata vision tasks' lists them.", rich_help_panel=_RUN)
    ],
    formula: Annotated[str | None, typer.Argument(help="Composition, e.g. '(PEA)2SnI4'.")] = None,
    device: Annotated[
        Path | None, typer.Option("--device", help="Device file (YAML).", rich_help_panel=_SOURCE)
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="Published device, e.g. ag-a-si.", rich_help_panel=_SOURCE)
    ] = None,
    record: Annotated[
        str | None,
        typer.Option("--record", help="Device of the tables, e.g. d0002.", rich_help_panel=_SOURCE),
    ] = None,
    n_layers: design.Layers = None,
    dimensionality: design.Dimensionality = None,
    morphology: design.Morphology = None,
    device_type: design.DeviceType = None,
    geometry: design.Geometry = None,
    stack: design.Stack = None,
    heterolayer: design.Heterolayer = None,
    additive: design.Additive = None,
    stimulus: design.Stimulus = None,
    wavelength_nm: design.Wavelength = None,
    thickness_nm: design.Thickness = None,
    mechanism: design.Mechanism = None,
    mode: design.Mode = None,
    known: Annotated[
        list[str] | None,
        typer.Option("--known", help="METRIC=VALUE measured already, e.g. 'energy_per_event=4.2 pJ'."),
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            help="default, neurosim or neurosim-shifted-start (online tasks).", rich_help_panel=_RUN
        ),
    ] = "default",
    epochs: Annotated[int | None, typer.Option(help="For tasks that train.", rich_help_panel=_RUN)] = None,
    draws: Annotated[
        int | None,
        typer.Option(help="Parameter sets; default 16 where there is uncertainty.", rich_help_panel=_RUN),
    ] = None,
    seeds: Annotated[int, typer.Option(help="Repetitions of every set.", rich_help_panel=_RUN)] = 1,
    seed: Annotated[int, typer.Option(help="Base seed.", rich_help_panel=_RUN)] = 0,
    level: Annotated[float, typer.Option(help="Level of the intervals.", rich_help_panel=_RUN)] = 0.9,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, an option of the task.", rich_help_panel=_RUN),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Folder of the original IDX files.", rich_help_panel=_RUN),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            help="Other images: digits, mnist, fashion, a folder or an .npz file.", rich_help_panel=_RUN
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Folder for JSON, Parquet and pictures.", rich_help_panel=_RUN),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a vision task with a device: of a composition, a file, a preset or a record of the tables."""
    columns = {
        "n_layers": n_layers,
        "dimensionality": dimensionality,
        "morphology": morphology,
        "device_type": device_type,
        "geometry": geometry,
        "stack": stack,
        "heterolayer": heterolayer,
        "additive": additive,
        "stimulus": stimulus,
        "wavelength_nm": wavelength_nm,
        "thickness_nm": thickness_nm,
        "mechanism": mechanism,
        "mode": mode,
    }
    from perovdata.dataset.schema.known_values import parse_known
    from perovdata.studies import simulate as run_simulation

    known_values = dict(parse_known(item) for item in known or [])

    with progress_bar("simulating") as report:
        result = run_simulation(
            formula,
            task=task,
            device=device,
            preset=preset,
            record=record,
            known=known_values,
            protocol=protocol,
            epochs=epochs,
            draws=draws,
            seeds=seeds,
            seed=seed,
            level=level,
            data_dir=data_dir,
            images=images,
            options=dict(_pairs("--set", options)),
            output=output,
            progress=report,
            note=note,
            **{name: value for name, value in columns.items() if value is not None},
        )
    for line in result["notes"]:
        note(f"note: {line}")
    if json:
        emit_json(result)
    else:
        _show(result)
    if output is not None:
        note(f"written: {output}")


def _pairs(option: str, items: list[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for item in items or []:
        name, equals, value = item.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise InputError(f"option {option}: '{item}' is not NAME=VALUE")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _show(result: dict[str, Any]) -> None:
    from rich.table import Table

    from perovdata.quantity import number, quantity

    accuracy = result["accuracy"]
    low, high = accuracy["interval"]
    facts = Table(
        title=f"{result['source']['name']}: {result['task']}", show_header=False, title_justify="left"
    )
    facts.add_row(
        "accuracy", f"{accuracy['median']:.1f} % ({accuracy['level']:.0%}: {low:.1f} to {high:.1f})"
    )
    facts.add_row("same network in float", f"{result['ceiling']:.1f} %")
    facts.add_row("guessing", f"{result['chance']:.1f} %")
    for key, unit in (("energy_per_image_J", "J"), ("latency_per_image_s", "s")):
        if result[key] is not None:
            facts.add_row(key.rsplit("_", 1)[0].replace("_", " "), quantity(result[key], unit))
    for name, value in result["extras"].items():
        if value["median"] is not None:
            facts.add_row(name.replace("_", " "), number(value["median"]))
    facts.add_row(
        "parameter sets x seeds", f"{result['draws']} x {result['seeds']}, {result['wall_s']:.1f} s"
    )
    table = Table("parameter", "median", "interval", "origin", title_justify="left")
    for name, value in result["parameters"].items():
        low, high = (quantity(end, value["unit"]) for end in value["interval"])
        table.add_row(
            name, quantity(value["median"], value["unit"]), "" if low == high else f"{low} to {high}",
            value["origin"] if value["metric"] is None else f"{value['origin']}: {value['detail']}",
        )  # fmt: skip
    console = table_console()
    console.print(facts)
    console.print(table)
