"""A DOI's metadata in Crossref's JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perovdata.documents import read_json
from perovdata.errors import InputError

_LIMIT = 4_000_000  # bytes; a work with a thousand references holds some hundred thousand


def read_crossref(path: str | Path) -> dict[str, str]:
    """Read the paper's fields from a DOI's metadata in Crossref's JSON form.

    Parameters
    ----------
    path : path-like
        A file with the work object, or the API's answer with the work under ``message``.

    Returns
    -------
    dict
        Cells of ``papers`` that the metadata gives: doi, url, title, year, journal, first_author.

    Raises
    ------
    InputError
        If the file is not such a record.
    """
    path = Path(path)
    work = read_json(path, _LIMIT)
    work = work.get("message", work) if isinstance(work, dict) else None
    if not isinstance(work, dict) or not isinstance(work.get("DOI"), str):
        raise InputError(f"file '{path.name}': no field 'DOI'; Crossref's JSON of one DOI is needed")
    authors = work.get("author")
    author = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    cells = {
        "doi": work["DOI"],
        "url": _text(work.get("URL")) or f"https://doi.org/{work['DOI']}",
        "title": _first(work.get("title")),
        "year": _year(work),
        "journal": _first(work.get("container-title")),
        "first_author": " ".join(filter(None, (_text(author.get("given")), _text(author.get("family"))))),
    }
    return {k: " ".join(v.split()) for k, v in cells.items() if v.strip()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first(value: Any) -> str:
    return _text(value[0] if isinstance(value, list) and value else value)


def _year(work: Mapping[str, Any]) -> str:
    for key in ("published-print", "published-online", "published", "issued"):
        match work.get(key):
            case {"date-parts": [[int(year), *_], *_]}:
                return str(year)
    return ""
