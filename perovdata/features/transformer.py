"""The features as a scikit-learn transformer; apart, as importing scikit-learn takes half a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from perovdata.features.design import GROUPS, check_designs, design_features, feature_names


class DesignFeaturizer(TransformerMixin, BaseEstimator):
    """:func:`perovdata.features.design_features` as a step of a pipeline.

    Nothing is learned from the data: the columns are the same for every set of designs.

    Parameters
    ----------
    groups : tuple of str, default=all of :data:`GROUPS`
        Which groups of features to give: ``"site"``, ``"elements"``, ``"properties"``, ``"categories"``,
        ``"device"``.

    Attributes
    ----------
    feature_names_in_ : ndarray of str
        Columns of the data frame seen in `fit`.
    n_features_in_ : int
        Their number.
    """

    def __init__(self, groups: tuple[str, ...] = tuple(GROUPS)) -> None:
        self.groups = groups

    def fit(self, X: pd.DataFrame, y: Any = None) -> DesignFeaturizer:
        """Check the columns.

        Parameters
        ----------
        X : DataFrame
            One design per row; any of the design columns, others are ignored.
        y : ignored

        Raises
        ------
        InputError
            If `X` is no data frame, lacks the column ``composition``, or `groups` is unknown.
        """
        check_designs(X, self.groups)
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = len(X.columns)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Compute the features (see :func:`perovdata.features.design_features`).

        Parameters
        ----------
        X : DataFrame, shape (n_designs, n_columns)

        Returns
        -------
        DataFrame, shape (n_designs, n_features)
        """
        check_is_fitted(self)
        return design_features(X, self.groups)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Names of the features, in the order of the columns.

        Parameters
        ----------
        input_features : ignored
        """
        return np.asarray(feature_names(self.groups), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags
