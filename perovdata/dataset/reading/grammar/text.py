"""Characters and sentences: one spelling for the many of papers, without moving a character."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SAME_LENGTH = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\uff0d\u02d7\ufe63", "-"),
        **dict.fromkeys("\u2014\u2015", "\u2013"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2005\u2006\u2007\u2008\u2009\u200a\u202f\t\n\r", " "),
        **dict.fromkeys("\u223c\u2248\u2243\u301c\uff5e\u2245", "~"),
        **dict.fromkeys("\u2a7e\u2267\u2273", "\u2265"),
        **dict.fromkeys("\u2a7d\u2266\u2272", "\u2264"),
        **dict.fromkeys("\u2219\u22c5\u2022", "\u00b7"),
        **dict.fromkeys("\u2715\u2a2f\u2217", "\u00d7"),
        **dict.fromkeys("\u2044\u2215\uff0f", "/"),
        "\u03bc": "\u00b5",
        "\u2126": "\u03a9",
        "\uff1e": ">",
        "\uff1c": "<",
        "\u2019": "'",
    }
)
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[~]?[A-Z0-9\u0370-\u03ff])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Figs?|Eqs?|Refs?|ref|refs|Nos?|Tabs?|Dr|Prof|vs|ca|approx|resp|cf|e\.g|i\.e"
    r"|et al|etc|Suppl|St|max|min|avg)"
    r"|\b[A-Z])\.$"
)


def plain(text: str) -> str:
    """Dashes, blanks, tildes, micro signs and the like in one spelling; every character keeps its place."""
    return text.translate(_SAME_LENGTH)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences of a passage with their offset; ``Fig. 3``, ``et al. [2]`` and decimals do not end one."""
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        yield start, text[start : match.start()]
        start = match.end()
    if text[start:].strip():
        yield start, text[start:].rstrip()
