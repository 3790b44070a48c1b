"""Material properties by composition, and the shipped tables."""

import csv
import math
from statistics import median

import pytest

from perovdata.chemistry import FormulaError, parse
from perovdata.errors import InputError
from perovdata.files import data_dir, tables_dir
from perovdata.materials import lookup_property


def read(name):
    with open(tables_dir() / f"{name}.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


ROWS = read("properties")


def read_or_error(formula):
    try:
        return parse(formula), None
    except FormulaError as error:
        return None, error


def measured(composition, name):
    return [
        float(row["value"])
        for row in ROWS
        if (row["composition"], row["property"], row["method"]) == (composition, name, "measured")
    ]


def test_measured_value_is_the_median_with_its_sources():
    values = measured("MAPbI3", "bandgap")
    found = lookup_property(parse("CH3NH3PbI3"), "bandgap")
    assert (found.origin, found.value) == ("measured", median(values))
    assert (found.low, found.high) == (min(values), max(values))
    assert found.unit == "eV"
    assert found.n_sources == len(found.sources) == len(set(found.sources))


@pytest.mark.parametrize(
    ("formula", "name", "why"),
    [
        ("FAPbBr3", "bandgap", "only calculated"),
        ("MAPbI2Br", "ion_migration_activation_energy", "no measured value"),
    ],
)
def test_missing_says_why(formula, name, why):
    found = lookup_property(parse(formula), name)
    assert found.origin == "missing"
    assert math.isnan(found.value)
    assert why in found.rule
    assert found.sources == ()


def test_doped_material_has_the_value_of_its_host():
    doped, host = (lookup_property(parse(f), "bandgap") for f in ("MAPbI3:Ag", "MAPbI3"))
    assert doped.value == host.value
    assert "undoped host" in doped.rule


def test_unknown_property_names_the_known_ones():
    with pytest.raises(InputError, match=r"property: 'band_gap' is not one of .*did you mean 'bandgap'"):
        lookup_property(parse("MAPbI3"), "band_gap")


def test_every_input_row_is_kept_or_rejected_with_a_reason():
    with open(data_dir() / "properties_rejected.csv", encoding="utf-8", newline="") as stream:
        rejected = list(csv.DictReader(stream))
    assert all(row["reason"] for row in rejected)
    read_new = 5  # read from pages after the first collection
    assert len(ROWS) - read_new + len(rejected) == 153
    assert all(len(row["conditions"]) <= 200 for row in ROWS)
    assert all(row["doi"] or row["url"] for row in ROWS)


@pytest.mark.parametrize("table", ["devices", "properties"])
def test_compositions_of_the_tables_are_read_or_wait_for_a_variable(table):
    for row in read(table):
        if not row["composition"] or row.get("property") == "effective_ionic_radius":
            continue
        perovskite, error = read_or_error(row["composition"])
        if perovskite is None:
            assert error.variable, error
        else:
            assert (
                perovskite.balanced or "the charges leave" in perovskite.warnings[0]
            )  # (NH4)BiI3, as printed
            assert parse(perovskite.canonical) == perovskite
