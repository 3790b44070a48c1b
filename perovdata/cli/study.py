"""``perovdata study``: questions across many designs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from perovdata.cli.output import emit_json, note, progress_bar, table_console
from perovdata.errors import InputError

__all__ = ["register"]

_group = typer.Typer(help="Studies: leaderboard, limits, requirements, screening.", no_args_is_help=True)

Task = Annotated[str, typer.Option("--task", help="Task; 'perovdata vision tasks' lists them.")]
Seeds = Annotated[int, typer.Option(help="Repetitions of every parameter set.")]
Seed = Annotated[int, typer.Option(help="Base seed.")]
Epochs = Annotated[int | None, typer.Option(help="For tasks that train.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of the original IDX files.")]
Output = Annotated[Path | None, typer.Option("--output", help="Folder for JSON, Parquet and pictures.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    app.add_typer(_group, name="study")


@_group.command()
def leaderboard(
    tasks: Annotated[list[str] | None, typer.Option("--task", help="Task, may be repeated.")] = None,
    min_stated: Annotated[int, typer.Option(help="Least number of stated metrics that decide.")] = 2,
    draws: Annotated[int, typer.Option(help="Parameter sets per device.")] = 8,
    seeds: Seeds = 1,
    seed: Seed = 0,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Rank every device of the tables that states enough, on the same tasks."""
    from perovdata.studies import LEADERBOARD_TASKS
    from perovdata.studies import leaderboard as run_leaderboard

    _positive(min_stated=min_stated, draws=draws, seeds=seeds)
    with progress_bar("leaderboard") as report:
        rows = run_leaderboard(
            tasks or LEADERBOARD_TASKS,
            min_stated=min_stated,
            draws=draws,
            seeds=seeds,
            seed=seed,
            epochs=epochs,
            data_dir=data_dir,
            progress=report,
        )
    _save(output, "leaderboard", rows)
    columns = {
        "task": "task",
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
        "stated": "stated",
    }
    _print(rows, columns, "Leaderboard (what is not stated is drawn from the family or assumed)", json)


@_group.command()
def limits(
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
    seeds: Seeds = 1,
    seed: Seed = 0,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Gain in accuracy if each single parameter became ideal; or global sensitivity."""
    from perovdata.studies import limits as run_limits
    from perovdata.studies import sensitivity
    from perovdata.studies.sources import from_composition, from_device, from_preset, from_record

    _positive(draws=draws, seeds=seeds)
    common = {"seeds": seeds, "seed": seed, "epochs": epochs, "data_dir": data_dir}
    if global_:
        if formula or device or preset or record:
            raise InputError("study limits: --global is about the space of devices; give no device with it")
        with progress_bar("sensitivity") as report:
            rows = sensitivity(task, n=base, progress=report, **common)
        _save(output, "sensitivity", rows)
        columns = {
            "parameter": "parameter",
            "first_order": "first order",
            "first_low": "low",
            "first_high": "high",
            "total": "total",
            "total_low": "low",
            "total_high": "high",
        }
        _print(rows, columns, f"Sobol indices of accuracy, {task}", json)
        return
    sources = [
        *(from_composition(f, draws=draws, seed=seed, note=note) for f in formula or []),
        *(from_device(d, draws=None, seed=seed) for d in device or []),
        *(from_preset(p) for p in preset or []),
        *(from_record(r, draws=draws, seed=seed) for r in record or []),
    ]
    if not sources:
        raise InputError(
            "study limits: no device; give FORMULA, --device, --preset or --record, or --global for the space"
        )
    with progress_bar("limits") as report:
        rows = run_limits({s.name: s.parameters for s in sources}, task, progress=report, **common)
    _save(output, "limits", rows)
    columns = {
        "device": "device",
        "effect": "made ideal",
        "accuracy": "accuracy %",
        "accuracy_ideal": "then %",
        "gain": "gain",
        "low": "low",
        "high": "high",
    }
    _print(rows, columns, f"What limits accuracy, {task}", json)


@_group.command()
def requirements(
    accuracy: Annotated[float, typer.Option(help="Target, percent.")],
    task: Task = "digits-online",
    seeds: Seeds = 2,
    seed: Seed = 0,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """What each metric must reach for a target accuracy."""
    from perovdata.studies import requirements as run_requirements
    from perovdata.studies import requirements_figure

    _positive(seeds=seeds)
    with progress_bar("requirements") as report:
        found = run_requirements(
            task, accuracy, seeds=seeds, seed=seed, epochs=epochs, data_dir=data_dir, progress=report
        )
    if output is not None:
        from perovdata.files import write_atomic, write_json

        write_json(output / "requirements.json", found)
        write_atomic(output / "requirements.png", requirements_figure(found))
        note(f"written: {output}")
    if json:
        emit_json(found)
        return
    columns = {
        "metric": "metric",
        "others": "all others",
        "better": "",
        "needed": "needed",
        "unit": "unit",
        "accuracy_at_best": "at its best %",
    }
    rows = [
        {**row, "needed": "out of reach" if row["needed"] is None else row["needed"]}
        for row in found["table"]
    ]
    _print(
        rows, columns, f"What {accuracy:g} % on {task} needs (float ceiling {found['ceiling']:.1f} %)", False
    )


@_group.command()
def screen(
    formula: Annotated[list[str] | None, typer.Argument(help="Compositions.")] = None,
    input_: Annotated[
        Path | None, typer.Option("--input", help="CSV with a column composition and design columns.")
    ] = None,
    task: Task = "digits-online",
    draws: Annotated[int, typer.Option(help="Parameter sets per design.")] = 16,
    seeds: Seeds = 1,
    seed: Seed = 0,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Rank many compositions by what their predicted devices reach."""
    from perovdata.studies import screen as run_screen

    _positive(draws=draws, seeds=seeds)
    designs: list[dict[str, Any]] = [{"composition": f} for f in formula or []]
    if input_ is not None:
        designs += _read_designs(input_)
    if not designs:
        raise InputError("study screen: no designs; give FORMULA... or --input FILE.csv")
    with progress_bar("screen") as report:
        ranked, failed = run_screen(
            designs,
            task,
            draws=draws,
            seeds=seeds,
            seed=seed,
            epochs=epochs,
            data_dir=data_dir,
            note=note,
            progress=report,
        )
    _save(output, "screen", ranked)
    columns = {
        "rank": "rank",
        "composition": "composition",
        "accuracy": "accuracy %",
        "low": "low",
        "high": "high",
        "share_best": "share best",
        "family": "family",
    }
    _print([*ranked, *failed] if json else ranked, columns, f"Screening, {task}", json)
    for row in failed:
        note(f"row {row['row']}: {row['error']}")
    if failed:
        raise typer.Exit(3)


def _read_designs(path: Path) -> list[dict[str, Any]]:
    import csv

    from perovdata.dataset import DESIGN_COLUMNS

    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            names = [name.strip() for name in reader.fieldnames or []]
            rows = [{n.strip(): (v or "").strip() or None for n, v in row.items() if n} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"file {path}: cannot be read ({error}); expected CSV in UTF-8") from error
    if "composition" not in names:
        raise InputError(f"file {path}: no column 'composition'; it has {', '.join(names) or 'no header'}")
    if not rows:
        raise InputError(f"file {path}: no rows below the header")
    return [{name: row[name] for name in DESIGN_COLUMNS if name in names} for row in rows]


@_group.command()
def sweep(
    output: Annotated[
        Path, typer.Option("--output", help="Folder of the pieces; an earlier one is resumed.")
    ],
    formula: Annotated[str | None, typer.Argument(help="Composition.")] = None,
    device: Annotated[Path | None, typer.Option("--device", help="Device file.")] = None,
    preset: Annotated[str | None, typer.Option("--preset", help="Published device.")] = None,
    record: Annotated[str | None, typer.Option("--record", help="Device of the tables.")] = None,
    task: Task = "digits-online",
    draws: Annotated[int, typer.Option(help="Parameter sets.")] = 256,
    sets_per_piece: Annotated[int, typer.Option(help="Parameter sets per piece.")] = 16,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Dask scheduler, e.g. tcp://host:8786.")
    ] = None,
    processes: Annotated[int, typer.Option(help="Local processes, without a scheduler.")] = 1,
    seeds: Seeds = 1,
    seed: Seed = 0,
    epochs: Epochs = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Many draws of one device in pieces, on processes or a Dask cluster; resumable."""
    from perovdata.studies.simulate import resolve, spread
    from perovdata.studies.sweep import sweep as run_sweep
    from perovdata.studies.sweep import task_accuracy
    from perovdata.vision import check_request

    _positive(draws=draws, seeds=seeds, sets_per_piece=sets_per_piece, processes=processes)
    level = 0.9
    source = resolve(formula, device, preset, record, {}, None, draws, seed, level, None, note)
    folder = None if data_dir is None else str(data_dir)
    options = {"task": task, "seeds": seeds, "seed": seed, "epochs": epochs, "data_dir": folder}
    # Bad input is told here, once, and not by every piece.
    check_request(task, "default", {})
    with progress_bar("sweep") as report:
        found = run_sweep(
            task_accuracy,
            source.parameters,
            output,
            options=options,
            sets_per_piece=sets_per_piece,
            scheduler=scheduler,
            processes=processes,
            progress=report,
        )
    accuracy = {**spread(found["accuracy"], level), "level": level, "values": found["accuracy"].ravel()}
    result = {"task": task, "source": source.name, "draws": source.parameters.n_sets, "seeds": seeds}
    result |= {"seed": seed, "accuracy": accuracy, "output": str(output)}
    if json:
        emit_json(result)
        return
    low, high = accuracy["interval"]
    told = f"{accuracy['median']:.1f} % (90 % interval {low:.1f} to {high:.1f}), {result['draws']} sets"
    table_console().print(f"{source.name}, {task}: {told}; pieces in {output}", markup=False)


def _positive(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"option {option}: {value} is not a whole number of 1 or more")


def _save(output: Path | None, name: str, rows: list[dict[str, Any]]) -> None:
    if output is None:
        return
    import pandas as pd

    from perovdata.files import write_json
    from perovdata.studies.saving import write_parquet

    write_json(output / f"{name}.json", rows)
    write_parquet(output / f"{name}.parquet", pd.DataFrame(rows))
    note(f"written: {output}")


def _print(rows: list[dict[str, Any]], columns: dict[str, str], title: str, json: bool) -> None:
    if json:
        emit_json(rows)
        return
    from rich.table import Table

    table = Table(*columns.values(), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    table_console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 or abs(value) >= 1000 else f"{value:.1f}"
    return ", ".join(value) if isinstance(value, list) else str(value)
