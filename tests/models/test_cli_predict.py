"""``perovdata predict``, as a person and as a script see it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys

import pytest

from perovdata.cli import main
from perovdata.dataset.schema.known_values import parse_known
from perovdata.errors import InputError
from perovdata.models.store.versions import BUNDLE_SCHEMA, data_version


@pytest.fixture
def run(bundle, tmp_path, monkeypatch, capsys):
    """Run the command in an empty folder, with the small bundle as the cached one."""
    shutil.copytree(bundle[0], tmp_path / "cache" / "models" / f"{data_version()}-{BUNDLE_SCHEMA}")
    monkeypatch.setenv("PEROVDATA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("perovdata.models.store.find_or_train.shipped_bundle", lambda: tmp_path / "none")
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["perovdata", "predict", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return call


def by_footing(out):
    """Rows of the table, under the word that says what they rest on."""
    found = {}
    for line in map(str.strip, out.split("─\n")[1].split("band gap:")[0].splitlines()):
        if line in ("known", "measured", "predicted", "rule", "range"):
            found[line] = []
        elif line:
            found[list(found)[-1]].append(line)  # a row without a word above it fails here
    return found


def test_json_has_the_agreed_shape(run):
    design = ("CsPbBr3", "--morphology", "nanocrystal", "--stimulus", "optical", "--seed", 5, "--json")
    code, out, _ = run(*design, "--known", "set_voltage=400 mV")
    found = json.loads(out)
    assert code == 0
    assert {"design", "predictions", "applicability", "nearest", "seed", "versions"} <= set(found)
    assert found["seed"] == 5
    assert found["design"]["morphology"] == "nanocrystal"
    row = found["predictions"]["on_off_ratio"]
    assert {
        "unit",
        "median",
        "interval",
        "level",
        "model",
        "baseline",
        "skill",
        "n_papers",
        "reported_range",
    } <= set(row)
    assert set(row["skill"]) == {"value", "low", "high"}
    assert found["predictions"]["set_voltage"]["median"] == pytest.approx(0.4)
    assert {"score", "extrapolating"} <= set(found["applicability"])
    assert {"device_id", "composition", "doi", "url", "distance"} <= set(found["nearest"][0])
    assert run(*design, "--known", "set_voltage=0.4")[1] == out


def test_a_formula_off_balance_is_predicted_and_told(run):
    code, out, err = run("CsPbBr4", "--metric", "set_voltage", "--json")
    assert code == 0
    assert "warning: the charges leave -1" in err
    assert "the charges leave -1" in json.loads(out)["warnings"][0]


def test_people_get_units_skill_and_sources(run):
    code, out, _ = run(
        "CsPbBr3", "--stimulus", "electrical", "--metric", "set_voltage", "--metric", "ppf_index"
    )
    assert code == 0
    assert "SET voltage" in out
    assert "On/off" not in out
    assert "mV" in out or " V" in out
    assert "10.0000/" in out
    assert "reported range" in out.replace("\n", " ").replace("│", " ") or "reported" in out


def test_the_gap_comes_first_and_every_value_says_what_it_rests_on(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = run("CsPbBr3", "--stimulus", "electrical")
    footings = by_footing(out)
    first, *_ = footings
    assert footings[first][0].startswith("Band gap")
    assert list(footings) == sorted(footings, key=["measured", "predicted", "rule", "range"].index)
    assert all(footings.values())
    found = json.loads(run("CsPbBr3", "--stimulus", "electrical", "--json")[1])
    assert found["properties"]["bandgap"]["low"] < 2.36 < found["properties"]["bandgap"]["high"]
    assert found["properties"]["cutoff_wavelength"]["unit"] == "nm"
    for p in found["predictions"].values():
        assert (p["skill"] is None) == (p["skill_over_median"] is None)
    # The planted literature: the stimulus tells the on/off ratio, which the median cannot know.
    assert found["predictions"]["on_off_ratio"]["skill_over_median"]["low"] > 0


def test_an_open_formula_has_no_gap_and_says_so(run):
    code, out, _ = run("CsPbBrxI3-x", "--metric", "set_voltage", "--json")
    if code == 0:
        assert "open" in json.loads(out)["properties"]["bandgap"]["rule"]
    code, out, _ = run("Cs2AgBiBr6", "--metric", "set_voltage")
    assert code == 0
    assert "band gap: not measured" in out


def test_people_see_what_they_gave(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, err = run("(PEA)2SnI4", "--known", "set_voltage=400 mV")
    assert (code, err) == (0, "")
    row = next(line for line in by_footing(out)["known"] if line.startswith("SET voltage"))
    assert "400 mV" in row
    assert "given" in row


def test_a_known_value_that_was_used_is_not_called_ignored(run, tmp_path):
    row = {"composition": "CsPbBr3", "known": {"set_voltage": "400 mV"}, "sample": "a"}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    code, _, err = run("--input", "in.jsonl", "--output", "out.csv", "--metric", "set_voltage")
    assert code == 0
    assert "ignored: sample\n" in err
    [line] = csv.DictReader((tmp_path / "out.csv").open())
    assert (line["kind"], line["median"]) == ("known", "0.4")


@pytest.mark.parametrize(("arguments", "said"), [
    (["CsPbBr3", "--morphology", "nanocrystals"], ["--morphology", "nanocrystal", "did you mean"]),
    (["CsPbBr3", "--metric", "onoff"], ["--metric", "on_off_ratio"]),
    (["CsPbBr3", "--known", "set_voltage"], ["METRIC=VALUE"]),
    (["CsPbBr3", "--known", "set_voltage=3 J"], ["3 J", "V"]),
    (["CsPbBr3", "--known", "set_voltage=-3"], ["-3"]),
    (["CsPbXq3"], ["Xq"]),
    (["CsPbBr3", "--level", "0.999"], ["0.999"]),
    (["CsPbBr3", "--thickness-nm", "-5"], ["-5"]),
    (["--input", "nowhere.csv", "--output", "out.csv"], ["nowhere.csv"]),
    (["--input", "nowhere.csv"], ["--output"]),
    (["CsPbBr3", "--input", "nowhere.csv", "--output", "out.csv"], ["FORMULA"]),
    ([], ["FORMULA"]),
])  # fmt: skip
def test_bad_input_is_one_line_and_code_two(run, tmp_path, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert all(word in err for word in said)
    assert not (tmp_path / "out.csv").exists()


def test_help_shows_the_closed_lists(run):
    out = run("--help")[1].replace("\n", " ").replace("│", " ")
    assert "floating-gate-transistor" in out
    assert "optoelectronic" in out


def write_designs(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_batch_keeps_order_and_reports_each_failure(run, tmp_path):
    write_designs(tmp_path / "in.csv", [
        {"composition": "CsPbBr3", "device-type": "2T-memristor", "known_set_voltage": "", "sample": "a"},
        {"composition": "CsPb(Br3", "device-type": "", "known_set_voltage": "", "sample": "b"},
        {"composition": "MAPbI3", "device-type": "2T-memristors", "known_set_voltage": "", "sample": "c"},
        {"composition": "MAPbI3", "device-type": "", "known_set_voltage": "300 mV", "sample": "d"},
    ])  # fmt: skip
    code, out, err = run("--input", "in.csv", "--output", "out.csv")
    assert code == 3
    assert out == ""
    assert "sample" in err
    assert "in.csv row 2" in err
    assert "in.csv row 3" in err
    assert "2T-memristor" in err
    with (tmp_path / "out.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(r["row"]) for r in rows] == sorted(int(r["row"]) for r in rows)
    assert {r["row"] for r in rows} == {"1", "2", "3", "4"}
    assert [r["row"] for r in rows if r["error"]] == ["2", "3"]
    known = next(r for r in rows if r["row"] == "4" and r["metric"] == "set_voltage")
    assert float(known["median"]) == 0.3
    single = json.loads(run("CsPbBr3", "--device-type", "2T-memristor", "--json")[1])["predictions"]
    first = next(r for r in rows if r["row"] == "1" and r["metric"] == "on_off_ratio")
    assert float(first["median"]) == pytest.approx(single["on_off_ratio"]["median"], rel=1e-5)


def test_json_lines_in_and_out(run, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"composition": "CsPbBr3", "known": {"set_voltage": 0.2}}\n')
    code, out, _ = run("--input", "in.jsonl", "--output", "out.jsonl", "--json", "--metric", "reset_voltage")
    assert code == 0
    assert json.loads(out)["designs"] == 1
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line)["metric"] == "reset_voltage"


@pytest.mark.parametrize(("text", "said"), [
    ("", "no designs"),
    ("composition\n", "no designs"),
    ("formulas,stimulus\nCsPbBr3,optical\n", "composition"),
    ("composition,stimulu\nCsPbBr3,optical\n", "stimulus"),
    ("composition,known_speed\nCsPbBr3,1\n", "speed"),
    ("composition,stimulus\nCsPbBr3\n", "line 2"),
])  # fmt: skip
def test_an_unusable_file_is_refused_as_a_whole(run, tmp_path, text, said):
    (tmp_path / "in.csv").write_text(text)
    code, _, err = run("--input", "in.csv", "--output", "out.csv")
    assert code == 2
    assert said in err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(("text", "value"), [
    ("operating_voltage=0.1", 0.1),
    ("energy_per_event = 4.2 pJ", 4.2e-12),
    ("energy-per-event=4.2e-12J", 4.2e-12),
    ("retention=3 h", 10800.0),
    ("switching_time=50 ns", 5e-8),
    ("switching_time=50 µs", 5e-5),
    ("ppf_index=150 %", 150.0),
    ("n_states=64", 64.0),
])  # fmt: skip
def test_measured_values_take_units(text, value):
    assert parse_known(text)[1] == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["retention=3 V", "n_states=many", "set_voltage=1 XV", "set_voltage=0", "ppf_index="]
)
def test_other_units_are_refused(text):
    with pytest.raises(InputError):
        parse_known(text)


@pytest.mark.parametrize("width", ["80", "120"])
def test_numbers_stay_whole_on_a_narrow_terminal(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    code, out, _ = run("CsPbBr3")
    assert code == 0
    assert "…" not in out
    lines = out.splitlines()
    assert max(map(len, lines)) <= int(width)
    band_gap = next(line for line in lines if "Band gap" in line)
    assert re.search(r"\d eV +\d\.\d+ \.\. \d\.\d+ eV", band_gap)
