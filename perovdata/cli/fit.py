"""``perovdata fit``: a measured curve into device parameters."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note, print_tables

if TYPE_CHECKING:
    from perovdata.fitting import FitResult


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("fit")(fit)


def fit(
    files: Annotated[
        list[Path], typer.Argument(help="Measured curves: CSV, TSV, text or Excel.", metavar="FILE...")
    ],
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
    columns: Annotated[
        str | None, typer.Option(help="What the columns hold, by number or heading: pulse=1,current=4:nA.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help="comma or point: settles numbers such as 1,100.")
    ] = None,
    read: Annotated[
        str, typer.Option(help="State after a pulse of a record over time: before-next, or 'after MS'.")
    ] = "before-next",
    law: Annotated[
        str | None, typer.Option(help="Law that the device file runs (default: the one that describes).")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Write one line per file (CSV); needed for several files.")
    ] = None,
    json: Json = False,
) -> None:
    """Fit potentiation/depression, paired-pulse, decay or endurance data into device parameters."""
    from json import dumps

    from perovdata.documents import refuse_overwriting
    from perovdata.files import write_atomic
    from perovdata.fitting import fit as fit_file

    refuse_overwriting(files, output=output, plot=plot, rows=rows, table=table)
    options: dict[str, Any] = {
        "level": level, "read_voltage": read_voltage, "name": name, "sheet": sheet, "columns": columns,
        "decimal": decimal, "read": read, "law": law,
    }  # fmt: skip
    if table is not None or len(files) > 1:
        only_one: dict[str, object] = {
            "--output": output,
            "--plot": plot,
            "--rows": rows,
            "--device-id": device_id,
            "--name": name,
        }
        _fit_many(files, table, partial(fit_file, kind=kind, **options), only_one, json)
        return
    result = fit_file(files[0], kind, **options)
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


def _fit_many(
    files: list[Path],
    table: Path | None,
    fit_file: Callable[[str | os.PathLike[str]], FitResult],
    only_one: dict[str, object],
    as_json: bool,
) -> None:
    """One line per file; exit code 3 if some failed."""
    from perovdata.errors import InputError
    from perovdata.fitting import fit_many, write_table

    given = [option for option, value in only_one.items() if value is not None]
    if given:
        raise InputError(f"option {given[0]}: for one file; several files give a table (--table out.csv)")
    if table is None:
        raise InputError(f"{len(files)} files; give --table out.csv, one line per file")
    found = fit_many(files, fit_file)
    write_table(table, found)
    failed = [row for row in found if row["error"]]
    for row in failed:
        note(f"failed: {row['error']}")
    note(f"table: {table} ({len(found) - len(failed)} of {len(found)} files fitted)")
    if as_json:
        emit_json({"files": found})
    if failed:
        raise typer.Exit(3)
