"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from perovdata.cli.application import app

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.S)


def test_the_crossbar_example_learns():
    code = next(text for kind, text in BLOCKS if kind == "python" and "Crossbar(" in text)
    told = []
    exec(compile(code, "README.md", "exec"), {"print": told.append})
    accuracy = np.asarray(told[0])
    # Three devices: the most nonlinear one is the worst, the others learn well above chance (10 %).
    assert accuracy.shape == (3,)
    assert accuracy[:2].min() > 0.8
    assert accuracy[2] == accuracy.min()


COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for kind, text in BLOCKS
    if not kind
    for line in text.splitlines()
    if line.startswith("perovdata ")
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_and_options_exist(words):
    """Each command is asked for its help; its options must be in it."""
    runner = CliRunner()
    path = []
    for word in words:
        if word.startswith("-") or not re.fullmatch(r"[a-z]+", word):
            break
        path.append(word)
    # A word that is no sub-command is an argument.
    while path:
        help_text = runner.invoke(app, [*path, "--help"], env={"COLUMNS": "200"}, terminal_width=200)
        if help_text.exit_code == 0:
            break
        path.pop()
    assert path, words
    for option in [word for word in words if word.startswith("--")]:
        assert option in help_text.output, f"{' '.join(path)} has no {option}"
