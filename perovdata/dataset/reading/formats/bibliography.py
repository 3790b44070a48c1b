"""The bibliographic part: BibTeX, RIS, Crossref JSON, and DOIs found in text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perovdata.dataset.add.crossref import read_crossref
from perovdata.errors import InputError

BIBLIOGRAPHY_KINDS = (".bib", ".ris", ".json")
_LARGEST = 20 * 2**20
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>|{}\\^\[\]`]+")


def find_doi(text: str) -> str:
    """The first DOI of a text without what follows it in a sentence, empty if there is none."""
    match = _DOI.search(text)
    if not match:
        return ""
    doi = match[0]
    while doi and (doi[-1] in ".,;:'\u2019*" or (doi[-1] == ")" and doi.count(")") > doi.count("("))):
        doi = doi[:-1]
    return doi


def beside(paper: Path) -> Path | None:
    """A bibliography of the paper's own name in its folder (``paper.pdf``, ``paper.bib``)."""
    return next((p for k in BIBLIOGRAPHY_KINDS[:2] if (p := paper.with_suffix(k)).is_file()), None)


def read_bibliography(path: str | Path, known: Mapping[str, str]) -> dict[str, str]:
    """Cells of ``papers`` for one paper from a bibliography.

    Parameters
    ----------
    path : path-like
        ``.bib``, ``.ris`` or Crossref's ``.json``; of many entries the one with the paper's DOI or title.
    known : mapping of str to str
        What the paper itself told.

    Raises
    ------
    InputError
        If the file cannot be read, is of another kind, or has no entry for the paper.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"bibliography '{path}': not found; {', '.join(BIBLIOGRAPHY_KINDS)} are accepted")
    if kind not in BIBLIOGRAPHY_KINDS:
        raise InputError(
            f"bibliography '{path.name}': kind '{kind}' is not one of {', '.join(BIBLIOGRAPHY_KINDS)}"
        )
    if kind == ".json":
        return read_crossref(path)
    if path.stat().st_size > _LARGEST:
        raise InputError(
            f"bibliography '{path.name}': above {_LARGEST / 2**20:.0f} MiB; export the one entry"
        )
    text = path.read_text("utf-8-sig", errors="replace")
    entries = _bibtex(text) if kind == ".bib" else _ris(text)
    if not entries:
        raise InputError(f"bibliography '{path.name}': no entry in it; a BibTeX or RIS entry is needed")
    if len(entries) == 1:
        return entries[0]
    for key in ("doi", "title"):
        for entry in entries:
            if known.get(key) and _bare(entry.get(key, "")) == _bare(known[key]):
                return entry
    raise InputError(
        f"bibliography '{path.name}': none of its {len(entries)} entries has the paper's DOI or title; "
        "a file with the one entry is accepted"
    )


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()


def _bibtex(text: str) -> list[dict[str, str]]:
    import bibtexparser
    from bibtexparser.bparser import BibTexParser

    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    try:
        entries = bibtexparser.loads(text, parser).entries
    except Exception:  # pyparsing raises many kinds for a broken file
        entries = []
    return [_cells(e, author=_first_author(e.get("author", "").split(" and ")[0])) for e in entries]


def _ris(text: str) -> list[dict[str, str]]:
    import rispy

    try:
        entries = rispy.loads(text)
    except Exception:  # rispy raises several kinds for a broken file
        entries = []
    out = []
    for e in entries:
        authors = e.get("authors") or e.get("first_authors") or [""]
        flat: dict[str, Any] = {
            "doi": e.get("doi"),
            "title": e.get("title") or e.get("primary_title"),
            "year": e.get("year") or e.get("publication_year"),
            "journal": e.get("journal_name") or e.get("secondary_title") or e.get("alternate_title3"),
            "url": (e.get("urls") or [""])[0] if isinstance(e.get("urls"), list) else e.get("url"),
        }
        out.append(_cells(flat, author=_first_author(authors[0])))
    return out


def _cells(entry: Mapping[str, Any], author: str) -> dict[str, str]:
    year = re.search(r"\b(?:19|20)\d\d\b", str(entry.get("year") or entry.get("date") or ""))
    cells = {
        "doi": find_doi(str(entry.get("doi") or "")) or find_doi(str(entry.get("url") or "")),
        "url": str(entry.get("url") or ""),
        "title": _unbraced(entry.get("title")),
        "year": year[0] if year else "",
        "journal": _unbraced(entry.get("journal") or entry.get("journaltitle") or entry.get("booktitle")),
        "first_author": author,
    }
    return {k: " ".join(v.split()) for k, v in cells.items() if v.strip()}


def _unbraced(value: Any) -> str:
    return re.sub(r"[{}]|\\[a-z]+ ?", "", str(value or "")).replace("$_", "").replace("$", "")


def _first_author(name: str) -> str:
    name = _unbraced(name).strip()
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name
