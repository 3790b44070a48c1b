"""The transformer from design columns to numbers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from perovdata.errors import InputError
from perovdata.features import GROUPS, DesignFeaturizer

DESIGNS = pd.DataFrame(
    {
        "composition": ["MAPbI3", "(PEA)2SnI4", None, "CsPbBrxI3-x", "(BA)2(MA)n-1PbnI3n+1"],
        "n_layers": [None, None, None, None, 3],
        "stimulus": ["optical", None, "electrical", "not stated", "optoelectronic"],
        "stack": ["ITO/PEDOT:PSS/MAPbI3/Ag", None, "glass/FTO/x/Au", None, None],
        "wavelength_nm": [405.0, None, None, None, None],
    },
    index=["a", "b", "c", "d", "e"],
)


@pytest.fixture(scope="module")
def features():
    return DesignFeaturizer().fit_transform(DESIGNS)


def test_frame_keeps_index_and_names(features):
    assert list(features.index) == list("abcde")
    assert list(features.columns) == list(DesignFeaturizer().get_feature_names_out())
    assert {dtype.kind for dtype in features.dtypes} == {"f"}


def test_missing_stays_missing(features):
    unknown = features.loc[["c", "d"], [*GROUPS["site"], *GROUPS["elements"]]]
    assert unknown.isna().all(axis=None)
    stimulus = [c for c in features.columns if c.startswith("stimulus=")]
    assert features.loc[["b", "d"], stimulus].isna().all(axis=None)
    assert features.loc["a", "stimulus=optical"] == 1
    assert features.loc["a", "stimulus=electrical"] == 0


def test_layers_of_the_design_enter_the_formula(features):
    assert features.loc["e", "inv_n"] == pytest.approx(1 / 3)
    assert features.loc["e", "dimensionality=quasi-2D"] == 1


def test_mean_number_of_layers_of_a_film_is_kept():
    film = pd.DataFrame({"composition": [None], "n_layers": [3.5]})
    assert DesignFeaturizer().fit_transform(film).loc[0, "inv_n"] == pytest.approx(1 / 3.5)


def test_properties_carry_their_origin(features):
    assert features.loc["a", "bandgap_measured"] == 1
    assert 1.4 < features.loc["a", "bandgap_eV"] < 1.7
    photon = features.loc["a", "photon_energy_eV"]
    assert photon == pytest.approx(1239.842 / 405, rel=1e-6)
    assert features.loc["a", "photon_minus_gap_eV"] == photon - features.loc["a", "bandgap_eV"]
    interpolated = DesignFeaturizer().fit_transform(pd.DataFrame({"composition": ["MAPbI2Br"]}))
    assert interpolated.loc[0, "bandgap_measured"] == 0
    assert interpolated.loc[0, "activation_energy_measured"] == 0
    assert interpolated.loc[0, "activation_energy_eV"] > 0  # the median of the formula type stands in


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("ITO/PEDOT:PSS/MAPbI3/Ag", {"stack_layers": 4, "electrode_active": 1, "electrode_oxide": 1}),
        ("glass/FTO/CsPbBr3/Au", {"stack_layers": 3, "electrode_active": 0, "electrode_noble": 1}),
        ("Al/Cs3Bi2I9/ITO/PET", {"stack_layers": 3, "electrode_aluminium": 1, "electrode_oxide": 1}),
    ],
)
def test_stack_tells_the_kind_of_electrodes(stack, expected):
    row = DesignFeaturizer().fit_transform(pd.DataFrame({"composition": ["MAPbI3"], "stack": [stack]})).loc[0]
    assert row[list(expected)].to_dict() == expected


def test_dimensionality_follows_the_stoichiometry_where_not_stated(features):
    assert features.loc["b", "dimensionality=2D"] == 1


def test_golden_site_descriptors(features):
    # DESCRIPTORS: t = 0.912, tau = 3.88 for MAPbI3
    assert features.loc["a", "tolerance_factor"] == pytest.approx(0.912, abs=5e-4)
    assert features.loc["a", "tau"] == pytest.approx(3.88, abs=5e-3)


def test_estimator_conventions():
    featurizer = DesignFeaturizer(groups=("site", "device"))
    assert clone(featurizer).get_params() == featurizer.get_params()
    out = featurizer.set_output(transform="pandas").fit(DESIGNS).transform(DESIGNS)
    assert list(out.columns) == list(featurizer.get_feature_names_out())
    assert list(featurizer.feature_names_in_) == list(DESIGNS.columns)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"composition": "CsPbQ3"}, "'Q' at position 5"),
        ({"stimulus": "sunlight"}, "'sunlight' is not one of"),
        ({"wavelength_nm": -1.0}, "not a positive number"),
    ],
)
def test_bad_cell_names_row_and_value(change, says):
    designs = DESIGNS.iloc[:1].assign(**change)
    with pytest.raises(InputError, match="design a: ") as caught:
        DesignFeaturizer().fit(designs).transform(designs)
    assert says in str(caught.value)


def test_many_designs_of_few_compositions_are_one_computation_each():
    many = pd.concat([DESIGNS] * 50, ignore_index=True)
    once = DesignFeaturizer().fit_transform(DESIGNS)
    assert np.array_equal(
        DesignFeaturizer().fit_transform(many).to_numpy(), np.tile(once.to_numpy(), (50, 1)), equal_nan=True
    )
