"""One sentence into findings: numbers, their metrics, their conversion into the metric's unit."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from perovdata.dataset.reading.document import Evidence, Place
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.grammar.accuracy import accuracy_finding
from perovdata.dataset.reading.grammar.claims import Claim, claims
from perovdata.dataset.reading.grammar.conditions import conditions, definition, paired_pulse_term
from perovdata.dataset.reading.grammar.foreign import foreign_spans
from perovdata.dataset.reading.grammar.operators import operator_before
from perovdata.dataset.reading.grammar.quantities import Quantity, quantities
from perovdata.dataset.reading.grammar.special import ARRAY, MAGNITUDES, arrays, orders_of_magnitude
from perovdata.dataset.reading.grammar.subject import carried
from perovdata.dataset.reading.grammar.text import plain
from perovdata.dataset.schema.metrics import METRICS

# Quantities for which a bare 104 is, in this field, 10^4 with its superscript lost.
_POWERS = frozenset(
    {"on_off_ratio", "dynamic_range", "rectification_ratio", "retention", "endurance", "detectivity"}
)
_LONG = re.compile(r"\b(?:days?|weeks?|months?)\b")
_CITED = re.compile(r"(?: ?(?:/|per )[\w ]{0,20})?\s?\[\d+(?:[,\u2013-]\s?\d+)*\]")
_SCALED = re.compile(r"\b(?:(?:down)?scal\w+|project\w+)(?: down)? to (?:about |~ ?)?$", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:against|instead of|rather than) (?:the |only |about |~ ?)*$", re.IGNORECASE)
_TIMING = re.compile(r"\bSTDP\b|spike-timing")  # its windows are no decay of the memory
# the time at which something was read, or in which a share was lost
_NO_DECAY = re.compile(r"\bat ~?$|\bby (?:\w+ )?~?[\d.]+ ?%[^,;]{0,25}$")
_ON = re.compile(r"(?:turn|switch)", re.IGNORECASE)
_VOLATILE = re.compile(r"threshold[- ]switch|diffusive|(?<!non-)(?<!non)volatile", re.IGNORECASE)
_SMALL_SIGNAL = re.compile(r"(?i:impedance|capacitance|small[- ]signal)|\bEIS\b|\bAC\b")
# a parameter that was varied to show something else: "... as the amplitude is raised from 0.4 to 1.2 V"
_SWEPT = re.compile(r"\b(?:as|when|while|with|by|upon|on)\b[^,;]{0,60}\bfrom ~?$", re.IGNORECASE)
_SHELF = re.compile(
    r"\bstor(?:ed|age|ing)\b|\bair\b|\bambient|\bnitrogen|\bglove ?box|encapsul|\bexpos|\bhumid|\bshelf",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\b(increas\w*|improv\w*|enhanc\w*|ris\w+|rose|gr[eo]w\w*|climb\w*|boost\w*|rais\w*"
    r"|decreas\w*|reduc\w*|lower\w*|drop\w*|fall\w*|fell|declin\w*|shrink\w*|shorten\w*"
    r"|weaken\w*)"
    r" (?:\w+ ){0,6}?from ~?$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:increas|enhanc|improv|reduc|decreas|lower|rais|rise|rose|grow|grew|drop|fall"
    r"|fell|boost|declin|chang|shift|higher|larger|better|differ|degrad)\w*(?:"
    r" [\w/-]+){0,6}? by(?: \w+){0,3} ?~?$",
    re.IGNORECASE,
)
_HOLDING = re.compile(
    r"hold|keep|kept|stay|remain|preserv|maintain|sustain|stor|memori|no|without|negl|little|hardly",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"\bstates?\b|\bdata\b|information|memor|HRS|LRS|resistance|apart|ratio|conductance"
    r"|window|\bweights?\b|levels?\b|\bbits?\b|polari[sz]",
    re.IGNORECASE,
)


def read_sentence(
    text: str, place: Place, skip: list[tuple[int, int]], before: str = ""
) -> list[Finding | Accuracy]:
    """Values and accuracies that a sentence states of the paper's own devices.

    Parameters
    ----------
    text : str
        The sentence as it stands in the paper.
    place : Place
        Where it stands.
    skip : list of (int, int)
        Spans that hold no quantity (formulas).
    before : str
        The sentence before it in its paragraph, for a pronoun to stand for its metric.

    Returns
    -------
    list of Finding or Accuracy
        In the order of their numbers, without composition.
    """
    words = plain(text)
    numbers = quantities(
        words,
        [
            *skip,
            *(m.span(1) for m in MAGNITUDES.finditer(words)),
            *(m.span() for m in ARRAY.finditer(words)),
        ],
    )
    foreign = foreign_spans(words)
    out: list[Finding | Accuracy] = []
    taken: list[Claim] = []
    for claim in claims(words, numbers, carried(words, plain(before))):
        q = claim.quantity
        if any(a <= q.start < b for a, b in foreign) or _of_others(words, q):
            continue
        if any(a <= claim.cue_start < b for a, b in foreign) and claim.cost > 0:
            continue
        taken.append(claim)
    for claim in taken:
        evidence = Evidence(text, claim.quantity.start, claim.quantity.end, place)
        if claim.metric == "accuracy":
            final = replace(claim, quantity=_final(words, "accuracy", claim.quantity))
            found = accuracy_finding(words, final, evidence)
            out += [found] if found else []
            continue
        for metric in claim.metric.split("+"):
            finding = _finding(words, metric, claim, taken, numbers, evidence)
            out += [finding] if finding else []
    out += orders_of_magnitude(text, words, foreign, place)
    out += arrays(text, words, foreign, place)
    out = _fast_and_slow(out)
    return sorted(_once(out), key=lambda f: f.evidence.start)


def _of_others(words: str, q: Quantity) -> bool:
    """Whether a citation or a word beside the number tells that it is not the device's own measured value."""
    if _CITED.match(words[q.end :]) or _SCALED.search(words[: q.start]):
        return True
    return bool(_INSTEAD.search(words[: q.start]) and not re.match(r" (?:for|in|of|with)\b", words[q.end :]))


def convert(metric: str, quantity: Quantity, near: str = "") -> tuple[float, float | None, str] | None:
    """Value, upper end and remark in the metric's unit; None if the number cannot be such a value.

    Parameters
    ----------
    metric : str
    quantity : Quantity
    near : str
        Words around it, which decide what a percentage of a paired-pulse index means.
    """
    value, high, dimension = quantity.value, quantity.high, quantity.dimension
    note = quantity.lost
    if metric in _POWERS and quantity.alternative is not None:
        value, note = quantity.alternative, "exponent lost on page"
    unit = METRICS[metric].unit
    if metric == "n_states" and dimension == "bits":
        if not (value == int(value) and 1 <= value <= 12):
            return None
        return 2.0**value, None if high is None else 2.0**high, f"stated as {value:g} bit"
    if metric == "ppf_index":
        return _paired_pulse(value, high, dimension, near)
    if unit == "d":
        value, high = value / 86400.0, None if high is None else high / 86400.0
    if metric not in ("nonlinearity", "nonlinearity_ltp", "nonlinearity_ltd"):
        value, high = abs(value), None if high is None else abs(high)
    elif high is not None and high < value:
        value, high = high, value
    if high is not None and high <= value:
        value, high = (high, value) if high < value else (value, None)
    return _clean(value), None if high is None else _clean(high), note


def _clean(value: float) -> float:
    return float(f"{value:.10g}")


def _paired_pulse(
    value: float, high: float | None, dimension: str, near: str
) -> tuple[float, float | None, str] | None:
    """A2/A1 x 100 from a ratio, a percentage, or a relative increase."""
    ends = [v for v in (value, high) if v is not None]
    if dimension == "1":
        if not all(0.2 < v < 12 for v in ends):
            # the per cent sign is often left out: a PPF index of 153
            if all(100 <= v <= 600 for v in ends):
                return value, high, "per cent sign missing on page"
            return None
        scaled = [_clean(100 * v) for v in ends]
        return scaled[0], scaled[1] if high is not None else None, f"stated as {value:g}"
    if all(v < 100 for v in ends) and "depression" not in near.lower():
        scaled = [_clean(v + 100) for v in ends]
        return scaled[0], scaled[1] if high is not None else None, f"stated as {value:g}%"
    return value, high, ""


def _finding(
    words: str, metric: str, claim: Claim, taken: list[Claim], numbers: list[Quantity], evidence: Evidence
) -> Finding | None:
    q = _final(words, metric, claim.quantity)
    near = words[max(0, min(claim.cue_start, q.start) - 25) : max(claim.cue_end, q.end) + 40]
    if not _plausible_claim(words, metric, claim, taken):
        return None
    if metric == "retention" and _on_shelf(words, claim):
        metric = "ambient_stability"
    if metric == "set_voltage" and _ON.match(claim.cue) and _VOLATILE.search(words):
        metric = "threshold_voltage"
    if metric == "ambient_stability" and (
        q.unit in ("s", "min") or not (_LONG.search(q.unit) or _SHELF.search(words))
    ):
        if not _STATE.search(words):
            return None
        metric = "retention"
    if metric == "endurance" and q.dimension == "bends":
        metric = "bending_endurance"
    converted = convert(metric, q, near)
    if converted is None:
        return None
    value, high, note = converted
    spec = METRICS[metric]
    if spec.scale == "log10" and value <= 0:
        return None
    if (metric == "on_off_ratio" and value < 1.5) or (metric == "n_states" and value < 3):
        return None
    operator, remark = ("range", "") if high is not None else operator_before(words, q.start, q.end)
    listed = _list_operator(words, numbers, q) if operator == "=" else None
    if listed:
        operator, remark = listed
    if operator == "<" and _circumstance(words, metric, q):
        operator = "="
    term = definition(metric, words, claim.cue, near)
    if metric == "ppf_index":
        term = paired_pulse_term(note)
    confidence, reason = _confidence(claim, metric, value, note)
    return Finding(
        metric,
        operator,
        value,
        evidence,
        confidence,
        reason,
        high,
        None,
        term,
        conditions(metric, words, q),
        "; ".join(n for n in (note, remark) if n),
    )


def _circumstance(words: str, metric: str, q: Quantity) -> bool:
    """Whether 'within' or 'under' tells how it was done: ``no cell failed within``, ``under 1 V pulses``."""
    if metric == "endurance":
        return bool(re.search(r"\bwithin $", words[: q.start]))
    pulses = re.match(r"[^.;]{0,25}\b(?:pulses?|spikes?|stimul)", words[q.end :])
    return metric == "operating_voltage" and bool(pulses and re.search(r"\bunder $", words[: q.start]))


def _final(words: str, metric: str, q: Quantity) -> Quantity:
    """Of a change *from* A *to* B the value after it; of a facilitation that fades, the value before it."""
    change = _FROM_TO.search(words[: q.start])
    if q.high is None or change is None:
        return q
    low_first = bool(
        re.match(r"(?:increas|improv|enhanc|ris|rose|grow|grew|climb|boost|rais)", change[1], re.IGNORECASE)
    )
    top = q.high if abs(q.high) >= abs(q.value) else q.value
    bottom = q.value if abs(q.high) >= abs(q.value) else q.high
    return replace(q, value=top if low_first or metric == "ppf_index" else bottom, high=None)


def _list_operator(words: str, numbers: list[Quantity], q: Quantity) -> tuple[str, str] | None:
    """The operator before the first number of a list holds for all of them."""
    first = next(n for n in numbers if n.list_id == q.list_id)
    if first is q:
        return None
    operator, note = operator_before(words, first.start, first.end)
    return (operator, note) if operator != "=" else None


def _confidence(claim: Claim, metric: str, value: float, note: str) -> tuple[float, str]:
    spec = METRICS[metric]
    if "exponent" in note:
        return 0.5, f"{note}: check the power of ten"
    if not spec.low <= value <= spec.high:
        return 0.3, f"outside the plausible range {spec.low:g} to {spec.high:g} {spec.unit}: {spec.reason}"
    if claim.cost <= 1.0:
        return 0.95, f"'{claim.cue}' stands beside the number"
    if claim.cost <= 3.0:
        return 0.8, f"'{claim.cue}' stands a few words away"
    return 0.6, f"'{claim.cue}' stands far from the number"


def _plausible_claim(words: str, metric: str, claim: Claim, taken: list[Claim]) -> bool:
    """Readings that the words around a number rule out."""
    q = claim.quantity
    around = words[max(0, q.start - 60) : q.end + 40]
    if (metric != "memory_window" and _BY.search(words[: q.start])) or (
        metric in ("retention", "endurance", "n_states") and claim.cost > 7
    ):
        return False
    if metric == "n_states" and q.dimension == "bits":
        # 128 states (7 bit): one value
        return not any(
            c is not claim and c.metric == "n_states" and c.quantity.dimension == "states" for c in taken
        )
    if metric == "endurance" and q.dimension == "1":  # the cycles are left out: "an endurance of 10^7"
        return claim.cost <= 1.0 and q.value >= 100
    if metric == "endurance" and re.search(r"averag|statistic|mean", around):
        return False
    if metric == "retention" and _HOLDING.match(claim.cue):
        return bool(_STATE.search(around) or _on_shelf(words, claim)) and not re.search(
            r"anneal|°\s?C for|stirr|spin", words
        )
    if (
        metric in ("operating_voltage", "pulse_width")
        and q.high is not None
        and _SWEPT.search(words[: q.start])
    ):
        return False
    if metric == "memory_decay" and (_NO_DECAY.search(words[: q.start]) or _TIMING.search(words)):
        return False
    if metric == "operating_voltage":
        return not _SMALL_SIGNAL.search(words) and not re.search(
            r"\bread(?:ing)?\b[^,;]{0,20}$", words[: q.start]
        )
    if metric == "switching_time":
        return not re.search(r"sampling|frame", around)
    if metric == "energy_per_event":
        return q.value < 1
    return True


def _on_shelf(words: str, claim: Claim) -> bool:
    """Whether a time is one of storage: days and more, or hours that a device was kept in air."""
    q = claim.quantity
    long = _LONG.search(q.unit) or (_HOLDING.match(claim.cue) and q.value >= 86400)
    return bool(long and _SHELF.search(words))


def _fast_and_slow(found: list[Finding | Accuracy]) -> list[Finding | Accuracy]:
    """Of two time constants of one fit, the shorter is the fast one."""
    decays = [
        f for f in found if isinstance(f, Finding) and f.metric == "memory_decay" and f.value_high is None
    ]
    if (
        len(decays) != 2
        or decays[0].value == decays[1].value
        or not re.search(r"τ|time constants?", decays[0].evidence.text)
    ):
        return found
    fast = min(decays, key=lambda f: f.value)
    terms = {id(f): "fast-time-constant" if f is fast else "slow-time-constant" for f in decays}
    return [
        replace(f, definition=terms[id(f)]) if isinstance(f, Finding) and id(f) in terms else f for f in found
    ]


def _once(found: list[Finding | Accuracy]) -> list[Finding | Accuracy]:
    """The same value of one sentence once: '7 bit (128 states)', 'exceeding 10^4 (>10^4)'."""
    kept: list[Finding | Accuracy] = []
    for f in found:
        if isinstance(f, Finding):
            same = next(
                (
                    k
                    for k in kept
                    if isinstance(k, Finding)
                    and k.metric == f.metric
                    and k.operator == f.operator
                    and math.isclose(k.value, f.value)
                    and k.value_high == f.value_high
                    and k.definition == f.definition
                ),
                None,
            )
            if same is not None and not _distinct_lists(same, f):
                continue
        kept.append(f)
    return kept


def _distinct_lists(a: Finding, b: Finding) -> bool:
    """Equal numbers of two compositions ('10^3 and 10^3, respectively') stay two values."""
    between = a.evidence.text[a.evidence.end : b.evidence.start]
    return bool(re.fullmatch(r"\s*(?:,|and|/|, and)\s*", between)) or (
        replace(a, evidence=b.evidence) != b and bool(re.search(r"\bfor\b|\bin\b", between))
    )
