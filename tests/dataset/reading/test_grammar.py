"""Numbers, units, operators and compositions by themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perovdata.dataset.reading.document import Document, Passage, Place
from perovdata.dataset.reading.grammar.foreign import foreign_spans
from perovdata.dataset.reading.grammar.quantities import quantities
from perovdata.dataset.reading.grammar.text import plain, sentences
from perovdata.dataset.reading.materials import mentions
from perovdata.dataset.reading.proposals import propose

PREFIXES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("4.2 fJ", 4.2e-15, "J"),
        ("10^4 s", 1e4, "s"),
        ("3 × 10⁻¹² J", 3e-12, "J"),
        ("1.5 × 1012 Jones", 1.5e12, "Jones"),
        ("10 4 s", 1e4, "s"),
        ("2.0x10^-3 A/W", 2e-3, "A/W"),
        ("3.2 × 10^3 A W^-1", 3.2e3, "A/W"),
        ("1e5 cycles", 1e5, "cycles"),
        ("10,000 consecutive switching cycles", 1e4, "cycles"),
        ("5.6 k cycles", 5600, "cycles"),
        ("12 aJ/µm2", 1.2e-5, "J/m2"),
        ("12 aJ µm^-2", 1.2e-5, "J/m2"),
        ("three weeks", 3 * 604800, "s"),
        ("128 distinct conductance states", 128, "states"),
        ("7-bit", 7, "bits"),
        ("25 femtojoules", 2.5e-14, "J"),
        ("0.1 V/s", 0.1, "other"),
        ("5 mol%", 5, "other"),
        ("85 °C", 85, "K"),
    ],
)
def test_numbers_with_units(text, value, dimension):
    (found,) = quantities(plain(text), [])
    assert found.value == pytest.approx(value)
    assert found.dimension == dimension


@given(
    st.floats(0.001, 999).map(lambda x: float(f"{x:.3g}")),
    st.sampled_from(sorted(PREFIXES)),
    st.sampled_from("JVWA"),
    st.sampled_from(["", " ", "\u00a0", "\u2009"]),
)
def test_any_number_with_any_prefix_is_read_back(number, prefix, unit, blank):
    (found,) = quantities(plain(f"it was {number:.6f}{blank}{prefix}{unit} in all"), [])
    assert math.isclose(found.value, number * PREFIXES[prefix], rel_tol=1e-9)
    assert found.dimension == unit


@given(st.integers(-30, 30), st.floats(1, 9.9).map(lambda x: round(x, 2)), st.sampled_from(["^", "sup"]))
def test_any_power_of_ten_is_read_back(exponent, mantissa, style):
    digits = str(exponent)
    if style == "sup":
        digits = digits.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    power = f"10^{digits}" if style == "^" else f"10{digits}"
    (found,) = quantities(plain(f"{mantissa} × {power} J"), [])
    assert math.isclose(found.value, mantissa * 10.0**exponent, rel_tol=1e-9)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    document = Document("x", (Passage(text, Place(section="results")),))
    for proposal in propose(document):
        for value in proposal["measurements"]:
            assert value["evidence"]["text"] in text
            assert math.isfinite(value["value"])
    assert len(plain(text)) == len(text)


WORDS = (
    *("0.8 V", "SET", "and", "10^4", "on/off ratio", "of", ",", "104 s", "x 10", "-", "(", "PPF", "bit"),
    *("~", "MAPbI3", "to", "retention", "states", "%", "reported", ";", ")", "respectively", "for"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_words_of_the_field_in_any_order_do_not_break_it(words):
    for proposal in propose(Document("x", (Passage(" ".join(words), Place(section="results")),))):
        for value in proposal["measurements"]:
            evidence = value["evidence"]
            assert 0 <= evidence["start"] < evidence["end"] <= len(evidence["text"])


def test_names_are_no_numbers():
    text = "As Fig. 3b, Table 2, Eq. 4, ref. 12 and [13, 14] of 2019 (2020) show for n = 3 and x = 0.2."
    assert [q.value for q in quantities(text, [])] in ([], [2019.0])


def test_sentences_keep_their_offsets():
    text = "As in Fig. 3 of Kim et al. [2], 0.5 V is enough. The next one (ca. 2 V) follows."
    parts = list(sentences(text))
    assert [text[a : a + len(s)] for a, s in parts] == [s for _, s in parts]
    assert len(parts) == 2


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("CsPbX3 (X = Br, I)", ["CsPbBr3", "CsPbI3"]),
        ("A3Bi2I9 (A = Rb and Cs)", ["Rb3Bi2I9", "Cs3Bi2I9"]),
        ("CsPbBr3−xIx (x = 0, 1)", ["CsPbBr3", "CsPbBr2I"]),
        ("methylammonium lead iodide (MAPbI3)", ["MAPbI3"]),
        ("cesium silver bismuth bromide", ["Cs2AgBiBr6"]),
        ("FA0.83Cs0.17Pb(I0.9Br0.1)3-based", ["FA0.83Cs0.17Pb(I0.9Br0.1)3"]),
        ("CsPbBr₃ and CsPbBr 3", ["CsPbBr3", "CsPbBr3"]),
        ("PbI2, CsI, AgI, CuI and HfO2", []),
    ],
)
def test_compositions_in_text(text, formulas):
    assert [f for m in mentions(plain(text)).found for f in m.formulas] == formulas


def test_an_abbreviation_holds_for_the_rest_of_the_paper():
    known = {}
    mentions("cesium lead bromide (CPB) is used", known)
    assert known == {"CPB": "CsPbBr3"}
    assert mentions("The CPB cell", known).found[0].formulas == ("CsPbBr3",)


def test_other_work_is_foreign_and_our_own_is_not():
    text = "Our cell needs 0.2 V, while oxide memristors reported earlier need 3 V"
    ((start, end),) = foreign_spans(text)
    assert text[start:end].endswith("3 V")
    assert "0.2" not in text[start:end]
    assert foreign_spans("In contrast to earlier reports, we find 0.2 V here") == []
