"""The speed table: that it runs, and a guard that compares with NumPy beside it, never with a clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import growth
import pytest
import speed_parts
import speed_table

SCRIPT = Path(speed_table.__file__)


def test_the_table_prints_a_row_with_its_target():
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--only", "padding"],
        capture_output=True,
        text=True,
        check=True,
    )
    head, _, row = run.stdout.splitlines()
    assert head.startswith("| where | unit | before | target | now | met |")
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:2] == ["padding, worst of 1 to 256 lanes", "%"]
    assert float(cells[4]) <= 12
    assert cells[5] == "yes"


def test_a_ratio_says_how_many_times_better():
    line = next(line for line in speed_table.LINES if line.where.startswith("exact wires"))
    found = speed_table.Found(0.5, "peer", 2.0)
    assert line.ratio(found) == 4
    assert line.met(0.5)
    assert not line.met(0.6)
    faster = next(line for line in speed_table.LINES if line.larger_is_better)
    assert faster.ratio(speed_table.Found(10.0, "peer", 5.0)) == 2
    assert faster.met(faster.target)


def test_every_part_belongs_to_a_row():
    text = SCRIPT.read_text(encoding="utf-8")
    assert all(f'part("{name}")' in text for name in speed_parts.PARTS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least"),
    # About a third of what a quiet machine shows: only a lost factor fails, not a neighbour's load.
    [("online_batch", 3.0), ("wires_256", 1.5), ("inference_one", 5.0)],
)
def test_the_engine_stays_ahead_of_its_peer(name, least):
    row = speed_parts.PARTS[name](True)
    assert row["peer_value"] / row["now"] >= least


def test_the_growth_figure_shows_every_curve(tmp_path):
    curves = {
        name: (sizes, [0.1] * len(sizes), [2.0 + k] * len(sizes))
        for k, (name, sizes, *_) in enumerate(growth.CURVES)
    }
    growth.draw_figure(str(tmp_path / "growth.png"), curves)
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert [name.split()[0].strip(",") for name in curves] == ["sets", "samples", "inputs", "epochs", "draws"]
