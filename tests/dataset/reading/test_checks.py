"""What happens between reading and the person: reserved papers, repeats, rules of the tables, adapters."""

import hashlib
import json

import pytest

from perovdata.dataset.reading import Evidence, Finding, Reader, check_proposals, read_paper
from perovdata.errors import InputError

from .papers import MARKDOWN


def paper(folder, text=MARKDOWN, name="paper.md"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def reserved(start="10.1000/r"):
    """A DOI that the rule reserves."""
    return next(d for i in range(99) if hashlib.sha256((d := f"{start}{i}").encode()).hexdigest()[0] in "01")


def test_read_writes_proposals_as_the_interface_says(tmp_path, cli):
    output = tmp_path / "proposals.jsonl"
    code, _, err = cli("dataset", "read", paper(tmp_path), "--output", output)
    assert code == 0
    assert "perovdata dataset review" in err
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert {"paper", "design", "measurements", "benchmarks", "source_kind"} <= line.keys()
        for value in line["measurements"]:
            wanted = {"metric", "operator", "value", "value_high", "unit", "definition", "conditions"}
            assert wanted | {"evidence", "confidence", "reason"} <= value.keys()
            assert {"text", "start", "end", "page", "xpath"} <= value["evidence"].keys()
            assert 0 <= value["confidence"] <= 1
            assert value["reason"]


def test_a_reserved_paper_is_refused_in_one_line(tmp_path, cli):
    text = MARKDOWN.replace("10.1000/own.1", reserved())
    code, _, err = cli("dataset", "read", paper(tmp_path, text))
    assert code == 2
    assert err.count("\n") == 1
    assert "reserved paper" in err
    code, _, _ = cli("dataset", "read", paper(tmp_path), "--doi", reserved())
    assert code == 2


def test_a_reserved_reference_of_a_review_is_left_out(tmp_path, cli):
    text = MARKDOWN.replace("10.1000/abc.1", reserved())
    code, out, err = cli("dataset", "read", paper(tmp_path, text), "--json")
    assert code == 0
    assert [p["source_kind"] for p in json.loads(out)["proposals"]] == ["fulltext"]
    assert "left out" in err


def test_a_batch_with_a_broken_file_gives_the_others(tmp_path, cli):
    broken = paper(tmp_path, "", "empty.txt")
    code, out, _ = cli("dataset", "read", paper(tmp_path), broken, "--json")
    assert code == 3
    result = json.loads(out)
    assert [f["file"] for f in result["failed"]] == ["empty.txt"]
    assert len(result["proposals"]) == 2
    assert cli("dataset", "read", broken)[0] == 2


def test_values_that_stand_already_are_marked_before_the_person_sees_them(tmp_path, small):
    text = (
        "A title of the first paper on synapses\n\nDOI: 10.1000/AA\n\nThe CsPbBr3 device has a SET voltage "
        "between 0.5 and 0.8 V and a RESET voltage of 0.4 V."
    )
    (checked,) = check_proposals(read_paper(paper(tmp_path, text, "a.txt")), small)
    said = {m["metric"]: [c["problem"] for c in m["checks"]] for m in checked["measurements"]}
    assert any("already in the tables as m0003" in p for p in said["set_voltage"])
    assert not any("already" in p for p in said["reset_voltage"])
    assert any("d0001" in c["problem"] for c in checked["checks"])


def test_implausible_values_and_wrong_terms_are_marked(tmp_path, small):
    (proposal,) = read_paper(paper(tmp_path, "The energy of CsPbBr3 is 3 mJ per spike.", "a.txt"))
    proposal["paper"]["doi"] = "10.1000/new"
    proposal["measurements"][0] |= {"value": 2.0, "definition": "magic"}
    (checked,) = check_proposals([proposal], small)
    problems = " ".join(c["problem"] for c in checked["measurements"][0]["checks"])
    assert "not a definition of energy_per_event" in problems
    proposal["measurements"][0]["definition"] = ""
    (checked,) = check_proposals([proposal], small)
    assert any("implausible" in c["problem"] for c in checked["measurements"][0]["checks"])


def test_a_paper_without_identity_is_marked(tmp_path, small):
    (checked,) = check_proposals(
        read_paper(paper(tmp_path, "CsPbBr3 runs 500 endurance cycles.", "a.txt")), small
    )
    assert any("neither DOI nor URL" in c["problem"] for c in checked["checks"])


class Echo(Reader):
    """A reader as a user would write one: it copies a sentence and what it claims to see there."""

    def __init__(
        self, text="Retention over 104 s and an endurance of 500 cycles are shown.", metric="endurance"
    ):
        self.text, self.metric = text, metric

    def read(self, document):
        yield Finding(self.metric, "=", 500.0, Evidence(self.text, 40, 50), 0.9, "a model said so")


def test_an_adapter_is_taken_at_its_word_only_where_the_paper_bears_it_out(tmp_path):
    found = read_paper(paper(tmp_path), reader=Echo())[0]["measurements"]
    assert ("endurance", 500.0) in [(m["metric"], m["value"]) for m in found]
    with pytest.raises(InputError, match="does not stand in"):
        read_paper(
            paper(tmp_path), reader=Echo("An endurance of 10^9 cycles was shown in this invented work.")
        )
    with pytest.raises(InputError, match="not a value of the data dictionary"):
        read_paper(paper(tmp_path), reader=Echo(metric="coolness"))


def test_reader_option_loads_a_class_or_says_why_not(tmp_path, cli):
    code, _, err = cli("dataset", "read", paper(tmp_path), "--reader", "json:JSONDecoder")
    assert code == 2
    assert "not a subclass" in err
    code, _, err = cli("dataset", "read", paper(tmp_path), "--reader", "no.such:Thing")
    assert code == 2
    assert "cannot be loaded" in err
    code, out, _ = cli(
        "dataset", "read", paper(tmp_path), "--reader", "perovdata.dataset.reading:RuleReader", "--json"
    )
    assert code == 0
    assert json.loads(out)["proposals"]
