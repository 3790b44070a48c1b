"""Sources as BibTeX: the papers behind rows, and perovdata itself from its ``CITATION.cff``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from perovdata.files import data_dir

# Characters that LaTeX takes for commands, as people write them in text.
_ESCAPED = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def bibtex(papers: Iterable[Mapping[str, Any]]) -> str:
    """Entries of papers and of perovdata itself, its own first.

    Parameters
    ----------
    papers : iterable of mapping
        Rows of :func:`perovdata.dataset.sources`: the key of an entry is its ``paper_id``. Only the first
        author stands in the tables, so that an entry says ``and others``.
    """
    return "\n\n".join([*_own_entries(), *(_paper_entry(paper) for paper in papers)])


def _paper_entry(paper: Mapping[str, Any]) -> str:
    author = paper["first_author"]
    fields = {
        "author": f"{_text(author)} and others" if author else None,
        "title": paper["title"] and f"{{{_text(paper['title'])}}}",
        "journal": paper["journal"] and _text(paper["journal"]),
        "year": paper["year"] and f"{paper['year']:.0f}",
        "doi": paper["doi"],
        "url": None if paper["doi"] else paper["url"],
        "note": f"perovdata devices {', '.join(paper['devices'])}",
    }
    return _entry("article" if paper["journal"] else "misc", paper["paper_id"], fields)


def _own_entries() -> list[str]:
    """The software and the tables."""
    told = yaml.safe_load(citation_file().read_text(encoding="utf-8"))
    data = next(work for work in told["references"] if work["type"] == "data")
    return [_own_entry("perovdata", told), _own_entry("perovdata-tables", data)]


def _own_entry(key: str, work: Mapping[str, Any]) -> str:
    fields = {
        "author": " and ".join(f"{{{_text(author['name'])}}}" for author in work["authors"]),
        "title": f"{{{_text(work['title'])}}}",
        "year": str(work["date-released"])[:4],
        "note": f"version {work['version']}, licence {work['license']}",
    }
    return _entry("misc", key, fields)


def citation_file() -> Path:
    """``CITATION.cff``: beside the shipped tables in a wheel, in the root of a checkout."""
    shipped = data_dir() / "CITATION.cff"
    return shipped if shipped.is_file() else data_dir().parent / "CITATION.cff"


def _text(words: str) -> str:
    return words.translate(_ESCAPED)


def _entry(kind: str, key: str, fields: Mapping[str, str | None]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])
