"""Units and column names as instruments and people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perovdata.units import SI_PREFIXES

_BASE = {"S": "conductance", "A": "current", "V": "voltage", "s": "time", "Ohm": "resistance"}
_WHOLE = {
    "%": ("percent", 1.0),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "days": ("time", 86400.0),
    "sec": ("time", 1.0),
    "a.u.": ("arbitrary", 1.0),
    "a.u": ("arbitrary", 1.0),
    "arb. units": ("arbitrary", 1.0),
    "norm.": ("arbitrary", 1.0),
    "normalized": ("arbitrary", 1.0),
    "normalised": ("arbitrary", 1.0),
}

#: A paired-pulse index given as what the second peak has more than the first: (A2 - A1) / A1.
INDEX_AS_CHANGE = r"a ?2\s*[-\u2212\u2013]\s*a ?1\s*\)?\s*/\s*a ?1"

# What a column holds, by the words in its name; the first match counts.
_NAMES = (
    (
        "spread",
        r"\b(std|sd|s\.d\.|st ?dev|std\.? ?dev\w*|standard dev\w*|error|err|sem|uncertaint\w*)(?=\W|$)|^\W*±",
    ),
    ("model", r"\bfit(s|ted|ting)?\b|\bmodel\b|\bsimulat|\bcalculated|\btheor"),
    ("target", r"\btarget|\bdesired"),
    ("leakage", r"leak|\b(gate|source|cathode|bulk|base) ?(i|current)\b|\bi ?[gsb]\b"),
    ("interval", r"interval|δ\s*t\b|\bd(elta)? ?t\b|spacing"),
    ("index", r"\bppf|\bppd|paired|facilitation|a ?2\s*/\s*a ?1|" + INDEX_AS_CHANGE),
    ("first_peak", r"^\W*a ?1\b"),
    ("second_peak", r"^\W*a ?2\b"),
    ("hrs", r"\bhrs\b|high.resist|\br ?off\b|\bi ?off\b|\boff\b"),
    ("lrs", r"\blrs\b|low.resist|\br ?on\b|\bi ?on\b|\bon\b"),
    (
        "pulse_voltage",
        r"\bv ?(pulse|p|write|prog\w*|g|gate)\b|pulse ?(volt|ampl)|write ?volt"
        r"|gate ?volt|\bgatev\b|\bv ?gs?\b",
    ),
    ("read_voltage", r"\bv ?(read|r|ds|d)\b|read ?volt|bias|\b(drain|anode) ?v(olt\w*)?\b|^[a-d]v$"),
    ("cycle", r"cycle|loop|epoch|\bround\b|repeat|\brun\b"),
    (
        "pulse",
        r"pulse|\bnumber\b|\bno\.?(?=\W|$)|^\W*#|\bindex\b|\bcount|^\W*n\W*$|^\W*p\W*$|^\W*step\W*$|\bspike",
    ),
    ("time", r"\btime|^\W*t\W*$|\belapsed"),
    ("light", r"\blight|laser|\bled\b|trigger|illuminat|optical power"),
    ("ltp", r"\bltp|potentiat|\bset\b|\bup\b|increas"),
    ("ltd", r"\bltd|depress|\breset\b|\bdown\b|decreas"),
    ("conductance", r"conductanc|weight|norm\w* g\b|^\W*g\W*$|^g "),
    (
        "current",
        r"current|e?psc|photocurr|^\W*i\W*$|^i |\bids?\b"
        r"|\b(drain|anode|top|device|channel|smu ?\d|ch ?\d) ?i\b|^\W*i ?\d\W*$|^[a-d]i$",
    ),
    ("resistance", r"resist|^\W*r\W*$|^r "),
    ("voltage", r"voltage|bias|^\W*v\W*$|^v "),
)

#: Per area or per width of a channel: a measure of the current, whatever its size.
_DENSITY = re.compile(r"\w*A\s*(/|\s)\s*\w*m(\^?-?[12]|²|⁻[¹²])?")

_LONGEST = 300  # characters of a heading
_BRACKETED = re.compile(r"^(?P<name>.*?)[\s_]*[(\[{]\s*(?P<unit>[^)\]}]*?)\s*[)\]}]\s*$")
_TRAILING = re.compile(r"^(?P<name>.*?)\s*(?:[/,]\s*|[\s_]+)(?P<unit>\S+)\s*$")


@dataclass(frozen=True)
class Heading:
    """A column's heading, understood.

    Parameters
    ----------
    text : str
        As written.
    role : str or None
        What the column holds by its name ("pulse", "time", "ltp" ...).
    quantity : str or None
        What its unit measures ("conductance", "current" ...).
    scale : float
        Factor to SI.
    unit : str or None
        As written.
    given : bool
        Said by the user, not read from the file.
    """

    text: str
    role: str | None
    quantity: str | None
    scale: float
    unit: str | None
    given: bool = False


def unit_of(text: str) -> tuple[str, float] | None:
    """Quantity and factor to SI of a unit; None if it is not one this package reads."""
    unit = text.strip().replace("µ", "u").replace("μ", "u").replace("Ω", "Ohm").replace("Ω", "Ohm")
    if unit in _WHOLE:
        return _WHOLE[unit]
    if unit.lower() in ("siemens", "mho"):
        return "conductance", 1.0
    if _DENSITY.fullmatch(unit):
        return "arbitrary", 1.0
    unit = re.sub(r"ohms?$", "Ohm", unit, flags=re.IGNORECASE)
    for base, quantity in _BASE.items():
        prefix = unit.removesuffix(base)
        if prefix != unit and prefix in SI_PREFIXES:
            return quantity, float(f"1e{SI_PREFIXES[prefix]}")
    return None


def parse_heading(text: str) -> Heading:
    """Understand a heading such as ``I (nA)``, ``G [µS]``, ``time / s`` or ``LTP_uS``."""
    text = text.strip().strip("\"'").strip()
    if len(text) > _LONGEST:  # a line of something else
        return Heading(text, None, None, 1.0, None)
    name, unit, found = text, None, None
    for pattern in (_BRACKETED, _TRAILING):
        match = pattern.match(text)
        if match and (found := unit_of(match["unit"])):
            name, unit = match["name"], match["unit"]
            break
    lowered = name.lower().replace("_", " ")
    role = next((role for role, pattern in _NAMES if re.search(pattern, lowered)), None)
    quantity, scale = found or (None, 1.0)
    if role in ("time", "interval") and quantity == "conductance":
        quantity = "time"  # "time (S)": nobody measures time in siemens
    if quantity is None and re.search(r"\bnormali[sz]ed\b", lowered):
        quantity = "arbitrary"
    return Heading(text, role, quantity, scale, unit)
