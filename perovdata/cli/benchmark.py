"""``perovdata benchmark``: frozen tasks, scores of anybody's predictions, the leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note, print_tables

if TYPE_CHECKING:
    import pandas as pd

_group = typer.Typer(
    help="The open benchmark: score your own model as ours are scored.", no_args_is_help=True
)

_SCORES = {
    "variant": "scored",
    "mae": "error",
    "skill": "skill",
    "skill_low": "from",
    "skill_high": "to",
    "coverage_90": "coverage of 90 %",
}
_RANKED = {"task": "task", "name": "model", **{k: v for k, v in _SCORES.items() if k != "variant"}}
_TASKS = {key: key for key in ("task", "unit", "scale", "rows", "groups", "bounds")}


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    app.add_typer(_group, name="benchmark")


@_group.command()
def tasks(json: Json = False) -> None:
    """List the frozen tasks: what is predicted, how many rows and groups there are."""
    from perovdata.benchmark import VERSION, summary, task_names

    rows = [summary(name) for name in task_names()]
    if json:
        emit_json(rows)
        return
    from perovdata.cli.tables import study_table

    print_tables([study_table(rows, _TASKS, f"benchmark {VERSION}: hide whole groups, predict them")])


@_group.command()
def score(
    task: Annotated[str, typer.Argument(help="A task of 'perovdata benchmark tasks'.")],
    predictions: Annotated[
        Path, typer.Option("--predictions", help="CSV: repeat, row, prediction and, if any, q05 ... q95.")
    ],
    name: Annotated[str, typer.Option("--name", help="How the model is called.")],
    output: Annotated[Path | None, typer.Option("--output", help="Record (JSON) to submit.")] = None,
    json: Json = False,
) -> None:
    """Score predictions of the hidden folds; an estimator is scored in Python (docs/benchmark.md)."""
    from perovdata.benchmark import read_predictions
    from perovdata.benchmark import score as score_model
    from perovdata.documents import refuse_overwriting
    from perovdata.files import write_json

    refuse_overwriting([predictions], output=output)
    found = score_model(read_predictions(predictions), task, name=name)
    if output is not None:
        write_json(output, found.to_dict())
    if json:
        emit_json({**found.to_dict(), "predictions": None})
        return
    _show(found.table, f"{name} on {task}")


@_group.command()
def submit(
    file: Annotated[Path, typer.Argument(help="Record as 'benchmark score --output' or Python wrote it.")],
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where records are kept; the checkout's by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a record by scoring its predictions again, keep it and write the leaderboard page."""
    from perovdata.benchmark import check_record
    from perovdata.benchmark import submit as keep

    found, page = check_record(file), keep(file, folder)
    if json:
        emit_json({"ok": True, "name": found.name, "task": found.task, "page": str(page)})
        return
    _show(found.table, f"{found.name} on {found.task}")
    note(f"kept; the leaderboard is {page}")


@_group.command()
def leaderboard(
    folder: Annotated[Path | None, typer.Option("--folder", help="Where records are kept.")] = None,
    json: Json = False,
) -> None:
    """Show the scores of all records kept."""
    from perovdata.benchmark import leaderboard as ranked

    rows = ranked(folder)
    if json:
        emit_json(rows)
        return
    if not rows:
        note("no record is kept there yet; 'perovdata benchmark submit FILE' adds one")
        return
    from perovdata.cli.tables import study_table

    print_tables([study_table(rows, _RANKED, "models on hidden groups, best first")])


def _show(table: pd.DataFrame, title: str) -> None:
    from perovdata.cli.tables import study_table

    rows = [{key: row.get(key) for key in _SCORES} for row in table.to_dict("records")]
    print_tables([study_table(rows, _SCORES, title)])
