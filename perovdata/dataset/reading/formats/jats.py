"""JATS and PMC XML: front matter, sections, table-wraps and the reference list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perovdata.dataset.reading.document import Document, Grid, Passage, Place
from perovdata.dataset.reading.formats.bibliography import find_doi
from perovdata.dataset.reading.formats.headings import heading_of
from perovdata.dataset.reading.formats.markup import grid_of, parse_markup, tag, text_of

_SKIPPED = frozenset(
    {"ref-list", "table-wrap", "fn-group", "ack", "front-stub", "permissions", "kwd-group", "object-id"}
)
_INLINE_SKIPPED = frozenset({"table-wrap", "fig", "disp-formula", "supplementary-material"})


def read_jats(path: Path) -> Document:
    """Read a JATS (PMC) article; other XML is read for its paragraphs."""
    root = parse_markup(path.read_bytes(), path.name, html=False)
    tree = root.getroottree()
    front = next((e for e in root.iter() if tag(e) == "front"), None)
    paper = _metadata(front) if front is not None else {}
    passages: list[Passage] = []
    if paper.get("title"):
        passages.append(Passage(paper["title"], Place(section="title")))
    grids: list[Grid] = []
    for element in root.iter():
        name = tag(element)
        if name == "table-wrap" or (
            name == "table" and not any(tag(a) == "table-wrap" for a in element.iterancestors())
        ):
            grids += _grids(element, tree, len(grids))
        elif name in ("p", "caption") and not any(
            tag(a) in _SKIPPED | {"caption", "p"} for a in element.iterancestors()
        ):
            words = text_of(element, _INLINE_SKIPPED)
            if words:
                passages.append(Passage(words, Place(xpath=tree.getpath(element), section=_section(element))))
    references: dict[str, str] = {}
    for ref in (e for e in root.iter() if tag(e) == "ref"):
        label = next((text_of(e) for e in ref if tag(e) == "label"), "").strip("[]. ()")
        identifiers = [text_of(e) for e in ref.iter() if tag(e) in ("pub-id", "ext-link")]
        doi = next((d for t in identifiers if (d := find_doi(t))), "")
        words = text_of(ref, frozenset({"label"}))
        references[label or str(len(references) + 1)] = words if doi in words else f"{words} {doi}"
    return Document(path.name, tuple(passages), tuple(grids), references, paper)


def _metadata(front: Any) -> dict[str, str]:
    def first(*names: str, **attributes: str) -> str:
        for element in front.iter():
            if tag(element) in names and all(
                element.get(k.replace("_", "-")) == v for k, v in attributes.items()
            ):
                return text_of(element, frozenset({"xref", "fn"}))
        return ""

    author = next(
        (e for e in front.iter() if tag(e) == "contrib" and e.get("contrib-type") in (None, "author")), None
    )
    name = ""
    if author is not None:
        parts = {tag(e): text_of(e) for e in author.iter() if tag(e) in ("surname", "given-names")}
        name = f"{parts.get('given-names', '')} {parts.get('surname', '')}".strip()
    out = {
        "doi": find_doi(first("article-id", pub_id_type="doi")),
        "title": first("article-title"),
        "year": first("year")[:4],
        "journal": first("journal-title") or first("journal-id", journal_id_type="iso-abbrev"),
        "first_author": name,
    }
    return {k: v for k, v in out.items() if v}


def _section(element: Any) -> str:
    for holder in element.iterancestors():
        if tag(holder) == "abstract":
            return "abstract"
        if tag(holder) == "sec":
            title = next((text_of(e) for e in holder if tag(e) == "title"), holder.get("sec-type") or "")
            top = [a for a in holder.iterancestors() if tag(a) == "sec"]
            if top:
                outer = next((text_of(e) for e in top[-1] if tag(e) == "title"), "")
                title = f"{outer}: {title}" if outer and outer != title else title
            return heading_of(title) or title
    return ""


def _grids(element: Any, tree: Any, before: int) -> list[Grid]:
    label = next((text_of(e) for e in element if tag(e) == "label"), "") or f"table {before + 1}"
    caption = next((text_of(e) for e in element if tag(e) == "caption"), "")
    tables = [element] if tag(element) == "table" else [e for e in element.iter() if tag(e) == "table"]
    found = (
        grid_of(
            t, f"{label} {caption}".strip(), Place(xpath=tree.getpath(t), section=_section(t), label=label)
        )
        for t in tables
    )
    return [g for g in found if g is not None]
