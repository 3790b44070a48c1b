"""Measured metrics as people type them: ``energy_per_event=4.2 pJ``."""

from __future__ import annotations

import math
import re

from perovdata.dataset.schema.metrics import METRICS
from perovdata.errors import InputError, unknown_choice
from perovdata.units import SI_PREFIXES

_PREFIXED = {"V", "J", "s", "W", "A", "A/W"}
_OTHER = {
    "s": {"min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0, "days": 86400.0},
    "d": {"day": 1.0, "days": 1.0, "h": 1 / 24, "s": 1 / 86400},
    "1": {"": 1.0, "states": 1.0, "levels": 1.0},
    "cycles": {"": 1.0, "cycle": 1.0},
    "%": {"": 1.0},
}
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


def parse_known(text: str, place: str = "argument known") -> tuple[str, float]:
    """Read ``METRIC=VALUE`` with an optional unit.

    Parameters
    ----------
    text : str
        For example ``"operating_voltage=0.1"``, ``"energy_per_event=4.2 pJ"`` or ``"retention=3 h"``.
        Without a unit the metric's own is meant.
    place : str
        Where the text came from, for the message.

    Returns
    -------
    metric : str
    value : float
        In the metric's unit.

    Raises
    ------
    InputError
        For an unknown metric, a missing or impossible number, or a unit of another quantity.
    """
    name, equals, right = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals:
        raise InputError(f"{place}: '{text}' is not METRIC=VALUE")
    if name not in METRICS:
        raise unknown_choice(place, name, METRICS)
    metric = METRICS[name]
    match = _NUMBER.match(right)
    factor = _factor(match[2], metric.unit) if match else None
    if match is None or factor is None:
        raise InputError(
            f"{place} {name}: '{right.strip()}' is not a number with the unit {_units(metric.unit)}"
        )
    value = float(match[1]) * factor
    if not math.isfinite(value) or (metric.scale == "log10" and value <= 0):
        raise InputError(f"{place} {name}: '{right.strip()}' is not a positive number")
    return name, value


def _factor(unit: str, own: str) -> float | None:
    """Factor that turns a unit into the metric's own, None if it is another quantity."""
    if unit in ("", own):
        return 1.0
    if unit in _OTHER.get(own, {}):
        return _OTHER[own][unit]
    if own in _PREFIXED and unit.endswith(own):
        exponent = SI_PREFIXES.get(unit.removesuffix(own))
        return None if exponent is None else 10.0**exponent
    return None


def _units(own: str) -> str:
    more = [f"m{own}, u{own} ..."] if own in _PREFIXED else []
    return ", ".join([own, *more, *(u for u in _OTHER.get(own, {}) if u)])
