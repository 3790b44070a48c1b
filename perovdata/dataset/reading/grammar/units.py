"""Units as papers write them: prefix, ``per``, slashes, negative exponents, words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perovdata.units import SI_PREFIXES


@dataclass(frozen=True)
class Unit:
    """A unit behind a number.

    Parameters
    ----------
    dimension : str
        SI unit of the quantity (``"J"``, ``"s"``, ``"A/W"``), ``"%"``, ``"1"``, or a counted thing
        (``"cycles"``, ``"states"``, ``"bits"``); ``"other"`` for a unit that no metric has.
    factor : float
        From this unit to the dimension's own.
    length : int
        Characters, blanks in front included.
    words : str
        As written.
    """

    dimension: str
    factor: float
    length: int
    words: str


_PREFIX_WORD = {
    "atto": -18,
    "femto": -15,
    "pico": -12,
    "nano": -9,
    "micro": -6,
    "milli": -3,
    "": 0,
    "kilo": 3,
    "mega": 6,
    "giga": 9,
}
_BASE_WORD = {
    "joule": "J",
    "volt": "V",
    "watt": "W",
    "ampere": "A",
    "amp": "A",
    "second": "s",
    "electronvolt": "eV",
}
_P = "[afpnuµmkMGT]?"
_MINUS = r"\s?\^?\s?\(?\{?[-\u2013\u207b]\s?"
_SQUARE = r"\s?\^?(?:2|²)"
_END = r"(?![A-Za-z0-9µΩ])"
_AREA = {
    "nm": 1e-18,
    "µm": 1e-12,
    "um": 1e-12,
    "mm": 1e-6,
    "cm": 1e-4,
    "m": 1.0,
    "micrometer": 1e-12,
    "micrometre": 1e-12,
    "micron": 1e-12,
    "centimeter": 1e-4,
    "centimetre": 1e-4,
}
_TIME = {
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "min": 60.0,
    "mins": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hrs": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "days": 86400.0,
    "week": 604800.0,
    "weeks": 604800.0,
    "month": 30 * 86400.0,
    "months": 30 * 86400.0,
    "year": 31557600.0,
    "years": 31557600.0,
    "yr": 31557600.0,
    "yrs": 31557600.0,
}

_AREAL = re.compile(
    rf"({_P})(J|W|A|S)\s?(?:(?:/|\bper)\s?(?:square )?\(?(nm|µm|um|mm|cm|m|micromet(?:er"
    rf"|re)|micron|centimet(?:er|re))s?(?:{_SQUARE})?\)?"
    rf"|[\s·]*(nm|µm|um|mm|cm|m){_MINUS}(?:2|²)[)}}]?){_END}"
)
_RESPONSIVITY = re.compile(rf"({_P})A\s?(?:/\s?W|per W(?:att)?|[\s·]*W{_MINUS}(?:1|¹)[)}}]?){_END}")
_JONES = re.compile(rf"(?:Jones|cm[\s·]*Hz\s?\^?[({{]?(?:1/2|0\.5|½)[)}}]?[\s·]*(?:/\s?W|W{_MINUS}(?:1|¹)))")
_PERCENT = re.compile(r"(?:%|percent\b|per cent\b)")
_SHARE = re.compile(
    r"(?:mol|wt|at|vol|w|m)\.?\s?%|M\b(?!\w)|mM\b|mg\b|°\s?C|℃|K\b|rpm\b|lux\b|lx\b|ppm\b|nits?\b|suns?\b"
)
_COMPOSED = re.compile(
    rf"({_P})(V|A|eV|Hz)\s?(?:/\s?(?:µm|um|nm|cm|mm|m|s|dec|K)\b|[\s·]+(?:µm|um|nm|cm|mm|m"
    rf"|s){_MINUS}[123¹²³]|\s?dec{_MINUS}1)"
)
_SIMPLE = re.compile(  # "as" is a word, never the attosecond
    rf"(?!as\b)({_P})(eV|J|V|W|A|s|Hz|Ω|S|F|Pa|C|T)(?![A-Za-z0-9µΩ^²])(?!/\s?(?:cm|µm|um|nm|mm|m|s"
    rf"|W|V|A|K|dec|Hz|sr)\b)"
)
_LENGTH = re.compile(r"(nm|µm|um|mm|cm|Å|km)(?:\s?\^?[23²³])?(?![A-Za-z0-9])")
_TIME_WORD = re.compile(rf"({'|'.join(sorted(_TIME, key=len, reverse=True))})\b(?!-to-)")
_SPELLED = re.compile(
    rf"({'|'.join(k for k in _PREFIX_WORD if k)}|)({'|'.join(_BASE_WORD)})s?\b", re.IGNORECASE
)
_BLANK = re.compile(r"\s?-?\s?")
_SPEED_TAIL = re.compile(r"\s?(?:/\s?s\b|\s?s\s?\^?-\s?1)")
_COUNT = re.compile(
    r"((?:[a-z]+[-/ ]|SET/RESET |ON/OFF |LTP/LTD |P/D |I-V |DC |dc |AC ){0,4}?)"
    r"(cycles?|times|states?|levels?|bits?|pulses?|spikes|sweeps?|bends|bendings?|events"
    r"|operations|updates|epochs?|samples|images"
    r"|devices?|cells|pixels?|synapses|neurons|layers?|samples|repetitions|switchings)\b"
)
_COUNTED = {
    "cycle": "cycles",
    "time": "cycles",
    "sweep": "cycles",
    "repetition": "cycles",
    "switching": "cycles",
    "operation": "cycles",
    "event": "cycles",
    "state": "states",
    "level": "states",
    "bit": "bits",
    "pulse": "pulses",
    "update": "pulses",
    "bend": "bends",
    "bending": "bends",
}
_STOP = re.compile(
    r"\b(?:of|and|or|to|the|in|for|with|at|by|from|over|under|after|is|are|was|were|while"
    r"|a|an|as|between|than|on|per|that|which"
    r"|without|during|through|within|ratio|up|via|using|upon|before|across|more)\b"
)


def unit_at(text: str, at: int) -> Unit | None:
    """The unit that begins at a place of a plain text, None if there is none.

    Parameters
    ----------
    text : str
        Text in the spelling of :func:`plain`.
    at : int
        End of the number.
    """
    blank = _BLANK.match(text, at)
    begin = blank.end() if blank else at
    found = _unit(text, begin)
    if found is None:
        return None
    dimension, factor, end = found
    return Unit(dimension, factor, end - at, text[begin:end])


def _unit(text: str, at: int) -> tuple[str, float, int] | None:
    if m := _AREAL.match(text, at):
        area = _AREA[m[3] or m[4]]
        if m[3] and not re.search(r"2|²|square", m[0]):
            return "other", 1.0, m.end()
        return f"{m[2]}/m2", 10.0 ** SI_PREFIXES[m[1]] / area, m.end()
    if m := _RESPONSIVITY.match(text, at):
        return "A/W", 10.0 ** SI_PREFIXES[m[1]], m.end()
    if m := _JONES.match(text, at):
        return "Jones", 1.0, m.end()
    if m := _SHARE.match(text, at):
        return ("K" if m[0][0] in "°℃K" else "other"), 1.0, m.end()
    if m := _PERCENT.match(text, at):
        return "%", 1.0, m.end()
    if m := _COMPOSED.match(text, at):
        return "other", 1.0, m.end()
    if m := _TIME_WORD.match(text, at):
        return "s", _TIME[m[1]], m.end()
    if (m := _SIMPLE.match(text, at)) and m[0] not in ("C", "T", "F"):
        dimension = m[2]
        tail = _SPEED_TAIL.match(text, m.end()) if dimension in ("V", "A") else None
        return (dimension, 10.0 ** SI_PREFIXES[m[1]], m.end()) if not tail else ("other", 1.0, tail.end())
    if m := _LENGTH.match(text, at):
        scale = {"nm": 1e-9, "Å": 1e-10, "µm": 1e-6, "um": 1e-6, "mm": 1e-3, "cm": 1e-2, "km": 1e3}[m[1]]
        return ("m", scale, m.end()) if m[0] == m[1] else ("other", 1.0, m.end())
    if m := _SPELLED.match(text, at):
        return _BASE_WORD[m[2].lower()], 10.0 ** _PREFIX_WORD[m[1].lower()], m.end()
    if (m := _COUNT.match(text, at)) and not _STOP.search(m[1]):
        word = m[2].removesuffix("s")
        dimension = _COUNTED.get(word, "count")
        return dimension, 1.0, m.end()
    return None
