"""The rule-based reader: sentences and tables of a document, each value tied to its composition."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from perovdata.dataset.reading.document import Document, Passage
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.formats.headings import own_part
from perovdata.dataset.reading.grammar.foreign import foreign_spans
from perovdata.dataset.reading.grammar.sentence import read_sentence
from perovdata.dataset.reading.grammar.text import plain, sentences
from perovdata.dataset.reading.materials import Mention, Mentions, mentions
from perovdata.dataset.reading.reader import Reader

_OWN = re.compile(r"\b(?:we|our|herein|here|this work|this study|this paper|present work)\b", re.IGNORECASE)
_BACK = re.compile(
    r"^(?:Its|It|The latter|This (?:device|material|film|memristor|synapse|cell)|These"
    r" devices|Such (?:a )?device|The same (?:device|film|cell))\b"
)
_EACH = re.compile(r"\b(?:both|all|each|either)\b", re.IGNORECASE)
_BEHIND = re.compile(
    r"^\s?\($|^\W{0,2}(?:\([^)]*\) ?)?(?:, )?(?:was |were |is |are )?(?:\w+ ){0,2}?(?:for|in|of|on"
    r"|with|using|from) (?:the |a |an |our )?(?:\w+[- ]){0,2}?$"
)
_VARIANT = re.compile(
    r"\b(pristine|control|undoped|unpassivated|untreated|bare|reference|unmodified"
    r"|non-passivated|flat|rigid) (?:\w+ )?(?:devices?|films?|samples?|cells?|memristors?"
    r"|one|synapses?|perovskites?|counterpart)",
    re.IGNORECASE,
)
_SECTION_WEIGHT = {"title": 6.0, "abstract": 3.0}


class RuleReader(Reader):
    """A small grammar of the field's phrases; no network, no model."""

    def read(self, document: Document) -> Iterable[Finding | Accuracy]:
        """See :meth:`Reader.read`; tables are read by :mod:`perovdata.dataset.reading.grids`."""
        known: dict[str, str] = {}
        for passage in document.passages:  # abbreviations first: a title may use what the abstract defines
            mentions(plain(passage.text), known)
        out: list[Finding | Accuracy] = []
        for passage in document.passages:
            out += _read_passage(passage, known)
        return out


def _read_passage(passage: Passage, known: dict[str, str]) -> list[Finding | Accuracy]:
    own = own_part(passage.place.section)
    out: list[Finding | Accuracy] = []
    last: str | None = None
    before = ""
    for _, sentence in sentences(passage.text):
        words = plain(sentence)
        found = mentions(words, known)
        own_mentions = _own(words, found)
        if own or _OWN.search(words):
            values = read_sentence(sentence, passage.place, list(found.spans), before)
            back = last if not own_mentions and _BACK.match(words) else None
            out += _attributed(words, values, own_mentions, back)
        formulas = {f for m in own_mentions for f in m.formulas}
        before = sentence
        if own_mentions:
            last = formulas.pop() if len(formulas) == 1 else None
    return out


def _own(words: str, found: Mentions) -> list[Mention]:
    foreign = foreign_spans(words)
    return [m for m in found.found if not any(a <= m.start < b for a, b in foreign)]


def _attributed(
    words: str, values: list[Finding | Accuracy], own: list[Mention], back: str | None
) -> list[Finding | Accuracy]:
    """Tie each value to the composition that the sentence means."""
    out: list[Finding | Accuracy] = []
    listed = [f for m in own for f in m.formulas]
    distinct = list(dict.fromkeys(listed))
    values = [_with_variant(words, v) for v in values]
    for value in values:
        peers = _peers(words, values, value)
        behind = next(
            (
                m
                for m in own
                if m.start >= value.evidence.end and _BEHIND.match(words[value.evidence.end : m.start])
            ),
            None,
        )
        if not distinct:
            out.append(replace(value, composition=back) if back else value)
        elif len(distinct) == 1 and len(peers) == 1:
            out.append(replace(value, composition=distinct[0]))
        elif len(peers) == len(distinct) > 1 and (
            len(peers) == sum(_near(words, peers)) or "respectively" in words or _in_turns(peers, own)
        ):
            out.append(replace(value, composition=distinct[[id(p) for p in peers].index(id(value))]))
        elif behind is not None:
            out += [replace(value, composition=f) for f in behind.formulas]
        elif len(distinct) == 1:
            out.append(replace(value, composition=distinct[0]))
        elif len(peers) == 1 and (_EACH.search(words) or any(len(m.formulas) == len(distinct) for m in own)):
            out += [replace(value, composition=f) for f in distinct]
        else:
            before = [m for m in own if m.start < value.evidence.start]
            chosen = before[-1] if before else own[0]
            doubt = "several compositions in the sentence"
            for formula in chosen.formulas:
                out.append(
                    replace(
                        value,
                        composition=formula,
                        confidence=min(value.confidence, 0.7),
                        reason=f"{value.reason}; {doubt}",
                    )
                )
    return out


def _peers(
    words: str, values: list[Finding | Accuracy], value: Finding | Accuracy
) -> list[Finding | Accuracy]:
    """Values of the same metric in the sentence, in order."""
    if isinstance(value, Accuracy):
        return [v for v in values if isinstance(v, Accuracy)]
    return [v for v in values if isinstance(v, Finding) and v.metric == value.metric]


def _near(words: str, peers: list[Finding | Accuracy]) -> list[bool]:
    """Whether each value stands in one list with the one before."""
    out = [True]
    for a, b in pairwise(peers):
        out.append(
            bool(
                re.fullmatch(
                    r"\s*(?:,|and|or|/|;|, and)\s*(?:~|about |approximately |>)?\s*",
                    words[a.evidence.end : b.evidence.start],
                )
            )
        )
    return out


def _in_turns(peers: list[Finding | Accuracy], own: list[Mention]) -> bool:
    """Whether each value stands between its own composition and the next one's."""
    starts = [m.start for m in own]
    ends = [*starts[1:], peers[-1].evidence.end + 1]
    return len(own) == len(peers) and all(
        a < p.evidence.start < b for a, p, b in zip(starts, peers, ends, strict=True)
    )


def _with_variant(words: str, value: Finding | Accuracy) -> Finding | Accuracy:
    """Note that a value is that of the control device, where the words beside it say so."""
    if not isinstance(value, Finding):
        return value
    for match in _VARIANT.finditer(words):
        behind = words[value.evidence.end : match.start()] if match.start() >= value.evidence.end else None
        if behind is not None and re.fullmatch(r"\W{0,2}(?:for|in|of|with) (?:the |a )?", behind):
            label = f"{match[1].lower()} device"
            return replace(value, conditions="; ".join(c for c in (value.conditions, label) if c))
    return value


def document_composition(document: Document) -> str | None:
    """The composition that a paper is about, by title, abstract and how often it is named."""
    known: dict[str, str] = {}
    for passage in document.passages:
        mentions(plain(passage.text), known)
    count: dict[str, float] = {}
    for passage in document.passages:
        section = passage.place.section
        weight = _SECTION_WEIGHT.get(section, 1.0 if own_part(section) else 0.1)
        for _, words in sentences(plain(passage.text)):
            for mention in _own(words, mentions(words, known)):
                for formula in mention.formulas:
                    count[formula] = count.get(formula, 0.0) + weight / len(mention.formulas)
    return max(count, key=lambda f: count[f]) if count else None
