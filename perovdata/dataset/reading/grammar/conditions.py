"""What a sentence says around a value: definition, conditions, polarity."""

from __future__ import annotations

import re

from perovdata.dataset.reading.grammar.quantities import Quantity

_INTERVAL = re.compile(
    r"(?:interval\w*|[ΔD]t|delay|spacing|separation)(?: \w+)?(?: time)?(?: \([^)]*\))?"
    r" ?(?:of|=|is|was|:)? ?~?(\d[\d.]* ?(?:ms|s|µs|ns|min))\b|(\d[\d.]*[ -]?(?:ms|s"
    r"|µs))(?: \w+)? interval",
    re.IGNORECASE,
)
_WAVELENGTH = re.compile(
    r"(\d{3,4}) ?nm(?= (?:light|laser|illumination|pulse|LED|irradiation|stimul|UV|photon)"
    r"|[,.;)]|\s*$| \w+ (?:light|laser|illumination|pulses))|(?:at|under|λ ?=|wavelength"
    r" of) (\d{3,4}) ?nm"
)
_TEMPERATURE = re.compile(r"(-?\d+(?:\.\d+)?) ?(?:°\s?C|℃)|\bat (\d+) K\b")
_READ = re.compile(
    r"\bread(?:ing|-?out)?(?: (?:voltage|bias|at|out|of|with|is|was))* ?(?:of |at"
    r" )?([-+]?\d[\d.]* ?m?V)\b|([-+]?\d[\d.]* ?m?V) read",
    re.IGNORECASE,
)
_COMPLIANCE = re.compile(
    r"compliance(?: current)?(?: \(\w+\))?(?: of| =| at| was| is)* (\d[\d.×^ eE-]*"
    r" ?[fpnµmu]?A)\b|\bI_?CC?\b ?(?:=|of) ?(\d[\d.×^ -]* ?[fpnµmu]?A)\b",
    re.IGNORECASE,
)
_HUMIDITY = re.compile(
    r"(\d+(?:\s?±\s?\d+)?) ?% (?:relative humidity|RH|humidity)|(?:humidity|RH)(?:"
    r" \(RH\))? (?:of |~|= ?)*(\d+) ?%",
    re.IGNORECASE,
)
_AIR = re.compile(r"\bin (?:ambient )?air\b|\bambient\b", re.IGNORECASE)
_NITROGEN = re.compile(r"\bin (?:a )?(?:nitrogen|N2|argon|glove ?box|vacuum)\b", re.IGNORECASE)

_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "on_off_ratio": (
        (
            "light-dark",
            r"light[- /](?:to[- ])?dark|photo[- ]?(?:to[- ])?dark|bright|photo(?:switching"
            r"|current)[- ]?(?:on|ratio)|under (?:light|illumination) (?:and|to) (?:in )?(?:the"
            r" )?dark",
        ),
        (
            "memory-window",
            r"(?:program\w*|writ\w*)[ /](?:and )?eras\w*|memory (?:on|current) ?ratio|transistor"
            r" memory|floating[- ]gate",
        ),
        ("resistance-ratio", r"HRS|LRS|resistance|resistive|R_?off|memrist\w+|R_?on\b|SET\b|ReRAM|RRAM"),
    ),
    "dynamic_range": (
        ("pulse-train", r"pulses?\b|potentiation|train|LTP"),
        ("modulation-range", r"modulation|G_?max"),
    ),
    "endurance": (
        (
            "volatile-cycles",
            r"threshold[- ]switching cycles|\bvolatile\b(?<!non-volatile)(?<!nonvolatile)"
            r"|diffusive",
        ),
        ("dc-cycles", r"\bdc\b|sweep\w*|I-V cycl\w+|I[–-]V\b"),
        ("weight-updates", r"weight updates?|(?:potentiation|LTP) ?(?:/|and|-) ?(?:depression|LTD) pulses"),
        ("pulses", r"pulses?\b|pulsed"),
    ),
    "energy_per_event": (
        ("optical-input", r"\boptical energy|light energy|energy of (?:the |each )?(?:light|optical)"),
        ("read-out", r"read-?out energy|read(?:ing)? energy|during read"),
        ("neuron-spike", r"neuron|output spike|firing"),
        (
            "electrical-input",
            r"electrical energy|write energy|writing energy|programming energy|SET energy"
            r"|switching energy",
        ),
    ),
    "areal_energy": (
        ("electrical-input", r"electrical|writing|programming"),
        ("optical-input", r"optical energy"),
    ),
    "power_per_event": (
        ("per-event", r"per (?:spike|event|synaptic)"),
        (
            "device-power",
            r"(?:device|static|standby|operat\w+|total) power|power (?:consumption )?of the device",
        ),
    ),
    "program_current": (("reset", r"\bRESET"), ("set", r"\bSET\b")),
    "n_states": (
        ("transmittance", r"transmi\w+"),
        ("luminescence", r"emission|luminescen\w+"),
        ("conductance", r"conductance|resistance|current|states?|levels?|bit"),
    ),
    "nonlinearity": (
        ("asymmetric-factor", r"asymmetr\w+"),
        ("neurosim-label", r"neurosim"),
        ("exponent", r"exponent"),
    ),
    "retention": (
        ("extrapolated", r"extrapolat\w+|project\w+|predicted|expected"),
        (
            "measured",
            r"monitored|without (?:\w+ )?(?:degradation|decay|loss|change|deteriorat)\w*|measured"
            r" (?:for|over)|recorded",
        ),
    ),
    "memory_decay": (
        ("half-life", r"half-?life|half of"),
        ("fast-time-constant", r"\bfast(?:er)?\b|τ_?1|short(?:er)? (?:time constant|component)"),
        ("slow-time-constant", r"\bslow(?:er)?\b|τ_?2"),
        ("time-constant", r"time constants?|τ|relaxation time|decay time"),
        ("duration", r"lasts?|persist\w*|vanish\w*|disappear\w*|recover\w*|duration"),
    ),
    "switching_time": (
        ("set and reset", r"(?i:\bset ?(?:/|and) ?reset)|write ?(?:/|and) ?erase"),
        ("photoresponse", r"rise|respon[sd]\w*|photo\w*|light"),
        ("reset", r"(?i:\breset)|eras\w+"),
        ("set", r"(?i:\bset)\b|writ\w+"),
    ),
    "array_rows": (
        ("simulated", r"simulat\w+|projected|could|scal\w+"),
        ("fabricated", r"fabricat\w+|built|integrat\w+|prepared|realiz\w+|demonstrat\w+|crossbar"),
    ),
}
_RULES["nonlinearity_ltp"] = _RULES["nonlinearity_ltd"] = _RULES["nonlinearity"]
_RULES["array_cols"] = _RULES["array_rows"]
_COMPILED = {k: tuple((term, re.compile(p)) for term, p in rules) for k, rules in _RULES.items()}


def paired_pulse_term(note: str) -> str:
    """Definition of a paired-pulse index: one below 100 %, which was converted, is a relative increase."""
    return "(A2-A1)/A1 assumed" if note.startswith("stated") and note.endswith("%") else "A2/A1"


def definition(metric: str, text: str, cue: str, near: str) -> str:
    """Term of the metric's definition list that the words support, else ``"not stated"``; empty without list.

    Parameters
    ----------
    metric : str
    text : str
        The sentence.
    cue, near : str
        The wording that named the metric, and the part around the number; they are asked first.
    """
    rules = _COMPILED.get(metric)
    if rules is None:
        return ""
    for part in (cue, near, text):
        for term, pattern in rules:
            if pattern.search(part) and (part is cue or term != "asymmetric-factor"):
                return term
        if part is near and metric in ("switching_time", "program_current", "memory_decay"):
            break  # these words must stand beside the number
    return "not stated"


def conditions(metric: str, text: str, quantity: Quantity) -> str:
    """Conditions of the value that the sentence names, in few words."""
    out: list[str] = []
    if quantity.negative and metric.endswith("_voltage"):
        out.append("negative polarity")
    if (m := _INTERVAL.search(text)) and metric == "ppf_index":
        out.append(f"interval {' '.join((m[1] or m[2]).split())}")
    if m := _WAVELENGTH.search(text):
        out.append(f"{m[1] or m[2]} nm")
    if (m := _READ.search(text)) and metric in (
        "on_off_ratio",
        "retention",
        "endurance",
        "n_states",
        "dynamic_range",
    ):
        out.append(f"read at {m[1] or m[2]}")
    if (m := _TEMPERATURE.search(text)) and not quantity.start <= m.start() < quantity.end:
        out.append(f"{m[1]} degC" if m[1] else f"{m[2]} K")
    if m := _COMPLIANCE.search(text):
        out.append(f"compliance current {' '.join((m[1] or m[2]).split())}")
    if m := _HUMIDITY.search(text):
        out.append(f"{m[1] or m[2]}% relative humidity")
    elif _AIR.search(text) and metric in ("retention", "endurance", "ambient_stability", "on_off_ratio"):
        out.append("air")
    elif (m := _NITROGEN.search(text)) and metric in ("retention", "ambient_stability"):
        out.append("inert atmosphere")
    if quantity.spread:
        out.append(quantity.spread.replace("±", "+/-"))
    return "; ".join(out)[:200]
