"""Parts of a sentence whose numbers are not the paper's own: other work, biology, comparisons, targets."""

from __future__ import annotations

import re
from itertools import pairwise

_BREAK = re.compile(
    r"[;:]|, where\b|,? (?:while|whereas|but|although|though|however|whilst|yet)\b|\((?=compar|vs|cf"
    r"|than|in (?:contrast|comparison))"
    r"|, (?:which (?:is|are|was|were|outperform\w*|surpass\w*|exceed\w*|compar\w*) ?(?:\w+"
    r" ){0,3}(?:to|than|with|the|that|those)?"
    r"|(?:far |much |well |significantly |considerably )?(?:lower|higher|smaller|larger"
    r"|better|worse|less|more|greater|longer|shorter|faster|below|above|superior"
    r"|comparable|close|similar|outperforming|surpassing|compared|in contrast|in"
    r" comparison|unlike|approaching)\b)"
    r"|, (?:\w+[- ]){1,8}(?:lower|higher|smaller|larger|better|less|more|greater|longer"
    r"|shorter|faster|below|above) (?:than|the)\b(?! (?:\d|~))"
    r"|, (?:\w+[- ]){1,6}(?:lower|higher|smaller|larger|less|more|greater|longer|shorter"
    r"|faster) than(?= ~?\d[^,;.]*(?:biolog|brain|reported|conventional|literature))"
    r"|(?:,| is| are| was) (?:\w+ ){0,3}(?:lower|higher|smaller|larger|better|less|more"
    r"|greater|longer|shorter|faster) than (?:the|that|those|its|their|any|most"
    r"|previous\w*|reported|conventional|typical|a|an|in|biolog\w*|CMOS|oxide|other)\b"
    r"|,? (?:compared|in comparison|in contrast|relative|versus|vs\.?|as opposed|superior"
    r"|comparable|similar|rather than|instead of|outperforming|surpassing)\b(?: (?:to|with"
    r"|than))?|, (?:against|unlike)|\bagainst(?= (?:the )?~?\d)"
    r"|, and (?=the (?:best|earlier|previous|literature|reported|oxide|conventional))",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:previous(?:ly)?|earlier|prior|precedent)\b(?! (?:stimul|spik|puls|state|learn"
    r"|cycle|experience|section))|\breported\b(?! (?:here|herein|in this))|\breports?\b(?!"
    r" (?:a|an|here|on|the|that) )|\bliterature\b|\bstate-of-the-art\b|\bconventional\b"
    r"|\b(?:et al|co-?workers|colleagues)\b|\bbiological\b|\bbrains?\b|\bhuman\b"
    r"|\bmammal\w*\b|\bbiosynap\w+|\bnatural synap\w+|\bCMOS\b|\bvon Neumann\b|\bother"
    r" (?:groups?|works?|reports?|studies|materials|authors|perovskite|memristors"
    r"|devices)\b|\bcounterparts? (?:in|of|from) (?:the )?(?:literature|ref|other)"
    r"|\boxide[- ]based\b|\b(?:HfO|TaO|TiO|SiO|Al2O3|HfO2|Ta2O5|TiO2|WO3|WOx|MoS2"
    r"|Ge2Sb2Te5|GST)\w* ?(?:-?based )?(?:\w+ )?(?:memristors?|devices?|synapses?|cells?"
    r"|RRAM|memories|counterparts?)|\b(?:in|by|of|from) refs?\.? ?\[?\d|\bRefs?\.? ?\[?\d"
    r"|\btypical(?:ly)? (?:of|for|values? (?:for|of)|oxide|reported)|\bflash memor\w+"
    r"|\bcommercial\b|\bstandard requirement|\brequire(?:ment|d) (?:for|of|by|to)\b"
    r"|\bideal(?:ly)?\b|\bideal value|\btarget\w*\b|\bcriteri\w+|\bbenchmark of\b"
    r"|\b(?:phase[- ]change|organic|silicon|graphene|flash) (?:\w+ )?(?:memor\w+|cells?|synapses?|devices?"
    r"|transistors?|memristors?)|\bothers?\b(?! (?:hand|state|states|electrode|side))"
    r"|\bin (?:19|20)\d\d\b|\b(?:requires?|needs?|demands?)\b[^.;]{0,60}\bpractical\b"
    r"|\bfor comparison\b|\bearlier\b|\bsoftware\b|\bbaseline\b|\bGPUs?\b|\bneeded (?:for"
    r"|by)\b"
    r"|\b(?:would|could|should|must|may|might) (?:\w+ )?(?:need|require|be (?:required"
    r"|needed|expected)|in principle)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\([^()]*\)")
_OWN = re.compile(r"\b(?:our|ours|we|this work|present (?:work|device|study)|herein|here)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:Compared (?:to|with)|In (?:contrast|comparison) (?:to|with)|Relative to"
    r"|Unlike)\b.*?,(?= (?:the|our|this|these|we)\b)"
)


def foreign_spans(text: str) -> list[tuple[int, int]]:
    """Spans of a sentence that speak of something else than the paper's own devices.

    Parameters
    ----------
    text : str
        A sentence in the spelling of :func:`plain`.

    Returns
    -------
    list of (int, int)
        A part between two breaks is foreign if it names other work, biology or a requirement and not
        the authors' own device.
    """
    outside = _BRACKET.sub(lambda m: " " * len(m[0]), text)
    cuts = sorted({0, len(text), *(m.start() for m in _BREAK.finditer(text))})
    out = []
    for start, end in pairwise(cuts):
        if _speaks_of_others(outside[start:end]):
            out.append((start, end))
    if (opening := _OPENING.match(text)) and re.search(r"\d", opening[0]):
        out.append(opening.span())
    for bracket in _BRACKET.finditer(text):  # an aside is judged by itself
        if _speaks_of_others(bracket[0]):
            out.append(bracket.span())
    return out


def _speaks_of_others(part: str) -> bool:
    return bool(_OTHERS.search(part)) and not _OWN.search(part)
