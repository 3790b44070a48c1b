"""Predicting a file of designs: streamed, taken up again, the same as one by one."""

from __future__ import annotations

import csv
import errno
import json
import os

import pytest

from perovdata.dataset import SynapseDesign
from perovdata.errors import InputError
from perovdata.models import predict_file
from perovdata.models.predictor import batch
from perovdata.models.store.bundle import load_bundle


@pytest.fixture(scope="module")
def predictor(bundle):
    return load_bundle(bundle[0])


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    rows = [f"CsPbBr{3 - x / 10:g}I{x / 10:g},{('electrical', 'optical')[x % 2]}," for x in range(1, 25)]
    rows[4] = "CsPbQ3,optical,"
    rows[7] = "MAPbI3,,0.5"
    path.write_text("composition,stimulus,known_set_voltage\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(batch, "_CHUNK", 5)


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_says_what_single_predictions_say(predictor, source, tmp_path):
    output = tmp_path / "out.csv"
    done = predict_file(predictor, source, output)
    assert (done.designs, done.failed) == (24, 1)
    assert "row 5" in done.failures[0]
    rows = rows_of(output)
    assert list(rows[0]) == list(batch.COLUMNS)
    for number, design, given in (
        (1, SynapseDesign("CsPbBr2.9I0.1", stimulus="optical"), None),
        (8, SynapseDesign("MAPbI3"), {"set_voltage": 0.5}),
    ):
        one = predictor.predict(design, known=given)[0]
        mine = [row for row in rows if row["row"] == str(number)]
        assert [row["metric"] for row in mine] == list(one.predictions)
        for row in mine:
            told = one.predictions[row["metric"]]
            expected = (told.median, *(told.interval or (None, None)))
            for column, value in zip(("median", "low", "high"), expected, strict=True):
                _same(row[column], value)
            assert (row["kind"], row["unit"], row["n_papers"]) == (told.kind, told.unit, str(told.n_papers))
            assert row["extrapolating"] == str(one.applicability["extrapolating"]).lower()
    assert sorted({int(row["row"]) for row in rows}) == list(range(1, 25))


def test_json_lines_hold_the_same(predictor, source, tmp_path):
    predict_file(predictor, source, tmp_path / "out.csv", metrics=["set_voltage"])
    predict_file(predictor, source, tmp_path / "out.jsonl", metrics=["set_voltage"])
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    for row, line in zip(rows_of(tmp_path / "out.csv"), lines, strict=True):
        for column in batch.COLUMNS:
            _same(row[column], line[column])


def _same(cell, value):
    """A CSV cell says what a value is."""
    if isinstance(value, float):
        assert float(cell) == pytest.approx(value, rel=1e-5)
    else:
        assert cell == (
            "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        )


def test_an_interrupted_run_is_taken_up_and_ends_alike(predictor, source, tmp_path):
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    predict_file(predictor, source, whole)

    def stop(done, total):
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_file(predictor, source, output, progress=stop)
    assert not output.exists()
    part = tmp_path / "out.csv.part"
    part.write_bytes(part.read_bytes() + b"a torn li")  # of a piece that was not noted
    done = predict_file(predictor, source, output)
    assert (done.resumed, done.failed) == (10, 1)
    assert output.read_bytes() == whole.read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"in.csv", "whole.csv", "out.csv"}


@pytest.mark.parametrize("change", ["input", "level", "note"])
def test_a_part_of_something_else_is_begun_anew(change, predictor, source, tmp_path):
    output = tmp_path / "out.csv"
    with pytest.raises(KeyboardInterrupt):
        predict_file(predictor, source, output, progress=_interrupt)
    if change == "input":
        source.write_text(source.read_text() + "CsSnI3,,\n")
    if change == "note":
        (tmp_path / "out.csv.part.json").write_text('{"settings": 5')
    level = 0.8 if change == "level" else 0.9
    assert predict_file(predictor, source, output, level=level).resumed == 0
    predict_file(predictor, source, tmp_path / "whole.csv", level=level)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_the_designs_are_never_replaced_by_the_result(predictor, source, tmp_path):
    before = source.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(source)
    for output in (source, link, tmp_path / "folder" / ".." / source.name):
        (tmp_path / "folder").mkdir(exist_ok=True)
        with pytest.raises(InputError, match="is a file that is read"):
            predict_file(predictor, source, output)
    assert source.read_bytes() == before


def test_a_result_goes_to_what_a_link_points_to(predictor, source, tmp_path):
    link, target = tmp_path / "link.csv", tmp_path / "target.csv"
    link.symlink_to(target)
    predict_file(predictor, source, link)
    assert link.is_symlink()
    assert len(rows_of(target)) > 24


@pytest.mark.parametrize("at", ["source", "output"])
def test_pipes_and_folders_are_refused_at_once(at, predictor, source, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path / "pipe", "is a pipe"), (tmp_path, "is a folder")):
        given = (path, tmp_path / "out.csv") if at == "source" else (source, path)
        with pytest.raises(InputError, match=what):
            predict_file(predictor, *given)


STRANGE_CELLS = {
    '"composition": "CsPbBr3", "thickness_nm": true': "thickness_nm: 'True' is not a number",
    '"composition": "CsPbBr3", "stack": ["Ag"]': "stack: '['Ag']' is no text",
    '"composition": "CsPbBr3", "stack": "a\\u001b[31m"': "stack: U+001B is no printable character",
    '"composition": 5': "composition: '5' is no text",
    '"composition": true': "composition: 'True' is no text",
}


@pytest.mark.parametrize("cells", STRANGE_CELLS)
def test_json_values_of_another_kind_are_told_in_their_row(cells, predictor, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(f"{{{cells}}}\n")
    done = predict_file(predictor, path, tmp_path / "out.csv")
    assert done.failed == 1
    assert STRANGE_CELLS[cells] in done.failures[0]


def _interrupt(done, total):
    raise KeyboardInterrupt


def test_no_room_is_told_before_the_work(predictor, source, tmp_path, monkeypatch):
    monkeypatch.setattr(batch.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 100})())
    with pytest.raises(
        InputError, match=r"about 0\.\d MB and 0\.0 MB are free; give another place \(argument output\)"
    ):
        predict_file(predictor, source, tmp_path / "out.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_a_disk_that_fills_is_told_and_nothing_noted_is_lost(predictor, source, tmp_path, monkeypatch):
    from perovdata.models.predictor import output_file

    real, calls = output_file.os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    output = tmp_path / "out.csv"
    with monkeypatch.context() as patched:
        patched.setattr(output_file.os, "fsync", full)
        with pytest.raises(InputError, match="No space left on device after 5 designs; make room and run"):
            predict_file(predictor, source, output)
    assert predict_file(predictor, source, output).resumed == 5


def test_many_failures_are_counted_and_the_first_told(predictor, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("composition\n" + "CsPbQ3\n" * 50)
    done = predict_file(predictor, source, tmp_path / "out.csv")
    assert (done.failed, len(done.failures)) == (50, 20)
    assert sum("neither" in row["error"] for row in rows_of(tmp_path / "out.csv")) == 50
