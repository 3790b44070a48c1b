"""JSON and YAML from strangers: plain data within limits, or one line."""

import contextlib
import json
import os
import time
import tracemalloc

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.documents import parse_json, parse_yaml, read_json, read_yaml
from perovdata.errors import InputError

BOMB = "a: &a [1,1,1,1]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | FLOATS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)

REFUSED_YAML = {
    "alias bomb": (BOMB, "line 1: anchors"),
    "recursion": ("&a\nnotes: *a\n", "anchors"),
    "alias": ("a: *b", "anchors"),
    "date": ("d: 2026-99-99", "line 1: a date must be in quotes"),
    "date in a list": ("a:\n- 2026-01-01", "line 2: a date"),
    "tag": ("a: !!int abc", "tags"),
    "python tag": ("a: !!python/object/apply:os.system ['true']", "tags"),
    "binary": ("a: !!binary aGVsbG8=", "tags"),
    "huge integer": (f"a: {'9' * 5000}", "whole number of 5000 digits"),
    "beyond a double": ("a: 1e999", "beyond 1.8e308"),
    "deep": ("a: " + "[" * 5000, "nested deeper"),
    "deep blocks": ("\n".join(" " * i + "a:" for i in range(60)), "nested deeper"),
    "key twice": ("a: 1\na: 2", "'a' stands twice"),
    "key no text": ("1: 2", "key '1' is no text"),
    "list as a key": ("? [1]\n: 2", "no text"),
    "two documents": ("a: 1\n---\nb: 2", "second document"),
    "broken": ("a: [1,\n", "not valid YAML"),
    "control character": ("a: \x07", "not valid YAML"),
}


@pytest.mark.parametrize("name", REFUSED_YAML)
def test_yaml_that_is_more_than_plain_data_is_refused_at_its_place(name):
    text, says = REFUSED_YAML[name]
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "file 'x.yaml'")
    assert says in str(caught.value)
    assert str(caught.value).startswith("file 'x.yaml'")


def test_yaml_scalars_are_those_of_the_core_schema():
    text = "a: [1e-6, .5, -3, +2, yes, 0x1f, 1:30, ~, true, 'no', .inf]"
    assert parse_yaml(text, "x") == {
        "a": [1e-6, 0.5, -3, 2, "yes", "0x1f", "1:30", None, True, "no", float("inf")]
    }


@settings(deadline=None, max_examples=200)
@given(PLAIN)
def test_what_is_plain_reads_back(value):
    assert parse_yaml(yaml.safe_dump(value, allow_unicode=True), "x") == value
    assert parse_json(json.dumps(value), "x") == value


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab:-[]{}&*!?|>'\"#%@`,\n 019.e+~", max_size=60))
def test_any_text_is_read_or_refused(text):
    for parse in (parse_yaml, parse_json):
        with contextlib.suppress(InputError):
            parse(text, "x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested deeper"),
        ("[" * 100 + "]" * 100, "nested deeper"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("1" * 400, "whole number of 400 digits"),
        ("1e999", "beyond 1.8e308"),
        ("NaN", "NaN is not a number"),
        ("[1,", "not JSON"),
    ],
)
def test_json_that_cannot_be_kept_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        parse_json(text, "line 3")


@pytest.mark.parametrize("text", ['"\\ud800"', '{"a": ["\\udfff b"]}', '{"\\ud83d": 1}'])
def test_half_a_character_is_refused_in_json(text):
    with pytest.raises(InputError, match=r"here: a text holds U\+D.*half of a character"):
        parse_json(text, "here")


def test_a_whole_character_of_two_halves_is_read():
    assert parse_json('"\\ud83d\\ude00"', "here") == "\U0001f600"


@pytest.mark.parametrize("read", [read_json, read_yaml])
def test_pipes_devices_and_folders_are_refused_before_they_are_opened(read, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path / "pipe", "a pipe"), ("/dev/zero", "a device"), (tmp_path, "a folder")):
        with pytest.raises(InputError, match=f"is {what}; a file is needed"):
            read(path)


def test_files_are_read_up_to_a_limit(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\n#" + b"x" * 2_000_000)
    with pytest.raises(InputError, match="longer than 1000000 bytes"):
        read_yaml(path)
    with pytest.raises(InputError, match="no such file"):
        read_json(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_json(tmp_path)
    path.write_bytes(b"a: \xff")
    with pytest.raises(InputError, match="byte 4 is not UTF-8"):
        read_yaml(path)


def test_a_bomb_costs_neither_time_nor_memory():
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(InputError):
        parse_yaml(BOMB, "x")
    assert time.process_time() - began < 1  # it took minutes
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
