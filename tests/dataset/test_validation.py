"""The validator: corruptions, each found at its row and column; random ones on the shipped tables."""

import csv
import hashlib
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perovdata.dataset.check.csv_lines import read_tables, render
from perovdata.dataset.check.validation import validate, validate_rows
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import TABLES
from perovdata.errors import InputError
from perovdata.files import tables_dir

from .conftest import small_tables, snapshot, write


def reserved_doi():
    """A DOI that the rule of the reserved papers catches, found by trying."""
    return next(
        d for n in range(1000) if hashlib.sha256((d := f"10.1000/r{n}").encode()).hexdigest()[0] in "01"
    )


def cell(table, index, column, value):
    """Corruption of one cell: expected at that very place."""

    def change(tables):
        tables[table][index][column] = value

    return change, table, index + 2, column


def drop_row(table, index, expected):
    def change(tables):
        del tables[table][index]

    return change, *expected


def double_row(table, index, column, **cells):
    """The same row once more at the end."""

    def change(tables):
        tables[table].append({**tables[table][index], **cells})

    return change, table, len(small_tables()[table]) + 2, column


ERRORS = {
    "wrong unit": cell("measurements", 0, "unit", "fJ"),
    "unit of another metric": cell("measurements", 1, "unit", "h"),
    "unknown metric": cell("measurements", 2, "metric", "set_volts"),
    "negative energy": cell("measurements", 0, "value", "-1e-12"),
    "zero energy": cell("measurements", 0, "value", "0"),
    "word for a number": cell("measurements", 1, "value", "ten hours"),
    "thousands separator": cell("measurements", 1, "value", "10,000"),
    "underscore in a number": cell("measurements", 1, "value", "10_000"),
    "not a number": cell("measurements", 1, "value", "nan"),
    "infinite": cell("measurements", 1, "value", "1e999"),
    "value missing": cell("measurements", 1, "value", ""),
    "half a level": cell("measurements", 4, "value", "12.5"),
    "unknown operator": cell("measurements", 1, "operator", "≥"),
    "range without its end": cell("measurements", 2, "value_high", ""),
    "range upside down": cell("measurements", 2, "value_high", "0.1"),
    "end without a range": cell("measurements", 0, "value_high", "2e-12"),
    "definition of another metric": cell("measurements", 0, "definition", "dc-cycles"),
    "definition missing": cell("measurements", 0, "definition", ""),
    "definition where there is none": cell("measurements", 2, "definition", "measured"),
    "orphan measurement": cell("measurements", 3, "device_id", "d0099"),
    "orphan benchmark": cell("benchmarks", 0, "device_id", "d9"),
    "orphan device": cell("devices", 2, "paper_id", "nobody2020-ffff"),
    "key missing": cell("devices", 1, "device_id", ""),
    "key twice": double_row("measurements", 0, "measurement_id", value="2e-12", conditions="other"),
    "value twice": double_row("measurements", 0, "value", measurement_id="m0007"),
    "unknown morphology": cell("devices", 0, "morphology", "nanocrystals"),
    "unknown device type": cell("devices", 0, "device_type", "memristor"),
    "unknown dimensionality": cell("devices", 0, "dimensionality", "three"),
    "unknown application": cell("devices", 0, "applications", "logic;cooking"),
    "vocabulary cell empty": cell("devices", 0, "stimulus", ""),
    "boolean as a word": cell("devices", 0, "lead_free", "no"),
    "lead-free with lead": cell("devices", 0, "lead_free", "true"),
    "lead with tin": cell("devices", 1, "lead_free", "false"),
    "3D although layered": cell("devices", 1, "dimensionality", "3D"),
    "unbalanced formula": cell("devices", 0, "composition", "CsPb(Br3"),
    "unknown element": cell("devices", 0, "composition", "CsQqBr3"),
    "oxide": cell("devices", 0, "composition", "BaTiO3"),
    "thickness below an atom": cell("devices", 0, "thickness_nm", "0.01"),
    "wavelengths upside down": cell("devices", 1, "wavelength_max_nm", "400"),
    "copied sentence": cell("devices", 0, "notes", "The devices show " + "excellent synaptic behaviour " * 8),
    "blanks around": cell("devices", 0, "composition", " CsPbBr3"),
    "DOI with resolver": cell("papers", 0, "doi", "https://doi.org/10.1000/aa"),
    "no address": cell("papers", 1, "url", "example.org/b"),
    "neither DOI nor URL": cell("papers", 1, "url", ""),
    "reserved paper": cell("papers", 0, "doi", reserved_doi()),
    "reserved paper in capitals": cell("papers", 0, "doi", reserved_doi().upper()),
    "year as text": cell("papers", 0, "year", "'20"),
    "year in the future": cell("papers", 0, "year", "2222"),
    "paper twice": double_row("papers", 0, "doi", paper_id="other2020-cccc", doi="10.1000/AA"),
    "accuracy above 100": cell("benchmarks", 0, "accuracy_percent", "920"),
    "accuracy as a range": cell("benchmarks", 0, "operator", "range"),
    "unknown benchmark kind": cell("benchmarks", 0, "kind", "simulation"),
    "source address": cell("benchmarks", 0, "source_url", "see text"),
    "ion's charge as text": cell("organic_cations", 0, "charge", "+"),
    "unknown property": cell("properties", 0, "property", "gap"),
    "wrong property unit": cell("properties", 0, "unit", "meV"),
    "negative band gap": cell("properties", 0, "value", "-1.6"),
    "property without source": (lambda t: t["properties"][0].update(url=""), "properties", 2, "url"),
    "reserved property": cell("properties", 0, "doi", reserved_doi()),
    "background without a material": cell("background", 0, "material", ""),
    "background in a wrong unit": cell("background", 0, "unit", "mV"),
    "background without a source": cell("background", 0, "url", ""),
    "paper removed": drop_row("papers", 1, ("devices", 4, "paper_id")),
}

WARNINGS = {
    "title twice": (
        lambda t: t["papers"][1].update(title="a"),
        "papers",
        3,
        "title",
    ),
    "energy of a match": cell("measurements", 0, "value", "1"),
    "energy below thermal noise": cell("measurements", 0, "value", "1e-25"),
    "kilovolt": cell("measurements", 2, "value_high", "1000"),
    "PPF as a ratio": (lambda t: t["measurements"][3].update(value="1.5", definition="not stated"),
                       "measurements", 5, "value"),
    "Gmax below Gmin": cell("measurements", 5, "value", "0.5"),
    "one level": cell("measurements", 4, "value", "1"),
    "accuracy as a fraction": cell("benchmarks", 0, "accuracy_percent", "0.92"),
    "formula left open": cell("devices", 0, "composition", "CsPbBrxI3-x"),
    "layers of a 3D lattice": cell("devices", 0, "n_layers", "2"),
    "lattice against stoichiometry": cell("devices", 0, "dimensionality", "1D"),
    "two values": double_row("measurements", 0, "conditions", measurement_id="m7", value="3e-9"),
    "device without a value": drop_row("measurements", 3, ("devices", 3, "device_id")),
    "paper without a device": (
        lambda t: (t["devices"].pop(), t["measurements"].__delitem__(slice(4, 6))), "papers", 3, "paper_id"),
    "band gap of an insulator": cell("properties", 0, "value", "9"),
}  # fmt: skip


def found(report, table, row, column, severity):
    return [
        p
        for p in report.problems
        if (p.file, p.row, p.column, p.severity) == (f"{table}.csv", row, column, severity)
    ]


def test_the_small_tables_are_sound():
    assert validate_rows(small_tables()).problems == ()


@pytest.mark.parametrize("name", ERRORS)
def test_a_corruption_is_an_error_at_its_place(name, tmp_path):
    change, table, row, column = ERRORS[name]
    tables = small_tables()
    change(tables)
    write(tmp_path / "t", tables)
    before = snapshot(tmp_path / "t")
    report = validate(tmp_path / "t")
    hits = found(report, table, row, column, "error")
    assert hits, [str(p) for p in report.problems]
    assert all(p.problem and p.accepted for p in report.problems)
    assert not report.ok
    assert snapshot(tmp_path / "t") == before


@pytest.mark.parametrize("name", WARNINGS)
def test_an_implausible_value_is_a_warning_at_its_place(name):
    change, table, row, column = WARNINGS[name]
    tables = small_tables()
    change(tables)
    report = validate_rows(tables)
    assert found(report, table, row, column, "warning"), [str(p) for p in report.problems]
    assert report.ok


FILES = {
    "two columns swapped": (lambda t: t.replace("operator,value,", "value,operator,"), 1, "value"),
    "column missing": (lambda t: _columns(t, lambda c: [x for x in c if x != "unit"]), 1, "unit"),
    "column doubled": (lambda t: _columns(t, lambda c: [*c, "unit"]), 1, "unit"),
    "unknown column": (lambda t: t.replace("conditions,", "condition,"), 1, "condition"),
    "cells swapped": (lambda t: t.replace("1e-12,,J", "J,,1e-12"), 2, "value"),
    "cell too many": (lambda t: t.replace("1e-12,,J", "1e-12,,,J"), 2, None),
    "quote left open": (lambda t: t.replace("interval 1 s", '"interval 1 s'), 5, None),
    "header only in part": (lambda t: t[20:], 1, None),
    "empty file": (lambda t: "", 1, None),
    "control character": (lambda t: t.replace("interval 1 s", "interval\x07 1 s"), 5, "conditions"),
    "blank line": (lambda t: t.replace("m0002", "\nm0002"), 3, None),
    "semicolons": (lambda t: t.replace(",", ";"), 1, None),
}
BYTES = {
    "byte garbage": (lambda b: b.replace(b"interval 1 s", b"interval \xff\xfe"), 5, "conditions"),
    "Latin-1": (lambda b: b.replace(b"interval 1 s", "intervalle \xe9".encode("latin-1")), 5, "conditions"),
    "UTF-16": (lambda b: b.decode().encode("utf-16"), 1, "measurement_id"),
    "zero bytes": (lambda b: b"\0" * 4096, 1, "measurement_id"),
    "random bytes": (lambda b: bytes(range(128, 256)) * 40, 1, "measurement_id"),
}


def _columns(text, change):
    rows = list(csv.reader(io.StringIO(text)))
    keep = change(rows[0])
    out = [keep]
    for r in rows[1:]:
        cells = dict(zip(rows[0], r, strict=True))
        out.append([cells[c] for c in keep])
    return "\n".join(",".join(r) for r in out) + "\n"


@pytest.mark.parametrize("name", [*FILES, *BYTES])
def test_a_broken_file_is_named_with_its_line(name, small):
    change, row, column = (FILES | BYTES)[name]
    path = small / "measurements.csv"
    raw = path.read_bytes()
    path.write_bytes(change(raw.decode()).encode() if name in FILES else change(raw))
    report = validate(small)
    hits = [p for p in report.errors if p.file == "measurements.csv" and p.row == row]
    assert hits, [str(p) for p in report.problems]
    if column is not None:
        assert column in {p.column for p in hits}


def test_a_missing_file_is_named(small):
    (small / "devices.csv").unlink()
    report = validate(small)
    assert ("devices.csv", None, "file missing") in {(p.file, p.row, p.problem) for p in report.errors}


def test_a_200_megabyte_row_is_refused_at_its_column_after_a_megabyte(small):
    path = small / "measurements.csv"
    raw = path.read_bytes()
    with path.open("wb") as stream:
        stream.write(raw[: raw.index(b"interval 1 s") + 3])
        stream.truncate(200_000_000)  # the rest of the row: a hole that reads as zeros
    report = validate(small)
    hit = next(p for p in report.errors if p.file == "measurements.csv")
    assert (hit.row, hit.column) == (5, "conditions")
    assert "longer than" in hit.problem
    assert len(hit.value) < 200


def test_a_byte_order_mark_and_windows_line_ends_are_read(small):
    path = small / "papers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert validate(small).problems == ()


def test_a_folder_is_needed(tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        validate(tmp_path / "nowhere")


def test_the_shipped_tables_have_no_error():
    report = validate()
    assert report.errors == ()
    for problem in report.warnings:
        assert problem.row
        assert problem.column


KINDS = {
    "unit": ("measurements", "unit", "furlong"),
    "operator": ("measurements", "operator", "=="),
    "negative": ("measurements", "value", "-3"),
    "word": ("measurements", "value", "abc"),
    "orphan": ("measurements", "device_id", "d999999"),
    "morphology": ("devices", "morphology", "quantum"),
    "formula": ("devices", "composition", "CsPb)Br3"),
    "paper": ("devices", "paper_id", "nobody"),
    "long note": ("devices", "notes", "word " * 60),
    "accuracy": ("benchmarks", "accuracy_percent", "101"),
    "doi": ("papers", "doi", "doi:10.1/x"),
}


@pytest.fixture(scope="module")
def shipped_rows():
    return read_tables(tables_dir())[0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_a_corruption_anywhere_in_the_shipped_tables_is_found(kind, data, shipped_rows):
    table, column, value = KINDS[kind]
    index = data.draw(st.integers(0, len(shipped_rows[table]) - 1))
    row = shipped_rows[table][index]
    if kind == "negative" and METRICS[row["metric"]].scale == "linear":
        return
    rows = {**shipped_rows, table: [*shipped_rows[table]]}
    rows[table][index] = {**row, column: value}
    report = validate_rows(rows)
    assert found(report, table, index + 2, column, "error")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400), table=st.sampled_from(sorted(TABLES)))
def test_any_bytes_for_a_table_give_findings_and_no_traceback(raw, table, tmp_path):
    folder = tmp_path / "any"
    write(folder, small_tables())
    (folder / f"{table}.csv").write_bytes(raw)
    report = validate(folder)
    assert any(p.file == f"{table}.csv" for p in report.errors)


@settings(max_examples=60, deadline=None)
@given(value=st.text(max_size=30), place=st.sampled_from([(t, c) for t in TABLES for c in TABLES[t].names]))
def test_any_text_in_a_cell_is_judged_without_a_traceback(value, place):
    table, column = place
    tables = small_tables()
    tables[table][0][column] = value
    for problem in validate_rows(tables).problems:
        assert problem.problem
        assert "\n" not in str(problem)


def test_the_command_gives_the_report_as_json_and_exit_code_1(cli, small):
    assert cli("dataset", "validate", small, "--json")[0] == 0
    path = small / "devices.csv"
    path.write_text(path.read_text().replace("2T-memristor", "2T"))
    code, out, _ = cli("dataset", "validate", small, "--json")
    report = json.loads(out)
    assert code == 1
    assert report["ok"] is False
    assert set(report["problems"][0]) == {"file", "row", "column", "value", "problem", "accepted", "severity"}
    assert (report["problems"][0]["file"], report["problems"][0]["row"]) == ("devices.csv", 2)
    code, out, err = cli("dataset", "validate", small / "none")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_rendering_a_table_is_what_was_read(shipped):
    for name, rows in read_tables(shipped)[0].items():
        assert render(rows, TABLES[name].names).encode() == (shipped / f"{name}.csv").read_bytes().replace(
            b"\r\n", b"\n"
        )


@pytest.mark.parametrize(
    ("table", "column", "value", "word"),
    [
        ("bandgaps", "composition", "MaPbQ3", "does not parse"),
        ("bandgaps", "bandgap_eV", "16", "outside the possible range"),
        ("bandgaps", "doi", "doi.org/10.1", "not a DOI"),
        ("absorption", "absorption_per_cm", "-3", "outside the possible range"),
        ("absorption", "wavelength_nm", "", "empty"),
    ],
)
def test_the_optical_tables_are_checked(small, table, column, value, word):
    tables = small_tables()
    tables[table][0][column] = value
    write(small, tables)
    found = validate(small).errors
    assert [(p.file, p.row, p.column) for p in found] == [(f"{table}.csv", 2, column)]
    assert word in found[0].problem


def test_one_wavelength_of_a_spectrum_stands_once(small):
    tables = small_tables()
    tables["absorption"].append({**tables["absorption"][0], "absorption_id": "a0002"})
    write(small, tables)
    assert [p.column for p in validate(small).errors] == ["wavelength_nm"]


@pytest.mark.parametrize(
    ("formula", "wavelength", "warned"),
    [
        ("CsPbBr3", "940", True),  # 1.32 eV against 2.36 eV
        ("CsPbBr3", "540", False),  # within the interval of the gap
        ("CsPbBr3", "405", False),
        ("MAPbI3", "940", True),
        ("FA0.5MA0.5Pb0.5Sn0.5I3", "940", False),
        ("Cs2AgBiBr6", "2000", False),  # no gap, no verdict
    ],
)
def test_light_below_the_band_gap_is_pointed_out(small, formula, wavelength, warned):
    tables = small_tables()
    lead_free = str("Pb" not in formula).lower()
    tables["devices"][0] |= {"composition": formula, "wavelength_nm": wavelength, "lead_free": lead_free}
    write(small, tables)
    found = [p for p in validate(small).problems if p.column == "wavelength_nm"]
    assert [(p.severity, p.row) for p in found] == [("warning", 2)] * warned


def test_two_shipped_devices_are_driven_below_their_gap(shipped):
    found = [p for p in validate(shipped).problems if p.column == "wavelength_nm"]
    assert len(found) == 2
    assert all("CsPbBr3" in p.problem and p.value == "940" for p in found)
