"""``perovdata dataset read`` and ``review``: from a paper on the disk to a file for ``dataset add``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from perovdata.cli.options import Json
from perovdata.cli.output import emit_json, note
from perovdata.errors import InputError

Tables = Annotated[
    Path | None, typer.Option("--tables", help="Folder of the tables; the shipped ones by default.")
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``dataset``."""
    group.command()(read)
    group.command()(review)


def read(
    files: Annotated[
        list[Path],
        typer.Argument(help="Papers: PDF, HTML, JATS/PMC XML, text or Markdown.", metavar="FILE..."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the proposals here (JSON lines).")
    ] = None,
    bibliography: Annotated[
        Path | None, typer.Option(help="BibTeX, RIS or Crossref JSON with the paper's entry.")
    ] = None,
    doi: Annotated[str | None, typer.Option(help="DOI of the paper where the file does not tell it.")] = None,
    figure: Annotated[
        list[Path] | None,
        typer.Option(help="WebPlotDigitizer project or CSV of a figure; those beside the paper are found."),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(help="Your own reader, package.module:Class; by default the rules that ship."),
    ] = None,
    tables: Tables = None,
    json: Json = False,
) -> None:
    """Propose rows for the tables from papers on the disk, each value with its evidence."""
    from perovdata.dataset.reading import check_proposals, load_reader, write_proposals
    from perovdata.documents import refuse_overwriting

    refuse_overwriting([*files, bibliography, *(figure or [])], output=output)
    if (doi or figure) and len(files) > 1:
        raise InputError("options --doi and --figure belong to one paper; one FILE is accepted with them")
    chosen = load_reader(reader) if reader else None
    proposals: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    for file in files:
        try:
            found = _read_one(file, bibliography, doi, chosen, figure or [])
        except InputError as error:
            if len(files) == 1:
                raise
            failed.append({"file": file.name, "problem": str(error)})
            note(f"error: {error}")
            continue
        proposals += found
    proposals = check_proposals(proposals, tables)
    if output is not None:
        write_proposals(output, proposals)
    if json:
        emit_json({"proposals": proposals, "failed": failed, "output": str(output) if output else None})
    else:
        _print(proposals, output)
    if failed:
        raise typer.Exit(3)


def _read_one(
    file: Path, bibliography: Path | None, doi: str | None, reader: Any, figures: list[Path]
) -> list[dict[str, Any]]:
    from perovdata.dataset.reading import (
        curves_beside,
        figure_values,
        read_paper,
        refuse_reserved,
        with_figures,
    )

    found = read_paper(file, bibliography=bibliography, doi=doi, reader=reader)
    kept, refused = refuse_reserved(found)
    for line in refused:
        note(f"left out: {line}")
    curves = [*curves_beside(file), *figures]
    if curves:
        from perovdata.fitting import fit

        for path in curves:
            values, failures = figure_values(path, fit)
            kept = with_figures(kept, values)
            for line in failures:
                note(f"not fitted: {line}")
    return kept


def _print(proposals: list[dict[str, Any]], output: Path | None) -> None:
    for proposal in proposals:
        design, paper = proposal["design"], proposal["paper"]
        typer.echo(
            f"{proposal['file']}: {design.get('composition', 'composition not found')}"
            f" [{design.get('stack', 'no stack')}] {paper.get('doi', 'no DOI')} ({proposal['source_kind']})"
        )
        for value in [*proposal["measurements"], *proposal["benchmarks"]]:
            number = value.get("value", value.get("accuracy_percent"))
            upper = f" to {value['value_high']:g}" if value.get("value_high") is not None else ""
            unit = value.get("unit", "%")
            unit = "" if unit == "1" else f" {unit}"
            flags = "".join(f"  ! {c['problem']}" for c in value["checks"])
            typer.echo(
                f"  {value.get('metric', 'accuracy')} {value['operator']} {number:g}{upper}{unit}"
                f"  ({value['evidence']['locator']}; {value['confidence']:.2f}){flags}"
            )
    count = sum(len(p["measurements"]) + len(p["benchmarks"]) for p in proposals)
    note(
        f"{len(proposals)} devices, {count} values proposed"
        + (f"; next: perovdata dataset review {output}" if output else "")
    )


def review(
    file: Annotated[Path, typer.Argument(help="Proposals, as 'dataset read' writes them.")],
    output: Annotated[
        Path | None, typer.Option("--output", help="Accepted records; NAME.accepted.jsonl by default.")
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="Answers so far; NAME.answers.json by default. The page saves such a file."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page for the browser instead of asking here.")
    ] = None,
    json: Json = False,
) -> None:
    """Walk through proposals: accept, edit, reject or skip each; stop at any time and go on later."""
    from perovdata.dataset.reading import (
        Answers,
        accepted_records,
        html_page,
        read_proposals,
        walk,
        write_proposals,
    )
    from perovdata.documents import refuse_overwriting
    from perovdata.files import write_atomic

    refuse_overwriting([file], output=output, answers=answers, html=html)
    proposals = read_proposals(file)
    store = Answers.load(answers or file.with_suffix(".answers.json"))
    if html is not None:
        write_atomic(html, html_page(proposals, store, file.with_suffix(".answers.json").name))
        note(f"page: {html}; save its answers, then: perovdata dataset review {file} --answers FILE")
        return
    target = output or file.with_suffix(".accepted.jsonl")
    finished = walk(proposals, store, _ask, typer.echo) if not json else not store.open_items(proposals)
    records = accepted_records(proposals, store)
    write_proposals(target, records)
    left = len(store.open_items(proposals))
    count = sum(len(r["measurements"]) + len(r["benchmarks"]) for r in records)
    if json:
        emit_json({"records": len(records), "values": count, "open": left, "output": str(target)})
        return
    note(f"{count} values of {len(records)} devices accepted, {left} questions open: {target}")
    if finished and records:
        note(f"next: perovdata dataset add {target}")


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        return "q"
