"""Sections of a running text: which line is a heading, where the references begin."""

from __future__ import annotations

import re

REFERENCES = "references"
_HEADING = re.compile(
    r"(?:\d+(?:\.\d+)*\.?\s+|[IVX]+\.\s+)?(abstract|summary|introduction|background"
    r"|results?(?: and discussions?)?|discussions?|conclusions?(?: and outlook)?|outlook"
    r"|experimental(?: (?:section|details|procedures?|methods))?|methods?|materials and"
    r" methods|references(?: and notes)?|bibliography|literature cited"
    r"|acknowledge?ments?|supporting information|supplementary (?:information|materials?)"
    r"|author contributions?|conflicts? of interest|data availability)\s*[:.]?\s*",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"^\s*(?:\[(\d{1,3})\]|\((\d{1,3})\)|(\d{1,3})[.)])\s+(?=\S)", re.MULTILINE)


def heading_of(line: str) -> str | None:
    """Name of the section that a line begins, in lower case; None if it is no heading."""
    match = _HEADING.fullmatch(line.strip().strip("#* "))
    if not match:
        return None
    name = match[1].lower()
    return REFERENCES if name.startswith(("references", "bibliography", "literature cited")) else name


def own_part(section: str) -> bool:
    """Whether a section speaks of the paper's own devices; an introduction mostly does not."""
    return not re.match(
        r"introduction|background|acknowledg|author contrib|conflict|data avail|references", section.lower()
    )


def numbered_references(text: str) -> dict[str, str]:
    """Entries of a reference list by number."""
    marks = list(_ENTRY.finditer(text))
    out: dict[str, str] = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        end = following.start() if following else len(text)
        number = mark[1] or mark[2] or mark[3]
        out.setdefault(number, " ".join(text[mark.end() : end].split()))
    return out
