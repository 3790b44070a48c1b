"""Reading a formula: from the characters a researcher writes to a flat list of ions and amounts.

The grammar, in short: phases joined by ``+``; a phase is a run of ions and bracketed groups, each followed
by an amount; an amount is a number or a linear expression in ``n``, ``x``, ``y`` (``3n+1``, ``1-x``).
Ion names are matched longest first, with backtracking; what each stretch of the text reads as is remembered,
dead ends and readings alike, so that no stretch is read twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.ions import ELEMENTS, SOLVATES, Ion, ions_by_name
from perovdata.chemistry.spelling import MIDDLE_DOT, SPACED_PLUS, Spelled, spell

_LARGEST_AMOUNT = 1000.0
_DEEPEST = 8  # nested brackets; the deepest in the literature is 3
_CLOSE = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]")
_VARIABLES = frozenset("nxy")
_AMOUNT = r"\d++/\d++|\d++\.?+\d*+|\.\d++"  # possessive: digits are never divided anew
_TERM = rf"(?:{_AMOUNT})?[nxy]|{_AMOUNT}"
_EXPRESSION = re.compile(rf"(?:{_TERM})(?:[+-](?:{_TERM}))*")
_NUMBER = re.compile(_AMOUNT)
_PLAIN_AMOUNT = re.compile(r"(?:\d++\.?+\d*+|\.\d++)(?![./nxy+-])")  # most amounts: nothing to work out
_JOINT = re.compile(rf"[+{SPACED_PLUS}]")
_SIGNED_TERM = re.compile(rf"([+-]?)({_AMOUNT})?([nxy])?")
_DOPANT = re.compile(r"(?:(\d+\.?\d*|\.\d+)%)?([A-Z][a-z]?)(?:\d?\+)?(\d+\.?\d*|\.\d+)?")
_PLACEHOLDERS = {"X": "a halide", "M": "a metal", "A": "a cation", "R": "an organic group"}
_CHALCOGENS = frozenset({"O", "S"})


@dataclass(frozen=True)
class Item:
    """One ion of a phase: the name as written, what it may stand for, how much of it, and where."""

    name: str
    ions: tuple[Ion, ...]
    amount: float
    position: int


@dataclass(frozen=True)
class Phase:
    """One phase of a formula.

    Parameters
    ----------
    items : tuple of Item
        Its ions.
    share : float or None
        Its share as written, None if not stated.
    solvate : mapping of str to float
        Its solvent molecules.
    salts : mapping of str to float
        Bracketed groups of a cation and a halide without a metal, such as ``(MACl)0.33``; their ions are
        among the items too.
    """

    items: tuple[Item, ...]
    share: float | None
    solvate: Mapping[str, float]
    salts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """A formula as read, before charges and sites are known."""

    phases: tuple[Phase, ...]
    dopants: Mapping[str, float | None]
    polymorph: str | None
    n: float | None


@cache
def _lengths_by_first_letter() -> Mapping[str, tuple[int, ...]]:
    """How long the names are that may stand outside brackets, by first character, longest first."""
    found: dict[str, set[int]] = {}
    for name in ions_by_name():
        if name[0].isupper() or name[0] == "(":
            found.setdefault(name[0], set()).add(len(name))
    return {k: tuple(sorted(v, reverse=True)) for k, v in found.items()}


def read_formula(formula: str, variables: Mapping[str, float | None]) -> Read:
    """Read a formula into phases, dopants and amounts.

    Parameters
    ----------
    formula : str
        As researchers write it.
    variables : mapping of str to float or None
        Values of ``n``, ``x`` and ``y``; None if not given.

    Returns
    -------
    Read

    Raises
    ------
    FormulaError
        Naming the token that could not be read and its position.
    """
    spelled = spell(formula)
    values = {name: spelled.stated.get(name) if v is None else v for name, v in variables.items()}
    reader = _Reader(formula, spelled, values)
    phases, dopants = reader.read()
    for name in ("x", "y"):
        if values[name] is not None and name not in reader.used:
            raise FormulaError(
                formula, f"{name} = {values[name]:g} was given, but the formula holds no {name}"
            )
    if spelled.dopant:
        dopants = {spelled.dopant: None, **dopants}
    return Read(phases, dopants, spelled.polymorph, values["n"])


class _Reader:
    """One pass over a normalised formula."""

    def __init__(self, formula: str, spelled: Spelled, variables: Mapping[str, float | None]):
        self.formula = formula
        self.text = spelled.text
        self.places = spelled.places
        self.variables = variables
        self.used: set[str] = set()
        self.read_before: dict[tuple[int, int, bool], list[Item] | None] = {}
        self.unset: dict[int, FormulaError] = {}  # variables without a value, by their place in the formula
        self.furthest = 0
        self.closing = self._match_brackets()

    def fail(self, problem: str, token: str, at: int) -> FormulaError:
        place = self.places[at] if at < len(self.places) else len(self.formula)
        return FormulaError(self.formula, problem, token, place)

    def _match_brackets(self) -> dict[int, int]:
        """Position of the closing bracket of every opening one."""
        pairs: dict[int, int] = {}
        stack: list[int] = []
        for bracket in _BRACKET.finditer(self.text):
            i, char = bracket.start(), bracket[0]
            if char in _CLOSE:
                stack.append(i)
                if len(stack) > _DEEPEST:
                    raise self.fail(f"brackets nested deeper than {_DEEPEST}", char, i)
            else:
                if not stack or _CLOSE[self.text[stack[-1]]] != char:
                    raise self.fail("closing bracket without its opening one", char, i)
                pairs[stack.pop()] = i
        if stack:
            raise self.fail("opening bracket is never closed", self.text[stack[-1]], stack[-1])
        return pairs

    # -- phases, dopants, solvates ---------------------------------------------------------------

    def read(self) -> tuple[tuple[Phase, ...], dict[str, float | None]]:
        start, end, dopants = self._dopants()
        phases = tuple(self._phase(i, j) for i, j in self._phase_spans(start, end))
        return phases, dopants

    def _dopants(self) -> tuple[int, int, dict[str, float | None]]:
        """Span of the host formula, and the dopants that a colon sets apart (``Mn:CsPbBr3`` or after it)."""
        colon = self.text.find(":")
        if colon < 0:
            return 0, len(self.text), {}
        if (match := _DOPANT.fullmatch(self.text, 0, colon)) and match[2] in ELEMENTS:
            return colon + 1, len(self.text), self._named_dopants(0, colon)
        return 0, colon, self._named_dopants(colon + 1, len(self.text))

    def _named_dopants(self, at: int, end: int) -> dict[str, float | None]:
        dopants: dict[str, float | None] = {}
        for part in self.text[at:end].split(","):
            match = _DOPANT.fullmatch(part)
            if not match or match[2] not in ELEMENTS or (match[1] and match[3]):
                raise self.fail(
                    "not a dopant; after ':' write elements with an optional amount, e.g. CsPbBr3:Mn, "
                    "CsPbBr3:5%Mn (polymers and ligands are additives)",
                    part,
                    at,
                )
            amount = float(match[1]) / 100 if match[1] else float(match[3]) if match[3] else None
            if amount is not None and not 0 < amount <= 1:
                raise self.fail("amount of a dopant must lie between 0 and 1 (or 100 %)", part, at)
            dopants[match[2]] = amount
            at += len(part) + 1
        return dopants

    def _phase_spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Spans between the '+' signs that join phases (not those of an amount such as 3n+1)."""
        begin = i = start
        if not _JOINT.search(self.text, start, end):
            i = end
        while i < end:
            char = self.text[i]
            if i in self.closing:
                i = self.closing[i] + 1
                continue
            expression = self._expression_at(i, end) if char.isdigit() or char in ".nxy" else None
            if expression:
                i += len(expression)
                continue
            if char in (SPACED_PLUS, "+"):
                yield begin, i
                begin = i + 1
            i += 1
        yield begin, end

    def _phase(self, start: int, end: int) -> Phase:
        text = self.text
        dot = text.find(MIDDLE_DOT, start, end)
        host_end = end if dot < 0 else dot
        solvate = {} if dot < 0 else self._solvate(dot + 1, end)
        share = None
        if (match := _NUMBER.match(text, start, host_end)) and match.end() < host_end:
            share, start = self._checked(self._value(match[0], start), match[0], start), match.end()
        elif start in self.closing:
            # (Cs3Bi2I9)0.4: one group that is the whole phase, its amount being the share
            close = self.closing[start]
            amount, after = self._amount(close + 1, host_end)
            if after == host_end and self.text[start + 1 : close] not in ions_by_name():
                stated = amount if after > close + 1 else None
                items = self._items(start + 1, close)
                self._refuse_unset([amount, *(item.amount for item in items)])
                return Phase(tuple(items), stated, solvate)
        if start >= host_end:
            raise self.fail("a phase is missing here; write e.g. 'Cs3Bi2I9 + CsPbI3'", "+", max(start - 1, 0))
        items = self._items(start, host_end)
        self._refuse_unset([item.amount for item in items])
        return Phase(tuple(items), share, solvate, self._salts(items, start, host_end))

    def _refuse_unset(self, amounts: list[float]) -> None:
        """Raise for a variable without a value, now that the reading that holds it is the one that stands."""
        if self.unset and any(map(math.isnan, amounts)):
            raise self.unset[min(self.unset)]

    def _salts(self, items: list[Item], start: int, end: int) -> dict[str, float]:
        """Outermost groups of one cation and one halide, by their text, with their amounts."""
        salts: dict[str, float] = {}
        i = start
        while i < end:
            if i in self.closing:
                first, last = self.places[i], self.places[self.closing[i]]
                inside = [item for item in items if first < item.position < last]
                sites = {item.ions[0].site for item in inside}
                amounts = {item.amount for item in inside}
                if len(inside) == 2 and sites == {"A", "X"} and len(amounts) == 1:
                    salts["".join(item.ions[0].label for item in inside)] = amounts.pop()
                i = self.closing[i]
            i += 1
        return salts

    def _solvate(self, start: int, end: int) -> dict[str, float]:
        match = re.fullmatch(r"(\d+\.?\d*|\.\d+)?(.+)", self.text[start:end])
        if not match or match[2] not in SOLVATES:
            raise self.fail(f"not a solvate; one of {', '.join(SOLVATES)}", self.text[start:end], start)
        amount = self._checked(float(match[1]), match[1], start) if match[1] else 1.0
        return {match[2]: amount}

    # -- ions and groups -------------------------------------------------------------------------

    def _items(self, start: int, end: int, nested: bool = False) -> list[Item]:
        items = self._sequence(start, end, nested)
        if items is None:
            raise self._unreadable(end)
        return items

    def _sequence(self, start: int, end: int, nested: bool) -> list[Item] | None:
        """Ions from `start` to `end`, or None if no reading gets through."""
        if start >= end:
            return []
        span = (start, end, nested)
        if span not in self.read_before:
            self.furthest = max(self.furthest, start)
            self.read_before[span] = self._first_reading(start, end, nested)
        return self.read_before[span]

    def _first_reading(self, start: int, end: int, nested: bool) -> list[Item] | None:
        for items, after in self._readings(start, end):
            rest = self._sequence(after, end, nested)
            if rest is not None and not (nested and self._runs_together(items, start, after, rest)):
                return items + rest
        return None

    def _runs_together(self, items: list[Item], start: int, after: int, rest: list[Item]) -> bool:
        """Whether two abbreviations in a bracket touch without an amount: 'BAPA' is not BA + PA."""
        if not rest or len(items) != 1 or self.text[start] in _CLOSE:
            return False
        both_organic = items[0].ions[0].organic and rest[0].ions[0].organic
        return both_organic and self.text[after - 1].isalpha() and self.text[after] not in _CLOSE

    def _readings(self, start: int, end: int) -> Iterator[tuple[list[Item], int]]:
        """Every ion or group that can begin at `start`, the likeliest first."""
        known = ions_by_name()
        close = self.closing.get(start, end)
        if close < end and (inner := self.text[start + 1 : close]) in known:
            amount, after = self._amount(close + 1, end)
            yield [Item(inner, known[inner], amount, self.places[start + 1])], after
            return
        for length in _lengths_by_first_letter().get(self.text[start], ()):
            after_name = start + length
            if after_name <= end and (name := self.text[start:after_name]) in known:
                amount, after = self._amount(after_name, end)
                yield [Item(name, known[name], amount, self.places[start])], after
        if close < end:
            if close == start + 1:
                raise self.fail("empty brackets", "()", start)
            amount, after = self._amount(close + 1, end)
            if ions := self._condensed(inner, start + 1):
                yield [Item(inner, ions, amount, self.places[start + 1])], after
                return
            items = self._items(start + 1, close, nested=True)
            yield [self._multiplied(item, amount) for item in items], after

    def _multiplied(self, item: Item, amount: float) -> Item:
        total = round(item.amount * amount, 10)
        if total > _LARGEST_AMOUNT:
            problem = f"amounts above {_LARGEST_AMOUNT:g} are not believed ({total:g} with its brackets)"
            raise FormulaError(self.formula, problem, item.name, item.position)
        return Item(item.name, item.ions, total, item.position)

    def _condensed(self, inner: str, at: int) -> tuple[Ion, ...] | None:
        """Ions whose atoms are those of a condensed formula such as ``C4H9NH3``, if it is one."""
        if not re.fullmatch(r"(?:(?:Cl|Br|[CHNOPSFI()=-])\d*)+", inner) or not re.search(r"[CN]\w*H", inner):
            return None
        atoms = _count_atoms(inner)
        ions = tuple(
            i for group in ions_by_name().values() for i in group if i.organic and dict(i.atoms) == atoms
        )
        unique = tuple({ion.label: ion for ion in ions}.values())
        if len(unique) == 1:
            return unique
        if not unique and re.search(r"(?:Cl|Br|[FI])$", inner):  # a salt such as (CH3NH3Cl)0.33
            return None
        if not unique:
            raise self.fail("no organic ion of the table has these atoms", inner, at)
        labels = ", ".join(i.label for i in unique)
        raise self.fail(f"several ions have these atoms; write the abbreviation: {labels}", inner, at)

    def _unreadable(self, end: int) -> FormulaError:
        at = self.furthest
        match = re.match(r"[A-Z][a-z]*|[a-z]+|[-\d.]+|.", self.text[at:end])
        token = match[0] if match else self.text[at:]
        before = max(self.text.rfind(c, 0, at + 1) for c in _CLOSE) if at else -1
        if before in self.closing and self.closing[before] <= end + 1 and at > before:
            inner = self.text[before + 1 : self.closing[before]]
            if inner.isalpha() and inner.isupper():
                token, at = inner, before + 1
        return self.fail(_explain(token), token, at)

    # -- amounts ---------------------------------------------------------------------------------

    def _expression_at(self, start: int, end: int) -> str:
        """Amount that starts here: a number, or an expression in which a variable occurs."""
        match = _EXPRESSION.match(self.text, start, end)
        if match and not _VARIABLES.isdisjoint(match[0]):
            return match[0]
        number = _NUMBER.match(self.text, start, end)
        return number[0] if number else ""

    def _amount(self, start: int, end: int) -> tuple[float, int]:
        """Amount at `start` (1 if there is none) and where it ends."""
        if start >= end:
            return 1.0, start
        if start in self.closing:  # Br(3-3x), I{3-x}
            inner = self.text[start + 1 : self.closing[start]]
            if _EXPRESSION.fullmatch(inner) and self.closing[start] < end:
                return self._checked(self._value(inner, start), inner, start + 1), self.closing[start] + 1
            return 1.0, start
        if self.text[start] == "-" and start + 1 < end and self.text[start + 1].isdigit():
            number = _NUMBER.match(self.text, start + 1, end)
            raise self.fail("amounts cannot be negative", f"-{number[0] if number else ''}", start)
        number = _PLAIN_AMOUNT.match(self.text, start, end)
        if number and 0 < (amount := round(float(number[0]), 10)) <= _LARGEST_AMOUNT:
            return amount, number.end()
        expression = self._expression_at(start, end)
        if not expression:
            return 1.0, start
        return self._checked(self._value(expression, start), expression, start), start + len(expression)

    def _value(self, expression: str, at: int) -> float:
        total = 0.0
        for sign, coefficient, variable in _SIGNED_TERM.findall(expression):
            if not coefficient and not variable:
                continue
            value = self._plain_number(coefficient, at) if coefficient else 1.0
            if variable:
                self.used.add(variable)
                given = self.variables.get(variable)
                if given is None:
                    self.unset[at] = self._without_value(variable, expression, at)
                    return math.nan
                value *= given
            total += -value if sign == "-" else value
        return round(total, 10)

    def _without_value(self, variable: str, expression: str, at: int) -> FormulaError:
        problem = f"the variable {variable} has no value; give {variable} (argument {variable})"
        error = self.fail(problem, expression, at)
        error.variable = variable
        return error

    def _plain_number(self, text: str, at: int) -> float:
        """A decimal number or a fraction such as ``5/6``."""
        whole, _, parts = text.partition("/")
        if parts and not int(parts):
            raise self.fail("a fraction of nothing; write e.g. 5/6", text, at)
        return float(whole) / float(parts) if parts else float(whole)

    def _checked(self, amount: float, token: str, at: int) -> float:
        varied = not _VARIABLES.isdisjoint(token)
        if amount < 0 or (amount == 0 and not varied):
            given = ", ".join(f"{k}={v:g}" for k, v in self.variables.items() if v is not None)
            note = f" ({token} = {amount:g} with {given})" if varied else ""
            raise self.fail(f"amounts must be positive{note}", token, at)
        if amount > _LARGEST_AMOUNT:
            raise self.fail(f"amounts above {_LARGEST_AMOUNT:g} are not believed", token, at)
        return amount


def _explain(token: str) -> str:
    """Why a token cannot stand in a formula, and what could."""
    if token[0] == "-":
        return "amounts cannot be negative"
    if token == ",":
        return "decimals are written with a point; dopants follow a colon"
    if token == "/":
        return "phases of a mixture are joined by ' + '"
    if token in _PLACEHOLDERS:
        return f"stands for {_PLACEHOLDERS[token]}; write which one"
    if token == "%":
        return "a share of an additive is no part of the formula; give the additive with argument additive"
    if token in _CHALCOGENS:
        return f"{token} is no halide (F, Cl, Br, I): oxides, sulfides and their kin are not read"
    if token in ELEMENTS:
        return (
            "an element without a place in a halide perovskite; organic ions are written as abbreviation or "
            "in brackets, e.g. MA or (CH3NH3)"
        )
    return (
        "neither an element nor a known ion; names are case-sensitive, organic ions come from the table "
        "organic_cations and are safest in brackets, e.g. (PEA)2PbI4"
    )


def _count_atoms(condensed: str) -> dict[str, int]:
    """Atoms of a condensed formula with nested brackets, e.g. ``C6H5(CH2)2NH3``."""
    stack: list[dict[str, int]] = [{}]
    for element, opening, closing, count in re.findall(
        r"(Cl|Br|[CHNOPSFI])?(\()?(\))?(\d*)", condensed.replace("=", "").replace("-", "")
    ):
        if element:
            stack[-1][element] = stack[-1].get(element, 0) + (int(count) if count and not opening else 1)
        if opening:
            stack.append({})
        if closing and len(stack) > 1:
            for inner, number in stack.pop().items():
                stack[-1][inner] = stack[-1].get(inner, 0) + number * int(count or 1)
    return stack[0]
