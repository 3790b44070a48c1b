"""Adding records: all or nothing, stable keys, nothing twice, every part accounted for."""

import json
import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perovdata.dataset.add import planning as adding
from perovdata.dataset.add.planning import plan, write_addition
from perovdata.dataset.add.read import read_submissions
from perovdata.dataset.check.csv_lines import parse_line, read_tables, write_tables
from perovdata.dataset.check.validation import validate
from perovdata.dataset.export.exporting import records
from perovdata.dataset.schema.schema import TABLES
from perovdata.errors import InputError
from perovdata.fitting.synthetic import pulse_trains

from .conftest import small_tables, snapshot, write
from .test_validation import reserved_doi


def record(**changes):
    """A sound record of a paper that the small tables do not have."""
    out = {
        "record_id": "x1",
        "paper": {"doi": "10.1000/xx", "url": "https://example.org/x", "title": "X", "year": 2024,
                  "first_author": "Xu Ying"},
        "source_kind": "abstract",
        "design": {"composition": "CsPbI3", "device_type": "2T-memristor", "stimulus": "electrical"},
        "measurements": [
            {"metric": "endurance", "op": ">", "value": 1e4, "unit": "cycles", "definition": "pulses"},
            {"metric": "n_states", "op": "=", "value": 32, "unit": "1", "definition": "conductance"},
        ],
        "benchmarks": [{"dataset": "MNIST", "op": "=", "accuracy_percent": 91.5, "kind": "not stated"}],
    }  # fmt: skip
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = out
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[int(last) if isinstance(place, list) else last] = value
    return out


@pytest.fixture
def jsonl(tmp_path):
    def make(*items, name="in.jsonl"):
        path = tmp_path / name
        path.write_text("".join((i if isinstance(i, str) else json.dumps(i)) + "\n" for i in items))
        return path

    return make


def rows_of(folder):
    return read_tables(folder)[0]


@pytest.mark.parametrize("noise", ["reading", "pulse"])
def test_a_fitted_curve_becomes_rows_of_a_device(small, tmp_path, cli, noise):
    ltp, ltd = pulse_trains(
        np.random.default_rng(0), label_ltp=2.4, label_ltd=-4.9, n_pulses=32, on_off=12.5, sigma=0.01,
        cycles=5, noise=noise,
    )  # fmt: skip
    curve, rows = tmp_path / "curve.csv", tmp_path / "rows.jsonl"
    pairs = [f"{k},{u},{d}" for up, down in zip(ltp, ltd, strict=True)
             for k, (u, d) in enumerate(zip(up, down, strict=True))]  # fmt: skip
    curve.write_text("\n".join(["pulse,LTP (S),LTD (S)", *pairs]) + "\n")
    device = rows_of(small)["devices"][0]["device_id"]
    before = len(rows_of(small)["measurements"])
    assert cli("fit", curve, "--rows", rows, "--device-id", device)[0] == 0
    code, _, err = cli("dataset", "add", rows, "--tables", small, "--yes")
    assert code == 0, err
    added = {r["metric"]: r for r in rows_of(small)["measurements"][before:]}
    assert {"dynamic_range", "n_pulses", "nonlinearity_ltp", "nonlinearity_ltd"} <= set(added)
    assert {r["device_id"] for r in added.values()} == {device}
    assert {r["source_url"] for r in added.values()} == {""}  # the page of the device's own paper
    assert added["nonlinearity_ltd"]["definition"] == "neurosim-label"
    if noise == "pulse":
        assert float(added["c2c_variation"]["value"]) == pytest.approx(1, rel=0.2)
    else:
        assert "c2c_variation" not in added or added["c2c_variation"]["operator"] == "<"
    assert not validate(small).errors

    # Without a device the paper is asked for, and nothing is written.
    now = snapshot(small)
    assert cli("fit", curve, "--rows", rows)[0] == 0
    code, _, err = cli("dataset", "add", rows, "--tables", small, "--yes")
    assert code == 2
    assert "neither DOI nor URL" in err
    assert snapshot(small) == now


def test_a_record_becomes_rows_with_the_next_keys(small, jsonl, cli):
    code, out, _ = cli("dataset", "add", jsonl(record()), "--tables", small, "--yes", "--json")
    assert code == 0
    assert json.loads(out)["counts"]["measurements"] == {"in": 2, "kept": 2, "merged": 0, "rejected": 0}
    rows = rows_of(small)
    assert rows["papers"][-1]["paper_id"].startswith("ying2024-")
    device = rows["devices"][-1]
    assert (device["device_id"], device["composition"], device["morphology"]) == (
        "d0004",
        "CsPbI3",
        "not stated",
    )
    assert (device["lead_free"], device["dimensionality"]) == ("false", "3D")
    assert [r["measurement_id"] for r in rows["measurements"][-2:]] == ["m0007", "m0008"]
    assert rows["measurements"][-2]["operator"] == ">"
    assert rows["benchmarks"][-1]["accuracy_percent"] == "91.5"
    assert validate(small).ok
    assert rows["devices"][:3] == small_tables()["devices"]


def test_adding_the_same_file_again_changes_nothing(small, jsonl, cli):
    path = jsonl(record())
    cli("dataset", "add", path, "--tables", small, "--yes")
    before = snapshot(small)
    code, out, err = cli("dataset", "add", path, "--tables", small, "--yes", "--json")
    assert (code, json.loads(out)["written"]) == (0, False)
    assert "3 values stand in the tables already" in err
    assert snapshot(small) == before


def test_a_dry_run_and_a_no_write_nothing_and_show_the_difference(small, jsonl, cli, monkeypatch):
    before = snapshot(small)
    code, out, err = cli("dataset", "add", jsonl(record()), "--tables", small, "--dry-run")
    assert (code, out) == (0, "")
    assert "devices: +1 -0 ~0" in err
    monkeypatch.setattr("typer.confirm", lambda *a, **k: False)
    cli("dataset", "add", jsonl(record()), "--tables", small)
    assert snapshot(small) == before


def test_a_paper_is_known_by_its_doi_in_any_case_and_by_its_page_without_one(small, jsonl, cli):
    one = record(paper={"doi": "10.1000/AA", "url": "https://example.org/mirror"})
    two = record(record_id="x2", paper={"url": "https://example.org/b", "doi": "10.1000/bb", "journal": "J"})
    cli("dataset", "add", jsonl(one, two), "--tables", small, "--yes")
    rows = rows_of(small)
    assert len(rows["papers"]) == 2
    assert [d["paper_id"] for d in rows["devices"][-2:]] == ["first2020-aaaa", "second2021-bbbb"]
    assert (rows["papers"][1]["doi"], rows["papers"][1]["journal"]) == ("10.1000/bb", "J")
    assert {m["source_url"] for m in rows["measurements"][-4:-2]} == {"https://example.org/mirror"}


def test_two_papers_read_on_one_page_stay_two(small, jsonl, cli):
    page = "https://example.org/notes"
    one = record(paper={"doi": "10.1000/n2", "url": page, "title": "One"})
    two = record(record_id="x2", paper={"url": page, "title": "Two"})
    cli("dataset", "add", jsonl(one, two), "--tables", small, "--yes")
    assert [p["title"] for p in rows_of(small)["papers"][2:]] == ["One", "Two"]


def test_values_for_a_named_device_join_it(small, jsonl, cli):
    more = record(device_id="d0001", paper={"doi": "10.1000/aa", "url": "https://example.org/a"})
    more["design"] = {"composition": "CsPbBr3", "geometry": "crossbar", "device_type": "3T-transistor"}
    code, _, err = cli("dataset", "add", jsonl(more), "--tables", small, "--yes")
    rows = rows_of(small)
    assert code == 0
    assert len(rows["devices"]) == 3
    assert (rows["devices"][0]["geometry"], rows["devices"][0]["device_type"]) == ("crossbar", "2T-memristor")
    assert "device_type: '3T-transistor' differs from '2T-memristor'" in err
    assert rows["measurements"][-1]["device_id"] == "d0001"


def test_a_review_that_names_a_device_does_not_become_its_paper(small, jsonl, cli):
    review = {"doi": "10.1000/xx", "url": "https://example.org/review", "title": "A review", "year": 2023}
    for extra in ({"source_kind": "secondary"}, {"source_kind": "abstract"}):
        more = record(device_id="d0003", paper=review, **extra)
        more["design"] = {}
        assert cli("dataset", "add", jsonl(more), "--tables", small, "--yes")[0] == 0
        rows = rows_of(small)
        assert rows["papers"] == small_tables()["papers"]
        assert rows["measurements"][-1]["source_url"] == "https://example.org/review"


def test_a_second_device_of_a_composition_is_made_with_a_warning(small, jsonl, cli):
    again = record(
        paper={"doi": "10.1000/aa", "url": "https://example.org/a"}, design={"composition": "CsPbBr3"}
    )
    code, _, err = cli("dataset", "add", jsonl(again), "--tables", small, "--yes")
    assert code == 0
    assert "the paper already has d0001 of this composition" in err
    assert len(rows_of(small)["devices"]) == 4


BAD = {
    "reserved DOI": (lambda: record(paper__doi=reserved_doi()), "doi", "reserved"),
    "unknown metric": (lambda: record(measurements__0__metric="cycles"), "metric", "unknown metric"),
    "wrong unit": (lambda: record(measurements__0__unit="s"), "unit", "wrong unit"),
    "negative": (lambda: record(measurements__1__value=-4), "value", "must be positive"),
    "text for a number": (lambda: record(measurements__0__value="many"), "value", "not a number"),
    "true for a number": (lambda: record(measurements__0__value=True), "value", "not a number"),
    "no value": (lambda: record(measurements__0__value=None), "value", "missing"),
    "unknown definition": (
        lambda: record(measurements__0__definition="sweeps"),
        "definition",
        "not a definition",
    ),
    "unknown wording": (lambda: record(design__device_type="gadget"), "device_type", "closed list"),
    "unknown key": (lambda: record(design__colour="red"), "colour", "unknown key"),
    "unknown top key": (lambda: record(extra=1), "extra", "unknown key"),
    "bad formula": (lambda: record(design__composition="CsPb(I3"), "composition", "does not parse"),
    "lead-free lie": (lambda: record(design__lead_free=True), "lead_free", "says otherwise"),
    "bad DOI": (lambda: record(paper__doi="doi.org/10.1/y"), "doi", "not a DOI"),
    "no source": (lambda: record(paper={"title": "X"}), "url", "neither DOI nor URL"),
    "no values": (lambda: record(measurements=[], benchmarks=[]), None, "no value and no benchmark"),
    "unknown device": (lambda: record(device_id="d0077"), "device_id", "no such device"),
    "accuracy 915": (
        lambda: record(benchmarks__0__accuracy_percent=915),
        "accuracy_percent",
        "possible range",
    ),
    "long note": (lambda: record(notes="word " * 60), "notes", "sentence copied"),
    "not JSON": (lambda: "{'record': 1}", None, "not JSON"),
    "NaN": (lambda: json.dumps(record()).replace("10000.0", "NaN"), None, "not JSON"),
    "a list": (lambda: [1, 2], None, "no record with a paper"),
    "no paper": (lambda: {"design": {}}, None, "no record with a paper"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_stops_the_whole_file_with_its_line(name, small, jsonl, cli):
    make, column, words = BAD[name]
    before = snapshot(small)
    good = record(record_id="x0", paper={"doi": "10.1000/good", "url": "https://example.org/g"})
    code, out, err = cli("dataset", "add", jsonl(good, make()), "--tables", small, "--yes", "--json")
    assert code == 2
    problems = json.loads(out)["problems"]
    assert any(p["row"] == 2 and p["column"] == column and words in p["problem"] for p in problems), problems
    assert "Traceback" not in err
    assert snapshot(small) == before


@pytest.mark.parametrize("name", BAD)
def test_rejects_puts_the_bad_part_aside_and_counts_add_up(name, small, jsonl, cli, tmp_path):
    make, _, words = BAD[name]
    good = record(record_id="x0", paper={"doi": "10.1000/good", "url": "https://example.org/g"})
    rejects, report = tmp_path / "rejected.csv", tmp_path / "report.json"
    path = jsonl(good, make())
    code, _, _ = cli(
        "dataset", "add", path, "--tables", small, "--yes", "--rejects", rejects, "--report", report
    )
    assert code == 3
    assert validate(small).ok
    assert words in rejects.read_text()
    counts = json.loads(report.read_text())["files"][0]
    assert counts["records"]["in"] == 2
    listed = rejects.read_text().count("\n") - 1
    assert listed == sum(counts[p]["rejected"] for p in ("records", "measurements", "benchmarks"))
    for part in ("records", "measurements", "benchmarks"):
        c = counts[part]
        assert c["in"] == c["kept"] + c["merged"] + c["rejected"]
    assert len(rows_of(small)["measurements"]) == 6 + counts["measurements"]["kept"]


def test_a_failed_write_leaves_every_table_as_it_was(small, jsonl, monkeypatch):
    addition = plan(small, read_submissions(jsonl(record())))
    before = snapshot(small)
    real, calls = os.replace, []

    def fail_on_third(src, dst):
        calls.append(dst)
        if len(calls) == 3:
            raise OSError("disk full")
        real(src, dst)

    monkeypatch.setattr(os, "replace", fail_on_third)
    with pytest.raises(OSError, match="disk full"):
        write_addition(addition)
    assert snapshot(small) == before


def test_tables_that_changed_meanwhile_are_not_overwritten(small, jsonl):
    addition = plan(small, read_submissions(jsonl(record())))
    tables = small_tables()
    tables["papers"][0]["journal"] = "Changed"
    write_tables(small, tables)
    with pytest.raises(InputError, match="changed meanwhile"):
        write_addition(addition)


def test_broken_tables_are_not_added_to(small, jsonl, cli):
    tables = small_tables()
    tables["measurements"][0]["unit"] = "eV"
    write(small, tables)
    code, _, err = cli("dataset", "add", jsonl(record()), "--tables", small, "--yes")
    assert code == 2
    assert "first mend them" in err


def test_crossref_metadata_fills_the_empty_fields_of_the_paper(small, tmp_path, cli):
    work = {"message": {"DOI": "10.1000/AA", "title": ["Another title"], "container-title": ["Some Journal"],
                        "author": [{"given": "Ann", "family": "First"}],
                        "published": {"date-parts": [[2020, 3]]}}}  # fmt: skip
    path = tmp_path / "meta.json"
    path.write_text(json.dumps(work))
    assert cli("dataset", "add", "--crossref", path, "--tables", small, "--yes")[0] == 0
    paper = rows_of(small)["papers"][0]
    assert (paper["journal"], paper["title"]) == ("Some Journal", "A")
    work["message"]["DOI"] = "10.1000/zz"
    path.write_text(json.dumps(work))
    code, _, err = cli("dataset", "add", "--crossref", path, "--tables", small, "--yes")
    assert code == 2
    assert "10.1000/zz" in err
    path.write_text("[]")
    assert cli("dataset", "add", "--crossref", path, "--tables", small, "--yes")[0] == 2


def test_the_template_is_a_file_that_add_takes(small, tmp_path, cli):
    path = tmp_path / "new.csv"
    assert cli("dataset", "template", "--output", path)[0] == 0
    assert cli("dataset", "template", "--output", path)[0] == 2
    text = path.read_text()
    row = text.splitlines()[1]
    second = row.replace("retention,>=,1e4,,s,measured", "endurance,=,500,,cycles,pulses")
    third = row.replace(
        "retention,>=,1e4,,s,measured,read at 0.1 V,,,,,", ",=,,,,,,MNIST,digits,ANN,90.5,hardware"
    )
    path.write_text(text + second + "\n" + third + "\n")
    code, _, err = cli("dataset", "add", path, "--tables", small, "--yes")
    assert code == 0, err
    rows = rows_of(small)
    assert len(rows["devices"]) == 4
    assert [(m["metric"], m["value"]) for m in rows["measurements"][-2:]] == [
        ("retention", "10000"),
        ("endurance", "500"),
    ]
    assert (rows["benchmarks"][-1]["task"], rows["benchmarks"][-1]["accuracy_percent"]) == ("digits", "90.5")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("url,composition\n", "empty"),
        ("url,composition,colour\n", "unknown column 'colour'"),
        ("url,metric\n", "column 'composition' missing"),
        ("url,url,composition\n", "twice"),
    ],
)
def test_a_flat_file_with_a_bad_header_is_refused_in_one_line(text, words, small, tmp_path, cli):
    path = tmp_path / "in.csv"
    path.write_text(text)
    code, out, err = cli("dataset", "add", path, "--tables", small, "--yes")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_interactive_asks_until_the_term_is_in_the_list(small, cli, monkeypatch):
    answers = {"doi": ["10.1000/ii"], "url": ["https://example.org/i"], "composition": ["CsPbBr3"],
               "source_kind": ["gossip", "fulltext"], "morphology": ["nanocrystal"],
               "metric (empty: no more values)": ["retention", ""], "operator": [">="], "value": ["", "1e4"],
               "definition": ["measured"]}  # fmt: skip
    asked = []

    def answer(question, **_):
        asked.append(question)
        queue = answers.get(question.split(" [")[0])
        return queue.pop(0) if queue else ""

    monkeypatch.setattr("typer.prompt", answer)
    code, _, err = cli("dataset", "add", "--interactive", "--tables", small, "--yes")
    assert code == 0, err
    assert "'gossip' is not one of" in err
    assert any("nanowire" in q for q in asked)
    rows = rows_of(small)
    assert (rows["devices"][-1]["morphology"], rows["devices"][-1]["source_kind"]) == (
        "nanocrystal",
        "fulltext",
    )
    assert (rows["measurements"][-1]["operator"], rows["measurements"][-1]["value"]) == (">=", "10000")


def test_diff_names_added_removed_and_changed(small, tmp_path, cli):
    tables = small_tables()
    tables["devices"][0]["stack"] = "ITO/CsPbBr3/Ag"
    del tables["benchmarks"][0]
    write(tmp_path / "new", tables)
    code, out, _ = cli("dataset", "diff", small, tmp_path / "new", "--json")
    diffs = {d["table"]: d for d in json.loads(out)}
    assert code == 0
    assert diffs["devices"]["changed"] == [
        {"key": "d0001", "column": "stack", "old": "", "new": "ITO/CsPbBr3/Ag"}
    ]
    assert [r["benchmark_id"] for r in diffs["benchmarks"]["removed"]] == ["b0001"]
    assert set(diffs) == {"devices", "benchmarks"}
    assert cli("dataset", "diff", small, small)[1] == "no difference\n"


def test_exported_records_rebuild_the_shipped_tables(shipped, tmp_path):
    rows = rows_of(shipped)
    path = tmp_path / "all.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records(rows)))
    write(tmp_path / "empty", {name: [] for name in TABLES})
    addition = plan(tmp_path / "empty", read_submissions(path))
    assert addition.problems == []
    new = addition.merge.tables
    given = {"paper_id", "device_id", "measurement_id", "benchmark_id", "source_url", "design_notes"}
    for name in ("devices", "measurements", "benchmarks"):
        before, after = (
            sorted(str({k: v for k, v in r.items() if k not in given}) for r in t[name]) for t in (rows, new)
        )
        assert after == before


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
_places = (
    "paper__doi",
    "paper__url",
    "paper__year",
    "design__composition",
    "design__wavelength_nm",
    "design__interlayers",
    "design__lead_free",
    "measurements__0__value",
    "measurements__0__unit",
    "measurements__0__high",
    "benchmarks__0__accuracy_percent",
    "applications",
    "notes",
    "design",
    "measurements",
    "measurements__0",
    "benchmarks",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(_places), value=st.one_of(_values, st.lists(_values, max_size=3)))
def test_any_json_value_anywhere_is_taken_or_refused_but_the_tables_stay_sound(path, value, tmp_path):
    folder = tmp_path / "any"
    write(folder, small_tables())
    source = tmp_path / "any.jsonl"
    source.write_text(json.dumps(record(**{path: value})) + "\n")
    addition = plan(folder, read_submissions(source))
    write_tables(folder, addition.merge.tables)
    assert validate(folder).ok
    for part, c in addition.merge.counts.items():
        assert c["in"] == c["kept"] + c["merged"] + c["rejected"], part


def test_the_account_of_the_shipped_tables_adds_up():
    from perovdata.files import data_dir

    report = json.loads((data_dir() / "import_report.json").read_text("utf-8"))
    rows = rows_of(data_dir() / "tables")
    kept = {"devices": Counter(), "background": Counter()}
    for source in report["files"]:
        for part in ("records", "measurements", "benchmarks"):
            c = source[part]
            assert c["in"] == c["kept"] + c["merged"] + c["rejected"]
            kept[source["table"]][part] += c["kept"]
        assert set(source["devices"].values()) <= {r["device_id"] for r in rows[source["table"]]}
    assert kept["devices"] == {
        "records": len(rows["devices"]),
        "measurements": len(rows["measurements"]),
        "benchmarks": len(rows["benchmarks"]),
    }
    background = rows["background"]
    devices = {r["device_id"] for r in background}
    assert kept["background"] == {"records": len(devices), "measurements": len(background), "benchmarks": 0}


def test_records_of_other_materials_go_to_the_background_table_without_their_benchmarks(
    small, jsonl, cli, tmp_path
):
    other = record(design={"composition_text": "HfO2", "device_type": "2T-memristor", "mechanism": "vacancy"})
    path, rejects = jsonl(other), tmp_path / "rejected.csv"
    options = ("--tables", small, "--background", "--yes", "--rejects", rejects)
    code, out, _ = cli("dataset", "add", path, *options, "--json")
    assert code == 3
    counts = json.loads(out)["counts"]
    assert (counts["measurements"]["kept"], counts["benchmarks"]["rejected"]) == (2, 1)
    rows = rows_of(small)
    assert [(r["background_id"], r["device_id"], r["material"]) for r in rows["background"]] == [
        ("g0001", "x0001", "TaOx"),
        ("g0002", "x0002", "HfO2"),
        ("g0003", "x0002", "HfO2"),
    ]
    assert rows["background"][1]["mechanism"] == "ion-migration"
    assert {**rows, "background": []} == {**small_tables(), "background": []}
    code, out, _ = cli("dataset", "add", path, *options, "--json")
    assert json.loads(out)["counts"]["measurements"] == {"in": 2, "kept": 0, "merged": 0, "rejected": 2}
    assert rows_of(small) == rows


def test_the_rejection_list_gives_a_reason_for_every_part():
    from perovdata.files import data_dir

    path = data_dir() / "rejected.csv"
    lines = path.read_text("utf-8").splitlines()
    header = lines[0].split(",")
    assert header == list(adding._REJECTION_COLUMNS)
    for line in lines[1:]:
        cells = dict(zip(header, parse_line(line), strict=True))
        assert cells["reason"]
        json.loads(cells["content"])
