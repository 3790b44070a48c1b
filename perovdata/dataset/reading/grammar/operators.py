"""The operator in front of a number: more than, about, up to ..."""

from __future__ import annotations

import re

_ADVERB = r"(?:\s*(?:a|an|the|of|approximately|roughly|about|even|well|value|values|remarkable|high|record))*"
_RULES = tuple(
    (re.compile(rf"(?:{pattern}){_ADVERB}\s*[-+(]?\s*$", re.IGNORECASE), operator, note)
    for pattern, operator, note in (
        (
            r"\bno (?:less|fewer|shorter) than|\bnot (?:less|fewer) than|\bat least|≥|>=|\ba"
            r" minimum of",
            ">=",
            "",
        ),
        (
            r"\bno (?:more|higher|larger|greater) than|\bnot (?:more than|exceeding)|\bat most|≤"
            r"|<=|\bwithout exceeding",
            "<=",
            "",
        ),
        (
            r"\b(?:more|greater|larger|higher|longer|better) than|\bexceed(?:s|ed|ing)?|\bover"
            r"|\babove|\bbeyond|\bin excess of"
            r"|\bsurpass(?:es|ed|ing)?|\bupwards of|>{1,2}|≫",
            ">",
            "",
        ),
        (
            r"\b(?:less|lower|smaller|shorter|faster|fewer) than|\bbelow|\bunder|<{1,2}|≪"
            r"|\bwithin|\bsub-?",
            "<",
            "",
        ),
        (r"\bup to|\bas (?:high|large|long|great|many|much) as|\bmaximum of|\bat best", "up to", ""),
        (r"\bas (?:low|small|short|fast|little|few) as|\bdown to|\bminimum|\bonly", "=", "lowest value"),
        (
            r"~|\babout|\baround|\bapproximately|\bapprox\.?|\broughly|\bnearly|\bnear|\balmost"
            r"|\bclose to|\bca\.?|\bcirca"
            r"|\b(?:on|of|in) the order of|\bsome|\bestimated (?:to be|at|as)|\bestimated",
            "~",
            "",
        ),
    )
)
_MORE_AFTER = re.compile(r"\s*(?:or (?:more|higher|longer|above)|and (?:above|beyond)|\+(?!\d))")


def operator_before(text: str, start: int, end: int) -> tuple[str, str]:
    """Operator of the number that begins at `start`, and a remark (``"lowest value"``).

    Parameters
    ----------
    text : str
        The sentence.
    start, end : int
        The quantity.
    """
    before = text[max(0, start - 60) : start]
    # 'of about', 'exceeds ~': the stronger statement is the first that matches
    for pattern, operator, note in _RULES:
        if match := pattern.search(before):
            if operator == "up to" and "~" in match[0]:
                return "~", note
            return operator, note
    if _MORE_AFTER.match(text, end):
        return ">=", ""
    return "=", ""
