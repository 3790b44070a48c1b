"""From design columns to numbers."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

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

if TYPE_CHECKING:
    import pandas as pd

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


def design_features(designs: pd.DataFrame, groups: Sequence[str] = tuple(GROUPS)) -> pd.DataFrame:
    """Turn designs (rows of design columns) into numeric features.

    Missing stays missing: an unknown category is NaN in all of its one-hot columns, an unknown composition
    NaN in all of its features. Results are cached per composition.

    Parameters
    ----------
    designs : DataFrame, shape (n_designs, n_columns)
        One design per row; any of the design columns, others are ignored.
    groups : sequence of str
        Which of :data:`GROUPS` to give.

    Returns
    -------
    DataFrame, shape (n_designs, n_features)
        float64, with the index of `designs`.

    Raises
    ------
    InputError
        If a group is unknown or `designs` no data frame with the column ``composition``; naming row and
        column, if a formula cannot be read or a cell is outside its closed list.

    Notes
    -----
    A composition whose variable has no value (``CsPbBrxI3-x``) counts as unknown. Where the design does not
    state a dimensionality, the one that the stoichiometry tells is used.
    """
    import pandas as pd

    check_designs(designs, groups)
    cells = {
        c: designs[c].tolist() if c in designs.columns else [None] * len(designs) for c in DESIGN_COLUMNS
    }
    values = feature_values(cells, groups, designs.index)
    return pd.DataFrame(values, index=designs.index, columns=feature_names(groups))


def feature_values(
    cells: Mapping[str, Sequence[Any]], groups: Sequence[str], labels: Sequence[Any] | pd.Index
) -> npt.NDArray[np.float64]:
    """The features of :func:`design_features` as an array, shape (n_designs, n_features).

    Parameters
    ----------
    cells : mapping of str to sequence, length n_designs
        All design columns.
    groups : sequence of str
    labels : sequence, length n_designs
        What a message calls each design.
    """
    names = feature_names(groups)
    seen: dict[tuple[Any, ...], npt.NDArray[np.float64]] = {}
    if "device" in groups or "properties" in groups:
        _read_gaps(cells)
    out = np.empty((len(labels), len(names)))
    for i, values in enumerate(zip(*cells.values(), strict=True)):
        design = tuple(v if known(v) else None for v in values)
        if design not in seen:
            try:
                seen[design] = _row(dict(zip(cells, design, strict=True)), names, groups)
            except InputError as error:
                raise InputError(f"design {labels[i]}: {error}") from None
        out[i] = seen[design]
    return out


def check_designs(designs: Any, groups: Sequence[str]) -> None:
    """Refuse unknown groups, and what is no table of designs."""
    import pandas as pd

    for group in groups:
        if group not in GROUPS:
            raise unknown_choice("feature group", group, GROUPS)
    if not isinstance(designs, pd.DataFrame):
        raise InputError(f"designs: a data frame of design columns is needed, not {type(designs).__name__}")
    if "composition" not in designs.columns:
        raise InputError(
            f"designs: column 'composition' is missing; columns are {', '.join(map(str, designs.columns))}"
        )


def feature_names(groups: Sequence[str]) -> list[str]:
    """Names of the features of some groups, in the order of the columns."""
    return [name for group in groups for name in GROUPS[group]]


def _read_gaps(cells: Mapping[str, Sequence[Any]]) -> None:
    """Have the band gaps of all readable compositions at hand: together they cost little."""
    wanted = []
    for formula, layers in set(zip(cells["composition"], cells["n_layers"], strict=True)):
        with contextlib.suppress(InputError):
            number = _whole(_positive("n_layers", layers if known(layers) else None))
            if known(formula):
                read_composition(formula, number)
                wanted.append((formula, number))
    gaps_of(wanted)


def _row(design: dict[str, Any], names: list[str], groups: Sequence[str]) -> npt.NDArray[np.float64]:
    features: dict[str, float] = {}
    mean_layers = _positive("n_layers", design["n_layers"])
    layers = _whole(mean_layers)
    features.update(composition_features(design["composition"], layers, ("site", *groups)))
    if math.isnan(features["n"]) and not math.isnan(mean_layers):
        features["n"], features["inv_n"] = mean_layers, 1.0 / mean_layers
    features.update(_categories(design, layers))
    if "device" in groups:
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
        features.update(_one_hot(column, value))
    return features


@cache
def _one_hot(column: str, value: str | None) -> dict[str, float]:
    """The columns of one category; the same dict for all designs, not to be changed."""
    return {
        f"{column}={term}": math.nan if value is None else float(value == term) for term in _ONE_HOT[column]
    }


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
