"""SI prefixes, for all that reads numbers with units; and numbers as people read them."""

from __future__ import annotations

import math

#: Prefix to power of ten, as people and instruments write it: both signs for micro, and u.
SI_PREFIXES = {
    **{"a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "c": -2},
    **{"": 0, "k": 3, "M": 6, "G": 9, "T": 12},
}
_SHOWN = {power: prefix for prefix, power in SI_PREFIXES.items() if prefix not in ("u", "μ", "c", "T")}
# Units that take an SI prefix; days, percent, cycles and Jones do not.
_PREFIXED = {"J", "V", "A", "W", "S", "s", "A/W", "m"}


def number(value: float | None, digits: int = 3) -> str:
    """A number with few digits; powers of ten where that is shorter.

    Parameters
    ----------
    value : float or None
        None and NaN give ``"not known"``, infinities ``"unlimited"``.
    digits : int
        Significant digits.
    """
    if value is None or math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "unlimited"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1e3:
        return f"{rounded:g}"
    if 1e3 <= abs(rounded) < 1e5:
        return f"{value:,.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{_superscript(int(exponent))}"


def quantity(value: float | None, unit: str) -> str:
    """A number with its unit, with an SI prefix where the unit takes one: ``4.2 pJ``.

    Parameters
    ----------
    value : float or None
        In `unit`.
    unit : str
        ``"1"`` for a plain number.
    """
    if value is None or not math.isfinite(value) or unit == "1":
        return number(value)
    rounded = float(f"{value:.3g}")
    if unit not in _PREFIXED or rounded == 0:
        return f"{number(value)} {unit}"
    power = 3 * math.floor(math.log10(abs(rounded)) / 3)
    if power not in _SHOWN or (unit == "s" and power > 0):
        return f"{number(value)} {unit}"
    return f"{rounded / 10.0**power:.3g} {_SHOWN[power]}{unit}"


def span(low: float | None, high: float | None, unit: str, between: str = " to ") -> str:
    """Both ends of an interval, the unit once where both have it: ``2.3 to 4 pJ``; one number if both are.

    Parameters
    ----------
    low, high : float or None
        In `unit`.
    unit : str
        ``"1"`` for plain numbers.
    between : str
        What stands between the ends.
    """
    first, last = quantity(low, unit), quantity(high, unit)
    if first == last:
        return last
    number_first, _, unit_first = first.rpartition(" ")
    if number_first and unit != "1" and last.endswith(f" {unit_first}"):
        first = number_first
    return f"{first}{between}{last}"


def with_error(value: float, error: float | None, unit: str) -> str:
    """A number with its standard error, with the digits that the error leaves: ``76 ± 3 %``.

    Parameters
    ----------
    value : float
    error : float or None
        None: not known, one decimal is shown.
    unit : str
    """
    if error is None or not math.isfinite(error):
        return f"{value:.1f} {unit}"
    decimals = 2 if error < 0.095 else 1 if error < 0.95 else 0
    return f"{value:.{decimals}f} ± {error:.{decimals}f} {unit}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
