"""Plain text and Markdown: paragraphs, pipe and tab tables, a reference list."""

from __future__ import annotations

import re
from pathlib import Path

from perovdata.dataset.reading.document import Document, Grid, Passage, Place
from perovdata.dataset.reading.formats.bibliography import find_doi
from perovdata.dataset.reading.formats.headings import REFERENCES, heading_of, numbered_references
from perovdata.errors import InputError

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_CAPTION = re.compile(r"\**\s*(?:Table|Tab\.)\s*S?\d+", re.IGNORECASE)
_FIELD = re.compile(r"\s*(title|doi|year|journal|authors?|first author|url)\s*:\s*(\S.*)", re.IGNORECASE)


def read_text(path: Path) -> Document:
    """Read a text or Markdown file.

    Raises
    ------
    InputError
        If it is no text.
    """
    raw = path.read_bytes()
    if b"\0" in raw[:4096]:
        raise InputError(f"file '{path.name}': not a text file (it holds zero bytes); UTF-8 text is accepted")
    text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"<sup>\s*(.*?)\s*</sup>", r"^\1", re.sub(r"</?sub>", "", text))
    lines = text.split("\n")
    paper = _fields(lines)
    passages: list[Passage] = []
    grids: list[Grid] = []
    references: list[str] = []
    block: list[str] = []
    section, begin, i = "", 0, 0

    def flush() -> None:
        if block:
            words = " ".join(line.strip() for line in block)
            passages.append(Passage(words, Place(section=section, label=f"line {begin}")))
            block.clear()

    while i < len(lines):
        line = lines[i]
        name = heading_of(line)
        if name or (line.lstrip().startswith("#") and re.match(r"\s*#+ ", line)):
            flush()
            if not name and not paper.get("title") and not passages:
                paper["title"] = line.strip("# ")
                passages.append(Passage(line.strip("# "), Place(section="title", label=f"line {i + 1}")))
            section = name or line.strip("# ")
        elif section == REFERENCES:
            references.append(line)
        elif (
            _is_row(line) and i + 1 < len(lines) and (_RULE.fullmatch(lines[i + 1]) or _is_row(lines[i + 1]))
        ):
            caption = (
                " ".join(block) if block and _CAPTION.match(block[0]) else _caption_before(passages, block)
            )
            flush()
            grid, i = _grid(lines, i, caption, section)
            grids.append(grid)
            continue
        elif not line.strip():
            flush()
        elif not _FIELD.fullmatch(line) or section or passages:
            if not block:
                begin = i + 1
            block.append(line)
        i += 1
    flush()
    if paper.get("title") and not any(p.place.section == "title" for p in passages):
        passages.insert(0, Passage(paper["title"], Place(section="title")))
    elif not paper.get("title") and passages:
        paper.update(_title(passages))
        if paper.get("title"):
            passages[0] = Passage(passages[0].text, Place(section="title", label=passages[0].place.label))
    paper.setdefault("doi", find_doi(" ".join(p.text for p in passages[:20])))
    return Document(
        path.name, tuple(passages), tuple(grids), numbered_references("\n".join(references)), paper
    )


def _fields(lines: list[str]) -> dict[str, str]:
    """``Title: ...`` lines at the top of a file."""
    out: dict[str, str] = {}
    for line in lines[:20]:
        if match := _FIELD.fullmatch(line):
            key = match[1].lower()
            value = match[2].strip()
            if key in ("author", "authors", "first author"):
                out.setdefault("first_author", re.split(r",| and |;", value)[0].strip())
            elif key == "doi":
                out["doi"] = find_doi(value)
            else:
                out.setdefault(key, value)
    return out


def _title(passages: list[Passage]) -> dict[str, str]:
    """The first paragraph of several is the title if it is one short line without a full stop."""
    first = passages[0].text.strip()
    if len(passages) > 1 and 15 < len(first) < 250 and not first.endswith((".", ":", ";")):
        return {"title": first}
    return {}


def _is_row(line: str) -> bool:
    return (
        (line.count("|") >= 2 and line.lstrip().startswith("|"))
        or line.count(" | ") >= 1
        or line.strip().count("\t") >= 1
    )


def _caption_before(passages: list[Passage], block: list[str]) -> str:
    return passages[-1].text if not block and passages and _CAPTION.match(passages[-1].text) else ""


def _grid(lines: list[str], i: int, caption: str, section: str) -> tuple[Grid, int]:
    rows: list[tuple[str, ...]] = []
    start = i + 1
    while i < len(lines) and lines[i].strip() and (_is_row(lines[i]) or _RULE.fullmatch(lines[i])):
        if not _RULE.fullmatch(lines[i]):
            rows.append(_cells(lines[i]))
        i += 1
    found = re.match(r"\**\s*((?:Table|Tab\.)\s*S?\d+)", caption, re.IGNORECASE)
    label = found[1] if found else f"table at line {start}"
    return Grid(caption, rows[0], tuple(rows[1:]), Place(section=section, label=label)), i


def _cells(line: str) -> tuple[str, ...]:
    if "|" in line:
        return tuple(c.strip().strip("*") for c in line.strip().strip("|").split("|"))
    return tuple(c.strip() for c in line.strip("\n").split("\t"))
