"""Review in the terminal (through a pseudo-terminal) and on the page; accepted rows go through ``add``."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from perovdata.dataset.reading import Answers, accepted_records, html_page, read_paper, walk, write_proposals
from perovdata.dataset.reading.review import items
from perovdata.errors import InputError

from .papers import MARKDOWN


@pytest.fixture
def proposals(tmp_path):
    path = tmp_path / "paper.md"
    path.write_text(MARKDOWN, "utf-8")
    return read_paper(path)


class Terminal:
    """A program on a pseudo-terminal that is answered when it asks."""

    def __init__(self, *command):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "perovdata", *map(str, command)],
            stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        os.close(slave)
        self.seen = ""

    def until(self, words, seconds=60):
        end = time.monotonic() + seconds
        while words not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"'{words}' was not shown; seen: {self.seen}"
            try:
                self.seen += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:  # the program has gone and closed its side
                break
        assert words in self.seen, self.seen
        shown, self.seen = self.seen.split(words, 1)
        return shown

    def answer(self, line):
        os.write(self.master, f"{line}\n".encode())

    def ends(self):
        code = self.process.wait(60)
        os.close(self.master)
        return code


def test_review_in_a_terminal_stops_and_goes_on(tmp_path, proposals, shipped):
    file = tmp_path / "proposals.jsonl"
    write_proposals(file, proposals)
    first = Terminal("dataset", "review", file)
    first.until("uit > ")
    first.answer("a")  # the device
    shown = first.until("uit > ")
    assert ">>10^4<<" in shown
    first.answer("x")  # no such answer: asked again
    first.until("uit > ")
    first.answer("r")  # the on/off ratio
    first.until("uit > ")
    first.answer("e")  # the set voltage
    first.until("edit > ")
    first.answer("operator=roughly")
    first.until("is not one of")
    first.answer("value=0.55")
    first.until("edit > ")
    first.answer("")
    first.until("uit > ")
    first.answer("q")
    first.until("1 values of 1 devices accepted")
    assert first.ends() == 0

    second = Terminal("dataset", "review", file)
    shown = second.until("uit > ")
    assert "reset_voltage" in shown
    assert "set_voltage = 0.5 V" not in shown
    for _ in range(3):
        second.answer("a")
        second.until("uit > ")
    second.answer("r")  # the device of the other paper, with all its values
    second.until("perovdata dataset add")
    assert second.ends() == 0

    (record,) = [
        json.loads(line) for line in (tmp_path / "proposals.accepted.jsonl").read_text().splitlines()
    ]
    values = {m["metric"]: m["value"] for m in record["measurements"]}
    assert values == {"set_voltage": 0.55, "reset_voltage": 0.7, "retention": 1e4, "endurance": 500}
    assert "evidence" not in json.dumps(record)
    assert "sandwiched" not in json.dumps(record)  # the paper's sentence stays on the disk
    assert all(m["notes"].startswith(("exponent", "abstract", "results")) for m in record["measurements"])
    add = [sys.executable, "-m", "perovdata", "dataset", "add", tmp_path / "proposals.accepted.jsonl"]
    done = subprocess.run([*add, "--tables", shipped, "--yes"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "10.1000/own.1" in (shipped / "papers.csv").read_text()


def test_a_skipped_device_is_asked_again_and_a_rejected_one_is_not(tmp_path, proposals):
    answers = Answers.load(tmp_path / "answers.json")
    assert walk(proposals, answers, lambda _, it=iter("sr"): next(it), lambda line: None) is True
    again = Answers.load(tmp_path / "answers.json")
    assert again.open_items(proposals)[0].value is None
    assert all(i.proposal is proposals[0] for i in again.open_items(proposals))
    assert accepted_records(proposals, again) == []


def test_values_for_a_known_device_bring_no_paper_of_their_own(tmp_path, proposals):
    answers = Answers.load(tmp_path / "answers.json")
    device, value, *_ = items(proposals)
    answers.put(device.key, "edit", {"device_id": "d0003"})
    answers.put(value.key, "accept")
    (record,) = accepted_records(proposals, answers)
    assert record["device_id"] == "d0003"
    assert not {"paper", "design"} & record.keys()


def test_the_page_marks_the_number_and_escapes_the_paper(tmp_path, proposals):
    proposals[0]["measurements"][0]["evidence"]["text"] = "<script>alert(1)</script> 10^4"
    proposals[0]["measurements"][0]["evidence"] |= {"start": 26, "end": 30}
    answers = Answers.load(tmp_path / "answers.json")
    device, value, *_ = items(proposals)
    answers.put(device.key, "accept")
    answers.put(value.key, "edit", {"value": 2e4})
    page = html_page(proposals, answers, "x.answers.json")
    assert "<mark>10^4</mark>" in page
    assert "<script>alert" not in page
    assert page.count("checked") >= 2
    assert "data-read='10000' value='20000'" in page
    assert not re.search(r"(?:src|href)=['\"]http", page)  # works without a network
    for item in items(proposals):
        assert f"data-key='{item.key}'" in page


@pytest.mark.parametrize("content", ["[]", "{", '{"a": {"decision": "maybe"}}', '{"a": 1}'])
def test_a_file_that_holds_no_answers_is_refused(tmp_path, content):
    (tmp_path / "answers.json").write_text(content)
    with pytest.raises(InputError, match="no answers"):
        Answers.load(tmp_path / "answers.json")


def test_answers_of_the_page_finish_a_review(tmp_path, proposals, cli):
    file = tmp_path / "p.jsonl"
    write_proposals(file, proposals)
    given = {i.key: {"decision": "accept"} for i in items(proposals)}
    (tmp_path / "saved.json").write_text(json.dumps(given))
    code, out, _ = cli("dataset", "review", file, "--answers", tmp_path / "saved.json", "--json")
    assert code == 0
    assert json.loads(out) == {
        "records": 2, "values": 7, "open": 0, "output": str(tmp_path / "p.accepted.jsonl"),
    }  # fmt: skip
