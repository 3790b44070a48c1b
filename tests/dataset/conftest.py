"""A small set of sound tables, and copies of the shipped ones."""

import shutil

import pytest

from perovdata.dataset.check.csv_lines import render
from perovdata.dataset.schema.schema import TABLES
from perovdata.files import tables_dir


def row(table, **cells):
    """A row of a table with every other cell at its empty value."""
    out = {}
    for column in TABLES[table].columns:
        out[column.name] = "not stated" if column.vocabulary and not column.many else ""
    for name in ("operator", "source_kind"):
        if name in out:
            out[name] = {"operator": "=", "source_kind": "fulltext"}[name]
    return {**out, **cells}


def small_tables():
    """Two papers, three devices, six values: valid, without a warning."""
    value = {"source_kind": "fulltext"}
    return {
        "papers": [
            row(
                "papers",
                paper_id="first2020-aaaa",
                doi="10.1000/aa",
                url="https://example.org/a",
                title="A",
                year="2020",
                first_author="Ann First",
            ),
            row("papers", paper_id="second2021-bbbb", url="https://example.org/b", title="B", year="2021"),
        ],
        "devices": [
            row(
                "devices",
                device_id="d0001",
                paper_id="first2020-aaaa",
                composition="CsPbBr3",
                dimensionality="3D",
                morphology="nanocrystal",
                device_type="2T-memristor",
                stimulus="electrical",
                lead_free="false",
            ),
            row(
                "devices",
                device_id="d0002",
                paper_id="first2020-aaaa",
                composition="(PEA)2SnI4",
                dimensionality="2D",
                device_type="3T-transistor",
                stimulus="optical",
                wavelength_nm="470",
                lead_free="true",
            ),
            row(
                "devices",
                device_id="d0003",
                paper_id="second2021-bbbb",
                composition="MAPbI3",
                dimensionality="3D",
                lead_free="false",
            ),
        ],
        "measurements": [
            row(
                "measurements",
                measurement_id="m0001",
                device_id="d0001",
                metric="energy_per_event",
                value="1e-12",
                unit="J",
                definition="electrical-input",
                **value,
            ),
            row(
                "measurements",
                measurement_id="m0002",
                device_id="d0001",
                metric="retention",
                value="10000",
                unit="s",
                definition="measured",
                operator=">=",
                **value,
            ),
            row(
                "measurements",
                measurement_id="m0003",
                device_id="d0001",
                metric="set_voltage",
                value="0.5",
                value_high="0.8",
                operator="range",
                unit="V",
                definition="",
                **value,
            ),
            row(
                "measurements",
                measurement_id="m0004",
                device_id="d0002",
                metric="ppf_index",
                value="150",
                unit="%",
                definition="A2/A1",
                conditions="interval 1 s",
                **value,
            ),
            row(
                "measurements",
                measurement_id="m0005",
                device_id="d0003",
                metric="n_states",
                value="64",
                unit="1",
                definition="conductance",
                **value,
            ),
            row(
                "measurements",
                measurement_id="m0006",
                device_id="d0003",
                metric="dynamic_range",
                value="20",
                unit="1",
                definition="pulse-train",
                **value,
            ),
        ],
        "benchmarks": [
            row(
                "benchmarks",
                benchmark_id="b0001",
                device_id="d0001",
                dataset="MNIST",
                accuracy_percent="92",
                kind="simulated from device data",
            ),
        ],
        "organic_cations": [
            row("organic_cations", abbreviation="MA", formula="CH6N+", charge="1", r_eff_pm="217"),
        ],
        "background": [
            row(
                "background",
                background_id="g0001",
                device_id="x0001",
                paper_id="third2022-cccc",
                url="https://example.org/e",
                material="TaOx",
                metric="set_voltage",
                value="0.7",
                unit="V",
                **value,
            ),
        ],
        "bandgaps": [
            row("bandgaps", bandgap_id="e0001", composition="MAPbI3", bandgap_eV="1.6", doi="10.1000/dd"),
        ],
        "absorption": [
            row(
                "absorption",
                absorption_id="a0001",
                composition="MAPbI3",
                wavelength_nm="500",
                absorption_per_cm="1e5",
                doi="10.1000/ee",
            ),
        ],
        "properties": [
            row(
                "properties",
                property_id="q001",
                composition="MAPbI3",
                property="bandgap",
                value="1.6",
                unit="eV",
                method="measured",
                url="https://example.org/c",
            ),
        ],
    }


def write(folder, tables):
    """Write tables as the tests need them: no checks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(render(rows, TABLES[name].names), encoding="utf-8")


def snapshot(folder):
    """Every file of a folder with its bytes; the lock, empty and kept between writers, does not count."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != ".tables.lock"}


@pytest.fixture
def small(tmp_path):
    """Folder with the small tables."""
    write(tmp_path / "tables", small_tables())
    return tmp_path / "tables"


@pytest.fixture
def shipped(tmp_path):
    """Copy of the shipped tables."""
    folder = tmp_path / "shipped"
    shutil.copytree(tables_dir(), folder)
    return folder


@pytest.fixture
def cli(monkeypatch, capsys):
    """Run the command line in this process: ``cli(*args) -> (exit code, stdout, stderr)``."""
    from perovdata.cli.application import main

    def run(*args):
        monkeypatch.setattr("sys.argv", ["perovdata", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
