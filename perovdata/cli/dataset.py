"""``perovdata dataset``: look at the tables, check them, add to them, carry them elsewhere."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perovdata.cli import dataset_read
from perovdata.cli.options import Json, flag
from perovdata.cli.output import emit_json, note, print_tables
from perovdata.errors import InputError

if TYPE_CHECKING:
    from perovdata.dataset.add import Addition, Submission

group = typer.Typer(no_args_is_help=True, help="The tables of reported devices: show, check, add, export.")

Tables = Annotated[
    Path | None, typer.Option("--tables", help="Folder of the tables; the shipped ones by default.")
]


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    dataset_read.register(group)
    app.add_typer(group, name="dataset")


@group.command()
def info(
    gaps: Annotated[
        bool,
        flag("--gaps", help="Papers that are missing until a prediction becomes possible."),
    ] = False,
    curves: Annotated[
        Path | None, typer.Option(help="Learning curves for --gaps; those of the last evaluation by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Count devices and values per family and metric, or what is missing of them."""
    if gaps:
        _show_gaps(curves, json)
        return
    from perovdata.dataset.load import FAMILIES
    from perovdata.dataset.load import info as count

    result = count()
    if json:
        emit_json(result)
        return
    from perovdata.cli.tables import info_table

    print_tables([info_table(result, [*FAMILIES, "unclassified"])])


def _show_gaps(curves: Path | None, json: bool) -> None:
    from perovdata.models import gaps as find_gaps

    rows = find_gaps(curves)
    if json:
        emit_json({"metrics": rows})
        return
    from perovdata.cli.tables import gaps_table

    print_tables([gaps_table(rows)])


@group.command()
def show(
    formula: Annotated[str, typer.Argument(help="Composition, e.g. CsPbBr3.")], json: Json = False
) -> None:
    """List all devices of a composition with their values and links."""
    from perovdata.dataset.load import show as find

    devices = find(formula)
    if json:
        emit_json(devices)
        return
    from perovdata.cli.tables import show_table

    print_tables([show_table(formula, devices)])


@group.command()
def validate(
    path: Annotated[
        Path | None, typer.Argument(help="Folder of the tables; the shipped ones by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Check the tables; exit code 1 if there is an error."""
    from perovdata.dataset.check import validate as check

    report = check(path)
    if json:
        emit_json(report.as_dict())
    else:
        for problem in report.problems:
            note(str(problem))
        note(
            f"{sum(report.rows.values())} rows: {len(report.errors)} errors, {len(report.warnings)} warnings"
        )
    if not report.ok:
        raise typer.Exit(1)


@group.command()
def add(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines of records, or a flat CSV (see 'template').")
    ] = None,
    interactive: Annotated[bool, flag("--interactive", help="Ask for one record field by field.")] = False,
    crossref: Annotated[
        list[Path] | None, typer.Option(help="Crossref JSON of a DOI; fills the paper's fields.")
    ] = None,
    tables: Tables = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Put unusable parts with their reason into this CSV and add the rest."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Append the counts of the file to this JSON report.")
    ] = None,
    background: Annotated[
        bool,
        flag("--background", help="The devices are of other materials (table background)."),
    ] = False,
    yes: Annotated[bool, flag("--yes", help="Write without asking.")] = False,
    dry_run: Annotated[bool, flag("--dry-run", help="Show the difference and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Add records to the tables: check, show the difference, write all or nothing."""
    from perovdata.dataset.add import plan, read_submissions
    from perovdata.dataset.check import tables_lock
    from perovdata.documents import refuse_overwriting
    from perovdata.files import tables_dir

    refuse_overwriting([file, *(crossref or [])], rejects=rejects, report=report)
    if file is None and not interactive and not crossref:
        raise InputError("dataset add: nothing to add; a FILE, --interactive or --crossref is needed")
    submissions = list(read_submissions(file)) if file else []
    if interactive:
        submissions.append(_ask_record())
    folder = tables or tables_dir()
    with nullcontext() if dry_run else tables_lock(folder):
        addition = plan(folder, submissions, crossref=crossref or (), background=background)
        _decide(addition, file, rejects, report, yes, dry_run, json)


def _decide(
    addition: Addition,
    file: Path | None,
    rejects: Path | None,
    report: Path | None,
    yes: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Show an addition, write it if it may be written, and say what became of it."""
    from perovdata.dataset.add import render_diff, write_account, write_addition, write_rejections

    for warning in addition.merge.warnings:
        note(str(warning))
    for problem in addition.problems:
        note(str(problem))
    refused = bool(addition.problems) and rejects is None
    if not json:
        for line in render_diff(addition.diff):
            note(line)
    note(f"{addition.repeats} values stand in the tables already")
    write = not refused and not dry_run
    if write and addition.diff and not yes:
        write = typer.confirm("Write this?", err=True)
    if write:
        # The accounts first: a run that dies in between is repeated, and then finds them as they must be.
        if rejects is not None and addition.merge.rejections:
            write_rejections(rejects, addition)
        if report is not None and file is not None:
            write_account(report, addition, file)
        if addition.diff:
            write_addition(addition)
    if json:
        emit_json(
            {
                "written": write and bool(addition.diff),
                "counts": addition.merge.counts,
                "derived_from_formula": addition.merge.derived,
                "problems": [vars(p) for p in addition.problems],
                "diff": [d.as_dict() for d in addition.diff],
            }
        )
    if refused:
        raise InputError(
            f"{len(addition.problems)} problems, nothing written; mend the input or set the parts "
            "aside with --rejects FILE"
        )
    if addition.problems:
        raise typer.Exit(3)


def _ask_record() -> Submission:
    from perovdata.dataset.add import interview, submission_from_record

    def ask(question: str, help: str) -> str:
        return typer.prompt(f"{question} [{help}]", default="", show_default=False, err=True)

    return submission_from_record(interview(ask, note), ("(interactive)", 1))


@group.command()
def template(
    output: Annotated[Path | None, typer.Option(help="File to write; stdout by default.")] = None,
) -> None:
    """Write the header of a flat CSV for 'add', with one example row."""
    from perovdata.dataset.export import template as make
    from perovdata.files import write_atomic

    if output is None:
        typer.echo(make(), nl=False)
        return
    if output.exists():
        raise InputError(f"option --output: '{output}' exists; a new file name is needed")
    write_atomic(output, make())


@group.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the older tables.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer tables.")],
    json: Json = False,
) -> None:
    """Show what changed between two versions of the tables."""
    from perovdata.dataset.add import diff_tables, render_diff
    from perovdata.dataset.check import read_tables

    versions = []
    for folder in (old, new):
        rows, _, problems = read_tables(folder)
        if problems:
            raise InputError(str(problems[0]).removeprefix("error: "))
        versions.append(rows)
    diffs = diff_tables(*versions)
    if json:
        emit_json([d.as_dict() for d in diffs])
        return
    for line in render_diff(diffs):
        typer.echo(line)


@group.command()
def export(
    format: Annotated[
        str, typer.Option("--format", help="parquet, csv, jsonl, frictionless, croissant or dictionary.")
    ],
    output: Annotated[Path, typer.Option("--output", help="File to write.")],
    json: Json = False,
) -> None:
    """Write the tables, or their description, in another format."""
    from perovdata.dataset.export import export as write

    path = write(format, output)
    if json:
        emit_json({"format": format, "output": str(path), "bytes": path.stat().st_size})
    else:
        note(f"wrote {path}")
