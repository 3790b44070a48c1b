"""What gaps rest on is kept in the user's cache: the same from there, and made anew where it is damaged."""

from __future__ import annotations

import pytest

from perovdata.chemistry import parse
from perovdata.materials import Gap, bandgaps
from perovdata.materials.gap_store import gap_model, gap_store

#: Measured often, measured once and so predicted, predicted, layered, missing.
FORMULAS = ("MAPbI3", "CsPbBr3", "FA0.5Cs0.5Pb(I0.3Br0.7)3", "(BA)2MA2Pb3I10", "Cs2AgBiBr6")


def forget() -> None:
    gap_store.cache_clear()
    gap_model.cache_clear()


@pytest.fixture
def gaps(tmp_path, monkeypatch):
    monkeypatch.setenv("PEROVDATA_CACHE_DIR", str(tmp_path))

    def told() -> list[str]:
        forget()
        found: list[Gap] = bandgaps([parse(formula) for formula in FORMULAS])
        return [repr(gap) for gap in found]

    yield told
    forget()


def test_gaps_from_the_cache_are_those_made_anew(gaps, tmp_path):
    made = gaps()
    [file] = (tmp_path / "gaps").iterdir()
    written = file.stat().st_mtime_ns
    assert gaps() == made
    assert file.stat().st_mtime_ns == written  # read, not written again


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"measured": {}, "setting": [1, 2], "X": [], "y": []}'])
def test_a_damaged_cache_is_made_anew(gaps, tmp_path, damage):
    made = gaps()
    [file] = (tmp_path / "gaps").iterdir()
    whole = file.read_text()
    file.write_text(damage)
    assert gaps() == made
    assert file.read_text() == whole
