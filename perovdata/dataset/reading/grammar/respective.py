"""Numbers that go to their names in order: ``switching ratio and retention of 10^5 and 3 x 10^4 s``."""

from __future__ import annotations

import re
from dataclasses import replace

from perovdata.dataset.reading.grammar.hits import Hit
from perovdata.dataset.reading.grammar.quantities import Quantity

_AND = re.compile(r"\s*(?:,|and|, and|as well as)\s*(?:an? |the |its )?(?:[a-z]+ )?", re.IGNORECASE)


def in_order(text: str, found: list[Quantity], named: list[Hit]) -> dict[int, tuple[Quantity, Hit]]:
    """Numbers of a list of two whose names stand in a list of two before them.

    Parameters
    ----------
    text : str
        The sentence.
    found : list of Quantity
        Its quantities.
    named : list of Hit
        Its cues.

    Returns
    -------
    dict of int to (Quantity, Hit)
        By index in `found`; a number that had taken the unit of the list's last one has its own again.
    """
    out: dict[int, tuple[Quantity, Hit]] = {}
    cues = sorted((h for h in named if h.cue.metrics), key=lambda h: h.start)
    for i in range(len(found) - 1):
        a, b = found[i], found[i + 1]
        alone = sum(q.list_id == a.list_id for q in found) == 2
        if (
            a.high is not None
            or not _AND.fullmatch(text[a.number_end : b.start])
            or not (alone and a.list_id == b.list_id)
        ):
            continue
        bare = a if a.bare is None else replace(a, value=a.bare, dimension="1", unit="")
        for first, second in ((f, s) for f in cues for s in cues if f.end <= s.start):
            if (
                second.end <= a.start
                and first.cue.metrics != second.cue.metrics
                and len(first.cue.metrics) == len(second.cue.metrics) == 1
                and _AND.fullmatch(text[first.end : second.start])
                and len(text[second.end : a.start].split()) <= 5
                and b.dimension in second.cue.dimensions
            ):
                fitting = next((q for q in (a, bare) if q.dimension in first.cue.dimensions), None)
                if fitting is not None:
                    out[i], out[i + 1] = (fitting, first), (b, second)
    return out
