"""Which metric each quantity of a sentence belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perovdata.dataset.reading.grammar.cues import CUES, Cue
from perovdata.dataset.reading.grammar.quantities import Quantity

__all__ = ["Claim", "claims"]

_LINK = frozenset(
    [
        "of",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "as",
        "low",
        "high",
        "about",
        "approximately",
        "around",
        "roughly",
        "nearly",
        "almost",
        "than",
        "to",
        "up",
        "reached",
        "reaches",
        "reaching",
        "reach",
        "the",
        "a",
        "an",
        "can",
        "could",
        "value",
        "values",
        "=",
        ":",
        "~",
        ">",
        "<",
        "≥",
        "≤",
        "exceeding",
        "exceeds",
        "exceed",
        "over",
        "above",
        "below",
        "more",
        "less",
        "greater",
        "larger",
        "lower",
        "at",
        "least",
        "with",
        "only",
        "down",
        "achieved",
        "achieves",
        "obtained",
        "obtaining",
        "measured",
        "found",
        "determined",
        "estimated",
        "calculated",
        "both",
        "long",
        "short",
        "small",
        "large",
        "very",
        "ultralow",
        "ultrahigh",
        "excellent",
        "good",
        "stable",
        "maintained",
        "for",
        "beyond",
        "being",
        "respectively",
        "which",
        "that",
        "has",
        "have",
        "had",
        "its",
        "showing",
        "shows",
        "show",
        "exhibits",
        "gives",
        "yields",
        "delivers",
        "delivering",
        "remains",
        "ca.",
        "ca",
        "some",
        "within",
        "under",
        "just",
        "extracted",
        "reported",
        "demonstrated",
        "by",
        "well",
        "even",
        "then",
        "also",
        "close",
        "near",
        "and/or",
        "max",
        "maximum",
        "minimum",
        "average",
        "mean",
        "typical",
        "median",
        "consumption",
        "it",
        "device",
        "devices",
    ]
)
_FORMULA_LIKE = re.compile(r"[A-Z][a-z]?\d|[A-Z]{2}|^\[\d")
_WORD = re.compile(r"[^\s,;()]+|[,;()]")
_CLAUSE = frozenset({";", "while", "whereas", "but", "although", "however"})
_MAX_BEFORE, _MAX_AFTER = 9.0, 6.0
_PER_EVENT = re.compile(
    r"\s?(?:/|per )\s?(?:(?:synaptic|single|one|switching|spike|weight|each|presynaptic"
    r"|programming|training|optical|light|voltage|write)[- ])*"
    r"(?:spikes?|events?|pulses?|operations?|activit\w+|switch(?:ing)?|updates?|synapses?"
    r"|stimul\w+|changes?|bits?|cycles?)"
)


@dataclass(frozen=True)
class Claim:
    """A quantity with the metric that claims it.

    Parameters
    ----------
    quantity : Quantity
    metric : str
        Name of the metric, or ``"accuracy"``.
    cost : float
        Words between the metric's name and the number; small is certain.
    cue : str
        The wording that named the metric.
    cue_start, cue_end : int
        Its characters.
    """

    quantity: Quantity
    metric: str
    cost: float
    cue: str
    cue_start: int
    cue_end: int


@dataclass(frozen=True)
class _Found:
    cue: Cue
    start: int
    end: int


def claims(text: str, found: list[Quantity]) -> list[Claim]:
    """Assign metrics to the quantities of one sentence.

    Parameters
    ----------
    text : str
        The sentence in the spelling of :func:`plain`.
    found : list of Quantity
        Its quantities.

    Returns
    -------
    list of Claim
        Quantities that no metric claims are left out.
    """
    hits = _hits(text)
    best: dict[int, tuple[float, _Found] | None] = {i: _best(text, found, i, hits) for i in range(len(found))}
    out = []
    for i, quantity in enumerate(found):
        choice = best[i]
        # a number in the middle of a list goes where the first of the list went
        first = next(j for j, q in enumerate(found) if q.list_id == quantity.list_id)
        if first != i and best[first] is not None and quantity.dimension == found[first].dimension:
            head = best[first]
            if choice is None or head[0] <= choice[0] or choice[1].start == head[1].start:
                choice = head
        if choice is None:
            claim = _unnamed(text, found, i, out)
            out += [claim] if claim else []
            continue
        cost, hit = choice
        if not hit.cue.metrics:
            continue
        metric = _member(text, found, i, hit)
        if metric and metric != "-":
            out.append(Claim(quantity, metric, cost, text[hit.start : hit.end], hit.start, hit.end))
    return out


_BY_UNIT = {"A/W": "responsivity", "Jones": "detectivity", "states": "n_states", "J": "energy_per_event"}
_EVENT_WORDS = re.compile(r"spik|event|synap|energ|pulse|consum|writ|switch|program", re.IGNORECASE)
_OTHER_LEVELS = re.compile(r"gr[ae]y|energy|trap|defect|surface|image|input|quanti[sz]", re.IGNORECASE)
_PARALLEL = re.compile(
    r"^ (for|in|of|with|at|under|using)\b [^.;:]{1,60}?(?:,|\band\b|\bbut\b|\bwhile\b"
    r"|\bwhereas\b|\bversus\b|\bto\b)\s?(?:and |but |only |about |~ ?|just |even |that |it"
    r" |is |was |a |of |to |nearly |over |>)*[-+~]?$"
)


def _unnamed(text: str, found: list[Quantity], i: int, before: list[Claim]) -> Claim | None:
    """A quantity without a cue: its unit names the metric, or it runs parallel to one with a cue."""
    quantity = found[i]
    suffix = _PER_EVENT.match(text, quantity.end)
    if quantity.dimension == "J" and suffix:
        return Claim(quantity, "energy_per_event", 0.0, suffix[0].strip(), quantity.end, suffix.end())
    earlier = next((c for c in reversed(before) if c.quantity.dimension == quantity.dimension), None)
    if earlier is not None:
        link = _PARALLEL.match(text[earlier.quantity.end : quantity.start])
        if link and re.match(rf" {link[1]}\b", text[quantity.end :]):
            return Claim(
                quantity, earlier.metric, earlier.cost + 2.0, earlier.cue, earlier.cue_start, earlier.cue_end
            )
    metric = _BY_UNIT.get(quantity.dimension)
    around = text[max(0, quantity.start - 30) : quantity.end + 30]
    if metric is None or (metric == "n_states" and _OTHER_LEVELS.search(around)):
        return None
    if metric == "energy_per_event" and not _EVENT_WORDS.search(text):
        return None
    return Claim(quantity, metric, 2.5, quantity.unit, quantity.number_end, quantity.end)


def _hits(text: str) -> list[_Found]:
    """Cues of the text; of two with a shared dimension that overlap, the longer one."""
    raw = [
        _Found(c, m.start(), m.end()) for c in CUES for m in c.pattern.finditer(text) if m.end() > m.start()
    ]
    raw.sort(key=lambda f: (f.start - f.end, f.start))
    kept: list[_Found] = []
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


def _best(text: str, found: list[Quantity], i: int, hits: list[_Found]) -> tuple[float, _Found] | None:
    quantity = found[i]
    options = []
    for hit in hits:
        if quantity.dimension not in hit.cue.dimensions:
            continue
        cost = _cost(text, found, i, hit)
        if cost is not None:
            # a metric wins a tie against a quantity that is none
            options.append((cost + (0.1 if not hit.cue.metrics else 0.0), hit.start - hit.end, hit))
    if not options:
        return None
    cost, _, hit = min(options, key=lambda o: (o[0], o[1]))
    return cost, hit


def _cost(text: str, found: list[Quantity], i: int, hit: _Found) -> float | None:
    quantity = found[i]
    inside = hit.start < quantity.end and quantity.start < hit.end
    if inside:
        return 0.0
    if hit.end <= quantity.start:
        gap = text[hit.end : quantity.start]
        cost = hit.cue.handicap + _gap_cost(gap) + _between(found, i, hit.end, quantity.start)
        return cost if cost <= _MAX_BEFORE else None
    gap = text[quantity.end : hit.start]
    cost = 0.8 + hit.cue.handicap + _gap_cost(gap, after=True) + _between(found, i, quantity.end, hit.start)
    return cost if cost <= _MAX_AFTER else None


def _between(found: list[Quantity], i: int, start: int, end: int) -> float:
    """Other quantities between a cue and a number: one of the same kind outside the list is a rival."""
    own = found[i]
    cost = 0.0
    for q in found:
        if q is own or not (start <= q.start and q.end <= end):
            continue
        cost += 0.0 if q.list_id == own.list_id else 3.0 if q.dimension == own.dimension else 0.7
    return cost


def _gap_cost(gap: str, after: bool = False) -> float:
    cost = 0.0
    depth = 0
    for word in _WORD.findall(gap):
        low = word.lower().strip("\"'")
        if low == "(":
            depth += 1
            cost += 0.3
        elif low == ")":
            depth -= 1
            cost += 0.3
        elif low in _CLAUSE:
            cost += 6.0
        elif low == ",":
            cost += 3.0 if after else 1.5
        elif low == "and":
            cost += 4.0 if after else 1.5
        elif after and low in ("with", "at", "under", "after", "over", "by", "to", "from", "between", "per"):
            cost += 3.0
        elif after and low in ("in", "for", "as"):
            cost += 1.5
        elif after and low == "of":
            cost += 0.5
        elif low in _LINK:
            cost += 0.05
        elif _FORMULA_LIKE.search(word):
            cost += 0.2
        elif low in (
            "at",
            "under",
            "after",
            "during",
            "between",
            "across",
            "on",
            "in",
            "when",
            "from",
            "per",
        ):
            cost += 0.8
        else:
            cost += 0.6
    return cost


_BRANCH = re.compile(
    r"\b(?:(potentiation|LTP|potentiating|P)|(depression|LTD|depressing|D))\b|NL_?\{?(p|P"
    r"|LTP)\b|NL_?\{?(d|D|LTD)\b|α_?\{?(p)\b|α_?\{?(d)\b"
)


def _member(text: str, found: list[Quantity], i: int, hit: _Found) -> str | None:
    """Metric of a number under its cue: of a pair its first or second, of a nonlinearity its branch."""
    quantity = found[i]
    if hit.cue.metrics == ("nonlinearity",):
        return (
            "nonlinearity"
            if re.match(r"asymm", text[hit.start :], re.IGNORECASE)
            else _branch(text, found, i, hit)
        )
    if len(hit.cue.metrics) == 1:
        metric = hit.cue.metrics[0]
        return metric
    peers = [
        q
        for q in found
        if q.dimension == quantity.dimension
        and (q.list_id == quantity.list_id or _same_run(text, q, quantity))
    ]
    index = peers.index(quantity)
    if len(peers) == 1:
        # one figure for both: the caller writes it twice
        return "+".join(hit.cue.metrics)
    return hit.cue.metrics[index % 2] if index < 2 or len(peers) % 2 == 0 else None


def _same_run(text: str, a: Quantity, b: Quantity) -> bool:
    low, high = sorted((a, b), key=lambda q: q.start)
    return bool(
        re.fullmatch(
            r"\s*(?:\([^)]*\)\s*)?(?:,|and|/|;|, and)\s*(?:~|about |approximately )?[-+]?",
            text[low.end : high.start],
        )
    )


def _branch(text: str, found: list[Quantity], i: int, hit: _Found) -> str:
    quantity = found[i]
    marks = [
        (m.start(), "nonlinearity_ltp" if (m[1] or m[3] or m[5]) else "nonlinearity_ltd")
        for m in _BRANCH.finditer(text)
    ]
    if not marks:
        return "nonlinearity"
    peers = [q for q in found if q.dimension == "1" and q.list_id == quantity.list_id]
    if len(peers) == 2:
        ordered = [name for _, name in marks]
        distinct = list(dict.fromkeys(ordered))
        if len(distinct) == 2:
            return distinct[peers.index(quantity)]
    cue_branch = _BRANCH.search(text[hit.start : hit.end])
    if cue_branch:
        return "nonlinearity_ltp" if (cue_branch[1] or cue_branch[3] or cue_branch[5]) else "nonlinearity_ltd"
    tail = re.match(
        r"\s*(?:\(|for |in |during |of )?\s*(?:the )?(?:long-term )?(potentiation|LTP|depression|LTD)\b",
        text[quantity.end :],
        re.IGNORECASE,
    )
    if tail:
        return "nonlinearity_ltp" if tail[1].lower() in ("potentiation", "ltp") else "nonlinearity_ltd"
    before = [name for at, name in marks if at < quantity.start]
    near = before[-1] if before else marks[0][1]
    if len({name for _, name in marks}) == 2 and not before:
        return "nonlinearity"
    return near
