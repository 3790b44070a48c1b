"""Formulas as researchers write them."""

import pytest

from perovdata.chemistry import FormulaError, parse

# formula, options, sites (empty ones left out), n, dimensionality
READ = [
    ("CsPbBr3", {}, {"A": {"Cs": 1}, "B": {"Pb": 1}, "X": {"Br": 3}}, None, "3D"),
    ("MAPbI3", {}, {"A": {"MA": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, "3D"),
    ("CH3NH3PbI3", {}, {"A": {"MA": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, "3D"),
    ("CH(NH2)2PbI3", {}, {"A": {"FA": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, "3D"),
    ("HC(NH2)2PbI3", {}, {"A": {"FA": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, "3D"),
    (
        "FA0.83Cs0.17Pb(I0.9Br0.1)3",
        {},
        {"A": {"FA": 0.83, "Cs": 0.17}, "B": {"Pb": 1}, "X": {"I": 2.7, "Br": 0.3}},
        None,
        "3D",
    ),
    (
        "Cs0.05(FA0.83MA0.17)0.95Pb(I0.83Br0.17)3",
        {},
        {"A": {"Cs": 0.05, "FA": 0.7885, "MA": 0.1615}, "B": {"Pb": 1}, "X": {"I": 2.49, "Br": 0.51}},
        None,
        "3D",
    ),
    ("(PEA)2PbI4", {}, {"spacer": {"PEA": 2}, "B": {"Pb": 1}, "X": {"I": 4}}, 1, "2D"),
    ("(PEA)2SnI4", {}, {"spacer": {"PEA": 2}, "B": {"Sn": 1}, "X": {"I": 4}}, 1, "2D"),
    (
        "PEA2MA3Pb4I13",
        {},
        {"spacer": {"PEA": 2}, "A": {"MA": 3}, "B": {"Pb": 4}, "X": {"I": 13}},
        4,
        "quasi-2D",
    ),
    (
        "(BA)2(MA)n-1PbnI3n+1",
        {"n": 4},
        {"spacer": {"BA": 2}, "A": {"MA": 3}, "B": {"Pb": 4}, "X": {"I": 13}},
        4,
        "quasi-2D",
    ),
    ("(BA)2(MA)n-1PbnI3n+1", {"n": 1}, {"spacer": {"BA": 2}, "B": {"Pb": 1}, "X": {"I": 4}}, 1, "2D"),
    (
        "(4F-PEA)2(MA)n-1PbnI3n+1",
        {"n": 3},
        {"spacer": {"FPEA": 2}, "A": {"MA": 2}, "B": {"Pb": 3}, "X": {"I": 10}},
        3,
        "quasi-2D",
    ),
    ("(PDMA)PbI4", {}, {"spacer": {"PDMA": 1}, "B": {"Pb": 1}, "X": {"I": 4}}, 1, "2D"),
    ("(PDMA)2AgBiI8", {}, {"spacer": {"PDMA": 2}, "B": {"Ag": 1, "Bi": 1}, "X": {"I": 8}}, 1, "2D"),
    (
        "(BA)2CsAgBiBr7",
        {},
        {"spacer": {"BA": 2}, "A": {"Cs": 1}, "B": {"Ag": 1, "Bi": 1}, "X": {"Br": 7}},
        2,
        "quasi-2D",
    ),
    (
        "(GA)(MA)3Pb3I10",
        {},
        {"spacer": {"GU": 1}, "A": {"MA": 3}, "B": {"Pb": 3}, "X": {"I": 10}},
        3,
        "quasi-2D",
    ),
    ("Cs2AgBiBr6", {}, {"A": {"Cs": 2}, "B": {"Ag": 1, "Bi": 1}, "X": {"Br": 6}}, None, "3D"),
    ("Cs2NaBiCl6", {}, {"A": {"Cs": 2}, "B": {"Na": 1, "Bi": 1}, "X": {"Cl": 6}}, None, "3D"),
    ("FA0.9Na0.1PbI3", {}, {"A": {"FA": 0.9, "Na": 0.1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, "3D"),
    (
        "Cs3Bi1.6Li0.4I8.2",
        {},
        {"A": {"Cs": 3}, "B": {"Bi": 1.6, "Li": 0.4}, "X": {"I": 8.2}},
        None,
        None,
    ),
    ("Cs3Bi2I9", {}, {"A": {"Cs": 3}, "B": {"Bi": 2}, "X": {"I": 9}}, None, None),
    ("Cs2SnI6", {}, {"A": {"Cs": 2}, "B": {"Sn": 1}, "X": {"I": 6}}, None, "0D"),
    ("Cs4PbBr6", {}, {"A": {"Cs": 4}, "B": {"Pb": 1}, "X": {"Br": 6}}, None, "0D"),
    ("Cs3Cu2I5", {}, {"A": {"Cs": 3}, "B": {"Cu": 2}, "X": {"I": 5}}, None, "0D"),
    ("CsCu2I3", {}, {"A": {"Cs": 1}, "B": {"Cu": 2}, "X": {"I": 3}}, None, "1D"),
    ("CsPb2Br5", {}, {"A": {"Cs": 1}, "B": {"Pb": 2}, "X": {"Br": 5}}, None, "2D"),
    ("(IFA)3PbI5", {}, {"spacer": {"IFA": 3}, "B": {"Pb": 1}, "X": {"I": 5}}, None, "1D"),
    ("(PrPyr)PbI3", {}, {"spacer": {"PrPyr": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, None),
    ("Cs2CoCl4", {}, {"A": {"Cs": 2}, "B": {"Co": 1}, "X": {"Cl": 4}}, None, "0D"),
    (
        "Cs2Pb(SCN)2Br2",
        {},
        {"A": {"Cs": 2}, "B": {"Pb": 1}, "X": {"SCN": 2, "Br": 2}},
        1,
        "2D",
    ),
    ("AgBiI4", {}, {"B": {"Ag": 1, "Bi": 1}, "X": {"I": 4}}, None, None),
    ("CsPbBrxI3-x", {"x": 1}, {"A": {"Cs": 1}, "B": {"Pb": 1}, "X": {"Br": 1, "I": 2}}, None, "3D"),
    (
        "CsPbBr(3-3x)Cl3x",
        {"x": 0.5},
        {"A": {"Cs": 1}, "B": {"Pb": 1}, "X": {"Br": 1.5, "Cl": 1.5}},
        None,
        "3D",
    ),
    ("Cs1-xFAxPbBr3", {"x": 0}, {"A": {"Cs": 1}, "B": {"Pb": 1}, "X": {"Br": 3}}, None, "3D"),
    ("(C6H5C2H4NH3)2PbI4", {}, {"spacer": {"PEA": 2}, "B": {"Pb": 1}, "X": {"I": 4}}, 1, "2D"),
    ("δ-CsPbI3", {}, {"A": {"Cs": 1}, "B": {"Pb": 1}, "X": {"I": 3}}, None, None),
]


@pytest.mark.parametrize(
    ("formula", "options", "sites", "n", "dimensionality"), READ, ids=[r[0] for r in READ]
)
def test_reads_sites_layers_and_dimensionality(formula, options, sites, n, dimensionality):
    perovskite = parse(formula, **options)
    assert {k: v for k, v in perovskite.sites.items() if v} == sites
    assert perovskite.n == n
    assert perovskite.dimensionality == dimensionality
    assert perovskite.charge == 0


def test_unbalanced_formula_is_read_and_says_so():
    perovskite = parse("(PDMA)AgBiI8")  # PDMA 2+, Ag +, Bi 3+ against 8 I-
    assert perovskite.charge == -2
    assert not perovskite.balanced
    assert "-2" in perovskite.warnings[0]
    assert perovskite.dimensionality is None


SPELLINGS = [
    ("CsPbBr₃", "CsPbBr3"),
    (" Cs Pb Br3 ", "CsPbBr3"),
    ("CsPb<sub>2</sub>Br<sub>5</sub>", "CsPb2Br5"),
    ("Cs_3Bi_2I_{9}", "Cs3Bi2I9"),
    ("PbBr3Cs", "CsPbBr3"),
    ("Cs2Pb2Br6", "CsPbBr3"),
    ("[HC(NH2)2]0.83Cs0.17Pb(I0.6Br0.4)3", "FA0.83Cs0.17PbI1.8Br1.2"),
    ("(BA)2(MA)n − 1PbnI3n + 1 (n = 4)", "BA2MA3Pb4I13"),
    ("(BA)₂(MA)ₙ₋₁PbₙI₃ₙ₊₁ (n=4)", "BA2MA3Pb4I13"),
    ("CsPbBr3–xIx, x = 0.5", "CsPbBr2.5I0.5"),
    ("Cs(1-x)FA(x)PbI3 (x=0.1)", "Cs0.9FA0.1PbI3"),
    ("Mn-doped CsPbBr3", "CsPbBr3:Mn"),
    ("Mn:CsPbBr3", "CsPbBr3:Mn"),
    ("CsPbBr3:Mn2+", "CsPbBr3:Mn"),
    ("MAPbI3.H2O", "MAPbI3·H2O"),
    ("α-FAPbI3", "FAPbI3"),
    ("0.4Cs3Bi2I9 + 0.6CsPbI3", "(Cs3Bi2I9)0.4 + (CsPbI3)0.6"),
    ("CsPbBr3+CsPbI3", "CsPbBr3 + CsPbI3"),
    ("(CH3)3SPbI3", "(TMS)PbI3"),
    ("(C5H11NH3)2PbI4", "(PAM)2PbI4"),
    ("(PMA)2PbI4", "(BZA)2PbI4"),
    ("(R-MBA)2PbI4", "(PhEA)2PbI4"),
    ("(DGA)PbI4", "(MF)PbI4"),
]


@pytest.mark.parametrize(("written", "plain"), SPELLINGS, ids=[s[0] for s in SPELLINGS])
def test_one_composition_in_many_spellings(written, plain):
    assert parse(written) == parse(plain)


def test_doping_is_kept_apart_from_the_host():
    doped = parse("CsPbCl3:5%Mn,Yb")
    assert doped.dopants == {"Mn": 0.05, "Yb": None}
    assert doped.B == {"Pb": 1}
    assert doped != parse("CsPbCl3")


def test_lead_counts_as_a_dopant_too():
    assert parse("Cs3Cu2I5:Sb").lead_free
    assert not parse("Cs3Bi2Br9:Pb").lead_free
    assert not parse("(BA)2Pb0.5Sn0.5I4").lead_free


def test_hydrate_enters_the_expanded_formula():
    assert parse("MAPbI3·H2O").composition["O"] == 1
    assert parse("MAPbI3·H2O").solvate == {"H2O": 1}


def test_mixture_keeps_its_phases():
    mixture = parse("(Cs3Bi2I9)0.4 + (CsPbI3)0.6")
    assert [phase.canonical for phase in mixture.phases] == ["Cs3Bi2I9", "CsPbI3"]
    assert mixture.shares == (0.4, 0.6)
    assert mixture.A["Cs"] == pytest.approx(1.8)
    unstated = parse("CsPbBr3 + CsPbI3")
    assert unstated.shares == ()
    assert "ratio of the phases is not stated" in unstated.warnings[0]
    assert unstated != parse("CsPbBr1.5I1.5")  # two phases are not an alloy


@pytest.mark.parametrize(
    ("formula", "charges"),
    [
        ("CsSnI3", {"Sn": 2}),
        ("Cs2SnI6", {"Sn": 4}),
        ("Cs3Cu2I5", {"Cu": 1}),
        ("(PEA)2CuCl4", {"Cu": 2}),
        ("Cs2AgBiBr6", {"Ag": 1, "Bi": 3}),
        ("Cs2Au2I6", {"Au": 2}),  # one Au+ and one Au3+
        ("Cs2InAgCl6", {"In": 3}),
    ],
)
def test_oxidation_states_are_those_that_balance(formula, charges):
    perovskite = parse(formula)
    assert perovskite.charge == 0
    assert {k: perovskite.charges[k] for k in charges} == charges


def test_charge_settles_an_abbreviation_with_two_meanings():
    assert parse("(3AMP)PbI4").spacer == {"3AMP": 1}  # pyridinium, 2+
    assert parse("(3AMP)2PbI4").spacer == {"AMP": 2}  # pyridine, 1+
    assert "alias collision" in parse("(3AMP)PbI4").warnings[0]


def test_layers_given_must_agree_with_the_formula():
    assert parse("(PEA)2PbI4", n=1).n == 1
    with pytest.raises(FormulaError, match="n = 2 was given, but the stoichiometry says n = 1"):
        parse("(PEA)2PbI4", n=2)


@pytest.mark.parametrize("n", ["3.5", -1, 0, True, float("nan"), "a", 1000])
def test_layers_must_be_a_sensible_number(n):
    with pytest.raises(FormulaError, match="is not a whole number from 1 to 100"):
        parse("(BA)2(MA)n-1PbnI3n+1", n=n)


def test_a_variable_that_is_not_in_the_formula_is_refused():
    with pytest.raises(FormulaError, match=r"x = 0.5 was given, but the formula holds no x"):
        parse("CsPbBr3", x=0.5)


def test_missing_variable_is_told_apart_from_an_unreadable_formula():
    with pytest.raises(FormulaError) as caught:
        parse("CsPbBrxI3-x")
    assert caught.value.variable == "x"
    with pytest.raises(FormulaError) as caught:
        parse("CsPbQ3")
    assert caught.value.variable is None


BAD = [
    ("", "is empty"),
    ("   ", "is empty"),
    ("CsPbQ3", "'Q' at position 5"),
    ("XxPbI3", "'Xx' at position 1"),
    ("(BAPA)2PbI4", "'BAPA' at position 2"),
    ("Cs(PbBr3", "'(' at position 3"),
    ("CsPb)Br3", "')' at position 5"),
    ("CaTiO3", "'O' at position 5"),
    ("CsPbBr-3", "'-3' at position 7"),
    ("CsPbBr0", "'0' at position 7"),
    ("CsPbBr99999", "'99999' at position 7"),
    ("Cs(Pb)500(Br500)500", "250000 with its brackets"),
    ("CsPbBr³", "superscripts"),
    ("CsPbBrxI3-x", "variable x"),
    ("(BA)2(MA)n-1PbnI3n+1", "variable n"),
    ("CsI", "no metal"),
    ("PbI2", "no A-site or spacer"),
    ("Cs2O", "'O'"),
    ("(TBA)2PbI4", "several meanings"),
    ("(AZ)PbI3", "several meanings"),
    ("(PA)3PbI4", "the charges do not balance"),
    ("(C2H7NO)PbI3", "no organic ion of the table has these atoms"),
    ("(C4H12N)2PbI4", "several ions have these atoms"),
    ("CsPbX3", "stands for a halide"),
    ("CsPbBr3 NCs", "give it as morphology"),
    ("CsPbBr3/CsPb2Br5", "joined by ' + '"),
    ("CsPbBr1,5I1.5", "',"),
    ("CsPbBr3·C2H5OH", "not a solvate"),
    ("CsPbBr()3", "empty brackets"),
    ("CsPbBrxI3-x (x=4)", "amounts must be positive"),
    ("CsPbBr3 (n=2)", "the stoichiometry says no layer number"),
    ("CsPbI", "charges leave"),
    ("A" * 10_000, "10000 characters"),
    ("cspbbr3", "case-sensitive"),
    ("CsPbBr3:PVK", "not a dopant"),
    ("Cs3Bi2I9 +", "a phase is missing"),
]


@pytest.mark.parametrize(("formula", "says"), BAD, ids=[b[0][:20] for b in BAD])
def test_bad_formula_gives_one_clear_line(formula, says):
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("value", [None, 5, float("nan"), b"CsPbBr3", ["CsPbBr3"]])
def test_no_text_is_no_formula(value):
    with pytest.raises(FormulaError, match="is no text"):
        parse(value)


def test_position_counts_in_the_formula_as_given():
    with pytest.raises(FormulaError) as caught:
        parse("α-Cs Pb Q₃")
    assert (caught.value.token, caught.value.position) == ("Q", 9)
