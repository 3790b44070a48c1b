"""Numbers with their units in a sentence: powers of ten, lost superscripts, words, ranges, lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from perovdata.dataset.reading.grammar.units import Unit, unit_at


@dataclass(frozen=True)
class Quantity:
    """A number with its unit.

    Parameters
    ----------
    start, end : int
        Characters of the sentence, unit included.
    number_end : int
        Where the number (of a range: the second one) ends and the unit begins.
    value, high : float, float or None
        In the dimension's own unit; `high` is the upper end of a range.
    dimension : str
        See :class:`Unit`; ``"1"`` for a bare number.
    unit : str
        As written.
    lost : str
        How an exponent was lost on the page, empty if none was.
    alternative : float or None
        A bare number that may be a power of ten whose superscript was lost (``104``): that power.
    spread : str
        Uncertainty behind the value, e.g. ``"± 0.1"``.
    negative : bool
        Whether a minus sign stood in front; `value` keeps the sign.
    list_id : int
        Numbers of one list (``0.8 and -0.6 V``) share it.
    bare : float or None
        The number as it stands, where its unit is that of the list's last one.
    """

    start: int
    end: int
    number_end: int
    value: float
    high: float | None
    dimension: str
    unit: str
    lost: str = ""
    alternative: float | None = None
    spread: str = ""
    negative: bool = False
    list_id: int = -1
    bare: float | None = None


_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_MANTISSA = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+"
_TIMES = r"\s?[×x*·]\s?"
_POWER = re.compile(
    rf"(?:({_MANTISSA}){_TIMES})?10\s?(?:\^\s?[({{]?\s?([+\-\u2013]?\s?\d{{1,2}})[)}}]?"
    rf"|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}))(?![\d.]\d)"
)
_LOST_POWER = re.compile(rf"({_MANTISSA}){_TIMES}10\s?([+\-\u2013]?\s?\d{{1,2}})(?![\d.]*\d)")
_E_NOTATION = re.compile(r"(\d+(?:\.\d+)?)[eE]([+-]?\d{1,2})(?![\d.]*\d)")
_LOST_NEGATIVE = re.compile(r"10\s?-\s?(\d{1,2})(?=\s?(?:J|A|W)\b)")
_SPACED_POWER = re.compile(r"10 ([2-9]|1[0-5])(?!\d|\.\d|,\d| ?[%×x*/]|-bit)")
_PLAIN = re.compile(rf"({_MANTISSA})(?:\s?(k|million|billion|thousand)\b(?!\w))?")
_GLUED = re.compile(r"10([2-9]|1[0-5])")
_WORDS = {
    w: float(i)
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
        ]
    )
} | {
    "twenty": 20.0,
    "thirty": 30.0,
    "thirty-two": 32.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "sixty-four": 64.0,
    "ninety": 90.0,
    "hundred": 100.0,
}
_WORD = re.compile(
    rf"\b(?:(a|{'|'.join(sorted(_WORDS, key=len, reverse=True))})[ -])?(hundred|thousand|million)\b(?! and)"
    rf"|\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_SCALE = {"k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9, "hundred": 1e2, None: 1.0}
# Numbers that are names: citations, figures, years, variables, lattice planes, sizes of a formula.
_NAMES = re.compile(
    r"\[[\d,\s\u2013-]+[a-z]?\]|\((?:19|20)\d\d\)|\b(?:Figs?\.?|Figures?|Tables?|Eqs?\.?"
    r"|Equations?|Refs?\.?|refs?\.?|Sections?|Schemes?|Notes?|Device|Sample|No\.)"
    r"\s?S?\d+[a-z]?(?:[-\u2013,]\s?(?:\d+[a-z]?|[a-z])\b)*|\b[nxyXN]\s?=\s?[\d.]+(?:(?:,| and| or|,"
    r" and)\s?[\d.]+)*|\^\[?\d+(?:[,\u2013-]\d+)*\]?(?=[\s.,;])|\bp\s?=\s?0\.\d+"
    r"|\b(?:19|20)\d\d(?=\b(?!\s?(?:cycles|times|s\b|pulses|%)))(?<=in \d{4})",
)
_POWER_NAME = re.compile(r"10\s?$")
_JOIN = re.compile(
    r"\s*(?:\([A-Za-z_/ ]{1,12}\)\s*)?(?:,|/|;|\band\b|\bor\b|,\s?and\b|&)\s*"
    r"(?:also |about |approximately |~\s?|nearly )?[-+]?$"
)
_TO = re.compile(r"\s*(?:to|\u2013|-|~|through)\s*[-+~]?$")
_SPREAD = re.compile(r"\s?(?:±|\+/-|\+-)\s?(\d+(?:\.\d+)?)")


_COUNTS = frozenset({"states", "bits", "cycles", "pulses", "bends"})  # of whole things only


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    value: float
    lost: str = ""
    alternative: float | None = None
    spread: str = ""
    word: bool = False
    sign_start: int = -1


def quantities(text: str, skip: list[tuple[int, int]]) -> list[Quantity]:
    """All quantities of a sentence, in order.

    Parameters
    ----------
    text : str
        A sentence in the spelling of :func:`plain`.
    skip : list of (int, int)
        Spans that hold no quantity, such as formulas.
    """
    tokens = _outside_units(text, _tokens(text, [*skip, *_named(text)]))
    found: list[Quantity] = []
    units: list[Unit | None] = [unit_at(text, t.end) for t in tokens]
    whole = [
        u is not None or not text[t.end : t.end + 1].isalpha() for t, u in zip(tokens, units, strict=True)
    ]
    tokens = [t for t, w in zip(tokens, whole, strict=True) if w]  # the 2 of "quasi-2D" is no number
    units = [u for u, w in zip(units, whole, strict=True) if w]
    i = 0
    list_id = 0
    while i < len(tokens):
        token, unit = tokens[i], units[i]
        end = token.end + (unit.length if unit else 0)
        nxt = tokens[i + 1] if i + 1 < len(tokens) else None
        if nxt is not None and not nxt.word and _is_range(text, token, unit, end, nxt, units[i + 1]):
            shared = units[i + 1] or unit
            first = unit or shared
            second = units[i + 1]
            end = nxt.end + (second.length if second else 0)
            low = token.value * (first.factor if first else 1.0) * _shared_power(text, token, nxt)
            high = nxt.value * (shared.factor if shared else 1.0)
            made = _make(token, shared, end, nxt.end, low, high)
            found.append(replace(made, lost=token.lost or nxt.lost))
            i += 2
            continue
        found.append(_make(token, unit, end, token.end, token.value * (unit.factor if unit else 1.0), None))
        i += 1
    return _with_lists(text, found, list_id)


def _outside_units(text: str, tokens: list[_Token]) -> list[_Token]:
    """Tokens without the exponents of units (the 1 of ``A W^-1``)."""
    out: list[_Token] = []
    end = 0
    for token in tokens:
        if token.start >= end:
            unit = unit_at(text, token.end)
            end = token.end + (unit.length if unit else 0)
            out.append(token)
    return out


def _make(
    token: _Token, unit: Unit | None, end: int, number_end: int, value: float, high: float | None
) -> Quantity:
    dimension = unit.dimension if unit else "1"
    alternative = None if token.alternative is None else token.alternative * (unit.factor if unit else 1.0)
    if high is not None and abs(high) < abs(value):
        value, high = high, value
    return Quantity(
        token.start if token.sign_start < 0 else token.sign_start,
        end,
        number_end,
        value,
        high,
        dimension,
        unit.words if unit else "",
        token.lost,
        alternative,
        token.spread,
        token.sign_start >= 0,
    )


def _named(text: str) -> list[tuple[int, int]]:
    return [
        m.span()
        for m in _NAMES.finditer(text)
        if not (m[0][0] == "^" and _POWER_NAME.search(text[: m.start()]))
    ]


def _tokens(text: str, skip: list[tuple[int, int]]) -> list[_Token]:
    out: list[_Token] = []
    at = 0
    blocked = sorted(skip)
    while at < len(text):
        inside = next((b for b in blocked if b[0] <= at < b[1]), None)
        if inside:
            at = inside[1]
            continue
        token = _token_at(text, at)
        if token is None or any(b[0] < token.end and token.start < b[1] for b in blocked):
            at += 1
            continue
        sign = _sign(text, token.start)
        spread = _SPREAD.match(text, token.end)
        if spread:
            token = replace(token, end=spread.end(), spread=f"± {spread[1]}")
        if sign >= 0:
            token = replace(token, value=-token.value, sign_start=sign)
        out.append(token)
        at = token.end
    return out


def _sign(text: str, start: int) -> int:
    """Place of a minus sign in front of a number, -1 if there is none (a hyphen or a range is none)."""
    if start and text[start - 1] == "-" and (start == 1 or text[start - 2] in " (/~[<>=,\u2013"):
        before = text[: start - 1].rstrip()
        if (
            text[start - 2 : start - 1] == " "
            and re.search(r"\d$", before)
            and text[start : start + 1] != " "
        ):
            return start - 1 if not re.search(r"\d\s$", text[: start - 1]) else -1
        return start - 1
    return -1


def _token_at(text: str, at: int) -> _Token | None:
    char = text[at]
    previous = text[at - 1] if at else " "
    if char.isalpha():
        if previous.isalnum() or previous == "-":
            return None
        m = _WORD.match(text, at)
        if not m:
            return None
        value = _WORDS[m[3].lower()] if m[3] else _SCALE[m[2].lower()] * _WORDS.get((m[1] or "").lower(), 1.0)
        return _Token(at, m.end(), value, word=True)
    if not (char.isdigit() and char.isascii()) and char != ".":
        return None
    if previous.isalnum() or previous in ".^_)" or (char == "." and not text[at + 1 : at + 2].isdigit()):
        return None
    if (m := _POWER.match(text, at)) is not None:
        exponent = int((m[2] or m[3]).translate(_SUPER).replace("\u2013", "-").replace(" ", ""))
        return _Token(at, m.end(), _number(m[1]) * 10.0**exponent)
    if m := _LOST_POWER.match(text, at):
        exponent = int(m[2].replace("\u2013", "-").replace(" ", ""))
        return _Token(at, m.end(), _number(m[1]) * 10.0**exponent, "exponent lost on page")
    if m := _E_NOTATION.match(text, at):
        return _Token(at, m.end(), float(m[1]) * 10.0 ** int(m[2]))
    if m := _LOST_NEGATIVE.match(text, at):
        return _Token(at, m.end(), 10.0 ** -int(m[1]), "exponent lost on page")
    if m := _SPACED_POWER.match(text, at):
        return _Token(at, m.end(), 10.0 ** int(m[1]), "exponent detached on page")
    m = _PLAIN.match(text, at)
    if m is None:
        return None
    glued = _GLUED.fullmatch(m[0])
    return _Token(
        at, m.end(), _number(m[1]) * _SCALE[m[2]], alternative=10.0 ** int(glued[1]) if glued else None
    )


def _number(text: str | None) -> float:
    return float(text.replace(",", "").replace(" ", "")) if text else 1.0


def _is_range(text: str, a: _Token, unit: Unit | None, end: int, b: _Token, other: Unit | None) -> bool:
    """Whether two numbers are the ends of a range: joined by 'to', a dash, 'between ... and'."""
    between = text[end : b.start]
    if unit is not None and other is not None and unit.dimension != other.dimension:
        return False
    if unit is not None and other is None:
        return False
    if _TO.fullmatch(between):
        return not re.fullmatch(r"\s*-\s*", between) or between.strip() == "-"
    joined = re.fullmatch(r"\s*and\s*[-+~]?", between)
    return bool(
        joined and re.search(r"\b(?:between|ranging from|range of)\s*[~+-]?\s*$", text[: max(a.start, 0)])
    )


def _shared_power(text: str, a: _Token, b: _Token) -> float:
    """The power of ten that ``1-2 x 10^4`` writes once for both ends."""
    mantissa = re.match(rf"({_MANTISSA}){_TIMES}10", text[b.start : b.end])
    plain = re.fullmatch(_MANTISSA, text[a.start : a.end])
    return b.value / _number(mantissa[1]) if mantissa and plain and abs(a.value) < 100 else 1.0


def _with_lists(text: str, found: list[Quantity], list_id: int) -> list[Quantity]:
    """Numbers joined by commas, slashes and 'and' share the unit of the last one, and a list."""
    out = list(found)
    shared: Unit | None = None
    for i in range(len(out) - 2, -1, -1):
        a, b = out[i], out[i + 1]
        own = unit_at(text, b.number_end)
        shared = own or (shared if b.dimension != "1" else None)
        if (
            a.dimension == "1"
            and a.high is None
            and shared is not None
            and shared.dimension != "count"
            and (shared.dimension not in _COUNTS or a.value == int(a.value))
            and _JOIN.fullmatch(text[a.end : b.start])
        ):
            alternative = None if a.alternative is None else a.alternative * shared.factor
            out[i] = replace(
                a,
                value=a.value * shared.factor,
                dimension=shared.dimension,
                unit=shared.words,
                alternative=alternative,
                bare=a.value,
            )
    for i, q in enumerate(out):
        if i and out[i - 1].dimension == q.dimension and _JOIN.fullmatch(text[out[i - 1].end : q.start]):
            out[i] = replace(q, list_id=out[i - 1].list_id)
        else:
            list_id += 1
            out[i] = replace(q, list_id=list_id)
    return out
