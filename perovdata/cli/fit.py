"""``perovdata fit``: a measured curve into device parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.output import emit_json, note, table_console

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("fit")(fit)


def fit(
    file: Annotated[Path, typer.Argument(help="Measured curve: CSV, TSV, text or Excel.")],
    kind: Annotated[str, typer.Option(help="auto, pd, ppf, decay, jump or iv-endurance.")] = "auto",
    output: Annotated[Path | None, typer.Option(help="Write the device file for simulate --device.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the figure (.png, .svg, .pdf).")] = None,
    rows: Annotated[Path | None, typer.Option(help="Write a record for dataset add (JSON lines).")] = None,
    device_id: Annotated[str | None, typer.Option(help="Device of the tables it belongs to.")] = None,
    read_voltage: Annotated[
        float | None, typer.Option(help="Read voltage in V, to turn currents into G.")
    ] = None,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    name: Annotated[str | None, typer.Option(help="Name of the device (default: of the file).")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of an Excel workbook.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit potentiation/depression, paired-pulse, decay or endurance data into device parameters."""
    import json

    from perovdata.files import write_atomic
    from perovdata.fitting import fit as fit_file

    result = fit_file(file, kind, level=level, read_voltage=read_voltage, name=name, sheet=sheet)
    if output is not None:
        result.to_yaml(output)
        note(f"device file: {output}")
    if plot is not None:
        result.plot(plot)
        note(f"figure: {plot}")
    if rows is not None:
        write_atomic(rows, json.dumps(result.record(device_id), ensure_ascii=False, allow_nan=False) + "\n")
        note(
            f"record: {rows}"
            + ("" if device_id else "; fill in paper and design, then: perovdata dataset add")
        )
    if as_json:
        emit_json(result.to_dict())
        return
    _print(result)


def _print(result) -> None:
    from rich.table import Table

    console = table_console()
    quality = f"R² {result.r2:.4f}, {result.n_points} points"
    table = Table(title=f"{result.device.name}: {result.kind}, {result.law}, {quality}")
    for column in ("parameter", "value", f"{100 * result.level:g} % interval", "unit"):
        table.add_column(column)
    for key, e in result.parameters.items():
        interval = "" if e.low is None or e.high is None else f"{e.low:.4g} … {e.high:.4g}"
        table.add_row(key, f"{e.value:.5g}", interval, e.unit)
    console.print(table)
    if len(result.comparison) > 1:
        laws = Table(title="laws compared")
        for column in ("law", "parameters", "R²", "ΔAICc", "weight"):
            laws.add_column(column)
        for row in result.comparison:
            laws.add_row(
                row["law"],
                str(row["n_parameters"]),
                f"{row['r2']:.5f}",
                f"{row['delta_aicc']:.1f}",
                f"{row['weight']:.2f}",
            )
        console.print(laws)
    for key, e in result.metrics.items():
        console.print(f"{key}: {e.value:.5g} {e.unit} ({e.meaning})")
    for line in result.warnings:
        note(f"note: {line}")
