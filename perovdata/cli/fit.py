"""``perovdata fit``: a measured curve into device parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note, print_tables

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
    json: Json = False,
) -> None:
    """Fit potentiation/depression, paired-pulse, decay or endurance data into device parameters."""
    from json import dumps

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
        write_atomic(rows, dumps(result.record(device_id), ensure_ascii=False, allow_nan=False) + "\n")
        note(
            f"record: {rows}"
            + ("" if device_id else "; fill in paper and design, then: perovdata dataset add")
        )
    if json:
        emit_json(result.to_dict())
        return
    from perovdata.cli.tables import fit_tables

    print_tables(fit_tables(result))
    for line in result.warnings:
        note(f"note: {line}")
