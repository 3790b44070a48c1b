"""How well the labelled sentences and tables are read: ``python benchmarks/reading.py [--errors] [FILE]``."""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from perovdata.chemistry import FormulaError, parse
from perovdata.dataset.reading import Document, Grid, Passage, Place, propose

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "dataset" / "reading" / "labelled"
Value = tuple[str, str, float, float | None, str | None]


def labelled(item: dict[str, Any]) -> list[Value]:
    """Values of an item as its label lists them."""
    out = []
    for metric, operator, value, formula in item["values"]:
        low, high = value if isinstance(value, list) else (value, None)
        out.append((metric, operator, float(low), None if high is None else float(high), formula))
    return out


def document(item: dict[str, Any]) -> Document:
    """An item as a paper of one sentence, or of a title and a table."""
    if "text" in item:
        return Document("sentence", (Passage(item["text"], Place(section="results")),))
    header, *rows = (tuple(str(c) for c in row) for row in item["rows"])
    grid = Grid(item["caption"], header, tuple(rows), Place(label=item["caption"].split(".")[0]))
    return Document("table", (Passage(item["title"], Place(section="title")),), (grid,))


def read(item: dict[str, Any]) -> list[Value]:
    """Values of an item as the reader proposes them."""
    out: list[Value] = []
    for proposal in propose(document(item)):
        design = proposal["design"]
        formula = design.get("composition")
        if formula and design.get("n_layers"):
            formula += f" (n = {design['n_layers']})"
        out += [
            (m["metric"], m["operator"], m["value"], m["value_high"], formula)
            for m in proposal["measurements"]
        ]
        out += [
            ("accuracy", b["operator"], b["accuracy_percent"], None, formula) for b in proposal["benchmarks"]
        ]
    return out


def same_number(a: Value, b: Value) -> bool:
    """Whether metric, operator, number and upper end agree (the unit is the metric's own)."""
    if a[:2] != b[:2] or (a[3] is None) != (b[3] is None):
        return False
    return math.isclose(a[2], b[2], rel_tol=1e-6) and (
        a[3] is None or math.isclose(a[3], b[3] or 0.0, rel_tol=1e-6)
    )


def same_material(a: str | None, b: str | None) -> bool:
    """Whether two formulas stand for one material."""
    if a is None or b is None or a == b:
        return a == b
    try:
        return parse(a).composition.reduced_formula == parse(b).composition.reduced_formula
    except FormulaError:
        return False


def score(items: list[dict[str, Any]]) -> tuple[Counter, list[str]]:
    """Counts per metric of right, missed and wrong values, of right compositions, and the errors in words."""
    count: Counter = Counter()
    errors: list[str] = []
    for item in items:
        wanted, found = labelled(item), read(item)
        left = list(found)
        for value in wanted:
            fitting = [f for f in left if same_number(value, f)]
            match = next(
                (f for f in fitting if same_material(value[4], f[4])), fitting[0] if fitting else None
            )
            name = item.get("text") or item["caption"] + " " + item["title"]
            if match is None:
                count[value[0], "missed"] += 1
                errors.append(f"missed {value} in: {name}")
                continue
            left.remove(match)
            count[value[0], "right"] += 1
            if same_material(value[4], match[4]):
                count[value[0], "material"] += 1
            else:
                errors.append(f"composition {match[4]} for {value} in: {name}")
        for value in left:
            count[value[0], "wrong"] += 1
            errors.append(f"wrong {value} in: {item.get('text') or item['caption'] + ' ' + item['title']}")
    return count, errors


def rates(count: Counter, metrics: set[str]) -> tuple[int, float, float, float]:
    """Number of labelled values, precision, recall and share of right compositions."""
    right, missed, wrong, material = (
        sum(count[m, k] for m in metrics) for k in ("right", "missed", "wrong", "material")
    )
    ratio = lambda a, b: a / b if b else math.nan  # noqa: E731
    return right + missed, ratio(right, right + wrong), ratio(right, right + missed), ratio(material, right)


def main() -> None:
    """Print the table by metric."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=sorted(LABELLED.glob("*.yaml")))
    parser.add_argument("--errors", action="store_true", help="list every error")
    options = parser.parse_args()
    for path in options.files:
        sets = yaml.safe_load(path.read_text("utf-8"))
        items = [*sets.get("sentences", []), *sets.get("tables", [])]
        begin = time.process_time()
        count, errors = score(items)
        seconds = time.process_time() - begin
        metrics = {m for m, _ in count}
        sizes = f"{len(sets.get('sentences', []))} sentences, {len(sets.get('tables', []))} tables"
        print(f"\n{path.name}: {sizes}, {seconds:.2f} s CPU")
        print(f"{'metric':22}{'values':>7}{'precision':>11}{'recall':>8}{'material':>10}")
        for name in [*sorted(metrics), "all"]:
            n, precision, recall, material = rates(count, metrics if name == "all" else {name})
            print(f"{name:22}{n:7d}{precision:11.3f}{recall:8.3f}{material:10.3f}")
        for error in errors if options.errors else []:
            print(error)


if __name__ == "__main__":
    main()
