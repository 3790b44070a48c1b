"""The library speaks of arguments; the command line makes the options that people type of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from perovdata.cli.output import note, print_tables, with_options

PACKAGE = Path(__file__).parents[2] / "perovdata"
_COMMAND = re.compile(r"[`']perovdata [^`']*[`']")  # a whole command to type may have options
_OPTION = re.compile(r"(?<![\w(-])--[a-z]")  # "(--ink)" is a variable of a style sheet
_FLAG = re.compile(r"--[a-z-]+")  # a text that is nothing else is a flag for another program


def said(tree: ast.AST) -> Iterator[str]:
    """Every text of a module that is no docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node, documented)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _has_docstring(node: ast.AST, documented: tuple[type, ...]) -> bool:
    return isinstance(node, documented) and bool(node.body) and isinstance(node.body[0], ast.Expr)


def names_an_option(path: Path) -> bool:
    return any(
        _OPTION.search(_COMMAND.sub("", text)) and not _FLAG.fullmatch(text)
        for text in said(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_an_option_is_seen_and_a_command_or_docstring_is_not(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        'def f(x):\n    """What ``fit --json`` prints."""\n    return f"{x}: give --columns {x}"\n'
    )
    assert names_an_option(path)
    path.write_text('"""Of ``fit --json``."""\nX = "run \'perovdata fit --json\', or not; a--b"\n')
    assert not names_an_option(path)


def test_only_the_command_line_speaks_of_options():
    paths = (p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] != "cli")
    found = {p.relative_to(PACKAGE).as_posix() for p in paths if names_an_option(p)}
    assert found == {"engine.py"}  # the flags of the compiler XLA


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("its folder (argument data_dir) is gone", "its folder (option --data-dir) is gone"),
        ("argument known: 'x' is not METRIC=VALUE", "option --known: 'x' is not METRIC=VALUE"),
        ("fewer metrics (argument metrics)", "fewer metrics (option --metric)"),
        ("argument FORMULA is missing", "argument FORMULA is missing"),
        ("give argument columns='pulse=1,current=4:nA' or", "give --columns pulse=1,current=4:nA or"),
        ("argument read='after 50'", "--read 'after 50'"),
    ],
)
def test_the_command_line_names_what_was_typed(text, shown, capsys):
    assert with_options(text) == shown
    note(text)
    print_tables([text])
    printed = capsys.readouterr()
    assert printed.err == printed.out == f"{shown}\n"
