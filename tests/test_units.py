"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from perovdata.units import number, quantity, span


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4.2e-12, "J", "4.2 pJ"),
        (1.0e-15, "J", "1 fJ"),
        (0.25, "V", "250 mV"),
        (1e4, "s", "10,000 s"),
        (3e-8, "s", "30 ns"),
        (1e6, "cycles", "1.0 × 10⁶ cycles"),
        (153.0, "%", "153 %"),
        (1234.6, "1", "1,235"),
        (2.5e-4, "1", "2.5 × 10⁻⁴"),
        (0.0, "S", "0 S"),
        (None, "J", "not known"),
        (math.nan, "J", "not known"),
        (math.inf, "1", "unlimited"),
        (999.96e-12, "J", "1 nJ"),
        (3e-7, "m", "300 nm"),
    ],
)
def test_quantity(value, unit, text):
    assert quantity(value, unit) == text


def test_rounding_up_changes_the_power():
    assert number(999.9) == "1,000"
    assert number(0.00099999) == "0.001"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (2.3e-12, 4e-12, "J", "2.3 to 4 pJ"),
        (9e-13, 4e-12, "J", "900 fJ to 4 pJ"),
        (31.6, 1.2e6, "cycles", "31.6 to 1.2 × 10⁶ cycles"),
        (2.0, 1e9, "1", "2 to 1.0 × 10⁹"),
        (0.0, math.inf, "s", "0 s to unlimited"),
        (50.0, 50.0, "%", "50 %"),
    ],
)
def test_an_interval_names_its_unit_once(low, high, unit, text):
    assert span(low, high, unit) == text
