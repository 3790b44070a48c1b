"""Headings of a table: which metric a column holds, in which unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perovdata.dataset.reading.grammar.units import unit_at
from perovdata.dataset.schema.metrics import METRICS

_UNIT = re.compile(
    r"[(\[]\s*(?:[×x]\s?)?(10\s?\^?\s?\d{1,2}\s)?\s*([^)\]]{1,28}?)\s*[)\]]"
    r"|[,/]\s*([A-Za-zµ%][^,/()\[\]]{0,8})\s*$|\s(%|[mµn]?V|[afpnµ]J|[mµn]?s|A/W)\s*$"
)
_OTHER_HEADS = re.compile(
    r"\b(?:year|thickness|wavelength|temperature|method|electrode|mechanism|type"
    r"|compliance|interval|pulses?(?! width)|light|function\w*)\b",
    re.IGNORECASE,
)
_BARE = {
    "endurance": "cycles",
    "bending_endurance": "cycles",
    "n_states": "states",
    "retention": "s",
    "c2c_variation": "%",
    "d2d_variation": "%",
    "accuracy": "%",
    "yield": "%",
}
_HEADS = (
    (re.compile(r"(?:memory|hysteresis) window.*\bV\b", re.IGNORECASE), "memory_window"),
    (re.compile(r"(?:program\w*|operat\w*|switching|writ\w*) current", re.IGNORECASE), "program_current"),
    (re.compile(r"rise ?/ ?decay", re.IGNORECASE), "switching_time+memory_decay"),
    (re.compile(r"α_?\{?p\w* ?(?:/|,) ?α_?\{?d", re.IGNORECASE), "nonlinearity_ltp+nonlinearity_ltd"),
    (
        re.compile(
            r"^\s*(?:states?|levels?|n)\s*$|\b(?:no\.?|number|#) of (?:\w+ )*(?:states|levels)"
            r"|multi-?level|(?:conductance|resistance) (?:states|levels)",
            re.IGNORECASE,
        ),
        "n_states",
    ),
    (re.compile(r"\bbits?\b", re.IGNORECASE), "n_states"),
    (
        re.compile(
            r"\bon\s?[/-]\s?off|I_?on\s?/\s?I_?off|^\s*(?:ratio|window)\s*$|(?:switching"
            r"|resistance|memory|current) (?:ratio|window(?!.*V\b))|HRS\s?/\s?[IR]?_?LRS"
            r"|LRS\s?/\s?[IR]?_?HRS|R_?off|selectivity",
            re.IGNORECASE,
        ),
        "on_off_ratio",
    ),
    (re.compile(r"\bC2C\b|cycle[- ]to[- ]cycle", re.IGNORECASE), "c2c_variation"),
    (re.compile(r"\bD2D\b|(?:device|cell)[- ]to[- ](?:device|cell)", re.IGNORECASE), "d2d_variation"),
    (re.compile(r"bend", re.IGNORECASE), "bending_endurance"),
    (re.compile(r"endurance|cycl(?:es?|ing|ability)(?!-to)", re.IGNORECASE), "endurance"),
    (re.compile(r"retention", re.IGNORECASE), "retention"),
    (re.compile(r"stability|storage|lifetime|shelf", re.IGNORECASE), "ambient_stability"),
    (
        re.compile(
            r"(?:\b|V_?)set\b.{0,12}?(?:/|and|,|&) ?V?_?reset|write ?/ ?erase (?:voltage|\(V)", re.IGNORECASE
        ),
        "set_voltage+reset_voltage",
    ),
    (re.compile(r"V_?reset|\breset\b.*(?:volt|\bV\b)", re.IGNORECASE), "reset_voltage"),
    (re.compile(r"V_?set|\bset\b.*(?:volt|\bV\b)|writ\w* voltage", re.IGNORECASE), "set_voltage"),
    (re.compile(r"V_?th\b|threshold", re.IGNORECASE), "threshold_voltage"),
    (
        re.compile(
            r"(?:operat\w*|working|driving|programming|pulse|spike|switching"
            r"|stimul\w*)[- ]*(?:voltage|bias|amplitude|V\b)|^\s*voltages?\b",
            re.IGNORECASE,
        ),
        "operating_voltage",
    ),
    (re.compile(r"\bPPF\b|paired", re.IGNORECASE), "ppf_index"),
    (re.compile(r"accurac|recognition", re.IGNORECASE), "accuracy"),
    (
        re.compile(
            r"(?:non-?linearity|\bNL|\bα|\bν).*(?:LTP|potent\w*|P) ?(?:/|,|and|&) ?(?:LTD|depress\w*|D)\b",
            re.IGNORECASE,
        ),
        "nonlinearity_ltp+nonlinearity_ltd",
    ),
    (
        re.compile(
            r"(?:non-?linearity|\bNL|\bα|\bν).*(?:LTP|potent|P\b)|\bNL_?(?:LTP|p)\b|α_?p", re.IGNORECASE
        ),
        "nonlinearity_ltp",
    ),
    (
        re.compile(
            r"(?:non-?linearity|\bNL|\bα|\bν).*(?:LTD|depress|D\b)|\bNL_?(?:LTD|d)\b|α_?d", re.IGNORECASE
        ),
        "nonlinearity_ltd",
    ),
    (re.compile(r"non-?linearity|\bNL\b", re.IGNORECASE), "nonlinearity"),
    (
        re.compile(
            r"(?:switching|response|rise(?: ?/ ?(?:fall|decay))?|write|set|turn-on) (?:time|speed)|\bspeed\b",
            re.IGNORECASE,
        ),
        "switching_time",
    ),
    (re.compile(r"pulse (?:width|duration)", re.IGNORECASE), "pulse_width"),
    (re.compile(r"decay|relaxation|time constant|τ", re.IGNORECASE), "memory_decay"),
    (re.compile(r"responsivity|^\s*R\b(?=.*A\b.*W)", re.IGNORECASE), "responsivity"),
    (re.compile(r"detectivity|D\*", re.IGNORECASE), "detectivity"),
    (re.compile(r"rectif", re.IGNORECASE), "rectification_ratio"),
    (re.compile(r"dynamic range|G_?max|max\w* ?/ ?min\w* conductance", re.IGNORECASE), "dynamic_range"),
    (re.compile(r"yield", re.IGNORECASE), "yield"),
    (re.compile(r"activation energy|\bE_?a\b", re.IGNORECASE), "activation_energy"),
    (re.compile(r"band ?gap|\bE_?g\b", re.IGNORECASE), "bandgap"),
    (re.compile(r"energy|consumption|power", re.IGNORECASE), "energy_per_event"),
)
_BY_DIMENSION = {"energy_per_event": {"W": "power_per_event", "J/m2": "areal_energy"}, "retention": {}}
_DIMENSIONS = {
    "A/W": "A/W",
    "Jones": "Jones",
    "V": "V",
    "J": "J",
    "J/m2": "J/m2",
    "W": "W",
    "A": "A",
    "s": "s",
    "d": "s",
    "%": "%",
    "eV": "eV",
    "1": "1",
    "cycles": "cycles",
}


@dataclass(frozen=True)
class Column:
    """A column that holds a metric."""

    index: int
    heading: str
    metrics: tuple[str, ...]
    dimension: str | None
    factor: float


def metric_of(heading: str) -> str | None:
    if _OTHER_HEADS.search(heading) and not re.search(
        r"pulse (?:width|duration|amplitude|height|voltage)|switching|ratio|PPF|paired|endurance",
        heading,
        re.IGNORECASE,
    ):
        return None
    return next((metric for pattern, metric in _HEADS if pattern.search(heading)), None)


def column_of(index: int, heading: str) -> Column | None:
    metric = metric_of(heading)
    if metric is None:
        return None
    dimension, factor = heading_unit(heading)
    metric = _BY_DIMENSION.get(metric, {}).get(dimension or "", metric)
    if dimension is None:
        dimension = _BARE.get(metric)
    if metric == "ambient_stability" and dimension == "s" and factor < 60:
        return None  # the lifetime of carriers
    if metric == "n_states" and re.search(r"\bbits?\b", heading, re.IGNORECASE):
        dimension = "bits"
    first = metric.split("+")[0]
    expected = "%" if first == "accuracy" else _DIMENSIONS.get(METRICS[first].unit, "1")
    fits = dimension in (None, expected) or (
        first in ("n_states", "ppf_index", "accuracy") and dimension in ("states", "bits", "1", "%")
    )
    return Column(index, heading, tuple(metric.split("+")), dimension, factor) if fits else None


def heading_unit(heading: str) -> tuple[str | None, float]:
    for match in _UNIT.finditer(heading):
        words = re.sub(
            r"\s?(?:/|per)\s?(?:\w+ )?(?:spike|event|pulse|operation)s?$",
            "",
            match[2] or match[3] or match[4],
        )
        scale = 10.0 ** int(re.sub(r"10\s?\^?", "", match[1])) if match[1] else 1.0
        unit = unit_at(f" {words.strip()}", 0)
        if unit is not None and unit.length >= len(words.strip()):
            dimension = {"count": None, "pulses": None}.get(unit.dimension, unit.dimension)
            return dimension, unit.factor * scale
    return None, 1.0
