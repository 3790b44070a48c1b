"""Descriptors and exports: generated from the schema, current, and accepted by their own validators."""

import datetime
import json
import logging
import shutil

import pandas as pd
import pytest
import yaml

from perovdata.dataset import METRICS, TABLES, VOCABULARIES, load_synapses
from perovdata.dataset.export.descriptors import croissant, datapackage, dictionary
from perovdata.dataset.schema.synonyms import _SYNONYMS
from perovdata.files import data_dir, tables_dir


def committed(name):
    return (data_dir() / name).read_text("utf-8")


def test_the_committed_descriptions_are_what_the_schema_gives():
    hint = "run 'perovdata dataset export --format ... --output data/...'"
    assert json.loads(committed("datapackage.json")) == datapackage(), hint
    assert json.loads(committed("croissant.json")) == croissant(tables_dir()), hint
    assert committed("dictionary.md") == dictionary(), hint


def test_frictionless_finds_the_data_package_valid():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(data_dir() / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "row", "field", "message"])


def test_frictionless_finds_a_broken_key_with_our_descriptor(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    shutil.copytree(tables_dir(), tmp_path / "tables")
    (tmp_path / "datapackage.json").write_text(json.dumps(datapackage()))
    path = tmp_path / "tables" / "measurements.csv"
    path.write_text(path.read_text().replace(",d0001,", ",d9999,").replace(",d0002,", ",d9998,"))
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert "foreign-key" in {row[0] for row in report.flatten(["type"])}


def test_mlcroissant_reads_the_tables_by_our_descriptor(caplog):
    mlcroissant = pytest.importorskip("mlcroissant")
    caplog.set_level(logging.ERROR)
    dataset = mlcroissant.Dataset(jsonld=data_dir() / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    rows = list(dataset.records("papers"))
    assert len(rows) == len(pd.read_csv(tables_dir() / "papers.csv"))


def test_every_metric_and_term_is_explained():
    page = dictionary()
    for metric in METRICS.values():
        assert f"| `{metric.name}` | {metric.unit} |" in page
        assert metric.low < metric.high
        assert metric.definition
        assert metric.reason
        assert metric.kinds is None or "not stated" in metric.kinds
    for vocabulary in VOCABULARIES.values():
        assert all(meaning for meaning in vocabulary.terms.values())
    for table in TABLES.values():
        assert table.key in table.names
        assert len(set(table.names)) == len(table.names)


def test_every_synonym_leads_to_a_term_and_is_reachable():
    for name, pairs in _SYNONYMS.items():
        for wording, (term, _) in pairs.items():
            assert term in VOCABULARIES[name]
            assert wording == wording.casefold()


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl", "frictionless", "croissant", "dictionary"])
def test_every_format_is_written_by_the_command(format, tmp_path, cli):
    path = tmp_path / f"out.{format}"
    code, out, _ = cli("dataset", "export", "--format", format, "--output", path, "--json")
    assert code == 0
    assert json.loads(out)["bytes"] == path.stat().st_size > 1000


def test_parquet_and_csv_hold_the_long_form(tmp_path, cli):
    long = load_synapses()
    for format, read in (("parquet", pd.read_parquet), ("csv", pd.read_csv)):
        path = tmp_path / format
        cli("dataset", "export", "--format", format, "--output", path)
        frame = read(path)
        assert list(frame.columns) == list(long.columns)
        assert frame["value"].tolist() == long["value"].tolist()


def test_export_refuses_an_unknown_format_and_a_folder(tmp_path, cli):
    for args in (("xml", tmp_path / "x"), ("csv", tmp_path)):
        code, out, err = cli("dataset", "export", "--format", args[0], "--output", args[1])
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_info_counts_what_the_tables_hold(cli):
    code, out, _ = cli("dataset", "info", "--json")
    counts = json.loads(out)
    assert code == 0
    assert (
        sum(f["devices"] for f in counts["families"].values())
        == counts["devices"]
        == counts["rows"]["devices"]
    )
    assert sum(m["values"] for m in counts["metrics"]) == counts["values"] == len(load_synapses())
    assert set(counts["families"]) >= {"3D", "2D/quasi-2D", "quantum dots", "lead-free"}
    code, out, _ = cli("dataset", "info")
    assert "Energy per event" in out


def test_show_finds_a_composition_however_it_is_written(cli):
    names = [{d["device_id"] for d in json.loads(cli("dataset", "show", f, "--json")[1])}
             for f in ("MAPbI3", "CH3NH3PbI3")]  # fmt: skip
    assert names[0] == names[1] != set()
    device = json.loads(cli("dataset", "show", "CsPbBr3", "--json")[1])[0]
    assert device["link"].startswith("http")
    assert device["values"] or device["benchmarks"]
    assert json.loads(cli("dataset", "show", "CsPbBrxI3-x", "--json")[1])
    assert "CsPbBr3" in cli("dataset", "show", "CsPbBr3")[1]
    for formula in ("RbGeF3", "CsPb(Br3", ""):
        code, out, err = cli("dataset", "show", formula)
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_cite_lists_the_paper_behind_a_device(cli):
    papers = json.loads(cli("cite", "--device", "d0001", "--device", "d0002", "--json")[1])
    assert {d for p in papers for d in p["devices"]} == {"d0001", "d0002"}
    assert all(p["link"].startswith("http") for p in papers)
    lines = cli("cite")[1].splitlines()
    materials = [line for line in lines if line.startswith("table ")]
    assert len(lines) - len(materials) == len(pd.read_csv(tables_dir() / "papers.csv"))
    for table in ("bandgaps", "absorption", "properties"):
        dois = pd.read_csv(tables_dir() / f"{table}.csv")["doi"].dropna().unique()
        cited = {line.split("https://doi.org/")[1].split(": ")[0] for line in materials
                 if line.startswith(f"table {table} ") and "https://doi.org/" in line}  # fmt: skip
        assert cited == set(dois)
    assert any("CC-BY-4.0" in line for line in materials)
    assert cli("cite", "--device", "d999999")[0] == 2


def test_the_bibtex_of_every_paper_is_read_back_by_another_program(cli):
    import bibtexparser

    text = cli("cite", "--bibtex")[1]
    found = {entry["ID"]: entry for entry in bibtexparser.loads(text).entries}
    papers = pd.read_csv(tables_dir() / "papers.csv", dtype=str)
    assert set(found) == {"perovdata", "perovdata-tables", *papers["paper_id"]}
    for paper in papers.fillna("").to_dict("records"):
        entry = found[paper["paper_id"]]
        assert entry.get("doi", "") == paper["doi"]
        assert entry.get("year", "") == paper["year"]
        assert entry.get("title", "").strip("{}").replace("\\", "") == paper["title"]
    few = bibtexparser.loads(cli("cite", "--bibtex", "d0001")[1]).entries
    assert [entry["ID"] for entry in few][:2] == ["perovdata", "perovdata-tables"]
    assert len(few) == 3
    assert cli("cite", "--bibtex", "--json")[0] == 2


def test_the_citation_file_has_what_its_format_asks_for():
    """The required keys of Citation File Format 1.2.0, and the version and the licence of the package."""
    from perovdata import __version__
    from perovdata.dataset.export import citation_file

    told = yaml.safe_load(citation_file().read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["cff-version"] == "1.2.0"
    assert told["type"] in ("software", "dataset")
    assert str(told["version"]) == __version__
    assert told["license"] == "MIT"
    assert isinstance(told["date-released"], datetime.date)
    for work in (told, *told["references"]):
        assert work["authors"]
        assert all({"name"} <= set(a) or {"family-names"} <= set(a) for a in work["authors"])
    for work in told["references"]:
        assert {"type", "title", "authors"} <= set(work)
    assert {work["type"] for work in told["references"]} == {"data", "article"}
