"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from perovdata.units import number, quantity


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
    ],
)
def test_quantity(value, unit, text):
    assert quantity(value, unit) == text


def test_rounding_up_changes_the_power():
    assert number(999.9) == "1,000"
    assert number(0.00099999) == "0.001"
