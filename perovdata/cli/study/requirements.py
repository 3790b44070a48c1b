"""``perovdata study requirements``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from perovdata.cli.options import Json, Output, RunOptions, Task, check_positive, grouped
from perovdata.cli.output import emit_json, note, progress
from perovdata.cli.study.results import emit_rows

_COLUMNS = {
    "metric": "metric",
    "others": "all others",
    "better": "",
    "needed": "needed",
    "unit": "unit",
    "accuracy_at_best": "at its best %",
}


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command()(requirements)


@grouped
def requirements(
    accuracy: Annotated[float, typer.Option(help="Target, percent.")],
    task: Task = "digits-online",
    run: RunOptions = RunOptions(seeds=2),
    output: Output = None,
    json: Json = False,
) -> None:
    """What each metric must reach for a target accuracy."""
    from perovdata.studies import requirements as run_requirements
    from perovdata.studies import requirements_figure

    check_positive(seeds=run.seeds)
    with progress("requirements") as move:
        found = run_requirements(task, accuracy, progress=move, **asdict(run))
    if output is not None:
        from perovdata.files import write_atomic, write_json

        write_json(output / "requirements.json", found)
        write_atomic(output / "requirements.png", requirements_figure(found))
        note(f"written: {output}")
    if json:
        emit_json(found)
        return
    rows = [
        {**row, "needed": "out of reach" if row["needed"] is None else row["needed"]}
        for row in found["table"]
    ]
    title = f"What {accuracy:g} % on {task} needs (float ceiling {found['ceiling']:.1f} %)"
    emit_rows(rows, _COLUMNS, title, json=False)
