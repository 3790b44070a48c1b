"""Descriptors against published numbers."""

import math

import pytest

from perovdata.chemistry import DESCRIPTORS, descriptors, parse, undefined_descriptors


@pytest.mark.parametrize(
    ("formula", "t", "tau"),
    [  # computed from Shannon and chemrev.8b00539 radii when the descriptors were chosen
        ("MAPbI3", 0.912, 3.88),
        ("FAPbI3", 0.987, 3.67),
        ("CsPbI3", 0.851, 4.30),
        ("GAPbI3", 1.039, 3.60),
    ],
)
def test_tolerance_factor_and_tau(formula, t, tau):
    values = descriptors(parse(formula))
    assert values["tolerance_factor"] == pytest.approx(t, abs=5e-4)
    assert values["tau"] == pytest.approx(tau, abs=5e-3)
    assert values["octahedral_factor"] == pytest.approx(119 / 220)


def test_radii_are_shannon_with_tin_from_the_same_compilation():
    assert descriptors(parse("CsSnI3"))["b_radius_pm"] == 110
    assert descriptors(parse("Cs2SnI6"))["b_radius_pm"] == 69
    assert descriptors(parse("Cs2AgBiBr6"))["b_radius_pm"] == pytest.approx((115 + 103) / 2)
    assert descriptors(parse("Cs2AgBiBr6"))["b_radius_spread_pm"] == pytest.approx(6)


def test_mixing():
    values = descriptors(parse("FA0.5MA0.5Pb(I0.5Br0.5)3"))
    assert values["x_mixing_entropy"] == pytest.approx(math.log(2))
    assert values["a_radius_pm"] == pytest.approx((253 + 217) / 2)
    assert values["bromide_fraction"] == 0.5
    assert values["b_mixing_entropy"] == 0


def test_layers():
    assert descriptors(parse("MAPbI3"))["inv_n"] == 0
    assert descriptors(parse("(PEA)2PbI4"))["inv_n"] == 1
    assert descriptors(parse("PEA2MA3Pb4I13"))["inv_n"] == 0.25
    assert math.isnan(descriptors(parse("Cs3Bi2I9"))["inv_n"])


def test_spacer():
    values = descriptors(parse("(PEA)2PbI4"))
    assert values["spacer_radius_pm"] == 315
    assert values["spacer_aromaticity"] == 1
    assert values["spacer_charge"] == 1
    assert descriptors(parse("(PDMA)PbI4"))["spacer_charge"] == 2
    assert descriptors(parse("(BA)2PbI4"))["spacer_aromaticity"] == 0


@pytest.mark.parametrize(
    "formula",
    ["MAPbI3", "(PEA)2PbI4", "Cs2Pb(SCN)2Br2", "Cs3Bi2I9 + CsPbI3", "(TMA)Cu2Br3", "AgBiI4", "(PrPyr)PbI3"],
)
def test_every_descriptor_has_a_value_or_a_reason(formula):
    perovskite = parse(formula)
    values = descriptors(perovskite)
    reasons = undefined_descriptors(perovskite, values)
    assert list(values) == list(DESCRIPTORS)
    assert {name for name, value in values.items() if math.isnan(value)} == set(reasons)
    assert all(reasons.values())
    assert not any(math.isinf(value) for value in values.values())


def test_the_table_of_elements_is_pymatgens():
    from pymatgen.core import Element

    from perovdata.chemistry.site_descriptors import _pymatgen_table

    for symbol in ("Cs", "Pb", "Sn", "Bi", "Ag", "I", "Br", "Cl"):
        row = _pymatgen_table()[symbol]
        assert row["X"] == Element(symbol).X
        assert row["Shannon radii"] == Element(symbol).data["Shannon radii"]
