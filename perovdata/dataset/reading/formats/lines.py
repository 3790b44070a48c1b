"""Lines of a PDF page from its characters, with superscripts marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_SMALL = 0.85  # of the line's type: below this a raised character is a superscript
_RAISED = 0.12  # of the type size: how far its foot stands above the line's
_UNIT_END = re.compile(r"(?:(?<![\w.])10|\b[A-Za-zµ]{0,2}(?:m|s|W|A|V|J|Hz|K|g))\s?$")


@dataclass(frozen=True)
class Line:
    """A line of text with its box (points, y downwards) and type size."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float

    def inside(self, box: tuple[float, float, float, float]) -> bool:
        """Whether the middle of the line lies in a box (x0, top, x1, bottom)."""
        x, y = (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2
        return box[0] <= x <= box[2] and box[1] <= y <= box[3]

    def starts_paragraph_after(self, before: Line) -> bool:
        """Whether this line begins a paragraph: a gap above it, an indent, or other type, in one column."""
        if abs(self.size - before.size) > 0.15 * before.size:
            return True
        gap = self.top - before.bottom
        if gap < -0.5 * self.size:  # a new column or page goes on with the paragraph
            return False
        indent = self.x0 - before.x0
        return gap > 0.9 * self.size or (
            0.8 * self.size < indent < 5 * self.size and before.text.rstrip().endswith((".", ":"))
        )


@dataclass(frozen=True)
class Word:
    """A run of characters without a gap, with its box."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float


def lines_of(chars: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Lines in the order in which the file draws them.

    Drawing order keeps columns apart. A raised character of small type behind ``10`` or a unit is written
    ``^4``, behind a word it is a citation and written `` [4]``.
    """
    return [line for run in _runs(chars) if (line := _line(run)) is not None]


def words_of(chars: list[Mapping[str, Any]]) -> list[Word]:
    """Words of a region, split where a gap is wider than two blanks."""
    out = []
    for run in _runs(chars):
        size = _type_size(run)
        part: list[Mapping[str, Any]] = []
        for char in [*run, None]:
            if char is None or (part and char["x0"] - part[-1]["x1"] > 0.6 * size):
                line = _line(part)
                if line and line.text.strip():
                    out.append(Word(line.text.strip(), line.x0, line.x1, line.top, line.bottom))
                part = []
            if char is not None and (part or char["text"].strip()):
                part.append(char)
    return out


def _runs(chars: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Characters of one line each."""
    runs: list[list[Mapping[str, Any]]] = []
    for char in chars:
        if not char.get("upright", True):
            continue
        if runs and _same_line(runs[-1], char):
            runs[-1].append(char)
        else:
            runs.append([char])
    return _rejoined(runs)


def _same_line(run: list[Mapping[str, Any]], char: Mapping[str, Any]) -> bool:
    last = run[-1]
    size = max(last["size"], char["size"], 1.0)
    base = max(run[-12:], key=lambda c: c["size"])
    middle = (char["top"] + char["bottom"]) / 2
    inside = base["top"] - 0.45 * base["size"] <= middle <= base["bottom"] + 0.35 * base["size"]
    return inside and -1.2 * size < char["x0"] - last["x1"] < 12 * size


def _rejoined(runs: list[list[Mapping[str, Any]]]) -> list[list[Mapping[str, Any]]]:
    """Join a run of one superscript that was drawn apart from its line."""
    out: list[list[Mapping[str, Any]]] = []
    for run in runs:
        if (
            out
            and len(run) <= 4
            and all(c["size"] < _SMALL * _type_size(out[-1]) for c in run)
            and _same_line(out[-1], run[0])
        ):
            out[-1].extend(run)
        else:
            out.append(run)
    return out


def _type_size(run: list[Mapping[str, Any]]) -> float:
    sizes = Counter(round(c["size"], 1) for c in run if c["text"].strip())
    return max(sizes, key=lambda s: (sizes[s], s)) if sizes else 1.0


def _line(run: list[Mapping[str, Any]]) -> Line | None:
    if not run:
        return None
    size = _type_size(run)
    full = [c for c in run if c["size"] > _SMALL * size] or run
    foot = sorted(c["bottom"] for c in full)[len(full) // 2]
    text = ""
    raised = ""
    last = None
    for char in run:
        glyph = char["text"]
        is_raised = (
            char["size"] < _SMALL * size and foot - char["bottom"] > _RAISED * size and bool(glyph.strip())
        )
        if is_raised:
            raised += glyph
        else:
            if raised:
                text = _with_raised(text, raised)
                raised = ""
            if (
                last is not None
                and glyph.strip()
                and char["x0"] - last["x1"] > 0.18 * size
                and not text.endswith(" ")
                and not _lowered(last, char, size, foot)
            ):
                text += " "
            text += glyph
        last = char
    if raised:
        text = _with_raised(text, raised)
    return Line(
        re.sub(r" {2,}", " ", text),
        min(c["x0"] for c in run),
        max(c["x1"] for c in run),
        min(c["top"] for c in full),
        max(c["bottom"] for c in full),
        size,
    )


def _lowered(last: Mapping[str, Any], char: Mapping[str, Any], size: float, foot: float) -> bool:
    """Whether a gap stands before a subscript of a formula, where no blank belongs."""
    return char["size"] < _SMALL * size and char["bottom"] > foot and char["x0"] - last["x1"] < 0.3 * size


def _with_raised(text: str, raised: str) -> str:
    if re.fullmatch(r"[-+\u2212\u2013]?\d{1,3}", raised) and _UNIT_END.search(text):
        return f"{text.rstrip()}^{raised}"
    if re.fullmatch(r"[\d,\u2013-]+", raised):
        return f"{text} [{raised}]"
    return text + raised
