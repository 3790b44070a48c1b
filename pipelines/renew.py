"""Write what the repository can say of itself: stage inputs, the picture of the rooms, tables of results.

``python pipelines/renew.py`` renews, ``--check`` only tells what is stale (exit code 1). The texts stand
between a line ``<!-- NAME: written by pipelines/renew.py -->`` and ``<!-- end of NAME -->``.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import yaml
from model_tables import TABLES

from perovdata.routing import DESIGN_SPACE

ROOT = Path(__file__).resolve().parents[1]
# What an entry point of each group has to name.
_OFFERED = {
    "perovdata.estimators": "a `Candidate`: an estimator that is fitted on interval labels",
    "perovdata.images": "a function of `data_dir` that gives `Images`",
    "perovdata.laws": "a subclass of `perovdata.devices.Law`",
    "perovdata.rules": "a subclass of `perovdata.arrays.Rule`",
    "perovdata.tasks": "a `perovdata.vision.task.Task`, or an object of a subclass",
}
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(perovdata[.\w]*)(?:\s+import\s+\(?(.+))?", re.M)


def imported_by(script: Path) -> set[str]:
    """Modules of the package that a script imports by name."""
    found = set()
    for module, names in _IMPORT.findall(script.read_text(encoding="utf-8")):
        found |= {module} | {f"{module}.{name.strip()}" for name in names.rstrip(")").split(",") if name}
    return found


def upstream(graph: grimp.ImportGraph, modules: set[str]) -> set[str]:
    """Everything that modules import; a room counts with all of it, as it may load parts on first use."""
    seen: set[str] = set()
    for module in modules & graph.modules:
        for part in {module} | graph.find_descendants(module):
            seen |= {part} | graph.find_upstream_modules(part)
    return seen


def stage_inputs(graph: grimp.ImportGraph, script: Path) -> list[str]:
    """Rooms and files of the package that a stage depends on, as paths from the root."""
    names = {".".join(m.split(".")[:2]) for m in upstream(graph, imported_by(script)) if "." in m}
    paths = (Path(*name.split(".")) for name in sorted(names))
    return [str(p if (ROOT / p).is_dir() else p.with_suffix(".py")) for p in paths]


def stages(graph: grimp.ImportGraph, text: str) -> str:
    """``dvc.yaml`` with the inputs of every stage that lie in the package renewed."""
    for stage in yaml.safe_load(text)["stages"].values():
        script = re.search(r"pipelines/\w+\.py", stage["cmd"])
        assert script is not None
        old = [f"      - {dep}\n" for dep in stage["deps"] if dep.startswith("perovdata/")]
        new = [f"      - {dep}\n" for dep in stage_inputs(graph, ROOT / script[0])]
        head, found, rest = text.partition(f"cmd: {stage['cmd']}\n")
        if "".join(old) in rest:
            text = head + found + rest.replace("".join(old), "".join(new), 1)
    return text


def picture(graph: grimp.ImportGraph) -> str:
    """The rooms as a Mermaid graph; an arrow that other arrows imply is left out."""
    rooms = sorted(m for m in graph.find_children("perovdata") if m != "perovdata.__main__")
    parts = {room: {room} | graph.find_descendants(room) for room in rooms}
    below = {
        room: {
            other
            for other in rooms
            if other != room
            and any(graph.find_modules_directly_imported_by(m) & parts[other] for m in parts[room])
        }
        for room in rooms
    }
    deep = {room: set(_reach(below, room)) for room in rooms}
    lines = ["```mermaid", "graph TD"]
    for room in rooms:
        direct = {o for o in below[room] if not any(o in deep[via] for via in below[room] - {o})}
        lines += [f"  {_short(room)} --> {_short(other)}" for other in sorted(direct)]
    return "\n".join([*lines, "```"])


def _reach(below: dict[str, set[str]], room: str) -> Iterator[str]:
    for other in below[room]:
        yield other
        yield from _reach(below, other)


def _short(room: str) -> str:
    return room.removeprefix("perovdata.")


def results() -> str:
    """What the evaluation found, metric by metric."""
    found = json.loads((ROOT / "data" / "metrics" / "evaluate.json").read_text(encoding="utf-8"))
    lines = [
        "| metric | papers | bounds | error of the best baseline | error shown | skill (90 %) | procedure "
        "| coverage 50 / 80 / 90 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(key.split(".")[0] for key in found if key.endswith(".mae")):
        m = {k.removeprefix(f"{name}."): v for k, v in found.items() if k.startswith(f"{name}.")}
        skill = f"{m['skill']:.2f} ({m['skill_low']:.2f} .. {m['skill_high']:.2f})"
        coverage = " / ".join(f"{m[f'coverage_{level}']:.2f}" for level in (50, 80, 90))
        lines.append(
            f"| {name} | {m['n_papers']} | {m['n_bounds']} | {m['mae_baseline']:.2f} | {m['mae']:.2f} "
            f"| {skill} | {m['procedure_skill']:.2f} | {coverage} |".replace("-0.00", "0.00")
        )
    return "\n".join(lines)


def design_space() -> str:
    """The rows of the design space: what sets a device field, and what stands in for it."""
    lines = [
        "| quantity | fields it sets | metrics that give it, best first | unit | range of the field "
        "| assumed, and why | studies try |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in DESIGN_SPACE:
        limits = "" if row.low == -math.inf and row.high == math.inf else f"{row.low:g} .. {row.high:g}"
        measured = tuple(f"{metric} (of this device)" for metric in row.if_measured)
        span = f"{row.span.low:g} .. {row.span.high:g}" if row.span else ""
        cells = (
            row.name,
            ", ".join(f"`{field}`" for field in row.fields),
            ", ".join((*row.metrics, *measured)),
            row.unit if row.metrics or row.span or row.assumption else "",
            limits,
            str(row.assumption or ""),
            span,
        )
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |"))
    return "\n".join(lines)


def entry_points() -> str:
    """The groups of entry points, as the sources ask for them, each with what it names."""
    asked = {
        group: path.relative_to(ROOT)
        for path in sorted((ROOT / "perovdata").rglob("*.py"))
        for group in re.findall(r"plugins\(\"(perovdata\.\w+)\"\)", path.read_text(encoding="utf-8"))
    }
    lines = ["| group | what an entry point names | asked for in |", "|---|---|---|"]
    return "\n".join(lines + [f"| `{g}` | {_OFFERED[g]} | `{path}` |" for g, path in sorted(asked.items())])


def between(text: str, name: str, content: str) -> str:
    """`text` with `content` between the two marks of `name`."""
    start, end = f"<!-- {name}: written by pipelines/renew.py -->", f"<!-- end of {name} -->"
    head, opened, rest = text.partition(start)
    _, closed, tail = rest.partition(end)
    if not (opened and closed):
        raise SystemExit(f"no place for {name}: the marks are missing")
    return f"{head}{start}\n\n{content}\n\n{end}{tail}"


def renewed() -> dict[Path, str]:
    """Every file that is written here, as it should be."""
    graph = grimp.build_graph("perovdata", cache_dir=None)
    dvc, house, models = ROOT / "dvc.yaml", ROOT / "docs" / "architecture.md", ROOT / "docs" / "models.md"
    found = between(models.read_text(encoding="utf-8"), "results", results())
    for name, table in TABLES.items():
        found = between(found, name, table())
    text = between(house.read_text(encoding="utf-8"), "rooms", picture(graph))
    text = between(text, "entry points", entry_points())
    return {
        dvc: stages(graph, dvc.read_text(encoding="utf-8")),
        house: between(text, "design space", design_space()),
        models: found,
    }


def stale() -> list[str]:
    """Files that are not as they should be."""
    return [
        str(path.relative_to(ROOT))
        for path, text in renewed().items()
        if path.read_text(encoding="utf-8") != text
    ]


def main() -> None:
    """Renew, or tell what is stale."""
    if "--check" in sys.argv[1:]:
        if old := stale():
            raise SystemExit(f"stale: {', '.join(old)}; python pipelines/renew.py renews them")
        return
    for path, text in renewed().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
