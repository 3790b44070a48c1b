"""``perovdata study limits``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from perovdata.checks import check_counts
from perovdata.cli.options import Json, Output, RunOptions, Task, flag, grouped
from perovdata.cli.output import note, progress
from perovdata.cli.study.devices import DeviceLists
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
    devices: DeviceLists,
    formula: Annotated[list[str] | None, typer.Argument(help="Compositions.")] = None,
    task: Task = "digits-online",
    global_: Annotated[
        bool, flag("--global", help="Sobol indices over the space of devices instead.")
    ] = False,
    base: Annotated[int, typer.Option(help="Base sample of the Sobol indices, a power of two.")] = 32,
    draws: Annotated[int, typer.Option(help="Parameter sets per device with uncertainty.")] = 16,
    output: Output = None,
    json: Json = False,
) -> None:
    """Gain in accuracy if each single parameter became ideal; or global sensitivity."""
    from perovdata.studies import DIGITS_DO_NOT_TELL, sensitivity
    from perovdata.studies import limits as run_limits

    check_counts(draws=draws)
    if global_:
        if formula or devices.any:
            raise InputError("study limits: --global is about the space of devices; give no device with it")
        with progress("sensitivity", estimate=True) as move:
            rows = sensitivity(task, n=base, progress=move, **asdict(run))
        save_rows(output, "sensitivity", rows)
        emit_rows(rows, _SENSITIVITY, f"Sobol indices of accuracy, {task}", json)
        return
    if not (formula or devices.any):
        raise InputError(
            "study limits: no device; give FORMULA, --device, --preset or --record, or --global for the space"
        )
    sources = devices.parameters_by_name(formula, draws, run.seed)
    with progress("limits", estimate=True) as move:
        rows = run_limits(sources, task, progress=move, **asdict(run))
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
