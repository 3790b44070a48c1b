"""Tables of a PDF page that rules frame: three lines of a booktabs table, or a full grid."""

from __future__ import annotations

import re
from typing import Any

from perovdata.dataset.reading.document import Grid, Place
from perovdata.dataset.reading.formats.lines import Line, Word, words_of

_CAPTION = re.compile(r"\s*(Table\s*S?\d+)", re.IGNORECASE)
Box = tuple[float, float, float, float]


def ruled_grids(page: Any, lines: list[Line], number: int) -> tuple[list[Grid], list[Box]]:
    """Tables with a caption ``Table N`` above (or below) their rules, and the boxes that they cover.

    Parameters
    ----------
    page : pdfplumber page
    lines : list of Line
        Its lines.
    number : int
        Page, from 1.
    """
    captions = [(line, m[1]) for line in lines if (m := _CAPTION.match(line.text))]
    if not captions:
        return [], []
    rules = _rules(page)
    grids: list[Grid] = []
    covered: list[Box] = []
    for caption, label in captions:
        box = _box(caption, rules, [c for c, _ in captions if c is not caption])
        if box is None:
            continue
        inner = [
            c
            for c in page.chars
            if box[0] <= (c["x0"] + c["x1"]) / 2 <= box[2]
            and box[1] <= (c["top"] + c["bottom"]) / 2 <= box[3]
        ]
        rows = _rows(words_of(inner))
        first_rule = next(
            (y for y, a, b in rules if box[1] + 2 < y < box[3] - 2 and b - a > 0.5 * (box[2] - box[0])), None
        )
        table = _cells(rows, first_rule)
        if table is None:
            continue
        header, body = table
        words = " ".join(
            line.text for line in lines if caption.top - 1 <= line.top < box[1] or line is caption
        )
        grids.append(Grid(words, header, body, Place(page=number, label=label)))
        covered.append(box)
    return grids, covered


def _rules(page: Any) -> list[tuple[float, float, float]]:
    """Horizontal rules as (y, x0, x1), pieces of one rule joined."""
    pieces = sorted(
        (round(o["top"], 0), o["x0"], o["x1"])
        for o in [*page.lines, *page.rects]
        if abs(o["bottom"] - o["top"]) < 2.5 and o["x1"] - o["x0"] > 5
    )
    for o in page.rects:  # a drawn box has an upper and a lower edge
        if o["bottom"] - o["top"] >= 2.5 and o["x1"] - o["x0"] > 15:
            pieces += [(round(o["top"], 0), o["x0"], o["x1"]), (round(o["bottom"], 0), o["x0"], o["x1"])]
    joined: dict[float, list[float]] = {}
    for y, a, b in sorted(pieces):
        span = joined.setdefault(y, [a, b])
        span[0], span[1] = min(span[0], a), max(span[1], b)
    return [(y, a, b) for y, (a, b) in sorted(joined.items())]


def _box(caption: Line, rules: list[tuple[float, float, float]], others: list[Line]) -> Box | None:
    """The region between the first and the last rule that belong to a caption."""
    below = [r for r in rules if r[0] > caption.bottom - 2]
    if not below or below[0][0] - caption.bottom > 6 * caption.size:
        return None
    stop = min((o.top for o in others if o.top > caption.bottom), default=float("inf"))
    first = below[0]
    mine = [r for r in below if r[0] < stop and abs(r[1] - first[1]) < 0.25 * (first[2] - first[1]) + 15]
    if len(mine) < 2:
        return None
    return min(r[1] for r in mine) - 3, first[0] - 1, max(r[2] for r in mine) + 3, mine[-1][0] + 1


def _rows(words: list[Word]) -> list[list[Word]]:
    """Words of one height each, from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.top + w.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        if rows and abs(middle - (rows[-1][0].top + rows[-1][0].bottom) / 2) < 0.6 * (word.bottom - word.top):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.x0) for row in rows]


def _cells(
    rows: list[list[Word]], first_rule: float | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    """Header and body; columns are the gaps that no word of any row crosses."""
    if len(rows) < 2:
        return None
    spans = sorted((w.x0, w.x1) for row in rows for w in row)
    columns: list[list[float]] = []
    for a, b in spans:
        if columns and a <= columns[-1][1] + 1:
            columns[-1][1] = max(columns[-1][1], b)
        else:
            columns.append([a, b])
    if len(columns) < 2:
        return None
    head = [r for r in rows if first_rule is not None and r[0].bottom <= first_rule + 2] or rows[:1]
    body = rows[len(head) :]
    filled = [_in_columns(row, columns) for row in body]
    merged: list[list[str]] = []
    for row in filled:  # a row that leaves the first column empty goes on with the row above
        if merged and not row[0] and sum(bool(c) for c in row) < len(row) / 2:
            merged[-1] = [f"{a} {b}".strip() for a, b in zip(merged[-1], row, strict=True)]
        else:
            merged.append(row)
    top = [_in_columns(row, columns) for row in head]
    header = tuple(" ".join(c for c in column if c) for column in zip(*top, strict=True))
    return header, tuple(tuple(r) for r in merged)


def _in_columns(row: list[Word], columns: list[list[float]]) -> list[str]:
    cells = [""] * len(columns)
    for word in row:
        i = min(range(len(columns)), key=lambda k: max(columns[k][0] - word.x0, word.x0 - columns[k][1], 0.0))
        cells[i] = f"{cells[i]} {word.text}".strip()
    return cells
