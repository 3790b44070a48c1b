"""``perovdata study sweep``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from perovdata.checks import check_counts
from perovdata.cli.options import DeviceOptions, Json, RunOptions, Task, grouped
from perovdata.cli.output import emit_json, note, print_tables, progress

_LEVEL = 0.9


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command()(sweep)


@grouped
def sweep(
    output: Annotated[
        Path, typer.Option("--output", help="Folder of the pieces; an earlier one is resumed.")
    ],
    source: DeviceOptions,
    run: RunOptions,
    formula: Annotated[str | None, typer.Argument(help="Composition.")] = None,
    task: Task = "digits-online",
    draws: Annotated[int, typer.Option(help="Parameter sets.")] = 256,
    sets_per_piece: Annotated[int, typer.Option(help="Parameter sets per piece.")] = 16,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Dask scheduler, e.g. tcp://host:8786.")
    ] = None,
    processes: Annotated[int, typer.Option(help="Local processes, without a scheduler.")] = 1,
    json: Json = False,
) -> None:
    """Many draws of one device in pieces, on processes or a Dask cluster; resumable."""
    from perovdata.studies import resolve, spread, task_accuracy
    from perovdata.studies import sweep as run_sweep
    from perovdata.vision import check_request

    check_counts(draws=draws, sets_per_piece=sets_per_piece, processes=processes)
    found = resolve(
        formula, source.device, source.preset, source.record, {}, None, draws, run.seed, _LEVEL, None, note
    )
    folder = None if run.data_dir is None else str(run.data_dir)
    # Bad input is told here, once, and not by every piece.
    check_request(task, "default", {})
    with progress("sweep", estimate=True) as move:
        pieces = run_sweep(
            task_accuracy,
            found.parameters,
            output,
            options={"task": task, **asdict(run), "data_dir": folder},
            sets_per_piece=sets_per_piece,
            scheduler=scheduler,
            processes=processes,
            progress=move,
        )
    values = pieces["accuracy"]
    accuracy = {**spread(values, _LEVEL), "level": _LEVEL, "values": values.ravel()}
    n_sets = found.parameters.n_sets
    if json:
        emit_json(
            {
                "task": task,
                "source": found.name,
                "draws": n_sets,
                "seeds": run.seeds,
                "seed": run.seed,
                "accuracy": accuracy,
                "output": str(output),
            }
        )
        return
    low, high = accuracy["interval"]
    told = f"{accuracy['median']:.1f} % (90 % interval {low:.1f} to {high:.1f}), {n_sets} sets"
    print_tables([f"{found.name}, {task}: {told}; pieces in {output}"])
