"""What people read in place of the names of fields."""

from __future__ import annotations

import pytest

from perovdata.dataset.schema import in_words
from perovdata.devices import FIELDS, unit_of, worded


def test_no_label_is_a_name_and_no_two_are_the_same():
    labels = [worded(name) for name in FIELDS]
    assert not [label for label in labels if "_" in label]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("nonlinearity_ltp", "Nonlinearity (LTP)", "1"),
        ("film_thickness", "Film thickness", "m"),
        ("psnr_dB_without_front_end", "PSNR without front end", "dB"),
        ("accuracy_at_the_end", "Accuracy at the end", "%"),
        ("distinct_states", "Distinct states", "1"),
    ],
)
def test_a_quantity_has_words_and_a_unit(name, label, unit):
    assert worded(name) == label
    assert unit_of(name) == unit


def test_names_of_metrics_become_labels_inside_a_text():
    told = in_words("on_off_ratio of 5 papers, retention of this_file")
    assert told == "On/off ratio of 5 papers, retention of this_file"
