"""Element statistics against matminer's own."""

import math

import pytest
from matminer.featurizers.composition import ElementProperty

from perovdata.chemistry import parse
from perovdata.features.elements import ELEMENT_PROPERTIES, STATISTICS, element_statistics


@pytest.mark.parametrize("formula", ["CsPbBr3", "FA0.83Cs0.17Pb(I0.9Br0.1)3", "(PEA)2SnI4", "Cs2AgBiBr6"])
def test_statistics_are_those_of_matminer(formula):
    composition = parse(formula).composition
    theirs = ElementProperty(
        "magpie", list(ELEMENT_PROPERTIES), ["mean", "range", "avg_dev"], impute_nan=False
    ).featurize(composition)
    ours = element_statistics(parse(formula).elements)
    names = [f"{label}_{statistic}" for label in ELEMENT_PROPERTIES.values() for statistic in STATISTICS]
    assert [ours[name] for name in names] == pytest.approx(theirs, rel=1e-9)


def test_element_without_a_value_stays_missing():
    assert math.isnan(element_statistics({"Og": 1.0})["electronegativity_mean"])
    assert math.isnan(element_statistics({})["electronegativity_mean"])
