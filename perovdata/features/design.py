"""From design columns to numbers: one scikit-learn transformer."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from perovdata.dataset.schema import DESIGN_COLUMNS, TABLES, VOCABULARIES, known
from perovdata.errors import InputError, unknown_choice
from perovdata.features.composition import (
    ELEMENT_NAMES,
    PROPERTY_NAMES,
    SITE_NAMES,
    composition_features,
    gaps_of,
    read_composition,
)
from perovdata.features.stack import STACK_NAMES, stack_features

#: Design columns with a closed list.
CATEGORIES = tuple(name for name in DESIGN_COLUMNS if TABLES["devices"][name].vocabulary is not None)
_ONE_HOT: dict[str, tuple[str, ...]] = {
    column: tuple(term for term in VOCABULARIES[column] if known(term)) for column in CATEGORIES
}
_CATEGORY_NAMES = tuple(f"{column}={term}" for column, terms in _ONE_HOT.items() for term in terms)
_DEVICE_NAMES = (
    "photon_energy_eV",
    "photon_minus_gap_eV",
    "log10_thickness_nm",
    "heterolayer_stated",
    "additive_stated",
    *STACK_NAMES,
)
_PHOTON_EV_NM = 1239.841984  # h c in eV nm (CODATA 2018, exact constants)

GROUPS: dict[str, tuple[str, ...]] = {
    "site": SITE_NAMES,
    "elements": ELEMENT_NAMES,
    "properties": PROPERTY_NAMES,
    "categories": _CATEGORY_NAMES,
    "device": _DEVICE_NAMES,
}


class DesignFeaturizer(TransformerMixin, BaseEstimator):
    """Turn designs (rows of design columns) into numeric features.

    Nothing is learned from the data: the columns are the same for every set of designs. Missing stays
    missing: an unknown category is NaN in all of its one-hot columns, an unknown composition NaN in all of
    its features. Results are cached per composition.

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

    Notes
    -----
    A composition whose variable has no value (``CsPbBrxI3-x``) counts as unknown. Where the design does not
    state a dimensionality, the one that the stoichiometry tells is used.
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
        for group in self.groups:
            if group not in GROUPS:
                raise unknown_choice("feature group", group, GROUPS)
        self._check_frame(X)
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = len(X.columns)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Compute the features.

        Parameters
        ----------
        X : DataFrame, shape (n_designs, n_columns)

        Returns
        -------
        DataFrame, shape (n_designs, n_features)
            float64, with the index of `X`.

        Raises
        ------
        InputError
            Naming row and column, if a formula cannot be read or a cell is outside its closed list.
        """
        check_is_fitted(self)
        self._check_frame(X)
        cells = {c: X[c].tolist() if c in X.columns else [None] * len(X) for c in DESIGN_COLUMNS}
        names = self.get_feature_names_out()
        seen: dict[tuple, np.ndarray] = {}
        self._read_gaps(cells)
        out = np.empty((len(X), len(names)))
        for i, values in enumerate(zip(*cells.values(), strict=True)):
            design = tuple(v if known(v) else None for v in values)
            if design not in seen:
                try:
                    seen[design] = self._row(dict(zip(cells, design, strict=True)), names)
                except InputError as error:
                    raise InputError(f"design {X.index[i]}: {error}") from None
            out[i] = seen[design]
        return pd.DataFrame(out, index=X.index, columns=names)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the features, in the order of the columns.

        Parameters
        ----------
        input_features : ignored
        """
        return np.asarray([name for group in self.groups for name in GROUPS[group]], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    @staticmethod
    def _check_frame(X: Any) -> None:
        if not isinstance(X, pd.DataFrame):
            raise InputError(f"designs: a data frame of design columns is needed, not {type(X).__name__}")
        if "composition" not in X.columns:
            raise InputError(
                f"designs: column 'composition' is missing; columns are {', '.join(map(str, X.columns))}"
            )

    @staticmethod
    def _read_gaps(cells: dict[str, list[Any]]) -> None:
        """Have the band gaps of all readable compositions at hand: together they cost little."""
        wanted = []
        for formula, layers in set(zip(cells["composition"], cells["n_layers"], strict=True)):
            with contextlib.suppress(InputError):
                number = _whole(_positive("n_layers", layers if known(layers) else None))
                if known(formula):
                    read_composition(formula, number)
                    wanted.append((formula, number))
        gaps_of(wanted)

    def _row(self, design: dict[str, Any], names: np.ndarray) -> np.ndarray:
        features: dict[str, float] = {}
        mean_layers = _positive("n_layers", design["n_layers"])
        layers = _whole(mean_layers)
        features.update(composition_features(design["composition"], layers, ("site", *self.groups)))
        if math.isnan(features["n"]) and not math.isnan(mean_layers):
            features["n"], features["inv_n"] = mean_layers, 1.0 / mean_layers
        features.update(_categories(design, layers))
        features.update(_device(design, gaps_of([(design["composition"], layers)])[0][0]))
        return np.array([features[name] for name in names])


def _categories(design: dict[str, Any], layers: int | None) -> dict[str, float]:
    """One-hot columns; all NaN where the term is unknown."""
    features: dict[str, float] = {}
    for column, terms in _ONE_HOT.items():
        value = design[column]
        if value is None and column == "dimensionality" and design["composition"] is not None:
            perovskite = read_composition(design["composition"], layers)
            value = None if perovskite is None else perovskite.dimensionality
        if value is not None and value not in terms:
            raise unknown_choice(f"column {column}", value, terms)
        for term in terms:
            features[f"{column}={term}"] = math.nan if value is None else float(value == term)
    return features


def _device(design: dict[str, Any], gap: float) -> dict[str, float]:
    photon = _PHOTON_EV_NM / _positive("wavelength_nm", design["wavelength_nm"])
    thickness = _positive("thickness_nm", design["thickness_nm"])
    return {
        "photon_energy_eV": photon,
        "photon_minus_gap_eV": photon - gap,
        "log10_thickness_nm": math.log10(thickness),
        "heterolayer_stated": float(design["heterolayer"] is not None),
        "additive_stated": float(design["additive"] is not None),
        **stack_features(design["stack"]),
    }


def _whole(layers: float) -> int | None:
    return int(layers) if layers.is_integer() else None


def _positive(column: str, value: Any) -> float:
    """A positive number, or NaN if not known."""
    if value is None:
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"column {column}: '{value}' is not a positive number")
    return number
