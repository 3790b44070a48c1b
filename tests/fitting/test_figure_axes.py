"""The figure of a fit: numbers on the axis carry an SI prefix and their unit."""

from __future__ import annotations

import numpy as np
import pytest

from perovdata.fitting.figure import Curve, figure


@pytest.mark.parametrize(
    ("axis", "label", "tick"),
    [("conductance (S)", "conductance", "µS"), ("PPF index (%)", "PPF index (%)", "2")],
)
def test_ticks_have_si_prefixes(axis, label, tick):
    x = np.arange(1.0, 9.0)
    y = x * (1e-6 if "(S)" in axis else 1.0)
    drawn = figure([Curve("LTP", x, y, y)], law="linear", axes=("pulse", axis), title="t", wide=False)
    drawn.canvas.draw()
    top = drawn.axes[0]
    assert top.get_ylabel() == label
    assert any(text.get_text().endswith(tick) for text in top.get_yticklabels())
