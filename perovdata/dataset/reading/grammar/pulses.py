"""Voltage and width of a pulse that stand beside each other: ``(1 V, 10 ms)``, ``1 V/10 ms pulses``."""

from __future__ import annotations

import re

from perovdata.dataset.reading.grammar.quantities import Quantity

_PULSE = re.compile(r"pulse|spike|stimul", re.IGNORECASE)
_BESIDE = re.compile(r"\s?(?:,|/|;|and|for|×|@|-)\s?[+-]?")
# behind "(" of "optical spikes (520 nm, 50 ms)"; a second time in it would be an interval
_PULSE_BRACKET = re.compile(
    r"(?<!paired-)(?<!paired )\b(?:pulses?|pulsed|spikes?|stimul(?:i|us))(?: \w+)? "
    r"\((?!read)(?:(?!\d ?[mnµ]?s\b|interval|apart"
    r"|period)[^()])*$"
)
_READING = re.compile(r"\bread|\bgate|\bdrain|\bbias", re.IGNORECASE)
_METRIC = {"V": "operating_voltage", "s": "pulse_width"}


def part_of_pulse(text: str, found: list[Quantity], i: int) -> tuple[str, int, int] | None:
    """Metric of a number that describes a pulse, and the characters of the pulse.

    Parameters
    ----------
    text : str
        The sentence.
    found : list of Quantity
        Its quantities.
    i : int
        Which of them.

    Returns
    -------
    (str, int, int) or None
        None for pulses that read, for biases, and for numbers that describe no pulse.
    """
    own = found[i]
    metric = _METRIC.get(own.dimension)
    if metric is None:
        return None
    for other in (*found[max(0, i - 1) : i], *found[i + 1 : i + 2]):
        if {own.dimension, other.dimension} != {"V", "s"}:
            continue
        low, high = sorted((own, other), key=lambda q: q.start)
        around = text[max(0, low.start - 40) : high.end + 25]
        between = text[low.end : high.start]
        if _PULSE.search(around) and _BESIDE.fullmatch(between) and not _READING.search(around):
            return metric, low.start, high.end
    bracket = _PULSE_BRACKET.search(text[: own.start])
    if bracket and not _READING.search(bracket[0]):
        return metric, bracket.start(), own.end
    return None
