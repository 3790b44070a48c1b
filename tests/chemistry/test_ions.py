"""The table of organic cations, row by row."""

import csv
import re
from collections import Counter

import pytest
from pymatgen.core import Composition

from perovdata.chemistry import FormulaError, organic_cations, parse, plain_name
from perovdata.files import tables_dir

with open(tables_dir() / "organic_cations.csv", encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))

# One abbreviation, several ions of the same charge: refused, because the charges cannot tell.
AMBIGUOUS = {"TBA", "AZ", "MBA", "TA", "iPA", "DEA", "MPA"}
NAMES = [(row, name) for row in ROWS for name in row["names"].split(";") if name]


def test_table_is_complete():
    assert len(ROWS) == 295 + 9  # the ion list of NOMAD, and nine ions that the literature names besides
    assert len({row["abbreviation"] for row in ROWS}) == len(ROWS)
    unread = {row["abbreviation"] for row in ROWS if not row["names"]}
    assert unread == {"Cs", "K", "La", "Li", "Na", "Rb", "Tl", "PEI"}  # elements, and a neutral molecule


@pytest.mark.parametrize("row", [r for r in ROWS if r["names"]], ids=lambda r: r["abbreviation"])
def test_formula_agrees_with_the_structure(row):
    # Heavy atoms counted on the SMILES, independently of the formula column.
    heavy = Counter(m.capitalize() for m in re.findall(r"Cl|Br|Eu|[CNOPSFI]|[cnops]", row["smiles"]))
    formula = Composition(row["formula"].split("+")[0])
    assert {str(e): n for e, n in formula.items() if str(e) != "H"} == dict(heavy)


def test_every_name_expands_to_the_right_atoms():
    for row, name in NAMES:
        formula = f"({name})PbI{2 + int(row['charge'])}"
        if name in AMBIGUOUS:
            with pytest.raises(FormulaError, match="several meanings"):
                parse(formula)
        else:
            expected = Composition(row["formula"].split("+")[0]) + Composition(f"PbI{2 + int(row['charge'])}")
            assert parse(formula).composition.almost_equals(expected), name


def test_every_ion_has_an_unambiguous_name():
    for label, ion in organic_cations().items():
        perovskite = parse(f"({plain_name(label)})PbI{2 + ion.charges[0]}")
        assert label in {**perovskite.A, **perovskite.spacer}
        assert parse(perovskite.canonical) == perovskite


def test_pymatgen_alone_would_misread():
    # The reason for the table: element symbols hide in the abbreviations.
    assert "B" in Composition("BA2PbI4")
    assert "B" not in parse("BA2PbI4").composition
