"""The application as a whole: version, debugging, completion, progress, and options declared once."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from perovdata import __version__
from perovdata.cli import main, output
from perovdata.cli.application import app
from perovdata.cli.options import name_value_pairs
from perovdata.dataset import DESIGN_COLUMNS
from perovdata.errors import InputError


def perovdata(*arguments, **environment):
    command = [sys.executable, "-m", "perovdata", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=env)


def test_version_from_the_module_and_from_the_command():
    assert perovdata("--version").stdout == f"perovdata {__version__}\n"
    assert CliRunner().invoke(app, ["--version"]).output == f"perovdata {__version__}\n"


@pytest.mark.parametrize(("value", "traceback"), [("1", True), ("0", False), ("", False)])
def test_a_traceback_only_on_request(value, traceback, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["perovdata", "composition", "CsPbXq3"])
    monkeypatch.setenv("PEROVDATA_DEBUG", value)
    with pytest.raises(SystemExit) as stop:
        main()
    lines = capsys.readouterr().err.strip().splitlines()
    assert stop.value.code == 2
    assert lines[-1].startswith("error: ")
    assert (lines[0] == "Traceback (most recent call last):") is traceback
    assert traceback or len(lines) == 1


def test_the_shell_completes_commands_tasks_and_closed_lists():
    def complete(words, index):
        asked = {"_PEROVDATA_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(index)}
        code = "import sys; sys.argv = ['perovdata']; from perovdata.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **asked}
        )
        return done.stdout.split()

    assert {"simulate", "study"} <= set(complete("perovdata s", 1))
    assert complete("perovdata predict --morphology nano", 3) == ["nanocrystal", "nanowire", "nanosheet"]
    assert complete("perovdata simulate --task retina", 3) == ["retina-denoise"]


@pytest.mark.parametrize("command", ["predict", "simulate"])
def test_every_design_column_of_the_schema_is_an_option(command):
    text = CliRunner().invoke(app, [command, "--help"], terminal_width=200).output
    for column in DESIGN_COLUMNS[1:]:
        assert ("--n " if column == "n_layers" else f"--{column.replace('_', '-')} ") in text


def test_a_redirected_long_run_tells_where_it_stands(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    output.log_to_stderr()
    with output.progress("sweep") as move:
        for done in range(1, 61):
            now[0] = float(done)
            move(20_000.25 * done, 1_200_015)
    assert capsys.readouterr().err.splitlines() == [
        "sweep: 400,005 of 1,200,015, about 40 s left",
        "sweep: 800,010 of 1,200,015, about 20 s left",
        "sweep: 1,200,015 of 1,200,015",
    ]


def test_a_short_or_quick_run_stays_silent(capsys):
    with output.progress("sweep") as move:
        move(1, 1)
    assert capsys.readouterr() == ("", "")


def _announcement(monkeypatch, capsys, step_s, begin=0, compiling_s=30.0):
    """What a study of 40 pieces of `step_s` seconds says, of which the first takes longer."""
    now = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    with output.progress("limits", estimate=True) as move:
        move(begin, 40)
        now[0] = compiling_s
        for done in range(begin + 1, 41):
            now[0] += step_s
            move(done, 40)
    return [line for line in capsys.readouterr().err.splitlines() if "takes" in line]


def test_a_study_of_over_a_minute_says_at_its_beginning_how_long_it_takes(monkeypatch, capsys):
    # 30 s of compiling and 40 pieces of 6 s: 270 s.
    assert _announcement(monkeypatch, capsys, 6.0) == ["limits: takes about 4 minutes"]
    assert _announcement(monkeypatch, capsys, 600.0) == ["limits: takes about 6.7 hours"]


def test_a_study_of_under_a_minute_announces_nothing(monkeypatch, capsys):
    assert _announcement(monkeypatch, capsys, 0.5) == []


def test_the_pieces_of_an_earlier_run_are_no_measure_of_the_time(monkeypatch, capsys):
    # Four of the pieces are left: 30 s and 4 times 15 s.
    assert _announcement(monkeypatch, capsys, 15.0, begin=36) == ["limits: takes about 2 minutes"]


def test_a_terminal_gets_one_bar_per_file(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with output.progress("fetching", in_bytes=True) as move:
        move(500, 1000, "a.gz")
        move(2000, None, "b.gz")
        move(1000, 1000, "a.gz")
    shown = screen.getvalue()
    assert "a.gz" in shown
    assert "b.gz" in shown


def test_pairs_of_name_and_value():
    assert name_value_pairs("--set", ["a = 1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    with pytest.raises(InputError, match="option --set: 'a' is not NAME=VALUE"):
        name_value_pairs("--set", ["a"])
