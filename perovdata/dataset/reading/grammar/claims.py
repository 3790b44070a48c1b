"""Which metric each quantity of a sentence belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from perovdata.dataset.reading.grammar.hits import Hit, hits
from perovdata.dataset.reading.grammar.members import member
from perovdata.dataset.reading.grammar.pulses import part_of_pulse
from perovdata.dataset.reading.grammar.quantities import Quantity
from perovdata.dataset.reading.grammar.respective import in_order

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


def claims(text: str, found: list[Quantity], subject: Sequence[Hit] = ()) -> list[Claim]:
    """Assign metrics to the quantities of one sentence.

    Parameters
    ----------
    text : str
        The sentence in the spelling of :func:`plain`.
    found : list of Quantity
        Its quantities.
    subject : sequence of Hit
        Cues that a pronoun stands for, see :func:`carried`.

    Returns
    -------
    list of Claim
        Quantities that no metric claims are left out.
    """
    named = [*hits(text), *subject]
    ordered = in_order(text, found, named)
    best: dict[int, tuple[float, Hit] | None] = {i: _best(text, found, i, named) for i in range(len(found))}
    out: list[Claim] = []
    for i, quantity in enumerate(found):
        if i in ordered:
            own, hit = ordered[i]
            named_by = text[hit.start : hit.end]
            out.append(Claim(own, hit.cue.metrics[0], 1.0, named_by, hit.start, hit.end))
            continue
        choice = best[i]
        # a number in the middle of a list goes where the first of the list went
        first = next(j for j, q in enumerate(found) if q.list_id == quantity.list_id)
        head = best[first]
        follows = first != i and quantity.dimension == found[first].dimension
        if (
            follows
            and head
            and (not choice or choice[0] > 0.0)
            and (not choice or head[0] <= choice[0] or choice[1].start == head[1].start)
        ):
            choice = head
        if choice is None or choice[0] > 1.0:
            pulse = part_of_pulse(text, found, i)
            if pulse:
                role, start, end = pulse
                out.append(Claim(quantity, role, 1.0, text[start:end], start, end))
                continue
        if choice is None or choice[0] > 5.0:
            parallel = _parallel(text, quantity, out)
            if parallel and choice and choice[1].start == parallel.cue_start:
                choice = (parallel.cost, choice[1])
            elif parallel:
                out.append(parallel)
                continue
        if choice is None:
            claim = _unnamed(text, quantity)
            out += [claim] if claim else []
            continue
        cost, hit = choice
        if not hit.cue.metrics:
            continue
        metric = member(text, found, i, hit)
        if metric and metric != "-":
            out.append(Claim(quantity, metric, cost, text[hit.start : hit.end], hit.start, hit.end))
    return out


_BY_UNIT = {
    "A/W": "responsivity",
    "Jones": "detectivity",
    "states": "n_states",
    "J": "energy_per_event",
    "J/m2": "areal_energy",
}
_EVENT_WORDS = re.compile(r"spik|event|synap|energ|pulse|consum|writ|switch|program", re.IGNORECASE)
_SWITCHING_CYCLES = re.compile(
    r"(?:\w+ )*(?:switching|consecutive|successive|dc|I-V|P/E|(?:SET/RESET|write/erase|program/erase"
    r"|on/off)) ?\w+"
    r"|(?:dc )?sweeps",
    re.IGNORECASE,
)
_OTHER_LEVELS = re.compile(r"gr[ae]y|energy|trap|defect|surface|image|input|quanti[sz]", re.IGNORECASE)
_PARALLEL = re.compile(
    r"^ (for|in|of|with|at|under|using)\b [^.;:]{1,60}?(?:,|\band\b|\bbut\b|\bwhile\b"
    r"|\bwhereas\b|\bversus\b|\bto\b)\s?(?:and |but |only |about |~ ?|just |even |that |it"
    r" |is |was |a |of |to |nearly |over |>)*[-+~]?$"
)
# "CsPbBr3 showed an ON/OFF ratio of 10^3, whereas CsPbCl3 showed 10^5"
_ELLIPSIS = re.compile(
    r",? (?:and|while|whereas|but)(?: \S+){1,5} (?:show|has|had|g[ai]ve|reach|exhibit|need|requir"
    r"|consum|attain|yield)\w*"
    r" (?:only |about |~ ?|over |up to |just |> ?)*"
)


def _parallel(text: str, quantity: Quantity, before: list[Claim]) -> Claim | None:
    """A number that runs parallel to one with a cue: ``3.4 nJ at 405 nm, 1.1 nJ at 450 nm``."""
    earlier = next((c for c in reversed(before) if c.quantity.dimension == quantity.dimension), None)
    if earlier is None:
        return None
    between = text[earlier.quantity.end : quantity.start]
    link = _PARALLEL.match(between)
    if not _ELLIPSIS.fullmatch(between) and (
        not link or not re.match(rf" {link[1]}\b", text[quantity.end :])
    ):
        return None
    return Claim(
        quantity, earlier.metric, earlier.cost + 2.0, earlier.cue, earlier.cue_start, earlier.cue_end
    )


def _unnamed(text: str, quantity: Quantity) -> Claim | None:
    """A quantity without a cue whose unit names the metric."""
    suffix = _PER_EVENT.match(text, quantity.end)
    if quantity.dimension == "J" and suffix:
        return Claim(quantity, "energy_per_event", 0.0, suffix[0].strip(), quantity.end, suffix.end())
    metric = _BY_UNIT.get(quantity.dimension)
    if quantity.dimension == "cycles" and _SWITCHING_CYCLES.match(quantity.unit):
        metric = "endurance"
    around = text[max(0, quantity.start - 30) : quantity.end + 30]
    if metric is None or (metric == "n_states" and _OTHER_LEVELS.search(around)):
        return None
    if metric in ("energy_per_event", "areal_energy") and not _EVENT_WORDS.search(text):
        return None
    return Claim(quantity, metric, 2.5, quantity.unit, quantity.number_end, quantity.end)


def _best(text: str, found: list[Quantity], i: int, named: list[Hit]) -> tuple[float, Hit] | None:
    quantity = found[i]
    options = []
    for hit in named:
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


def _cost(text: str, found: list[Quantity], i: int, hit: Hit) -> float | None:
    quantity = found[i]
    inside = hit.start < quantity.end and quantity.start < hit.end
    if inside:
        return 0.0
    if hit.end <= quantity.start:
        gap = text[hit.end : quantity.start]
        cost = hit.cue.handicap + _gap_cost(gap) + _between(found, i, hit.end, quantity.start)
        return cost if cost <= _MAX_BEFORE else None
    gap = text[quantity.end : hit.start]
    if gap == " (" and text[hit.end : hit.end + 1] == ")":
        return 0.0  # 0.46 V (Vset)
    if any(q.start < hit.start < q.end for q in found if q.dimension == "pulses"):
        return None  # "95 s after 50 pulses": the pulses have a number of their own
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
