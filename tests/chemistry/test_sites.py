"""Sites, additives and charges of the formulas that mixed-cation and additive papers print."""

import pytest

from perovdata.chemistry import FormulaError, parse
from perovdata.chemistry.reader import _Reader
from perovdata.chemistry.spelling import spell


def sites(formula):
    return {site: ions for site, ions in parse(formula).sites.items() if ions}


@pytest.mark.parametrize(
    ("formula", "alkali"),
    [
        ("Rb0.05Cs0.05FA0.83MA0.17PbI2.49Br0.51", "Rb"),
        ("K0.05Cs0.05FA0.85MA0.15PbI3", "K"),
        ("Cs0.05(FA0.83MA0.17)0.95Na0.02PbI3", "Na"),
        ("MA0.95K0.05Pb0.95Bi0.05I3", "K"),
        ("K0.1CsPbBr3", "K"),
    ],
)
def test_alkali_ions_beside_lead_sit_on_the_a_site(formula, alkali):
    perovskite = parse(formula)
    assert alkali in perovskite.A
    assert perovskite.prototype == "ABX3"
    assert perovskite.dimensionality == "3D"


@pytest.mark.parametrize(
    "formula", ["Cs2NaBiCl6", "Cs2KBiCl6", "MA2KBiCl6", "Cs2NaInCl6", "Cs2Na0.4Ag0.6InCl6"]
)
def test_alkali_ions_beside_a_trivalent_metal_are_the_monovalent_half_of_b(formula):
    perovskite = parse(formula)
    assert set(perovskite.B) & {"Na", "K"}
    assert perovskite.prototype == "A2BB'X6"
    assert perovskite.charge == 0


@pytest.mark.parametrize(
    "formula", ["MAPb0.99Y0.01Br3", "CsPb0.95Bi0.05Br3", "CsPb0.9Sb0.1I3", "MAPb0.9Ag0.1I3"]
)
def test_a_minority_metal_is_a_dopant_and_no_double_perovskite(formula):
    assert parse(formula).prototype == "ABX3"


@pytest.mark.parametrize(
    "formula", ["Cs2AgBiBr6", "Cs2AgInCl6", "Cs2(Ag0.6Na0.4)InCl6", "Cs2Ag0.5Na0.5In0.9Bi0.1Cl6"]
)
def test_two_charges_in_comparable_amounts_make_a_double_perovskite(formula):
    assert parse(formula).prototype == "A2BB'X6"


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("(MACl)0.33FAPbI3", "0.33 MACl"),
        ("FAPbI3(MACl)0.4", "0.4 MACl"),
        ("(FAPbI3)0.95(MAPbBr3)0.05(MACl)0.35", "0.35 MACl"),
        ("(CH3NH3Cl)0.2FAPbI3", "0.2 MACl"),
        ("(FAPbI3)0.9(MAPbBr3)0.1(CsI)0.05(MACl)0.3", "0.05 CsI and 0.3 MACl"),
        ("FAMA0.33PbI3Cl0.33", "0.33 of a cation-halide salt"),
    ],
)
def test_salt_in_excess_leaves_the_network_and_is_told(formula, told):
    perovskite = parse(formula)
    assert (perovskite.prototype, perovskite.dimensionality) == ("ABX3", "3D")
    assert not perovskite.spacer
    assert perovskite.charge == 0
    assert told in " ".join(perovskite.warnings)
    assert parse(perovskite.canonical) == perovskite


def test_a_cation_too_large_for_the_cage_still_separates_slabs():
    assert sites("(GA)(MA)3Pb3I10")["spacer"] == {"GU": 1}
    assert parse("(PEA)2(FA)2Pb3I10").dimensionality == "quasi-2D"


def test_fraction_is_an_amount():
    on_a = parse("Cs0.05(FA5/6MA1/6)0.95Pb(I0.9Br0.1)3").A
    assert on_a == pytest.approx({"Cs": 0.05, "FA": 0.95 * 5 / 6, "MA": 0.95 / 6})
    assert parse("CsPbBr3/2I3/2") == parse("CsPbBr1.5I1.5")
    assert parse("1/3CsPbBr3 + 2/3CsPbI3").shares == pytest.approx((1 / 3, 2 / 3))


@pytest.mark.parametrize(
    ("one", "two"),
    [("Cs2SbCl6", "Cs4Sb2Cl12"), ("CsAuI3", "Cs2Au2I6"), ("MASnI3", "MA3Sn3I9"), ("Cs2SnI6", "Cs6Sn3I18")],
)
def test_one_compound_has_one_answer_however_many_units_are_written(one, two):
    first, second = parse(one), parse(two)
    assert first == second
    assert first.charges == second.charges
    assert first.charge == second.charge == 0
    assert (first.prototype, first.dimensionality) == (second.prototype, second.dimensionality)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("CuInS2", "'S' at position 5: S is no halide"),
        ("BaZrS3", "S is no halide"),
        ("CaTiO3", "O is no halide"),
        ("CuInSe2", "holds no halide"),
        (
            "MAPbI3 w/ KI",
            "'w/ KI' at position 8: additives are no part of the formula; give them with argument additive",
        ),
        ("MAPbI3 with 5% KI", "argument additive"),
        ("CsPbBr3@SiO2", "argument additive"),
        ("FAPbI3 + MACl", "argument additive"),
        ("FAPbI3 (MACl additive)", "argument additive"),
        ("(DEA)2PbBr4", "several meanings"),
        ("DEA2PbI4", "DiEA (C4H12N 1+)"),
        ("(MPA)2PbI4", "several meanings"),
        ("FA1/0PbI3", "fraction of nothing"),
        ("Cs((((((((((Pb))))))))))Br3", "nested deeper than 8"),
    ],
)
def test_refusal_says_what_to_do(formula, says):
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert says in str(caught.value)


def test_variable_is_asked_for_only_where_the_rest_can_be_read():
    with pytest.raises(FormulaError, match="no value") as caught:
        parse("(CsPbBrxI3-x)")
    assert caught.value.variable == "x"
    with pytest.raises(FormulaError) as caught:
        parse("InSx")
    assert caught.value.variable is None


def test_names_of_the_two_meanings_are_read():
    assert parse("(diethylammonium)2PbBr4").spacer == {"DiEA": 2}
    assert parse("(decylammonium)2PbBr4").spacer == {"DEA": 2}


@pytest.mark.parametrize("unit", ["(FAPA", "(BA", "(FA0.5MA0.5"])
def test_readings_grow_with_the_length_and_not_with_its_power(unit):
    """Every stretch of text is read once: counted, not timed."""

    def stretches(depth):
        text = "Cs" + unit * depth + ")" * depth + "PbI3"
        reader = _Reader(text, spell(text), {"n": None, "x": None, "y": None})
        reader.read()
        return len(reader.read_before)

    assert stretches(8) <= 2.5 * stretches(4)
