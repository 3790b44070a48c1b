"""The transformer keeps scikit-learn's conventions."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from perovdata.errors import InputError
from perovdata.features import GROUPS, DesignFeaturizer

DESIGNS = pd.DataFrame(
    {
        "composition": ["MAPbI3", "CsPbBr3", "(PEA)2SnI4", "Cs3Bi2I9", None, "Cs3Cu2I5"] * 3,
        "stimulus": ["electrical", "optical", None] * 6,
    }
)
TARGET = np.arange(18.0)


# The checks that draw numeric arrays do not apply: the input is a table of designs.
@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_mixin_order,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learn_check(check):
    check("DesignFeaturizer", DesignFeaturizer())


def test_fit_changes_no_parameter_and_is_repeatable():
    featurizer = DesignFeaturizer()
    before = dict(featurizer.get_params())
    first = featurizer.fit(DESIGNS).transform(DESIGNS)
    again = featurizer.fit(DESIGNS, TARGET).transform(DESIGNS)
    assert featurizer.get_params() == before
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first, featurizer.fit_transform(DESIGNS))


def test_rows_do_not_depend_on_each_other_nor_on_the_order_of_columns():
    featurizer = DesignFeaturizer().fit(DESIGNS)
    whole = featurizer.transform(DESIGNS)
    pd.testing.assert_frame_equal(whole.iloc[[7]], featurizer.transform(DESIGNS.iloc[[7]]))
    pd.testing.assert_frame_equal(whole, featurizer.transform(DESIGNS[DESIGNS.columns[::-1]]))


def test_transform_needs_fit():
    with pytest.raises(NotFittedError):
        DesignFeaturizer().transform(DESIGNS)


def test_survives_pickling():
    featurizer = DesignFeaturizer(groups=("site",)).fit(DESIGNS)
    copy = pickle.loads(pickle.dumps(featurizer))
    pd.testing.assert_frame_equal(copy.transform(DESIGNS), featurizer.transform(DESIGNS))


def test_works_in_pipelines_and_column_transformers():
    linear = make_pipeline(DesignFeaturizer(), SimpleImputer(keep_empty_features=True), Ridge())
    assert np.isfinite(cross_val_predict(linear, DESIGNS, TARGET, cv=3)).all()
    trees = make_pipeline(DesignFeaturizer(), RandomForestRegressor(n_estimators=2, random_state=0))
    assert np.isfinite(trees.fit(DESIGNS, TARGET).predict(DESIGNS)).all()
    columns = make_column_transformer((DesignFeaturizer(groups=("site",)), list(DESIGNS.columns)))
    assert columns.fit_transform(DESIGNS).shape == (18, len(GROUPS["site"]))


def test_empty_table_gives_an_empty_table_with_all_columns():
    features = DesignFeaturizer().fit(DESIGNS).transform(DESIGNS.iloc[:0])
    assert features.shape == (0, sum(map(len, GROUPS.values())))


@pytest.mark.parametrize(
    ("designs", "groups", "says"),
    [
        (np.zeros((2, 2)), tuple(GROUPS), "a data frame of design columns is needed, not ndarray"),
        (DESIGNS[["stimulus"]], tuple(GROUPS), "column 'composition' is missing"),
        (DESIGNS, ("site", "sites"), "feature group: 'sites' is not one of"),
    ],
)
def test_bad_table_is_refused(designs, groups, says):
    with pytest.raises(InputError, match=says):
        DesignFeaturizer(groups=groups).fit(designs)
