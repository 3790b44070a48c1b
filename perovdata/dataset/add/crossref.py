"""A DOI's metadata in Crossref's JSON form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perovdata.errors import InputError

__all__ = ["read_crossref"]


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
    try:
        work = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"file '{path.name}': {error}; Crossref's JSON of one DOI is needed") from None
    work = work.get("message", work) if isinstance(work, dict) else None
    if not isinstance(work, dict) or not isinstance(work.get("DOI"), str):
        raise InputError(f"file '{path.name}': no field 'DOI'; Crossref's JSON of one DOI is needed")
    author: dict[str, Any] = next(iter(work.get("author") or []), {})
    cells = {
        "doi": work["DOI"],
        "url": work.get("URL") or f"https://doi.org/{work['DOI']}",
        "title": _first(work.get("title")),
        "year": _year(work),
        "journal": _first(work.get("container-title")),
        "first_author": " ".join(p for p in (author.get("given"), author.get("family")) if p),
    }
    return {k: " ".join(str(v).split()) for k, v in cells.items() if v}


def _first(value: Any) -> str:
    return (value[0] if isinstance(value, list) and value else value) or ""


def _year(work: Mapping[str, Any]) -> str:
    for key in ("published-print", "published-online", "published", "issued"):
        parts = (work.get(key) or {}).get("date-parts") or [[None]]
        if parts[0] and parts[0][0]:
            return str(parts[0][0])
    return ""
