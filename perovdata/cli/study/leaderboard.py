"""``perovdata study leaderboard``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from perovdata.checks import check_counts
from perovdata.cli.options import Json, Output, RunOptions, grouped
from perovdata.cli.output import note, progress
from perovdata.cli.study.results import emit_rows, save_rows

_COLUMNS = {
    "task": "task",
    "group": "group",
    "rank": "rank",
    "rank_low": "from",
    "rank_high": "to",
    "device_id": "device",
    "composition": "composition",
    "accuracy": "accuracy %",
    "low": "low",
    "high": "high",
    "reported_accuracy": "reported %",
    "reported_dataset": "on",
    "told": "measured",
    "stated": "stated",
}


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command()(leaderboard)


@grouped
def leaderboard(
    run: RunOptions,
    tasks: Annotated[list[str] | None, typer.Option("--task", help="Task, may be repeated.")] = None,
    min_stated: Annotated[int, typer.Option(help="Least number of stated metrics that decide.")] = 2,
    draws: Annotated[int, typer.Option(help="Parameter sets per device.")] = 8,
    output: Output = None,
    json: Json = False,
) -> None:
    """Rank every device of the tables that states enough, on the same tasks."""
    from perovdata.studies import LEADERBOARD_TASKS, devices_apart
    from perovdata.studies import leaderboard as run_leaderboard

    check_counts(min_stated=min_stated, draws=draws)
    with progress("leaderboard", estimate=True) as move:
        rows = run_leaderboard(
            tasks or LEADERBOARD_TASKS, min_stated=min_stated, draws=draws, progress=move, **asdict(run)
        )
    apart = devices_apart(tasks or LEADERBOARD_TASKS, min_stated)
    save_rows(output, "leaderboard", rows)
    shown = [{**row, "told": f"{row['n_measured']} of {row['n_read']}"} for row in rows]
    title = "Leaderboard (what is not stated is drawn from the family or assumed; one group: not told apart)"
    emit_rows([*rows, *apart] if json else shown, _COLUMNS, title, json)
    for task in dict.fromkeys(row["task"] for row in apart):
        names = ", ".join(row["device_id"] for row in apart if row["task"] == task)
        note(f"{task}: not ranked, nothing stated that the task reads: {names}")
