"""What the exponential law made is read as it was before the other laws came.

`before/` holds three files made with NumPy alone (five cycles of the exponential law, a paired-pulse index of
two time constants, a stretched decay, each with noise of reading) and the figures that commit c9c2876 found.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perovdata import fit

BEFORE = Path(__file__).parent / "before"
FIGURES = json.loads((BEFORE / "figures.json").read_text())


@pytest.mark.parametrize("name", FIGURES)
def test_a_fit(name):
    found, told = fit(BEFORE / f"{name}.csv"), FIGURES[name]
    assert (found.kind, found.law) == (told["kind"], told["law"])
    values = found.to_dict()["parameters"]
    for parameter, value in told["parameters"].items():
        assert values[parameter]["value"] == pytest.approx(value, rel=1e-3, abs=1e-12), parameter
