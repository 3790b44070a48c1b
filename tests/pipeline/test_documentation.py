"""Every command and code block of README and docs does what it says, as a person at a terminal would see it.

The blocks of one document run one after the other in one folder, in a copy of the checkout where the
pipeline has run, on a terminal of 80 columns; quick commands once more on one of 120. `documented.yaml` holds
one fact per command.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import textwrap
from pathlib import Path

import pytest
import yaml

from tests.dataset.reading.papers import pdf

from .conftest import ROOT, environment

FACTS = yaml.safe_load((Path(__file__).parent / "documented.yaml").read_text(encoding="utf-8"))
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "data").glob("*.md")),
]
PROGRAMS = ("perovdata", "make", "dvc", "python")
# Commands that only read: cheap enough to be drawn at both widths.
LIGHT = re.compile(r"perovdata (composition|dataset|predict|vision|cite|benchmark leaderboard)\b")


def blocks(document: Path) -> list[tuple[str, str]]:
    """Kind and text of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", document.read_text(encoding="utf-8"), flags=re.S | re.M)


def commands(document: Path) -> list[str]:
    """Command lines of the document without their comments, continued lines joined."""
    found = []
    for kind, text in blocks(document):
        if kind in ("", "bash", "console", "sh"):
            for line in text.replace("\\\n", " ").splitlines():
                line = line.removeprefix("$ ")
                if line.split(" ")[0] in PROGRAMS:
                    words = shlex.split(line, comments=True)
                    bare = re.sub(r"\s+#.*$", "", line) if len(words) != len(shlex.split(line)) else line
                    found.append(" ".join(bare.split()))
    return found


ALL = [(document, command) for document in DOCUMENTS for command in commands(document)]
PYTHON = [
    (document, number, text)
    for document in DOCUMENTS
    for number, (kind, text) in enumerate(blocks(document))
    if kind == "python"
]


def name_of(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)[:60]


def test_every_documented_command_has_its_fact():
    assert ALL
    missing = [
        f"{document.relative_to(ROOT)}: {command}" for document, command in ALL if command not in FACTS
    ]
    assert not missing, f"name them in {Path(__file__).parent.name}/documented.yaml"


def test_no_fact_is_left_over():
    assert not set(FACTS) - {command for _, command in ALL}


@pytest.fixture(scope="module")
def desk(checkout) -> Path:
    """A folder inside the checkout with the files that the documents speak of."""
    folder = checkout / "desk"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "data" / "examples" / "my_curve.csv", folder)
    (folder / "fit.yaml").write_text(
        "name: mine\ng_max: 1.0e-6\ng_min: 1.0e-7\nn_pulses_ltp: 64\nn_pulses_ltd: 64\n"
        "nonlinearity_ltp: 1.2\nnonlinearity_ltd: -1.5\n"
    )
    pdf(folder / "paper.pdf")
    return folder


def at_terminal(command: list[str], folder: Path, env: dict[str, str], width: int) -> tuple[int, str]:
    """Run a command on a pseudo-terminal of this width; exit code and what it drew."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    env = {k: v for k, v in env.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")} | {
        "TERM": "xterm-256color"
    }
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=side, stdout=side, stderr=side)
    os.close(side)
    drawn = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other side has closed
            break
        if not piece:
            break
        drawn += piece
    os.close(main)
    return process.wait(), drawn.decode("utf-8", errors="replace")


def plain(drawn: str) -> str:
    """The text without colours and without what a progress bar drew over."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn).replace("\r\n", "\n")


# In their order, as some need what others write; one that stands twice runs once.
FIRST: dict[str, Path] = {}
for _document, _command in ALL:
    FIRST.setdefault(_command, _document)
RUN = [
    pytest.param(
        document, command, width,
        marks=[pytest.mark.slow] if FACTS.get(command, {}).get("slow") else [],
        id=f"{name_of(document)}: {command[:70]} @{width}",
    )
    for command, document in FIRST.items()
    for width in ((80, 120) if LIGHT.match(command) and "writes" not in FACTS.get(command, {}) else (80,))
    if "elsewhere" not in FACTS.get(command, {})
]  # fmt: skip


@pytest.mark.parametrize("document", dict.fromkeys(d for d, _, _ in PYTHON), ids=name_of)
def test_the_python_blocks_run(document, checkout, desk, tmp_path):
    """One after the other in one session, as a reader would paste them; first, for what they write."""
    script = tmp_path / "blocks.py"
    code = "\n\n".join(text for d, _, text in PYTHON if d == document)
    script.write_text(
        "def main():\n" + textwrap.indent(code, "    ") + '\n\nif __name__ == "__main__":\n    main()\n'
    )
    done = subprocess.run(
        [sys.executable, script], cwd=desk, env=environment(checkout), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize(("document", "command", "width"), RUN)
def test_the_command_runs_as_printed(document, command, width, checkout, desk):
    fact = FACTS[command]
    code, drawn = at_terminal(shlex.split(command), desk, environment(checkout), width)
    told = plain(drawn)
    assert code == fact.get("exit", 0), told[-3000:]
    assert "Traceback" not in told
    assert "internal error" not in told
    assert re.search(fact["shows"], told), told[-3000:]
    for name in fact.get("writes", []):
        assert (desk / name).stat().st_size > 0
    tables = [line for line in re.split("[\r\n]", told) if re.search("[│┃━─]", line)]
    assert max(map(len, tables), default=0) <= width
