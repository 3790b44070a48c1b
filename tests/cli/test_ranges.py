"""Seeds, draws, epochs and levels out of range: the same words whoever is asked, before anything long."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perovdata.checks import check_counts, check_level, check_seed
from perovdata.cli import main
from perovdata.devices import load_device
from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.studies import leaderboard, screen, sensitivity, simulate

SIMULATE = ("simulate", "--preset", "ag-a-si", "--task", "digits-online")
COMMANDS = {
    "predict": ("predict", "CsPbBr3"),
    "simulate": SIMULATE,
    "compare": ("compare", "ag-a-si", "epiram", "--task", "digits-online"),
    "limits": ("study", "limits", "--preset", "ag-a-si"),
    "requirements": ("study", "requirements", "--accuracy", "80"),
    "screen": ("study", "screen", "CsPbBr3"),
    "leaderboard": ("study", "leaderboard"),
    "sweep": ("study", "sweep", "--preset", "ag-a-si", "--output", "never-made"),
}


def refused(arguments, monkeypatch, capsys) -> str:
    """The line of a refused command."""
    monkeypatch.setattr("sys.argv", ["perovdata", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()
    assert left.value.code == 2
    assert told.out == ""
    return told.err.strip()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_negative_seed_is_refused_in_the_same_words(name, monkeypatch, capsys):
    line = refused((*COMMANDS[name], "--seed", "-1"), monkeypatch, capsys)
    assert line == "error: seed: -1 is not a whole number from 0 to 4294967295"


@pytest.mark.parametrize("name", ["predict", "simulate", "compare"])
@pytest.mark.parametrize("level", ["nan", "0", "1", "95"])
def test_a_level_out_of_range_is_refused_in_the_same_words(name, level, monkeypatch, capsys):
    line = refused((*COMMANDS[name], "--level", level), monkeypatch, capsys)
    assert line == f"error: level: {float(level)} is not from 0.5 to 0.99"


@pytest.mark.parametrize("option", ["--seeds", "--epochs"])
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"predict", "compare"}))
def test_counts_below_one_are_refused_in_the_same_words(name, option, monkeypatch, capsys):
    line = refused((*COMMANDS[name], option, "0"), monkeypatch, capsys)
    assert line == f"error: {option[2:]}: 0 is not a whole number of 1 or more"


@pytest.mark.parametrize(("option", "most"), [("--seeds", 100000), ("--epochs", 10000)])
@pytest.mark.parametrize("value", ["1000000000", "9" * 25])
def test_counts_that_would_fill_the_memory_are_refused(option, most, value, monkeypatch, capsys):
    line = refused((*SIMULATE, option, value), monkeypatch, capsys)
    assert line == f"error: {option[2:]}: {value} is more than {most}, the most that is taken"


@pytest.mark.parametrize(
    "arguments",
    [
        ("fit", "FILE", "--output", "FILE"),
        ("fit", "FILE", "--rows", "FILE"),
        ("fit", "FILE", "--plot", "FILE"),
        ("fit", "FILE", "FILE", "--table", "FILE"),
        ("dataset", "add", "FILE", "--rejects", "FILE"),
        ("dataset", "add", "FILE", "--report", "FILE"),
        ("dataset", "read", "FILE", "--output", "FILE"),
        ("dataset", "review", "FILE", "--html", "FILE"),
        ("benchmark", "score", "x", "--name", "x", "--predictions", "FILE", "--output", "FILE"),
    ],
    ids=" ".join,
)
def test_no_command_writes_over_what_it_reads(arguments, tmp_path, monkeypatch, capsys):
    path = tmp_path / "in.csv"
    path.write_text("measured\n")
    line = refused([str(path) if word == "FILE" else word for word in arguments], monkeypatch, capsys)
    assert f"'{path}' is a file that is read; give another name" in line
    assert path.read_text() == "measured\n"


TYPED_WRONG = {
    ("simulate", "--draws", "abc"): "'--draws'",
    ("simulate", "--foo"): "--foo",
    ("simulate", "--draws"): "'--draws'",
    ("predict", "CsPbBr3", "MAPbI3"): "MAPbI3",
    ("foo",): "'foo'",
    ("dataset", "foo"): "'foo'",
    ("fit",): "'FILE...'",
    ("predict", "CsPbBr3", "--n", "nan"): "n_layers: 'nan'",
    ("predict", "CsPbBr3", "--stack", "a\udcff"): "stack: U+DCFF",
    ("predict", "CsPbBr3", "--known", "endurance=5", "--known", "endurance=6"): "endurance is given twice",
}


@pytest.mark.parametrize("arguments", TYPED_WRONG, ids=ascii)
def test_what_is_typed_wrong_is_told_in_one_line(arguments, monkeypatch, capsys):
    line = refused(arguments, monkeypatch, capsys)
    assert line.startswith("error: ")
    assert TYPED_WRONG[arguments] in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "CsPbBr3", "--task", "digits-online"),
        ("simulate", "--record", "d0002", "--task", "digits-online"),
        ("study", "sweep", "CsPbBr3", "--output", "never-made"),
        ("study", "limits", "CsPbBr3"),
        COMMANDS["screen"],
        COMMANDS["leaderboard"],
    ],
    ids=" ".join,
)
def test_draws_that_no_memory_holds_are_refused_before_the_work(arguments, monkeypatch, capsys):
    line = refused((*arguments, "--draws", "100000000"), monkeypatch, capsys)
    assert re.fullmatch(
        r"error: 100000000 draws need about .* GB .* the largest number that fits is \d+", line
    )


def test_fit_and_studies_use_the_same_rule(tmp_path):
    with pytest.raises(InputError, match=r"level: 0\.999 is not from 0\.5 to 0\.99"):
        fit(tmp_path / "never-read.csv", level=0.999)
    with pytest.raises(InputError, match="seed: -1 is"):
        simulate(preset="ag-a-si", task="digits-online", seed=-1)
    with pytest.raises(InputError, match=r"draws: 1\.5 is not a whole number of 1 or more"):
        screen([{"composition": "CsPbBr3"}], draws=1.5)
    with pytest.raises(InputError, match="draws: 0 is"):
        leaderboard(draws=0)
    with pytest.raises(InputError, match="draws need about"):
        sensitivity(n=2**40)
    device = tmp_path / "device.yaml"
    device.write_text("name: x\ng_max: 1.0e-6\ng_min: 1.0e-8\nn_pulses_ltp: 64\nn_pulses_ltd: 64\n")
    with pytest.raises(InputError, match="draws: 0 is"):
        load_device(device).draws(0)


@given(st.integers(1, 2**31) | st.builds(np.int64, st.integers(1, 2**31)))
def test_whole_numbers_are_taken(value):
    check_counts(draws=value, epochs=None)
    check_seed(value)


@given(st.floats() | st.booleans() | st.text() | st.integers(max_value=-1))
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(InputError, match="not a whole number of 1 or more"):
        check_counts(draws=value)
    with pytest.raises(InputError, match="not a whole number from 0 to"):
        check_seed(value)


@given(st.floats(0.5, 0.99))
def test_levels_are_taken(level):
    check_level(level)


def test_a_target_above_the_ceiling_is_refused_with_that_reason(monkeypatch, capsys):
    command = ("study", "requirements", "--task", "digits-online", "--accuracy", "99.9", "--epochs", "1")
    line = refused(command, monkeypatch, capsys).splitlines()[-1]
    reason = (
        "error: accuracy: 99.9 % is above what the same network reaches in floating point on digits-online"
    )
    assert line.startswith(reason)
    assert 80 < float(re.search(r"\(([\d.]+) %\)", line)[1]) < 99.9
