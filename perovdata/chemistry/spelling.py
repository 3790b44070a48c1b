"""From the characters of a formula to plain ones, with their places remembered.

Papers, PDF files and web pages write subscripts, dashes, dots and spaces in many ways; some put the phase
(``α-``), the doping (``Mn-doped``) or the value of a variable (``(n = 4)``) around the formula.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.ions import ELEMENTS, SOLVATES

SPACED_PLUS = "\u2295"  # a '+' that stands alone between two phases
MIDDLE_DOT = "\u00b7"

_EXAMPLE = "give a formula such as CsPbBr3 or (PEA)2PbI4"
_LONGEST = 200  # characters of a formula; the longest in the literature are under 60
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u208b", "-")
_PLAIN = _DASHES | {"\u208a": "+"} | dict.fromkeys("\u2022\u2219\u22c5\u30fb*", MIDDLE_DOT)
_PLAIN_ALREADY = re.compile(r"[A-Za-z0-9()\[\]{}.,:/-]*")  # most formulas
_BARE = re.compile(r"[A-Za-z0-9()\[\].]*")  # no space, -, /, @, =: nothing stands around it
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"}
_POLYMORPH = re.compile(r"\s*(alpha|beta|gamma|delta|[αβγδ])\s*[-\u2010-\u2015\u2212]\s*", re.IGNORECASE)
_DOPED = re.compile(r"\s*([A-Z][a-z]?)(?:\d?\+)?\s*[-\u2010-\u2015\u2212 ]\s*doped\s+")
_STATED = re.compile(r"[\s,;]*\(?\s*<?([nxy])>?\s*=\s*(\d+\.?\d*|\.\d+)\s*\)?\s*$")
_FORM = re.compile(
    r"(?<=\s)(NCs?|QDs?|NWs?|PQDs?|nano\w+|quantum dots?|(thin )?films?|single[- ]crystals?|crystals?|powder|"
    r"perovskites?)\s*$",
    re.IGNORECASE,
)
_ADDITIVE = re.compile(r"(?<=[\s\d)\]])(w/|@|with\s|\(?[\w-]+\s+additive)", re.IGNORECASE)
_DOT_SOLVATE = re.compile(rf"\.(?=(?:{'|'.join(SOLVATES)})\b)")


@dataclass(frozen=True)
class Spelled:
    """A formula in plain characters.

    Parameters
    ----------
    text : str
        Letters, digits, brackets, ``+ - . : ,`` and the two marks of this module; no white space.
    places : tuple of int
        Place of each character in the original, counted from 1.
    polymorph : str or None
        Greek letter in front, in words.
    dopant : str or None
        Element of a prefix such as ``Mn-doped``.
    stated : mapping of str to float
        Values of variables that stand behind the formula.
    """

    text: str
    places: tuple[int, ...]
    polymorph: str | None
    dopant: str | None
    stated: Mapping[str, float]


def spell(formula: str) -> Spelled:
    """Bring a formula into plain characters.

    Parameters
    ----------
    formula : str
        As written.

    Returns
    -------
    Spelled

    Raises
    ------
    FormulaError
        If it is empty, too long, holds a superscript, names an additive or ends in a word for the form of
        the material.
    """
    if not isinstance(formula, str):
        raise FormulaError(str(formula), f"is no text but {type(formula).__name__}; {_EXAMPLE}")
    if len(formula) > _LONGEST:
        raise FormulaError(formula, f"has {len(formula)} characters; at most {_LONGEST} are read")
    start, end = 0, len(formula)
    if formula and _BARE.fullmatch(formula) and not _DOT_SOLVATE.search(formula):
        return Spelled(formula, tuple(range(1, end + 1)), None, None, {})
    polymorph = dopant = None
    if (match := _DOPED.match(formula)) and match[1] in ELEMENTS:
        dopant, start = match[1], match.end()
    if match := _POLYMORPH.match(formula, start):
        polymorph, start = _GREEK.get(match[1].lower(), match[1].lower()), match.end()
    stated: dict[str, float] = {}
    while match := _STATED.search(formula, start, end):
        stated[match[1]], end = float(match[2]), match.start()
    if match := _FORM.search(formula, start, end):
        problem = "the form of the material is no part of its formula; give it as morphology"
        raise FormulaError(formula, problem, match[0].strip(), match.start() + 1)
    if match := _ADDITIVE.search(formula, start, end):
        problem = "additives are no part of the formula; give them with argument additive (column additive)"
        raise FormulaError(formula, problem, formula[match.start() : end].strip(), match.start() + 1)
    text, places = _plain_characters(formula, start, end)
    if not text:
        raise FormulaError(formula, f"is empty; {_EXAMPLE}")
    return Spelled(text, places, polymorph, dopant, stated)


def _plain_characters(formula: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    """Subscripts become digits, dashes ``-``; markup of subscripts and white space vanish.

    Superscripts are refused: a charge read as an amount would be wrong without notice.
    """
    if _PLAIN_ALREADY.fullmatch(formula, start, end) and not _DOT_SOLVATE.search(formula):
        return formula[start:end], tuple(range(start + 1, end + 1))
    text: list[str] = []
    places: list[int] = []
    skipped = {i for m in re.finditer(r"</?sub>", formula) for i in range(m.start(), m.end())}
    dots = {m.start() for m in _DOT_SOLVATE.finditer(formula)}
    for i in range(start, end):
        char = formula[i]
        if i in skipped or char in "_$" or char.isspace() or char in _INVISIBLE:
            continue
        decomposition = unicodedata.decomposition(char)
        if decomposition.startswith("<super>"):
            raise FormulaError(formula, "superscripts (charges) do not belong in a formula", char, i + 1)
        plain = _PLAIN.get(char, char)
        if plain == char and decomposition and char != MIDDLE_DOT:
            plain = unicodedata.normalize("NFKC", char)
        if i in dots:
            plain = MIDDLE_DOT
        if plain == "+" and _between_phases(formula, i):
            plain = SPACED_PLUS
        for c in plain:
            text.append(c)
            places.append(i + 1)
    return "".join(text), tuple(places)


def _between_phases(formula: str, i: int) -> bool:
    """Whether a ``+`` joins phases: it has space around it and does not sit in an amount (``3n + 1``)."""
    before, after = formula[:i], formula[i + 1 :]
    if before == before.rstrip() and after == after.lstrip():
        return False
    in_amount = before.rstrip()[-1:] in tuple("nxy\u2099\u2093") and after.lstrip()[:1].isdigit()
    return not in_amount
