"""The labelled sentences and tables: precision, recall and compositions of what the reader proposes."""

import pytest
import reading  # benchmarks/reading.py: the same scoring prints the table by metric
import yaml

FILES = sorted(reading.LABELLED.glob("*.yaml"))


def load(path):
    sets = yaml.safe_load(path.read_text("utf-8"))
    return sets["sentences"], sets["tables"]


def test_the_labelled_set_is_large_enough_and_holds_traps():
    sentences = [s for path in FILES for s in load(path)[0]]
    tables = [t for path in FILES for t in load(path)[1]]
    assert len(sentences) >= 60
    assert len(tables) >= 12
    assert sum(not s["values"] for s in sentences) >= 6  # nothing to be taken at all
    assert len({s["text"] for s in sentences}) == len(sentences)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_precision_recall_and_compositions(path):
    sentences, tables = load(path)
    count, errors = reading.score([*sentences, *tables])
    _, precision, recall, material = reading.rates(count, {m for m, _ in count})
    assert precision >= 0.95, errors
    assert recall >= 0.80, errors
    assert material >= 0.95, errors


def test_a_wrong_reading_lowers_the_score():
    item = {"text": "The endurance is 500 cycles.", "values": [["endurance", "=", 600, None]]}
    count, errors = reading.score([item])
    assert (count["endurance", "missed"], count["endurance", "wrong"]) == (1, 1)
    assert len(errors) == 2
