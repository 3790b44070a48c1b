"""A new metric is one row, a new design column one file: added in memory, every reader knows them."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perovdata.dataset.check.csv_lines import read_tables
from perovdata.dataset.check.validation import validate_rows
from perovdata.dataset.export.descriptors import dictionary
from perovdata.dataset.schema import METRICS, parse_known
from perovdata.errors import InputError
from perovdata.files import tables_dir

PACKAGE = Path(__file__).parents[2] / "perovdata"


@pytest.fixture
def rise_time(monkeypatch):
    metric = dataclasses.replace(
        METRICS["pulse_width"], name="rise_time", label="Rise time", definition="10 to 90 % of the current"
    )
    monkeypatch.setitem(METRICS, "rise_time", metric)
    return metric


def test_a_new_metric_is_known_to_every_reader(rise_time):
    assert parse_known("rise_time=3 us") == ("rise_time", pytest.approx(3e-6))
    assert "`rise_time`" in dictionary()
    tables, _, _ = read_tables(tables_dir())
    row = next(row for row in tables["measurements"] if row["metric"] == "pulse_width")
    row |= {"metric": "rise_time", "value": "1e-3"}
    assert not validate_rows(tables).errors
    row["unit"] = "ms"
    assert any(p.column == "unit" for p in validate_rows(tables).errors)


def test_an_unknown_metric_is_refused():
    with pytest.raises(InputError, match="rise_time"):
        parse_known("rise_time=3 us")


ASK = """
from pathlib import Path
from perovdata.cli.options import DesignOptions
print([p.name for p in DesignOptions.parameters(None)][-1])
from perovdata.dataset.load import read_designs
Path("designs.csv").write_text("composition,atmosphere\\nCsPbBr3,dry\\n")
print(read_designs(Path("designs.csv"))[0][0]["atmosphere"])
from perovdata.features import GROUPS
print([name for name in GROUPS["categories"] if name.startswith("atmosphere")])
"""


def test_a_new_design_column_reaches_options_batch_files_and_features(tmp_path):
    """In a copy of the package whose schema has one column more (and its closed list)."""
    shutil.copytree(PACKAGE, tmp_path / "perovdata", ignore=shutil.ignore_patterns("__pycache__"))
    schema = tmp_path / "perovdata" / "dataset" / "schema"
    add_line(
        schema / "schema.py",
        '    _term("mode", "mode"),\n    Column',
        '    _term("atmosphere", "atmosphere"),',
    )
    add_line(schema / "schema.py", "    mode: str | None = None\n", "    atmosphere: str | None = None")
    closed_list = '    Vocabulary("atmosphere", "Gas.", {"dry": "dry air", "humid": "any other"}),'
    add_line(schema / "vocabularies.py", "_ALL = (\n", closed_list)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    told = ["atmosphere", "dry", "['atmosphere=dry', 'atmosphere=humid']"]
    assert done.stdout.splitlines() == told, done.stderr


def add_line(path, after, line):
    text = path.read_text(encoding="utf-8")
    first = after.split("\n")[0] + "\n"
    assert text.count(after) == 1
    path.write_text(text.replace(after, after.replace(first, f"{first}{line}\n", 1)), encoding="utf-8")
