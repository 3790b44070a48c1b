"""A working directory that is gone: what needs none works, the rest is one line and exit code 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = "import os, sys; os.rmdir(os.getcwd()); from perovdata.cli import main; sys.argv = {argv!r}; main()"


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["perovdata", "predict", "CsPbBr3", "--json"], 0),
        (["perovdata", "predict", "--input", "{designs}", "--output", "b.csv"], 2),
        (["perovdata", "fit", "curve.csv"], 2),
    ],
)
def test_a_working_directory_that_is_gone(tmp_path, argv, code):
    designs, gone = tmp_path / "designs.csv", tmp_path / "gone"
    designs.write_text("composition\nCsPbBr3\n")
    gone.mkdir()
    program = START.format(argv=[word.format(designs=designs) for word in argv])
    # -P as for the installed script: the working directory is not on the path of imports. Where it is and is
    # gone, Python 3.13.0 fails by itself (import socket: SystemError).
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, cwd=gone, capture_output=True, text=True)
    assert done.returncode == code
    if code:
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
