"""Files of designs: every row read as it stands, or one line that names it."""

import json

import pytest

from perovdata.dataset.load import open_designs, read_designs
from perovdata.errors import InputError


@pytest.fixture
def file(tmp_path):
    def make(text, name="in.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


REFUSED = {
    "quote not closed": ('composition,stack\nCsPbBr3,"Ag/x\nCsPbI3,ITO\n', "line 2: a quote is not closed"),
    "quote in a cell": ('composition,stack\nCsPbBr3,A"g\nCsPbI3,"a"b\n', "line 3: a quote"),
    "heading twice": ("composition,composition\nCsPbBr3,CsPbI3\n", "'composition' stands twice"),
    "two of one meaning": (
        "formula,composition\nCsPbBr3,CsPbI3\n",
        "'formula' and 'composition' mean the same",
    ),
    "dash and underscore": ("composition,device-type,device_type\nCsPbBr3,,\n", "mean the same"),
    "short row": ("composition,stack\nCsPbBr3\n", "line 2: its number of cells (1)"),
    "long row": ("composition,stack\nCsPbBr3,a\nCsPbI3,a,b\n", "line 3: its number of cells (3)"),
    "control character": ("composition\nCsPb\x07Br3\n", "line 2: control character U+0007"),
    "tabs": ("composition\tstack\nCsPbBr3\tAg\n", "control character U+0009"),
    "not UTF-8": (b"composition\nCsPbBr3\n\xff\n", "line 3: byte 0xff"),
    "endless line": ("composition\n" + "x" * 1_100_000, "line 2: row longer than 1000000 bytes"),
    "empty": ("", "no designs in it"),
    "header only": ("composition,stack\n", "no designs in it"),
    "no composition": ("stack\nAg\n", "'composition' is missing"),
    "misspelt": ("composition,devicetype\nCsPbBr3,\n", "devicetype"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_whole_is_refused_at_its_line(name, file):
    text, says = REFUSED[name]
    with pytest.raises(InputError) as caught:
        open_designs(file(text))
    assert says in str(caught.value)


REFUSED_LINES = {
    "known no mapping": ({"composition": "CsPbBr3", "known": 5}, "known: '5' is no object"),
    "known list": ({"composition": "CsPbBr3", "known": [1]}, "no object"),
    "known twice": ({"composition": "C", "known": {"endurance": 1}, "known_endurance": 2}, "stands twice"),
    "two of one meaning": ({"composition": "CsPbBr3", "formula": "CsPbI3"}, "mean the same"),
    "no object": ([1], "an object such as"),
}


@pytest.mark.parametrize("name", REFUSED_LINES)
def test_a_json_line_that_is_no_design_is_refused_at_its_line(name, file):
    row, says = REFUSED_LINES[name]
    path = file(json.dumps({"composition": "CsPbBr3"}) + "\n" + json.dumps(row) + "\n", "in.jsonl")
    with pytest.raises(InputError, match="line 2") as caught:
        open_designs(path)
    assert says in str(caught.value)


def test_json_beyond_limits_is_refused_at_its_line(file):
    for text in (
        "[" * 100_000,
        '{"composition": ' + "9" * 400 + "}",
        '{"composition": "a", "composition": "b"}',
    ):
        with pytest.raises(InputError, match="line 1"):
            open_designs(file(text + "\n", "in.jsonl"))


def test_semicolons_and_decimal_commas(file):
    path = file("composition;thickness_nm;known_set_voltage;stack\nCs0,5PbBr3;12,5;0,4 V;Ag,Au\n")
    rows, _ = read_designs(path)
    assert rows == [
        {"composition": "Cs0,5PbBr3", "thickness_nm": "12.5", "known_set_voltage": "0.4 V", "stack": "Ag,Au"}
    ]
    grouped, _ = read_designs(file("composition;thickness_nm\nCsPbBr3;1,100,000\nCsPbBr3;1.100,5\n"))
    assert [row["thickness_nm"] for row in grouped] == [
        "1,100,000",
        "1.100,5",
    ]  # not guessed, refused as numbers


def test_blank_lines_and_ignored_columns(file):
    path = file("\ufeffcomposition,mine\nCsPbBr3,1\n\n\nCsPbI3,2\n")
    assert read_designs(path) == ([{"composition": "CsPbBr3"}, {"composition": "CsPbI3"}], ["mine"])
    assert open_designs(path).count == 2


def test_json_lines_may_name_different_columns(file):
    lines = [{"composition": "CsPbBr3", "x": 1}, {"formula": "CsPbI3", "known": {"endurance": 10}}]
    path = file("".join(json.dumps(line) + "\n" for line in lines), "in.ndjson")
    assert read_designs(path) == (
        [{"composition": "CsPbBr3"}, {"composition": "CsPbI3", "known_endurance": 10}],
        ["x"],
    )
