"""``perovdata predict``: what reported devices lead one to expect of a design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perovdata.cli import design
from perovdata.cli.output import emit_json, note, progress_bar, table_console
from perovdata.dataset.schema.vocabularies import VOCABULARIES
from perovdata.errors import InputError, unknown_choice

__all__ = ["register"]

_BATCH = "Many designs"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(predict)


def predict(
    formula: Annotated[str | None, typer.Argument(help="Composition, e.g. CsPbBr3 or '(PEA)2SnI4'.")] = None,
    n_layers: design.Layers = None,
    dimensionality: design.Dimensionality = None,
    morphology: design.Morphology = None,
    device_type: design.DeviceType = None,
    geometry: design.Geometry = None,
    stack: design.Stack = None,
    heterolayer: design.Heterolayer = None,
    additive: design.Additive = None,
    stimulus: design.Stimulus = None,
    wavelength_nm: design.Wavelength = None,
    thickness_nm: design.Thickness = None,
    mechanism: design.Mechanism = None,
    mode: design.Mode = None,
    known: Annotated[
        list[str] | None,
        typer.Option(
            "--known",
            help="METRIC=VALUE measured already, e.g. 'set_voltage=0.4' or 'energy_per_event=4.2 pJ'.",
        ),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Only this metric (may be repeated).")
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals, 0.5 to 0.99.")] = 0.9,
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
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Predict synaptic metrics of one design, or of many from a file."""
    options = {
        "n_layers": n_layers,
        "dimensionality": dimensionality,
        "morphology": morphology,
        "device_type": device_type,
        "geometry": geometry,
        "stack": stack,
        "heterolayer": heterolayer,
        "additive": additive,
        "stimulus": stimulus,
        "wavelength_nm": wavelength_nm,
        "thickness_nm": thickness_nm,
        "mechanism": mechanism,
        "mode": mode,
    }
    if source is not None:
        if formula is not None or known or any(v is not None for v in options.values()):
            raise InputError(
                "with --input, designs and known metrics come from the file: leave FORMULA and options out"
            )
        if output is None:
            raise InputError("option --output: a file for the table is needed with --input")
        _many(source, output, _metrics(metric), level, seed, json)
        return
    if formula is None:
        raise InputError("argument FORMULA is missing: a composition such as CsPbBr3, or --input FILE")
    if output is not None:
        raise InputError("option --output goes with --input; use --json for one design")
    _one(formula, _checked(options), known or [], _metrics(metric), level, seed, json)


def _checked(options: dict) -> dict:
    """Options within their closed lists; the error names the option, not the column."""
    for name, value in options.items():
        if value is not None and name in VOCABULARIES and value not in VOCABULARIES[name]:
            raise unknown_choice(f"option --{name.replace('_', '-')}", value, VOCABULARIES[name])
    return options


def _metrics(names: list[str] | None) -> list[str] | None:
    from perovdata.dataset.schema.metrics import METRICS

    for name in names or []:
        if name not in METRICS:
            raise unknown_choice("option --metric", name, METRICS)
    return names or None


def _one(formula, options, known, metrics, level, seed, json) -> None:
    from perovdata.chemistry import parse
    from perovdata.dataset.schema.known_values import parse_known
    from perovdata.dataset.schema.schema import SynapseDesign

    given = dict(parse_known(text) for text in known)
    wanted = SynapseDesign(formula, **options)
    layers = options["n_layers"]
    read = parse(formula, n=int(layers) if layers is not None and layers == int(layers) else None)
    for warning in read.warnings:
        note(f"warning: {warning}")
    result = _predictor().predict(wanted, known=given, metrics=metrics, level=level, seed=seed)[0]
    if json:
        emit_json({**result.to_dict(), "warnings": list(read.warnings)})
    else:
        _show(result)


def _predictor():
    from perovdata.models.store.find_or_train import load_predictor

    with progress_bar("training the predictor", at_once=False) as bar:
        return load_predictor(progress=bar, note=note)


def _many(source, output, metrics, level, seed, json) -> None:
    from perovdata.models.predictor.batch import predict_file

    predictor = _predictor()
    with progress_bar("predicting") as bar:
        n, failures, ignored = predict_file(
            predictor, source, output, metrics=metrics, level=level, seed=seed, progress=bar
        )
    if ignored:
        note(f"columns without meaning here, ignored: {', '.join(ignored)}")
    for line in failures:
        note(line)
    if json:
        emit_json(
            {
                "input": str(source),
                "output": str(output),
                "designs": n,
                "failed": len(failures),
                "seed": seed,
                "ignored_columns": ignored,
                "versions": predictor.metadata["versions"],
            }
        )
    else:
        note(f"{n - len(failures)} of {n} designs predicted, written to {output}")
    if failures:
        raise typer.Exit(3)


_FOOTING = ("model", "baseline", "population")


def _show(result) -> None:
    from rich.box import SIMPLE
    from rich.table import Table

    from perovdata.dataset.schema.metrics import METRICS
    from perovdata.quantity import quantity

    stated = ", ".join(f"{k} {v}" for k, v in result.design.items() if v is not None and k != "composition")
    title = result.design["composition"] + (f" ({stated})" if stated else "")
    told = {name: p for name, p in result.predictions.items() if p.interval is not None}
    level = next(iter(result.predictions.values())).level
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    for column in ("metric", "median", f"{level:.0%} interval", "skill", "papers", "rests on"):
        table.add_column(column, justify="right" if column in ("median", "skill", "papers") else "left")
    # The best founded first.
    for name, p in sorted(told.items(), key=lambda item: (_FOOTING.index(item[1].kind), -item[1].n_papers)):
        low, high = (quantity(value, p.unit) for value in p.interval)
        median = ("≥ " if p.at_least is not None else "") + quantity(p.median, p.unit)
        skill = f"{p.skill['value']:+.2f}" if p.skill else ""
        table.add_row(METRICS[name].label, median, f"{low} .. {high}", skill, str(p.n_papers), p.kind)
    ranges = []
    for name, p in result.predictions.items():
        if p.interval is None:
            low, high = (quantity(value, p.unit) for value in p.reported_range)
            ranges.append(
                f"{METRICS[name].label} {low if low == high else f'{low} .. {high}'} ({p.n_papers})"
            )
    near = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for column in ("nearest", "composition", "distance", "in common"):
        near.add_column(column)
    near.add_column("source", overflow="fold")
    for row in result.nearest:
        near.add_row(
            row["device_id"],
            row["composition"] or "–",
            f"{row['distance']:.2f}",
            ", ".join(row["shared"]),
            row["doi"] or row["url"] or "–",
        )
    console = table_console()
    console.print(table)
    if told:
        console.print(
            "skill: fall of the error against the best naive baseline on unseen papers. rests on: a model, "
            "the best naive baseline (no model beats it), or the population of all reported devices."
        )
    if ranges:
        console.print(f"Too few papers to predict; reported (papers): {'; '.join(ranges)}.")
    console.print(near)
    a = result.applicability
    place = (
        "far from every reported device: extrapolating"
        if a["extrapolating"]
        else "within the reported designs"
    )
    console.print(
        f"applicability {a['score']:.2f} ({place}); data {result.versions.get('data')}, seed {result.seed}"
    )
