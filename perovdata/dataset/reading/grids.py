"""Tables of a paper: headings into metrics, cells into values, reference numbers into papers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from perovdata.dataset.reading.columns import Column, column_of, heading_unit, metric_of
from perovdata.dataset.reading.document import Document, Evidence, Grid, Place
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.grammar.conditions import definition, paired_pulse_term
from perovdata.dataset.reading.grammar.cues import CUES
from perovdata.dataset.reading.grammar.operators import operator_before
from perovdata.dataset.reading.grammar.quantities import Quantity, quantities
from perovdata.dataset.reading.grammar.sentence import convert
from perovdata.dataset.reading.grammar.text import plain
from perovdata.dataset.reading.materials import mentions
from perovdata.dataset.schema.metrics import METRICS

_MISSING = re.compile(
    r"\s*(?:[-\u2013/]+|n\.?\s?/?\s?a\.?|n\.?r\.?|not (?:reported|given|available"
    r"|mentioned|stated)|none|\u2014|\?|\.\.\.)?\s*",
    re.IGNORECASE,
)
_OWN_ROW = re.compile(r"\b(?:this|present|our) (?:work|study|paper)\b|\bours?\b", re.IGNORECASE)
_REFERENCE = re.compile(r"\b(?:refs?\.?|references?|source|work|literature)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}")
_STACK = re.compile(r"\b(?:structure|stack|device|configuration|architecture|cell)\b", re.IGNORECASE)
_NO_DEVICE = re.compile(
    r"\b(?:spread|std|standard|error|deviation|uncertainty|unit|symbol|notes?|remarks?|comments?|min|max|definition"
    r"|meaning|equation)\b|±|σ",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """One row of a table: its device, its values, and the paper that it was taken from.

    Parameters
    ----------
    composition : str or None
    stack : str
        Layers of the device as the cell lists them, empty if no cell does.
    reference : str or None
        Number of the reference list; None for a row of the paper's own.
    values : tuple of Finding or Accuracy
    """

    composition: str | None
    stack: str
    reference: str | None
    values: tuple[Finding | Accuracy, ...]


def read_grids(document: Document) -> list[Row]:
    """Rows of the document's tables that state a metric."""
    known: dict[str, str] = {}
    for passage in document.passages:
        mentions(plain(passage.text), known)
    out: list[Row] = []
    for grid in document.grids:
        grid = _upright(grid)
        columns = [c for i, h in enumerate(grid.header) if (c := column_of(i, plain(h))) is not None]
        if columns:
            out += [
                row
                for n, cells in enumerate(grid.rows, 1)
                if (row := _row(grid, cells, n, columns, known)) is not None
            ]
    return out


def _upright(grid: Grid) -> Grid:
    """A table of parameters by rows is turned: its first column becomes the heading."""
    width = len(grid.header)
    grid = replace(grid, rows=tuple((*r, *[""] * (width - len(r))) for r in grid.rows))
    across = sum(metric_of(plain(h)) is not None for h in grid.header[1:])
    down = sum(metric_of(plain(r[0])) is not None for r in grid.rows if r)
    if down <= across or down < 2:
        return grid
    unit = next(
        (i for i, h in enumerate(grid.header) if re.fullmatch(r"\s*units?\s*", h, re.IGNORECASE)), None
    )
    heads = [
        r[0] if unit is None or not r[unit].strip() or _MISSING.fullmatch(r[unit]) else f"{r[0]} ({r[unit]})"
        for r in grid.rows
    ]
    columns = [i for i in range(1, len(grid.header)) if i != unit and not _NO_DEVICE.search(grid.header[i])]
    rows = tuple((grid.header[i], *(r[i] if i < len(r) else "" for r in grid.rows)) for i in columns)
    return replace(grid, header=("Device", *heads), rows=rows)


def _row(
    grid: Grid, cells: tuple[str, ...], number: int, columns: list[Column], known: dict[str, str]
) -> Row | None:
    words = [plain(c) for c in cells]
    metric_columns = {c.index for c in columns}
    told = mentions(plain(grid.caption), known).found
    formula = told[0].formulas[0] if len({f for m in told for f in m.formulas}) == 1 else None
    named, stack = False, ""
    for i, cell in enumerate(words):
        if i in metric_columns:
            continue
        found = mentions(cell, known).found
        if found and not named:
            formula, named = found[0].formulas[0], True
        if cell.count("/") >= 2 and not _NUMBER.fullmatch(cell) and (_STACK.search(grid.header[i]) or found):
            stack = " ".join(cell.split())
    reference = _reference(grid, words, metric_columns)
    values: list[Finding | Accuracy] = []
    place = replace(grid.place, label=f"{grid.place.label}, row {number}")
    text = " | ".join(f"{h}: {c}" if h else c for h, c in zip(grid.header, cells, strict=False) if c)
    for column in columns:
        if column.index < len(cells):
            start = _offset(grid.header, cells, column.index)
            values += _cell(words[column.index], column, text, start, place, grid.caption)
    return Row(formula, stack, reference, tuple(values)) if values else None


def _offset(header: tuple[str, ...], cells: tuple[str, ...], index: int) -> int:
    """Where a cell begins in the text of its row."""
    at = 0
    for i, (h, c) in enumerate(zip(header, cells, strict=False)):
        if not c:
            continue
        prefix = f"{h}: " if h else ""
        if i == index:
            return at + len(prefix)
        at += len(prefix) + len(c) + 3
    return at


def _reference(grid: Grid, words: list[str], metric_columns: set[int]) -> str | None:
    if any(_OWN_ROW.search(w) for w in words):
        return None
    for i, heading in enumerate(grid.header):
        if i < len(words) and i not in metric_columns and _REFERENCE.search(heading):
            number = _NUMBER.search(words[i])
            return number[0] if number else (words[i].strip() or None)
    for i, cell in enumerate(words):
        if i not in metric_columns and (
            m := re.search(r"\[(\d{1,3})\]|\bref\.? ?(\d{1,3})", cell, re.IGNORECASE)
        ):
            return m[1] or m[2]
    return None


def _cell(
    cell: str, column: Column, text: str, start: int, place: Place, caption: str
) -> list[Finding | Accuracy]:
    if _MISSING.fullmatch(cell):
        return []
    # A sign between two numbers of a pair is a polarity, elsewhere a range.
    found = [
        q
        for q in quantities(re.sub(r"\[\d+\]", lambda m: " " * len(m[0]), cell), [])
        if not cell[q.end : q.end + 1].isalpha()
    ]
    found = [q for q in found if q.dimension in ("1", "count", column.dimension) or _fits(column, q)]
    if not found:
        return []
    metrics: tuple[str, ...] = column.metrics
    if len(found) >= 2 and "/" in cell and metrics == ("operating_voltage",) and found[1].negative:
        metrics = ("set_voltage", "reset_voltage")
    if len(metrics) == 2:
        pairs = list(zip(metrics, found, strict=False))
    else:
        pairs = [(metrics[0], q) for q in found[:1]]
    out: list[Finding | Accuracy] = []
    for metric, q in pairs:
        if q.dimension in ("1", "count") and column.dimension is not None:
            q = replace(
                q,
                dimension=column.dimension,
                value=q.value * column.factor,
                high=None if q.high is None else q.high * column.factor,
                alternative=None if q.alternative is None else q.alternative * column.factor,
            )
        evidence = Evidence(text, start + q.start, start + q.end, place)
        value = _value(metric, q, cell, column, evidence, caption)
        out += [value] if value else []
    return out


def _fits(column: Column, q: Quantity) -> bool:
    """Whether a cell's own unit suits the column's metric."""
    metric = column.metrics[0]
    if metric == "accuracy":
        return q.dimension == "%"
    cue_dimensions = {
        d
        for c in CUES
        if c.metrics and c.metrics[0] == metric.removesuffix("_ltp").removesuffix("_ltd")
        for d in c.dimensions
    }
    return q.dimension in cue_dimensions


def _value(
    metric: str, q: Quantity, cell: str, column: Column, evidence: Evidence, caption: str
) -> Finding | Accuracy | None:
    operator, note = ("range", "") if q.high is not None else operator_before(cell, q.start, q.end)
    if metric == "accuracy":
        value = q.value * 100 if q.value <= 1 else q.value
        return (
            Accuracy(value, operator, evidence, 0.85, f"column '{column.heading}'", notes=note)
            if 5 <= value <= 100 and q.high is None
            else None
        )
    converted = convert(metric, q)
    if converted is None:
        return None
    value, high, remark = converted
    spec = METRICS[metric]
    if spec.scale == "log10" and value <= 0:
        return None
    confidence, reason = (
        (0.5, f"{remark}: check the power of ten")
        if "exponent" in remark
        else (0.9, f"column '{column.heading}'")
    )
    if column.dimension is None and spec.unit not in ("1", "%", "cycles") and q.dimension == "1":
        return None
    if (
        metric == "retention"
        and column.dimension == "s"
        and heading_unit(column.heading)[0] is None
        and not q.unit
    ):
        confidence, reason = 0.4, f"column '{column.heading}' names no unit; seconds assumed"
    if not spec.low <= value <= spec.high:
        confidence, reason = (
            0.3,
            f"outside the plausible range {spec.low:g} to {spec.high:g} {spec.unit}: {spec.reason}",
        )
    term = definition(metric, column.heading, column.heading, column.heading)
    if metric == "ppf_index":
        term = paired_pulse_term(remark)
    conditions = "negative polarity" if q.negative and metric.endswith("_voltage") else ""
    return Finding(
        metric,
        operator,
        value,
        evidence,
        confidence,
        reason,
        high,
        None,
        term,
        conditions,
        "; ".join(n for n in (remark, note) if n),
    )
