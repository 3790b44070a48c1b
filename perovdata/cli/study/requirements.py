"""``perovdata study requirements``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from perovdata.checks import check_counts
from perovdata.cli.options import Json, Output, RunOptions, Task, flag, grouped
from perovdata.cli.output import emit_json, note, progress
from perovdata.cli.study.devices import DeviceLists
from perovdata.cli.study.results import emit_rows

_COLUMNS = {
    "metric": "metric",
    "others": "all others",
    "better": "",
    "needed": "needed",
    "by_seed": "by seed",
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
    devices: DeviceLists = DeviceLists(),
    formula: Annotated[
        list[str] | None, typer.Argument(help="Compositions at which one quantity at a time is varied.")
    ] = None,
    map_: Annotated[
        str, typer.Option("--map", help="Two quantities, e.g. 'nonlinearity,cycle-to-cycle variation'.")
    ] = "number of states,nonlinearity",
    joint: Annotated[
        bool,
        flag("--joint", help="Also the least demanding combinations that reach the target."),
    ] = False,
    draws: Annotated[int, typer.Option(help="Parameter sets behind the median of a device.")] = 16,
    points: Annotated[int, typer.Option(help="Values of each metric in its sweep; fewer are faster.")] = 9,
    map_points: Annotated[int, typer.Option(help="Values along each axis of the map.")] = 7,
    output: Output = None,
    json: Json = False,
) -> None:
    """What each metric must reach for a target accuracy."""
    from perovdata.studies import requirements as run_requirements
    from perovdata.studies import requirements_figure

    check_counts(draws=draws, points=points, map_points=map_points)
    named = devices.parameters_by_name(formula, draws, run.seed)
    with progress("requirements", estimate=True) as move:
        found = run_requirements(
            task,
            accuracy,
            devices=named,
            axes=map_,
            joint=joint,
            points=points,
            map_points=map_points,
            note=note,
            progress=move,
            **asdict(run),
        )
    if output is not None:
        from perovdata.files import write_atomic, write_json

        write_json(output / "requirements.json", found)
        write_atomic(output / "requirements.png", requirements_figure(found))
        note(f"written: {output}")
    if json:
        emit_json(found)
        return
    rows = [
        {
            **row,
            "needed": _told(row["needed"]),
            "by_seed": ", ".join(dict.fromkeys(_told(value) for value in row["needed_by_seed"])),
        }
        for row in found["table"]
    ]
    title = f"What {accuracy:g} % on {task} needs (float ceiling {found['ceiling']:.1f} %)"
    emit_rows(rows, _COLUMNS, title, json=False)
    if found["joint"] is not None:
        columns = {name: name for name in (found["joint"] or [{}])[0] if not name.startswith("accuracy_")}
        title = (
            f"Least demanding combinations that reach {accuracy:g} %, of those tried: {len(found['joint'])}"
        )
        told = [{name: _told(value) for name, value in row.items()} for row in found["joint"]]
        emit_rows(told, columns, title, json=False)
    if found["note"] is not None:
        note(f"note: {found['note']}")


def _told(value: float | str | None) -> str:
    from perovdata.units import number

    return "out of reach" if value is None else value if isinstance(value, str) else number(value)
