"""Tables of eighty columns: nothing runs over the edge, and no word is cut."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from perovdata.cli.tables import study_table

EFFECTS = ("all", "number of pulses", "cycle-to-cycle variation", "device-to-device variation")
LIMITS = [
    {"device": "(PEA)2SnI4", "made ideal": effect} | dict.fromkeys(("now", "then"), "79.6 (57.3 to 91.7)")
    for effect in EFFECTS
]
JOINT = [
    {"dynamic range": 38.7, "number of states": "1,024", "nonlinearity": 3.0, "cycle-to-cycle variation": 0.0,
     "device-to-device variation": 30.0, "accuracy": 66.8}
]  # fmt: skip
NEEDS = [
    {"metric": metric, "all others": "typical", "": "at least", "needed": "out of reach",
     "by seed": "64, out of reach", "unit": "% per pulse of 32", "at its best %": 87.8}
    for metric in EFFECTS
]  # fmt: skip


@pytest.mark.parametrize("rows", [LIMITS, JOINT, NEEDS], ids=["limits", "joint requirements", "requirements"])
@pytest.mark.parametrize("width", [80, 120])
def test_every_word_of_a_study_is_whole(rows, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    page = StringIO()
    Console(width=width, file=page).print(study_table(rows, {name: name for name in rows[0]}, "Study"))
    drawn = page.getvalue()
    words = {word for row in rows for text in (*row, *row.values()) for word in str(text).split()}
    assert {word for word in words if not word.replace(".", "").isdigit()} <= set(drawn.split())
    assert max(map(len, drawn.splitlines())) <= width
