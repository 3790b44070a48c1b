"""The tables as one set of files: one writer at a time, all or nothing, and a mixed set is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from perovdata.dataset.check.csv_lines import read_tables, render, write_tables
from perovdata.dataset.check.table_files import tables_lock, unfinished
from perovdata.dataset.check.validation import validate
from perovdata.dataset.load.typed_tables import load_tables
from perovdata.dataset.schema.schema import TABLES
from perovdata.errors import InputError

from .conftest import small_tables
from .test_adding import record

ROOT = Path(__file__).parents[2]


@pytest.fixture
def more():
    """The small tables with one more paper, device and value."""
    tables = small_tables()
    tables["papers"].append({**tables["papers"][1], "paper_id": "n2024-cccc", "url": "https://example.org/n",
                             "title": "N"})  # fmt: skip
    tables["devices"].append({**tables["devices"][0], "device_id": "d0009", "paper_id": "n2024-cccc"})
    tables["measurements"].append(
        {**tables["measurements"][0], "measurement_id": "m0099", "device_id": "d0009"}
    )
    return tables


def interrupted(folder, tables):
    """A commit whose writer died right after the rename that made it valid."""
    dying = (
        "import os, sys; sys.path.insert(0, sys.argv[3])\n"
        "import json; from pathlib import Path\n"
        "from perovdata.dataset.check import table_files\n"
        "real = os.rename\n"
        "def rename(*a, **k):\n"
        "    real(*a, **k)\n"
        "    os.kill(os.getpid(), 9)\n"
        "os.rename = rename\n"
        "new = {k: v.encode() for k, v in json.loads(Path(sys.argv[2]).read_text()).items()}\n"
        "table_files.commit(Path(sys.argv[1]), new)\n"
    )
    content = folder.parent / "new.json"
    content.write_text(json.dumps({name: render(rows, TABLES[name].names) for name, rows in tables.items()}))
    code = subprocess.run([sys.executable, "-c", dying, str(folder), str(content), str(ROOT)]).returncode
    assert code == -9


def test_writers_at_once_and_killed_ones_leave_whole_tables():
    command = [
        sys.executable,
        str(ROOT / "tests" / "stress" / "table_writers.py"),
        "--runs",
        "2",
        "--kills",
        "12",
        "--step",
        "3",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 runs of 2 to 4 writers, 0 mixed or lost" in done.stdout
    assert "12 kills" in done.stdout


def test_readers_see_the_whole_commit_of_a_writer_that_died(small, more):
    interrupted(small, more)
    assert unfinished(small)
    assert "d0009" not in (small / "devices.csv").read_text()  # not copied yet
    assert read_tables(small)[0] == more
    assert "d0009" in set(load_tables(small).measurements["device_id"])
    report = validate(small)
    assert report.ok
    assert any("interrupted" in p.problem for p in report.warnings)


def test_the_next_writer_finishes_what_one_that_died_began(small, more):
    interrupted(small, more)
    with tables_lock(small):
        pass
    assert not unfinished(small)
    assert "d0009" in (small / "devices.csv").read_text()
    assert not validate(small).problems
    assert {p.name for p in small.iterdir() if p.name.startswith(".")} == {
        ".tables.lock",
        ".last_commit.json",
    }


def test_a_table_from_before_beside_one_from_after_is_an_error(small, more):
    old = {path.name: path.read_bytes() for path in small.glob("*.csv")}
    write_tables(small, more)
    assert validate(small).ok
    (small / "papers.csv").write_bytes(old["papers.csv"])
    (small / "devices.csv").write_bytes(old["devices.csv"])
    found = [p for p in validate(small).errors if "mixed" in p.problem]
    assert {p.file for p in found} == {"papers.csv", "devices.csv"}
    assert "measurements.csv" in found[0].problem


def test_an_edit_by_hand_is_no_mixed_set(small, more):
    write_tables(small, more)
    edited = (small / "papers.csv").read_text().replace(",N,", ",New title,")
    (small / "papers.csv").write_text(edited)
    assert not [p for p in validate(small).problems if "mixed" in p.problem]


def test_whoever_waits_too_long_is_told_who_holds_the_tables(small):
    held, go = threading.Event(), threading.Event()

    def hold():
        with tables_lock(small):
            held.set()
            go.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    try:
        with pytest.raises(InputError, match=f"written by process {os.getpid()} on .*waited 0.05 s"), \
                tables_lock(small, timeout=0.05):  # fmt: skip
            pass
    finally:
        go.set()
        holder.join()
    with tables_lock(small, timeout=0.05):
        assert FileLock(small / ".tables.lock", is_singleton=True).is_locked


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(InputError, match="is not a folder"), tables_lock(tmp_path / "tabels"):
        pass
    assert not (tmp_path / "tabels").exists()


def test_the_same_file_again_changes_neither_tables_nor_accounts(small, tmp_path, cli):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(record(measurements__1__value="many")) + "\n")
    rejects, report = tmp_path / "rejects.csv", tmp_path / "report.json"
    options = ("--tables", small, "--yes", "--rejects", rejects, "--report", report)
    assert cli("dataset", "add", source, *options)[0] == 3
    first = (read_tables(small)[0], rejects.read_text(), report.read_text())
    assert rejects.read_text().count("\n") == 2
    assert cli("dataset", "add", source, *options)[0] == 3
    assert (read_tables(small)[0], rejects.read_text(), report.read_text()) == first


@pytest.mark.parametrize("text", ["[]", "{}", '{"files": 5}', "[" * 5000, '{"files": [1]}', "no JSON"])
def test_a_report_of_another_kind_is_refused_and_kept(text, small, tmp_path, cli):
    source, report = tmp_path / "in.jsonl", tmp_path / "report.json"
    source.write_text(json.dumps(record()) + "\n")
    report.write_text(text)
    code, _, err = cli("dataset", "add", source, "--tables", small, "--yes", "--report", report)
    assert code == 2
    assert "report.json" in err
    assert report.read_text() == text
    assert "10.1000/xx" not in (small / "papers.csv").read_text()
