"""``perovdata study limits``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from perovdata.cli.options import Json, Output, RunOptions, Task, check_positive, grouped
from perovdata.cli.output import note, progress
from perovdata.cli.study.results import emit_rows, save_rows
from perovdata.errors import InputError

_LIMITS = {
    "device": "device",
    "effect": "made ideal",
    "now": "mean accuracy %",
    "then": "then %",
    "more": "gain",
}
_SENSITIVITY = {
    "parameter": "parameter",
    "first_order": "first order",
    "first_low": "low",
    "first_high": "high",
    "total": "total",
    "total_low": "low",
    "total_high": "high",
}


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command()(limits)


@grouped
def limits(
    run: RunOptions,
    formula: Annotated[list[str] | None, typer.Argument(help="Compositions.")] = None,
    device: Annotated[
        list[Path] | None, typer.Option("--device", help="Device file, may be repeated.")
    ] = None,
    preset: Annotated[list[str] | None, typer.Option("--preset", help="May be repeated.")] = None,
    record: Annotated[list[str] | None, typer.Option("--record", help="May be repeated.")] = None,
    task: Task = "digits-online",
    global_: Annotated[
        bool, typer.Option("--global", help="Sobol indices over the space of devices instead.")
    ] = False,
    base: Annotated[int, typer.Option(help="Base sample of the Sobol indices, a power of two.")] = 32,
    draws: Annotated[int, typer.Option(help="Parameter sets per device with uncertainty.")] = 16,
    output: Output = None,
    json: Json = False,
) -> None:
    """Gain in accuracy if each single parameter became ideal; or global sensitivity."""
    from perovdata.studies import (
        DIGITS_DO_NOT_TELL,
        by_name,
        from_composition,
        from_device,
        from_preset,
        from_record,
        sensitivity,
    )
    from perovdata.studies import limits as run_limits

    check_positive(draws=draws, seeds=run.seeds)
    seed = run.seed
    if global_:
        if formula or device or preset or record:
            raise InputError("study limits: --global is about the space of devices; give no device with it")
        with progress("sensitivity") as move:
            rows = sensitivity(task, n=base, progress=move, **asdict(run))
        save_rows(output, "sensitivity", rows)
        emit_rows(rows, _SENSITIVITY, f"Sobol indices of accuracy, {task}", json)
        return
    sources = [
        *(from_composition(f, draws=draws, seed=seed, note=note) for f in formula or []),
        *(from_device(d, draws=draws, seed=seed) for d in device or []),
        *(from_preset(p) for p in preset or []),
        *(from_record(r, draws=draws, seed=seed) for r in record or []),
    ]
    if not sources:
        raise InputError(
            "study limits: no device; give FORMULA, --device, --preset or --record, or --global for the space"
        )
    with progress("limits") as move:
        rows = run_limits(by_name(sources), task, progress=move, **asdict(run))
    save_rows(output, "limits", rows)
    title = f"What limits accuracy, {task} (mean, in brackets 90 % of draws and seeds)"
    emit_rows(rows if json else [_shown(row) for row in rows], _LIMITS, title, json)
    if task.startswith("digits"):
        note(f"note: {DIGITS_DO_NOT_TELL}")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row for people: what is printed subtracts, to the last digit."""
    now, then = round(row["accuracy"], 1), round(row["accuracy_ideal"], 1)
    return {
        **row,
        "now": f"{now:.1f} ({row['accuracy_low']:.1f} to {row['accuracy_high']:.1f})",
        "then": f"{then:.1f} ({row['ideal_low']:.1f} to {row['ideal_high']:.1f})",
        "more": f"{then - now:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})",
    }
