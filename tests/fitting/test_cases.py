"""Small files of kinds that real instruments and people make, and how each must end.

``cases/expectations.csv`` says for each file the exit code, words of the message or of a note, and numbers
that must come out. The files were made for this project; nobody's data.
"""

import csv
import json
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perovdata.cli.application import app
from perovdata.cli.output import with_options
from perovdata.errors import InputError

CASES = Path(__file__).parent / "cases"
with (CASES / "expectations.csv").open(newline="", encoding="utf-8") as stream:
    EXPECTED = list(csv.DictReader(stream))


def _run(*arguments):
    """The command, in which every warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = CliRunner().invoke(app, ["fit", *map(str, arguments)])
    # The program's entry point prints an InputError as one line and ends with 2.
    if isinstance(run.exception, InputError):
        return 2, with_options(str(run.exception))
    assert run.exception is None, run.exception
    return run.exit_code, run.stdout + run.stderr


@pytest.mark.parametrize("row", EXPECTED, ids=[row["file"] + row["options"] for row in EXPECTED])
def test_every_case_ends_as_the_table_says(tmp_path, row):
    out, record = tmp_path / "device.yaml", tmp_path / "rows.jsonl"
    code, said = _run(
        CASES / row["file"], *row["options"].split(), "--json", "--output", out, "--rows", record
    )
    assert code == int(row["exit"]), said
    for words in filter(None, row["says"].split("|")):
        assert words in " ".join(said.split()), words
    if code:
        assert not out.exists()
        assert not record.exists()
        return
    answer = json.loads(said.splitlines()[0])
    numbers = {name: e["value"] for name, e in answer["parameters"].items()} | {"r2": answer["r2"]}
    for condition in filter(None, row["numbers"].split("|")):
        name, low, high = condition.split()
        assert float(low) <= numbers[name] <= float(high), (name, numbers[name])
    if row["first_law"]:
        assert answer["laws"][0]["law"] == row["first_law"]


def test_every_file_has_a_row():
    files = {path.name for path in CASES.iterdir()} - {"expectations.csv"}
    assert files == {row["file"] for row in EXPECTED}


@pytest.mark.parametrize(("file", "columns"), [("pfet_ltp.csv", 2), ("pfet_ltp_vd.csv", 3)])
def test_the_same_numbers_without_a_heading(tmp_path, file, columns):
    text = (CASES / file).read_text()
    bare = tmp_path / file
    bare.write_text(text.split("\n", 1)[1])
    answers = [json.loads(_run(path, "--json")[1].splitlines()[0]) for path in (CASES / file, bare)]
    assert len(answers[1]["columns"]) == columns
    assert answers[0]["parameters"] == answers[1]["parameters"]
