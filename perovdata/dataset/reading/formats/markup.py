"""What HTML and JATS share: safe parsing, text with superscripts marked, tables with merged cells."""

from __future__ import annotations

import re
from typing import Any

from perovdata.dataset.reading.document import Grid, Place
from perovdata.errors import InputError

_EXPONENT = re.compile(r"[-+\u2212\u2013]?\s?\d{1,3}$")
_UNIT_END = re.compile(r"(?:10|\b[A-Za-zµ]{0,2}(?:m|s|W|A|V|J|Hz|K|g))\s*$")
_SPAN_LIMIT = 40  # columns and rows that a merged cell may cover


def parse_markup(raw: bytes, name: str, html: bool) -> Any:
    """Parse without entities, network, DTD or giant trees.

    Raises
    ------
    InputError
        If the file cannot be parsed.
    """
    from lxml import etree

    parser = (
        etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, encoding=_encoding(raw))
        if html
        else etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"file '{name}': broken {'HTML' if html else 'XML'} ({str(error)[:120]})") from None
    if root is None:
        raise InputError(f"file '{name}': no element in it; an HTML or XML paper is needed")
    return root


def _encoding(raw: bytes) -> str | None:
    """UTF-8 where a page names no character set and is valid UTF-8; else the parser's own guess."""
    if b"charset" in raw[:4096].lower():
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def tag(element: Any) -> str:
    """Local name of an element in lower case; empty for comments and entities."""
    name = element.tag
    return name.rpartition("}")[2].lower() if isinstance(name, str) else ""


def text_of(element: Any, skip: frozenset[str] = frozenset()) -> str:
    """Text of an element on one line; an exponent in ``<sup>`` is written ``^4``, a citation ``[4]``."""
    parts: list[str] = []
    _collect(element, skip, parts)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _collect(root: Any, skip: frozenset[str], parts: list[str]) -> None:
    """Depth first without recursion, so that no depth of nesting can exhaust the stack."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        if done:
            parts.append(element)
            continue
        name = tag(element)
        if name in skip or not name:
            continue
        if name == "sup":
            inner = re.sub(r"\s+", "", "".join(element.itertext()))
            parts.append(_superscript(inner, "".join(parts[-3:])))
            continue
        if element.text:
            parts.append(element.text)
        after = (
            " "
            if name in ("p", "div", "br", "li", "td", "th", "title", "break") and element is not root
            else ""
        )
        for child in reversed(element):
            if child.tail:
                stack.append((child.tail, True))
            stack.append((child, False))
        if after:
            parts.append(after)


def _superscript(inner: str, before: str) -> str:
    if _EXPONENT.fullmatch(inner) and _UNIT_END.search(before):
        return f"^{inner}"
    if re.fullmatch(r"[\[(]?\d[\d,\u2013-]*[\])]?", inner):
        return f" [{inner.strip('[]()')}]"
    return inner


def grid_of(element: Any, caption: str, place: Place) -> Grid | None:
    """A ``<table>`` with merged cells repeated; None if it has no rows."""
    rows: list[list[str]] = []
    heads = 0
    open_cells: dict[int, tuple[int, str]] = {}
    for line in (e for e in element.iter() if tag(e) == "tr"):
        cells: list[str] = []
        data = False
        for cell in (c for c in line if tag(c) in ("td", "th")):
            _fill(cells, open_cells)
            words = text_of(cell)
            data = data or tag(cell) == "td"
            wide = min(_whole(cell.get("colspan")), _SPAN_LIMIT)
            tall = min(_whole(cell.get("rowspan")), _SPAN_LIMIT)
            for _ in range(wide):
                if tall > 1:
                    open_cells[len(cells)] = (tall - 1, words)
                cells.append(words)
        _fill(cells, open_cells)
        in_head = any(tag(a) == "thead" for a in line.iterancestors())
        if cells:
            rows.append(cells)
            if len(rows) == heads + 1 and (in_head or not data):
                heads += 1
    if len(rows) < 2:
        return None
    heads = max(1, min(heads, len(rows) - 1))
    width = max(len(r) for r in rows)
    padded = [r + [""] * (width - len(r)) for r in rows]
    header = tuple(
        " ".join(dict.fromkeys(c for c in column if c)) for column in zip(*padded[:heads], strict=True)
    )
    return Grid(caption, header, tuple(tuple(r) for r in padded[heads:]), place)


def _fill(cells: list[str], open_cells: dict[int, tuple[int, str]]) -> None:
    """Put the cells that reach down from rows above in their columns."""
    while len(cells) in open_cells:
        left, words = open_cells.pop(len(cells))
        if left > 1:
            open_cells[len(cells)] = (left - 1, words)
        cells.append(words)


def _whole(text: str | None) -> int:
    return max(1, int(text)) if text and text.strip().isascii() and text.strip().isdigit() else 1
