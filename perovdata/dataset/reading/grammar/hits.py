"""Where the cues stand in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from perovdata.dataset.reading.grammar.cue import Cue
from perovdata.dataset.reading.grammar.cues import CUES


@dataclass(frozen=True)
class Hit:
    """A cue and its characters in the text."""

    cue: Cue
    start: int
    end: int


def hits(text: str) -> list[Hit]:
    """Cues of the text; of two with a shared dimension that overlap, the longer one."""
    raw = [Hit(c, m.start(), m.end()) for c in CUES for m in c.pattern.finditer(text) if m.end() > m.start()]
    raw.sort(key=lambda f: (f.start - f.end, f.start))
    kept: list[Hit] = []
    for hit in raw:
        if not any(
            k.start < hit.end
            and hit.start < k.end
            and k.cue.dimensions & hit.cue.dimensions
            and (k.end - k.start > hit.end - hit.start or k.cue is not hit.cue)
            for k in kept
        ):
            kept.append(hit)
    return kept
