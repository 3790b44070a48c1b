"""Opening a paper: its kind, its size, and one line for everything that is wrong with it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from perovdata.dataset.reading.document import Document
from perovdata.dataset.reading.formats.bibliography import beside, read_bibliography
from perovdata.errors import InputError

LARGEST_FILE = 100 * 2**20  # bytes; a paper with its figures is rarely above 50 MiB
LARGEST_TEXT = 20 * 2**20  # of a text, HTML or XML file
PAPER_KINDS = (".pdf", ".html", ".htm", ".xhtml", ".xml", ".nxml", ".txt", ".md")


def open_document(path: str | Path, bibliography: str | Path | None = None) -> Document:
    """Read a paper from the disk.

    Parameters
    ----------
    path : path-like
        PDF, HTML, JATS/PMC XML, plain text or Markdown.
    bibliography : path-like, optional
        BibTeX, RIS or Crossref JSON with the paper's entry; a file of the paper's own name with such a suffix
        is found by itself.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        Missing, too large, encrypted, broken, without text, or of another kind; one line.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"file '{path}': not found; a paper ({', '.join(PAPER_KINDS)}) is needed")
    kind = path.suffix.lower()
    if kind not in PAPER_KINDS:
        raise InputError(f"file '{path.name}': kind '{kind}' is not one of {', '.join(PAPER_KINDS)}")
    size, largest = path.stat().st_size, LARGEST_FILE if kind == ".pdf" else LARGEST_TEXT
    if size > largest:
        raise InputError(
            f"file '{path.name}': {size / 2**20:.0f} MiB; at most {largest / 2**20:.0f} MiB"
            f" are read of a {kind} file"
        )
    if size == 0:
        raise InputError(f"file '{path.name}': empty; a paper is needed")
    document = _READERS[kind](path)
    entries = bibliography or beside(path)
    if entries:
        document = replace(document, paper={**document.paper, **read_bibliography(entries, document.paper)})
    document = replace(document, paper={k: _one_line(v) for k, v in document.paper.items() if _one_line(v)})
    if not any(p.text.strip() for p in document.passages) and not document.grids:
        raise InputError(
            f"file '{path.name}': no text in it (a scan has none); a paper with a text layer is needed"
        )
    return document


def _one_line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", " ", text).strip()


def _pdf(path: Path) -> Document:
    from perovdata.dataset.reading.formats.pdf import read_pdf

    return read_pdf(path)


def _html(path: Path) -> Document:
    from perovdata.dataset.reading.formats.html import read_html

    return read_html(path)


def _xml(path: Path) -> Document:
    from perovdata.dataset.reading.formats.jats import read_jats

    return read_jats(path)


def _text(path: Path) -> Document:
    from perovdata.dataset.reading.formats.plain_text import read_text

    return read_text(path)


_READERS = {
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
    ".xhtml": _html,
    ".xml": _xml,
    ".nxml": _xml,
    ".txt": _text,
    ".md": _text,
}
