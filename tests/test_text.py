"""A user's text appears as typed on the console, in figures, in spreadsheets; failures are one line."""

import io

import matplotlib
import pytest
from matplotlib.figure import Figure

from perovdata.cli import application
from perovdata.cli.output import print_tables
from perovdata.cli.tables import record_table, show_table
from perovdata.dataset import load_synapses
from perovdata.dataset.export import exporting
from perovdata.text import figure_text, spreadsheet_text

STRANGE = ["[/x]", "[red]", "run[final].csv", "Pb[n]I[3n+1]", "[link=http://evil]x", ":smile:", "a\\[b]"]


@pytest.mark.parametrize("text", STRANGE)
def test_brackets_stay_brackets_on_the_console(text, capsys):
    device = {"device_id": "d1", "stack": text, "values": [text], "benchmarks": [], "link": text}
    print_tables([show_table(text, [device]), record_table({"name": text}, title=text), text])
    assert capsys.readouterr().out.count(text) == 7


@pytest.mark.parametrize("text", ["$", "a$b$c", "$\\frac{$", "x^2_$"])
def test_dollars_stay_dollars_in_figures(text):
    figure = Figure()
    shown = figure.subplots().set_title(figure_text(text))
    figure.savefig(io.BytesIO(), format="svg")
    assert not matplotlib.cbook.is_math_text(shown.get_text())


@pytest.mark.parametrize(("text", "safe"), [
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("@SUM(1)", "'@SUM(1)"), ("+x", "'+x"), ("-Ag", "'-Ag"),
    ("-1.5e3", "-1.5e3"), ("+2", "+2"), ("CsPbBr3", "CsPbBr3"), ("", ""), ("=", "="),
])  # fmt: skip
def test_formulas_of_spreadsheets_become_text(text, safe):
    assert spreadsheet_text(text) == safe


def test_an_export_guards_its_cells_and_says_so(monkeypatch, caplog):
    frame = load_synapses().head(4).copy()
    frame["stack"] = ["=1+1", "@SUM(1)", "Ag/x", None]
    monkeypatch.setattr(exporting, "load_synapses", lambda: frame)
    text = exporting._csv()
    assert "'=1+1" in text
    assert "'@SUM(1)" in text
    assert "2 cells begin like a spreadsheet formula" in caplog.text


@pytest.fixture
def fails(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PEROVDATA_CACHE_DIR", str(tmp_path))

    def call(error):
        def raising(**_):
            raise error

        monkeypatch.setattr(application, "app", raising)
        with pytest.raises(SystemExit) as end:
            application.main()
        return end.value.code, capsys.readouterr().err

    return call


@pytest.mark.parametrize(("error", "says"), [
    (OSError(28, "No space left on device", "out.csv"), "'out.csv': No space left on device; make room"),
    (PermissionError(13, "Permission denied", "t.csv"), "'t.csv': Permission denied; you may not use it"),
    (OSError(30, "Read-only file system", "x"), "give another place for the output"),
    (IsADirectoryError(21, "Is a directory", "d"), "it is a folder"),
    (OSError(5, "Input/output error", "y"), "look whether it is there"),
    (OSError(28, "No space left on device"), "error: No space left on device; make room"),
    (MemoryError(), "memory is not enough"),
])  # fmt: skip
def test_what_the_system_refuses_names_the_file_and_what_to_do(error, says, fails):
    code, told = fails(error)
    assert code == 2
    assert says in told
    assert told.count("\n") == 1


def test_an_internal_error_says_how_to_report_it(fails, tmp_path):
    code, told = fails(ZeroDivisionError("a\nb"))
    assert code == 1
    assert told.startswith(
        "internal error: ZeroDivisionError: a b; this is a fault of the program, please report"
    )
    path = tmp_path / "last_internal_error.txt"
    assert str(path) in told
    assert "Traceback" in path.read_text()
