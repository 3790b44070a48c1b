"""``perovdata predict``: what reported devices lead one to expect of a design."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perovdata.checks import check_level, check_seed
from perovdata.cli.options import DesignOptions, Json, Known, Level, grouped
from perovdata.cli.output import emit_json, note, print_tables, progress
from perovdata.errors import InputError, unknown_choice

if TYPE_CHECKING:
    from perovdata.models import Predictor

_BATCH = "Many designs"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(predict)


@grouped
def predict(
    design: DesignOptions,
    formula: Annotated[str | None, typer.Argument(help="Composition, e.g. CsPbBr3 or '(PEA)2SnI4'.")] = None,
    known: Known = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Only this metric (may be repeated).")
    ] = None,
    level: Level = 0.9,
    seed: Annotated[int, typer.Option(help="Seed of whatever is drawn.")] = 0,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input",
            help="CSV or JSON-lines file of designs; columns named like the options, known_METRIC.",
            rich_help_panel=_BATCH,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Where the table goes (CSV, or JSON lines by suffix).", rich_help_panel=_BATCH
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Predict synaptic metrics of one design, or of many from a file."""
    check_seed(seed)  # before the predictor is trained
    check_level(level)
    metrics = _metrics(metric)
    if source is not None:
        if formula is not None or known or design.stated:
            raise InputError(
                "with --input, designs and known metrics come from the file: leave FORMULA and options out"
            )
        if output is None:
            raise InputError("option --output: a file for the table is needed with --input")
        _many(source, output, metrics, level, seed, json)
        return
    if formula is None:
        raise InputError("argument FORMULA is missing: a composition such as CsPbBr3, or --input FILE")
    if output is not None:
        raise InputError("option --output goes with --input; use --json for one design")
    _one(formula, design.stated, known or [], metrics, level, seed, json)


def _metrics(names: list[str] | None) -> list[str] | None:
    from perovdata.dataset.schema import METRICS

    for name in names or []:
        if name not in METRICS:
            raise unknown_choice("option --metric", name, METRICS)
    return names or None


def _one(
    formula: str,
    stated: dict[str, Any],
    known: list[str],
    metrics: list[str] | None,
    level: float,
    seed: int,
    json: bool,
) -> None:
    from perovdata.chemistry import parse
    from perovdata.dataset.schema import SynapseDesign, parse_known

    given: dict[str, float] = {}
    for metric, value in map(parse_known, known):
        if metric in given:
            raise InputError(f"argument known: {metric} is given twice; each metric once is accepted")
        given[metric] = value
    wanted = SynapseDesign(formula, **stated)
    layers = wanted.n_layers
    read = parse(formula, n=int(layers) if layers is not None and layers == int(layers) else None)
    for warning in read.warnings:
        note(f"warning: {warning}")
    result = _predictor().predict(wanted, known=given, metrics=metrics, level=level, seed=seed)[0]
    if json:
        emit_json({**result.to_dict(), "warnings": list(read.warnings)})
        return
    from perovdata.cli.tables import prediction_tables

    print_tables(prediction_tables(result))


def _some(names: list[str], most: int = 20) -> str:
    """Names with commas between, the first of very many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _predictor() -> Predictor:
    from perovdata.models import load_predictor

    with progress("training the predictor", at_once=False) as move:
        return load_predictor(progress=move, note=note)


def _many(source: Path, output: Path, metrics: list[str] | None, level: float, seed: int, json: bool) -> None:
    from perovdata.models import predict_file

    predictor = _predictor()
    with progress("predicting") as move:
        done = predict_file(predictor, source, output, metrics=metrics, level=level, seed=seed, progress=move)
    if done.ignored:
        note(f"columns without meaning here, ignored: {_some(done.ignored)}")
    if done.resumed:
        note(f"{done.resumed} designs were there from an interrupted run")
    for line in done.failures:
        note(line)
    if done.failed > len(done.failures):
        note(f"and {done.failed - len(done.failures)} more: see the column error of {output}")
    if json:
        emit_json(
            {
                "input": str(source),
                "output": str(output),
                "designs": done.designs,
                "failed": done.failed,
                "resumed": done.resumed,
                "seed": seed,
                "ignored_columns": done.ignored,
                "versions": predictor.metadata["versions"],
            }
        )
    else:
        note(f"{done.designs - done.failed} of {done.designs} designs predicted, written to {output}")
    if done.failed:
        raise typer.Exit(3)
