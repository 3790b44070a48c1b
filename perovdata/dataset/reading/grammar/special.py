"""Values of a form of their own: orders of magnitude, and the sizes of arrays."""

from __future__ import annotations

import re

from perovdata.dataset.reading.document import Evidence, Place
from perovdata.dataset.reading.findings import Finding
from perovdata.dataset.reading.grammar.conditions import definition
from perovdata.dataset.reading.grammar.operators import operator_before

_ORDERS = re.compile(
    r"(?:(?:of|exceeding|exceeds|over|above|more than|reaches|reaching|spans|spanning"
    r"|covering|about|~|up to|nearly|by)\s+)*"
    r"(?<![\w.])(\d{1,2}|two|three|four|five|six|seven|eight|nine) orders? of magnitude",
    re.IGNORECASE,
)
_ORDER_CUE = re.compile(
    r"(?:on ?/ ?off|resistance|current|switching|conductance|dynamic"
    r"|memory)[\w/ -]{0,20}(?:ratio|window|range|contrast)[^.;]{0,25}$|\bwindow[^.;]{0,15}$",
    re.IGNORECASE,
)
_BEYOND = re.compile(r"\s*\(?(?:above|below|over|beyond|more|less|than|from)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:increas|enhanc|improv|reduc|decreas|lower|higher|larger|smaller|better|greater"
    r"|faster|boost|drop|rais|fall|by)\w*\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {
    w: i for i, w in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine"], 2)
}
_PIXELS = re.compile(r"\bpixels?\b", re.IGNORECASE)
_NOT_BUILT = re.compile(r"\bimages?\b|\bkernels?\b|\binput\b|\bMNIST\b|µm|mm", re.IGNORECASE)
MAGNITUDES = re.compile(r"([\w.\u2013-]+(?: to \w+)?) orders? of(?: \w+)? magnitude", re.IGNORECASE)
ARRAY = re.compile(
    r"(?<![\w.])(\d{1,4}) ?(?:×|x|by|\*) ?(\d{1,4})(?! ?(?:×|x) ?\d)(?="
    r"\)? (?:\w+[- ]){0,4}?(?:arrays?|crossbars?|cross-?points?|matrix|devices))|(?:array"
    r"|crossbar|matrix)(?: of| with| \()? ?(\d{1,4}) ?(?:×|x) ?(\d{1,4})"
)


def orders_of_magnitude(text: str, words: str, foreign: list[tuple[int, int]], place: Place) -> list[Finding]:
    """``an ON/OFF ratio of five orders of magnitude``; a change *by* some orders is none."""
    out = []
    for match in _ORDERS.finditer(words):
        start = match.start(1)
        cue = _ORDER_CUE.search(words[: match.start()])
        if not cue or any(a <= start < b for a, b in foreign):
            continue
        between = words[cue.start() : match.end() + 25]
        if (
            _CHANGE.search(between.replace(match[0], ""))
            or _BEYOND.match(words[match.end() :])
            or re.search(r"\bby\b", match[0])
        ):
            continue
        exponent = _NUMBER_WORDS.get(match[1].lower()) or int(match[1])
        metric = (
            "dynamic_range" if re.search(r"dynamic|conductance", cue[0], re.IGNORECASE) else "on_off_ratio"
        )
        operator, _ = operator_before(words, start, match.end())
        evidence = Evidence(text, start, match.end(), place)
        term = definition(metric, words, cue[0], between)
        out.append(
            Finding(
                metric,
                operator,
                10.0**exponent,
                evidence,
                0.6,
                "told in orders of magnitude",
                None,
                None,
                term,
                "",
                f"stated as {match[1]} orders of magnitude",
            )
        )
    return out


def arrays(text: str, words: str, foreign: list[tuple[int, int]], place: Place) -> list[Finding]:
    out = []
    for match in ARRAY.finditer(words):
        around = words[max(0, match.start() - 25) : match.end() + 25]
        if any(a <= match.start() < b for a, b in foreign) or _NOT_BUILT.search(around):
            continue
        if match[1] and _PIXELS.search(around):  # of an image; "an array of 12 x 12 pixels" is one of devices
            continue
        rows, columns = (match[1], match[2]) if match[1] else (match[3], match[4])
        for metric, number in (("array_rows", rows), ("array_cols", columns)):
            evidence = Evidence(text, match.start(), match.end(), place)
            term = definition(metric, words, words, words)
            out.append(
                Finding(
                    metric, "=", float(number), evidence, 0.7, "size beside the word array", None, None, term
                )
            )
    return out
