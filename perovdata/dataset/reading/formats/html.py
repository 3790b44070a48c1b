"""Publisher pages: meta tags, headings, paragraphs, tables and the reference list of an HTML file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from perovdata.dataset.reading.document import Document, Grid, Passage, Place
from perovdata.dataset.reading.formats.bibliography import find_doi
from perovdata.dataset.reading.formats.headings import REFERENCES, heading_of
from perovdata.dataset.reading.formats.markup import grid_of, parse_markup, tag, text_of

_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "li", "table", "figcaption", "caption", "dd", "blockquote")
_NOISE = frozenset({"script", "style", "noscript", "nav", "footer", "svg", "form", "button", "template"})
_META = {
    "doi": ("citation_doi", "dc.identifier", "prism.doi", "dc.identifier.doi"),
    "title": ("citation_title", "dc.title", "og:title"),
    "year": (
        "citation_publication_date",
        "citation_date",
        "citation_online_date",
        "dc.date",
        "prism.publicationdate",
        "citation_year",
    ),
    "journal": ("citation_journal_title", "prism.publicationname", "dc.source", "citation_journal_abbrev"),
    "first_author": ("citation_author", "dc.creator"),
    "url": ("citation_fulltext_html_url", "citation_public_url", "og:url"),
}


def read_html(path: Path) -> Document:
    """Read an HTML page of a paper."""
    root = parse_markup(path.read_bytes(), path.name, html=True)
    tree = root.getroottree()
    paper = _metadata(root)
    passages: list[Passage] = []
    grids: list[Grid] = []
    references: dict[str, str] = {}
    section = ""
    for element in root.iter():
        name = tag(element)
        if name not in _BLOCKS or any(tag(a) in _NOISE for a in element.iterancestors()):
            continue
        if any(tag(a) == "table" for a in element.iterancestors()):
            continue
        xpath = tree.getpath(element)
        if name == "table":
            caption = _caption(element)
            number = re.match(r"\s*(Table\s*S?\d+)", caption, re.IGNORECASE)
            label = number[1] if number else f"table {len(grids) + 1}"
            grid = grid_of(element, caption, Place(xpath=xpath, section=section, label=label))
            grids += [grid] if grid else []
            continue
        if any(tag(a) in ("p", "li", "dd", "blockquote") for a in element.iterancestors()):
            continue
        words = text_of(element, _NOISE)
        if not words:
            continue
        if name[0] == "h" and name[1:].isdigit():
            section = "title" if name == "h1" and not passages else heading_of(words) or words
            if section == "title":
                paper.setdefault("title", words)
            continue
        if name == "li" and (section == REFERENCES or _in_references(element)):
            number = re.match(r"\s*\[?(\d{1,3})[\].)]?\s", words)
            references.setdefault(
                number[1] if number else str(len(references) + 1), words + " " + _links(element)
            )
        elif section != REFERENCES and not _in_references(element):
            passages.append(Passage(words, Place(xpath=xpath, section=section)))
    if paper.get("title"):
        passages.insert(0, Passage(paper["title"], Place(xpath="/html/head", section="title")))
    if not paper.get("doi"):
        paper["doi"] = find_doi(" ".join(p.text for p in passages[:20]))
    return Document(path.name, tuple(passages), tuple(grids), references, paper)


def _metadata(root: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        key = (element.get("name") or element.get("property") or "").lower()
        if key and element.get("content"):
            metas.setdefault(key, element.get("content"))
    out = {cell: next((metas[n] for n in names if n in metas), "") for cell, names in _META.items()}
    out["doi"] = find_doi(out["doi"])
    year = re.search(r"\b(?:19|20)\d\d\b", out["year"])
    out["year"] = year[0] if year else ""
    family, comma, given = out["first_author"].partition(",")
    out["first_author"] = f"{given.strip()} {family.strip()}" if comma else out["first_author"]
    if not re.match(r"https?://", out["url"]):
        out["url"] = ""
    return {k: v for k, v in out.items() if v}


def _caption(table: Any) -> str:
    own = next((text_of(e) for e in table if tag(e) == "caption"), "")
    if own:
        return own
    for holder in list(table.iterancestors())[:3]:
        for element in holder.iter():
            if tag(element) in ("figcaption", "caption") or "caption" in (element.get("class") or ""):
                return text_of(element)
    before = table.getprevious()
    words = text_of(before) if before is not None and tag(before) in ("p", "div") else ""
    return words if re.match(r"\s*Table", words, re.IGNORECASE) else ""


def _in_references(element: Any) -> bool:
    for holder in element.iterancestors():
        if re.search(
            r"\b(?:references?|ref-list|bibliography|citations?)\b",
            f"{holder.get('class') or ''} {holder.get('id') or ''}",
            re.IGNORECASE,
        ):
            return True
    return False


def _links(element: Any) -> str:
    return " ".join(a.get("href") or "" for a in element.iter("a") if "doi.org" in (a.get("href") or ""))
