"""PDF: lines from characters, superscripts from their size, ruled tables, title from the first page."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from perovdata.dataset.reading.document import Document, Grid, Passage, Place
from perovdata.dataset.reading.formats.bibliography import find_doi
from perovdata.dataset.reading.formats.headings import REFERENCES, heading_of, numbered_references
from perovdata.dataset.reading.formats.lines import Line, lines_of
from perovdata.dataset.reading.formats.ruled import ruled_grids
from perovdata.errors import InputError

_MOST_PAGES = 200
_LARGEST_STREAM = 256 * 2**20  # bytes that all streams of a file may unpack to
_STREAM = re.compile(rb"stream\r?\n")
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.|Scheme) ?S?\d+ ?[.:|]", re.IGNORECASE)
_HYPHEN = re.compile(r"(?<=[a-z])-$")


def read_pdf(path: Path) -> Document:
    """Read a PDF with a text layer.

    Raises
    ------
    InputError
        Encrypted, broken, a scan without text, above 200 pages, or streams that unpack to above 256 MiB.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    raw = path.read_bytes()
    if b"%PDF-" not in raw[:1024]:
        raise InputError(
            f"file '{path.name}': not a PDF (no '%PDF-' at its start); a PDF with text is needed"
        )
    if _unpacked(raw) > _LARGEST_STREAM:
        raise InputError(
            f"file '{path.name}': unpacks to more than {_LARGEST_STREAM / 2**20:.0f} MiB; not read"
        )
    try:
        with pdfplumber.open(path) as pdf:
            if len(pdf.pages) > _MOST_PAGES:
                raise InputError(
                    f"file '{path.name}': {len(pdf.pages)} pages; at most {_MOST_PAGES} are read"
                )
            return _document(path.name, pdf)
    except InputError:
        raise
    except Exception as error:  # pdfminer raises many kinds for broken files
        inner = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(inner, PDFPasswordIncorrect) or "password" in repr(error).lower():
            raise InputError(f"file '{path.name}': encrypted; a PDF without password is needed") from None
        kind = type(inner).__name__
        raise InputError(
            f"file '{path.name}': broken PDF ({kind}: {str(inner)[:80] or 'no more said'})"
        ) from None


def _unpacked(raw: bytes) -> int:
    """Size that the deflated streams unpack to, nested ones included, counted up to just above the limit."""
    total = 0
    for match in _STREAM.finditer(raw):
        data = memoryview(raw)[match.end() : match.end() + 64 * 2**20]
        for _ in range(3):
            if len(data) < 2 or data[0] & 0x0F != 8:
                break
            try:
                out = zlib.decompressobj().decompress(data, _LARGEST_STREAM - total + 1)
            except zlib.error:
                break
            total += len(out)
            if total > _LARGEST_STREAM:
                return total
            data = memoryview(out)
    return total


def _document(name: str, pdf: Any) -> Document:
    pages: list[list[Line]] = []
    grids: list[Grid] = []
    for number, page in enumerate(pdf.pages, 1):
        lines = lines_of(page.chars)
        found, covered = ruled_grids(page, lines, number)
        grids += found
        pages.append([line for line in lines if not any(line.inside(box) for box in covered)])
        page.close()
    if not any(line.text.strip() for lines in pages for line in lines):
        raise InputError(f"file '{name}': no text layer (scanned pages?); a PDF with text is needed")
    _drop_repeated(pages)
    paper = _metadata(pdf, pages[0])
    passages, references = _passages(pages, paper.get("title", ""))
    return Document(name, tuple(passages), tuple(grids), numbered_references("\n".join(references)), paper)


def _drop_repeated(pages: list[list[Line]]) -> None:
    """Running heads and page numbers: the same short line (digits aside) on half of the pages."""
    if len(pages) < 3:
        return
    count = Counter(k for lines in pages for k in {re.sub(r"\d+", "#", line.text.strip()) for line in lines})
    common = {k for k, n in count.items() if n > len(pages) / 2}
    for i, lines in enumerate(pages):
        pages[i] = [line for line in lines if re.sub(r"\d+", "#", line.text.strip()) not in common]


def _metadata(pdf: Any, first: list[Line]) -> dict[str, str]:
    info = {k.lower(): str(v) for k, v in (pdf.metadata or {}).items() if isinstance(v, (str, bytes))}
    words = "\n".join(line.text for line in first)
    out = {
        "doi": find_doi(words)
        or find_doi(" ".join(info.get(k, "") for k in ("doi", "wps-articledoi", "subject", "title")))
    }
    title = info.get("title", "").strip()
    big = _largest_lines(first)
    if len(title) < 15 or re.search(r"\.(docx?|tex|pdf|indd)$|^untitled|^microsoft", title, re.IGNORECASE):
        title = " ".join(line.text.strip() for line in big)
    out["title"] = title[:300]
    year = re.search(
        r"(?:published|accepted|©|copyright|received)[^\n]{0,40}?\b((?:19|20)\d\d)\b", words, re.IGNORECASE
    )
    out["year"] = (
        year[1] if year else (re.search(r"D:((?:19|20)\d\d)", info.get("creationdate", "")) or ["", ""])[1]
    )
    author = re.split(r",| and |;", info.get("author", ""))[0].strip()
    out["first_author"] = (
        author if re.search(r"[A-Za-z]{2}\W+[A-Za-z]{2}", author) else _author_below(first, big)
    )
    journal = re.search(
        r"^\s*((?:Adv|ACS|Nano|Nat|Small|J|Appl|Mater|Sci|Phys|Chem|InfoMat|Angew|npj|IEEE"
        r"|Commun)[A-Za-z.& ]{2,40}?),? (?:(?:19|20)\d\d|\d+,)",
        words,
        re.MULTILINE,
    )
    out["journal"] = journal[1].strip() if journal else ""
    return {k: v for k, v in out.items() if v}


def _largest_lines(lines: list[Line]) -> list[Line]:
    """The title: the consecutive lines of the largest type in the upper part of the first page."""
    upper = [line for line in lines[:25] if len(line.text.strip()) > 2]
    if not upper:
        return []
    largest = max(line.size for line in upper)
    if largest < 1.15 * median(line.size for line in lines):
        return []
    start = next(i for i, line in enumerate(upper) if line.size > 0.97 * largest)
    out = []
    for line in upper[start : start + 5]:
        if line.size <= 0.97 * largest:
            break
        out.append(line)
    return out


def _author_below(lines: list[Line], title: list[Line]) -> str:
    if not title:
        return ""
    i = lines.index(title[-1]) + 1
    if i >= len(lines):
        return ""
    name = re.split(r",| and |;|\band\b|\*|\[|\^|\d", lines[i].text.strip())[0].strip()
    return name if re.fullmatch(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){1,3}", name) else ""


def _passages(pages: list[list[Line]], title: str) -> tuple[list[Passage], list[str]]:
    passages = [Passage(title, Place(page=1, section="title"))] if title else []
    references: list[str] = []
    section = ""
    open_lines: list[str] = []
    open_page = 1
    previous: Line | None = None

    def flush() -> None:
        if open_lines:
            passages.append(Passage(_joined(open_lines), Place(page=open_page, section=section)))
            open_lines.clear()

    for number, lines in enumerate(pages, 1):
        for line in lines:
            words = line.text.strip()
            if not words:
                continue
            name = heading_of(words)
            run_in = re.match(r"(Abstract)\s*[:.\u2014\u2013-]\s*(?=\w)", words)
            if name:
                flush()
                section = name
                previous = None
                continue
            if run_in:
                flush()
                section, words = "abstract", words[run_in.end() :]
            if section == REFERENCES:
                references.append(words)
                continue
            if (previous is not None and line.starts_paragraph_after(previous)) or _CAPTION.match(words):
                flush()
            if not open_lines:
                open_page = number
            open_lines.append(words)
            previous = line
    flush()
    return passages, references


def _joined(lines: list[str]) -> str:
    """Lines of a paragraph in one; a word broken at the line's end is mended, a compound keeps its hyphen."""
    out = ""
    for line in lines:
        if (
            _HYPHEN.search(out)
            and re.match(r"[a-z]{2}", line)
            and not re.search(
                r"\b(?:high|low|non|two|multi|cycle-to|device-to|long|short|self|light|lead)-$", out
            )
        ):
            out = out[:-1] + line
        else:
            out += ("" if not out or out.endswith("-") else " ") + line
    return out
