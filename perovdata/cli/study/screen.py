"""``perovdata study screen``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from perovdata.checks import check_counts
from perovdata.cli.options import Json, Output, RunOptions, Task, grouped, name_value_pairs
from perovdata.cli.output import note, progress
from perovdata.cli.study.results import emit_rows, save_rows
from perovdata.errors import InputError, unknown_choice

_COLUMNS = {
    "rank": "rank",
    "composition": "composition",
    "accuracy": "accuracy\n%",
    "low": "low",
    "high": "high",
    "share_best": "share\nbest",
    "family": "family",
}
_GOALS = ("colour",)
_COLOUR_COLUMNS = {
    "bandgap": "gap\neV",
    "accuracy_450_nm": "450\nnm %",
    "accuracy_532_nm": "532\nnm %",
    "accuracy_635_nm": "635\nnm %",
}


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command()(screen)


@grouped
def screen(
    run: RunOptions,
    formula: Annotated[list[str] | None, typer.Argument(help="Compositions.")] = None,
    input_: Annotated[
        Path | None,
        typer.Option("--input", help="CSV or JSON lines with a column composition and design columns."),
    ] = None,
    task: Task = "digits-online",
    goal: Annotated[
        str | None,
        typer.Option(
            help="colour: task colour, and the halide series of Cs, MA and FA if no compositions are given."
        ),
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, an option of the task.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Parameter sets per design.")] = 16,
    output: Output = None,
    json: Json = False,
) -> None:
    """Rank many compositions by what their predicted devices reach."""
    from perovdata.studies import HALIDE_SERIES
    from perovdata.studies import screen as run_screen

    check_counts(draws=draws)
    designs: list[dict[str, Any]] = [{"composition": f} for f in formula or []]
    if input_ is not None:
        designs += _designs(input_)
    columns = _COLUMNS
    if goal is not None:
        if goal not in _GOALS:
            raise unknown_choice("option --goal", goal, _GOALS)
        task, columns = "colour", {**_COLUMNS, **_COLOUR_COLUMNS}
        del columns["family"]  # the gap tells more of colours, and eighty columns hold no more
        designs = designs or [{"composition": formula} for formula in HALIDE_SERIES]
    if not designs:
        raise InputError("study screen: no designs; give FORMULA... or --input FILE.csv")
    settings: dict[str, Any] = {**asdict(run), **name_value_pairs("--set", options)}
    with progress("screen", estimate=True) as move:
        ranked, failed = run_screen(
            designs,
            task,
            draws=draws,
            note=note,
            progress=move,
            **settings,
        )
    save_rows(output, "screen", ranked)
    emit_rows([*ranked, *failed] if json else ranked, columns, f"Screening, {task}", json)
    for row in failed:
        note(f"row {row['row']}: {row['error']}")
    if failed:
        raise typer.Exit(3)


def _designs(path: Path) -> list[dict[str, Any]]:
    """The design columns of a file; measured values and other columns mean nothing here, and are named."""
    from perovdata.dataset import DESIGN_COLUMNS
    from perovdata.dataset.load import read_designs

    rows, ignored = read_designs(path)
    ignored += sorted({name for row in rows for name in row if name not in DESIGN_COLUMNS})
    if ignored:
        note(f"columns without meaning here, ignored: {', '.join(ignored)}")
    return [{name: value for name, value in row.items() if name in DESIGN_COLUMNS} for row in rows]
