"""The metric that a pronoun stands for: ``The on/off ratio was read at 50 mV. It exceeds 10^5.``"""

from __future__ import annotations

import re

from perovdata.dataset.reading.grammar.foreign import foreign_spans
from perovdata.dataset.reading.grammar.hits import Hit, hits

_PRONOUN = re.compile(
    r"(?:It|They|This (?:value|ratio|figure|number|quantity|index|window|time|energy|voltage)"
    r"|(?:The|These) values?)"
    r"(?= (?:\w+ly )?(?:is|are|was|were|amounts?|reach\w*|exceed\w*|ris\w+|rose|increas\w*|equal\w*|lies?"
    r"|rang\w+|can|could|remain\w*|stay\w*|correspond\w*|drop\w*|fall\w*|fell|decreas\w*|gr[eo]w\w*"
    r"|attain\w*|climb\w*"
    r"|averag\w*|surpass\w*)\b)"
)


def carried(words: str, before: str) -> list[Hit]:
    """Cues of the sentence before, standing where the pronoun of this one stands.

    Parameters
    ----------
    words, before : str
        A sentence and the one before it in its paragraph, in the spelling of :func:`plain`.

    Returns
    -------
    list of Hit
        Empty unless the sentence begins with a pronoun. A dimension for which the sentence before names
        two metrics is ambiguous, and a sentence that speaks of other work lends nothing.
    """
    pronoun = _PRONOUN.match(words)
    if pronoun is None or foreign_spans(before):
        return []
    named = [h.cue for h in hits(before) if h.cue.metrics and not h.cue.handicap]
    return [
        Hit(cue, 0, pronoun.end())
        for cue in dict.fromkeys(named)
        if all(cue.metrics == other.metrics for other in named if cue.dimensions & other.dimensions)
    ]
