"""Compositions in running text: formulas, names, defined abbreviations, families ``(X = Br, I)``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from perovdata.chemistry import FormulaError, parse


@dataclass(frozen=True)
class Mention:
    """Formulas named at one place of a text: several for a family such as ``CsPbX3 (X = Br, I)``."""

    start: int
    end: int
    formulas: tuple[str, ...]


@dataclass(frozen=True)
class Mentions:
    """Mentions of a text, and the spans in which digits are part of a formula."""

    found: tuple[Mention, ...]
    spans: tuple[tuple[int, int], ...]


_METAL = r"(?:Pb|Sn|Bi|Sb|Ge|Ag|Cu|In|Te|Mn|Co|Cd|Eu|Tl|Ti|Au|Fe)"
_HALIDE = r"(?:Br|Cl|I|F|X)"
_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₓₙ", "0123456789+-xn")
# A run of element symbols, abbreviations, brackets and amounts that holds a metal and then a halide.
_FORMULA = re.compile(
    r"(?<![\w.])(?:[αβγδ]-)?[(\[]?[A-Z0-9](?:[A-Za-z0-9₀-₉₊₋ₓₙ().,\[\]]"
    r"|[+\-\u2013](?=[0-9nxy₀-₉ₓₙ](?![a-z]))|-(?=[A-Z]{2,4}\))"
    r"|:(?=\s?(?:\d+(?:\.\d+)?%)?[A-Z][a-z]?\b)"
    r"| (?=\d+(?:\.\d+)?(?:\)|\b)(?! ?(?:%|nm|V|mV|s|J|fJ|pJ|cycles|states|µm|and|°|K\b"
    r"|h\b|min|days|A\b|mA|eV)))(?<=(?:Br|Cl|Pb|Bi|Sb|Sn|Cs|Ag|Cu|\w\)|[A-Z]A|.I) ))+"
)
_CORE = re.compile(rf"{_METAL}.*{_HALIDE}", re.DOTALL)
_FAMILY = re.compile(
    r"\s?\(?(?:where |with )?\b(X|A|B|M|x|y|n)\s?=\s?((?:[A-Z][A-Za-z]*|\d+(?:\.\d+)?"
    r"|∞)(?:(?:\s?(?:,|/|;)\s?(?:and |or )?|\s(?:and|or|to)\s)(?:[A-Z][A-Za-z]*"
    r"|\d+(?:\.\d+)?|∞))*)\)?"
)
_CATIONS = {
    "methylammonium": "MA",
    "formamidinium": "FA",
    "cesium": "Cs",
    "caesium": "Cs",
    "rubidium": "Rb",
    "potassium": "K",
    "phenethylammonium": "PEA",
    "phenylethylammonium": "PEA",
    "butylammonium": "BA",
    "n-butylammonium": "BA",
    "guanidinium": "GA",
}
_METALS = {"lead": "Pb", "tin": "Sn", "germanium": "Ge", "bismuth": "Bi", "antimony": "Sb"}
_HALIDES = {
    "iodide": "I",
    "bromide": "Br",
    "chloride": "Cl",
    "triiodide": "I",
    "tribromide": "Br",
    "trichloride": "Cl",
    "tri-iodide": "I",
    "tri-bromide": "Br",
}
_NAME = re.compile(
    rf"\b({'|'.join(_CATIONS)})[- ](?:(silver)[- ])?({'|'.join(_METALS)})[- ]?(?:\(II\)"
    rf" )?({'|'.join(_HALIDES)})\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"(?: (?:perovskites?|quantum dots?|nanocrystals?|films?|single crystals?|nanowires?"
    r"|microcrystals|nanoplatelets))?"
    r" ?\((?:hereafter |denoted (?:as |by )?|abbreviated (?:as |to )?|termed |named "
    r"|called |labell?ed )?[\"']?([A-Z][A-Za-z0-9-]{1,11}?)(?: (?:QDs?|NCs?|films?|NWs?"
    r"|perovskites?))?[\"']?\)"
)
_HEREAFTER = re.compile(
    r",? ?\(?(?:hereafter|henceforth|below|denoted|abbreviated|referred to|termed)(?:"
    r" (?:referred to|denoted|called|as|by|to|abbreviated))*"
    r" [\"']?([A-Z][A-Za-z0-9-]{1,11})[\"']?"
)
_NOT_ABBREVIATIONS = frozenset(
    {
        "QD",
        "QDs",
        "NC",
        "NCs",
        "PNC",
        "PQD",
        "PQDs",
        "PNCs",
        "HP",
        "LHP",
        "OHP",
        "RS",
        "XRD",
        "TFT",
        "NW",
        "NWs",
        "Figure",
        "Fig",
    }
)


def readable(formula: str) -> bool:
    """Whether the parser of the chemistry room reads a formula; open amounts (x, n) count as readable."""
    return _checked(formula)


@cache
def _checked(formula: str) -> bool:
    try:
        parse(formula)
    except FormulaError as error:
        return error.variable is not None
    return True


def mentions(text: str, known: dict[str, str] | None = None) -> Mentions:
    """Compositions of a text.

    Parameters
    ----------
    text : str
        In the spelling of ``plain``.
    known : dict of str to str
        Abbreviations that stand for formulas; those that the text defines are added to it.
    """
    known = {} if known is None else known
    found: list[Mention] = []
    spans: list[tuple[int, int]] = []
    for match in _FORMULA.finditer(text):
        token, start = _trim(match[0], match.start())
        spans_here = (start, start + len(token))
        if not _CORE.search(token):
            continue
        for formula, at, end in _formulas(token, start, text):
            formulas, stop = _family(formula, text, end)
            if not formulas:
                continue
            found.append(Mention(at, stop, formulas))
            spans_here = (min(spans_here[0], at), max(spans_here[1], stop))
            _define(text, stop, formulas, known)
        spans.append(spans_here)
    for match in _NAME.finditer(text):
        named = _named(match)
        if named and not any(m.start <= match.start() < m.end for m in found):
            found.append(Mention(match.start(), match.end(), (named,)))
            _define(text, match.end(), (named,), known)
    for word, formula in known.items():
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w])(?!-(?!based))", text):
            if not any(m.start <= match.start() < m.end for m in found):
                found.append(Mention(match.start(), match.end(), (formula,)))
                spans.append(match.span())
    found.sort(key=lambda m: m.start)
    return Mentions(_merged(text, found), tuple(spans))


def _merged(text: str, found: list[Mention]) -> tuple[Mention, ...]:
    """A formula in brackets behind its name, or its definition, is one mention."""
    out: list[Mention] = []
    for mention in found:
        if (
            out
            and out[-1].formulas == mention.formulas
            and len(text[out[-1].end : mention.start].strip(" (")) == 0
        ):
            out[-1] = Mention(out[-1].start, mention.end, mention.formulas)
        else:
            out.append(mention)
    return tuple(out)


def _trim(token: str, start: int) -> tuple[str, int]:
    """Cut punctuation and unpaired brackets off a token."""
    while token:
        if token[-1] in ".,:+-\u2013 " or (
            token[-1] in ")]" and token.count(")") + token.count("]") > token.count("(") + token.count("[")
        ):
            token = token[:-1]
        elif token[0] in "([" and token.count("(") + token.count("[") > token.count(")") + token.count("]"):
            token, start = token[1:], start + 1
        elif token[0] in "([" and token[-1] in ")]" and _closes(token) == len(token) - 1:
            token, start = token[1:-1], start + 1
        else:
            break
    return token, start


def _closes(token: str) -> int:
    depth = 0
    for i, char in enumerate(token):
        depth += (char in "([") - (char in ")]")
        if depth == 0:
            return i
    return len(token)


def _formulas(token: str, start: int, text: str) -> Iterable[tuple[str, int, int]]:
    """The formula of a token, or those of a token that holds several (``CsPbBr3,CsPbI3``)."""
    plain = token.translate(_SUBSCRIPT).replace("\u2013", "-")
    squeezed = plain.replace(" ", "")
    if re.search(r"X(?![a-z])|^A\d", squeezed) or readable(squeezed):
        yield squeezed, start, start + len(token)
        return
    for part in re.finditer(r"[^,]+", plain):
        piece = part[0].replace(" ", "").strip(".")
        if _CORE.search(piece) and readable(piece):
            yield piece, start + part.start(), start + part.end()
            continue
        shorter = re.match(r".*(?:Br|Cl|I|F)\)?\d*(?:\.\d+)?", piece)
        if shorter and _CORE.search(shorter[0]) and shorter[0] != piece and readable(shorter[0]):
            yield shorter[0], start + part.start(), start + part.start() + len(shorter[0])


def _family(formula: str, text: str, end: int) -> tuple[tuple[str, ...], int]:
    """Members of a family whose variable the text spells out behind it."""
    match = _FAMILY.match(text, end)
    if match and re.search(rf"{match[1]}(?![a-z])", formula):
        values = [
            v for v in re.split(r"\s?(?:,|/|;)\s?(?:and |or )?|\s(?:and|or|to)\s", match[2]) if v and v != "∞"
        ]
        if match[1] in "xyn":
            members = [f"{formula} ({match[1]} = {v})" for v in values if re.fullmatch(r"[\d.]+", v)]
            members = [_substituted(formula, match[1], v) or m for m, v in zip(members, values, strict=False)]
        else:
            members = [re.sub(rf"{match[1]}(?![a-z])", v, formula) for v in values]
        members = [m for m in members if readable(m)]
        if members:
            return tuple(members), match.end()
    if re.search(r"X(?![a-z])|^A(?![a-z])|^A\d", formula) or not readable(formula):
        return (), end
    return (formula,), end


def _substituted(formula: str, variable: str, value: str) -> str | None:
    """A formula with numbers for its open amount; layered families keep ``n`` behind the formula."""
    if variable == "n":
        return None
    number = float(value)

    def amount(match: re.Match[str]) -> str:
        base, sign = match[1], match[2]
        left = (float(base) if base else 0.0) + (number if sign != "-" else -number)
        return "" if abs(left - 1) < 1e-9 else f"\0{left:g}" if left else "\0zero"

    text = re.sub(rf"(\d+(?:\.\d+)?)([-+]){variable}", amount, formula)
    text = re.sub(rf"()(){variable}(?![a-z])", amount, text)
    text = re.sub(r"[A-Z][a-z]?\0zero", "", text).replace("\0", "")
    return text if readable(text) else None


def _named(match: re.Match[str]) -> str | None:
    """Formula of a name, by the composition that the cation and the metal commonly form."""
    cation, metal, halide = _CATIONS[match[1].lower()], _METALS[match[3].lower()], _HALIDES[match[4].lower()]
    if match[2]:
        return f"{cation}2Ag{metal}{halide}6" if metal in ("Bi", "Sb") else None
    if cation in ("PEA", "BA"):
        return f"({cation})2{metal}{halide}4" if metal in ("Pb", "Sn") else None
    if metal in ("Bi", "Sb"):
        return f"{cation}3{metal}2{halide}9"
    return f"{cation}{metal}{halide}3"


def _define(text: str, end: int, formulas: tuple[str, ...], known: dict[str, str]) -> None:
    match = _DEFINED.match(text, end) or _HEREAFTER.match(text, end)
    if match is None or len(formulas) != 1 or match[1] in _NOT_ABBREVIATIONS or _CORE.search(match[1]):
        return
    if sum(c.isupper() for c in match[1]) >= 2:
        known.setdefault(match[1], formulas[0])
