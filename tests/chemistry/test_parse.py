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
    ("CsPbBr³", "superscripts"),
    ("CsPbBrxI3-x", "variable x"),
    ("(BA)2(MA)n-1PbnI3n+1", "variable n"),
    ("CsI", "no metal"),
    ("PbI2", "no A-site or spacer"),
    ("Cs2O", "'O'"),
    ("(TBA)2PbI4", "several meanings"),
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
