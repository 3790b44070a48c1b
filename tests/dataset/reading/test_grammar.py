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


def values(text):
    """Metric, operator and value of all that a paragraph states."""
    found = propose(Document("x", (Passage(text, Place(section="results")),)))
    return [(m["metric"], m["operator"], m["value"]) for p in found for m in p["measurements"]]


def test_a_pronoun_stands_for_the_only_metric_of_the_sentence_before():
    named = "The on/off ratio of the cell was read at 50 mV."
    assert values(f"{named} It exceeds 10^5.") == [("on_off_ratio", ">", 1e5)]
    assert values("The cell was built. It exceeds 10^5.") == []  # no metric before
    assert values("The SET voltage and the memory window were read. It is 0.5 V.") == []  # two of one unit
    assert values("Earlier reports give the on/off ratio. It exceeds 10^5.") == []  # other work


def test_names_and_numbers_in_order_belong_together():
    text = "Switching ratio and retention are 10^5 and 3 × 10^4 s, respectively."
    assert values(text) == [("on_off_ratio", "=", 1e5), ("retention", "=", 3e4)]


@pytest.mark.parametrize(
    "pulse", ["pulses (1.5 V, 20 ms)", "1.5 V/20 ms pulses", "a spike of 1.5 V and 20 ms"]
)
def test_voltage_and_width_of_a_pulse(pulse):
    assert sorted(values(f"The weight rises under {pulse}.")) == [
        ("operating_voltage", "=", 1.5),
        ("pulse_width", "=", 0.02),
    ]


def test_words_are_no_units_and_parts_of_words_no_numbers():
    assert quantities("a ratio of 18 as the quasi-2D film", [])[0].dimension == "1"
    assert len(quantities("a ratio of 18 as the quasi-2D film", [])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Synapses spend 1 pJ per spike [31–33] in general.",
        "An energy of 3 nJ per spike is found, which scales down to 40 fJ.",
        "Impedance was taken at an amplitude of 20 mV.",
        "PPF fades by 10% within 100 s.",
    ],
)
def test_cited_projected_and_probing_numbers_are_left_alone(text):
    assert not {v[2] for v in values(text)} & {1e-12, 4e-14, 0.02, 100.0}


def test_a_comparison_at_the_beginning_is_not_the_device():
    text = "Compared with the bulk, whose endurance is 200 cycles, the film shows an endurance of 900 cycles."
    assert values(text) == [("endurance", "=", 900)]
