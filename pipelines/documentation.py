"""Hooks of MkDocs: the pages and figures of the site that the project makes of itself.

``make docs`` runs them. Nothing is written into ``docs/``: MkDocs gets the pages as they are made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
FACES = (
    "chemistry", "materials", "dataset", "models", "benchmark", "devices", "fitting", "arrays", "vision",
    "routing", "studies", "report",
)  # fmt: skip
_ABOUT = "From the repository: "


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every page and figure that is made here."""
    for name, content in {**pages(), **figures()}.items():
        files.append(File.generated(config, name, content=content))
    for path in linked_from(ROOT / "data" / "README.md"):
        files.append(File.generated(config, str(path.relative_to(ROOT)), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that leave ``docs/`` lead to the page made of their target."""
    return markdown.replace("](../data/", "](data/")


def pages() -> dict[str, str]:
    """Pages made of other files and of the code, by their place in the site."""
    made = {
        "index.md": _read("README.md").replace("](docs/", "]("),
        "changelog.md": _read("CHANGELOG.md"),
        "reference/commands.md": commands(),
        "reference/python.md": faces(),
        "reference/metrics.md": metrics(),
    }
    for path in sorted((ROOT / "data").glob("*.md")):
        made[f"data/{path.name}"] = path.read_text(encoding="utf-8").replace("](../docs/", "](../")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        made[f"tutorials/{path.stem}.md"] = notebook(path)
    return made


def linked_from(document: Path) -> list[Path]:
    """Files, other than pages, beside a document that it links to: they go with the site."""
    links = re.findall(r"\]\(([\w./-]+)\)", document.read_text(encoding="utf-8"))
    beside = {(document.parent / link).resolve() for link in links}
    return sorted(path for path in beside if path.is_file() and path.suffix != ".md")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def notebook(path: Path) -> str:
    """A notebook as a page: its words and its code."""
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    head, _, rest = "\n\n".join(parts).partition("\n")
    return f"{head}\n\n{_ABOUT}`notebooks/{path.name}`.\n{rest}\n"


def commands() -> str:
    """Every command with its arguments and options, as typer knows them."""
    from perovdata.cli.application import app

    root = typer.main.get_command(app)
    context = root.context_class(root, info_name="perovdata")
    return "# Commands\n\n" + "\n".join(_command(root, context))


def _command(command: Any, context: Any) -> Iterator[str]:
    if context.parent is not None:
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        yield f"## {context.command_path}\n\n{_cell(command.help or '')}\n\n```text\n{usage}\n```\n"
        rows = [row for p in command.get_params(context) if (row := _parameter(p, context))]
        if rows:
            yield "| argument or option | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"
    if hasattr(command, "list_commands"):  # a group
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _command(child, child.context_class(child, info_name=name, parent=context))


def _parameter(parameter: Any, context: Any) -> str | None:
    record = parameter.get_help_record(context)
    if record is None or "--help" in parameter.opts:
        return None
    return f"| `{record[0].strip()}` | {_cell(record[1])} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")


def faces() -> str:
    """Directives for the docstrings of everything that a face exports."""
    import perovdata

    parts = ["# Python", "What `from perovdata import ...` gives, then every room by its face."]
    top = {name: room for name, room in perovdata._FACE.items() if name != "SynapseDesign"}
    parts += [f"::: {room}.{name}" for name, room in top.items()]
    for room in FACES:
        parts.append(f"::: perovdata.{room}\n    options:\n      show_submodules: false")
    return "\n\n".join(parts) + "\n"


def metrics() -> str:
    """The registry of metrics as a table."""
    from perovdata.dataset import METRICS

    lines = [
        "# Metrics",
        "",
        "One name, one unit and one definition each (`perovdata/dataset/schema/metrics.py`).",
        "",
        "| metric | name in the tables | unit | definition | plausible range |",
        "|---|---|---|---|---|",
    ]
    for name, m in METRICS.items():
        definition = _cell(m.definition)
        lines.append(f"| {m.label} | `{name}` | {m.unit} | {definition} | {m.low:g} to {m.high:g} |")
    return "\n".join(lines) + "\n"


def figures() -> dict[str, bytes]:
    """Figures drawn now: the fit of the example curve of the app."""
    from perovdata.app import examples, fit_upload

    with TemporaryDirectory() as folder:
        path = Path(folder) / "fit.png"
        fit_upload(next(iter(examples().values()))).plot(path)
        return {"figures/example-fit.png": path.read_bytes()}


def nav_pages(nav: Any) -> Iterator[str]:
    """Pages that a navigation names."""
    for entry in nav if isinstance(nav, list) else nav.values() if isinstance(nav, dict) else [nav]:
        if isinstance(entry, str) and re.search(r"\.md$", entry):
            yield entry
        elif not isinstance(entry, str):
            yield from nav_pages(entry)
