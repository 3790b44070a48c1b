"""The design frame: what every candidate gets to see of a design.

Numeric features come from :func:`perovdata.features.design_features` (it learns nothing, so it may run
once for all rows); the design categories stand beside them as text for the models that pool or compare
categories. An unknown category is all zeros in its one-hot columns and the empty text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.dataset import DESIGN_COLUMNS, SynapseDesign, family_of
from perovdata.dataset.schema import known
from perovdata.features.columns import Columns
from perovdata.features.design import CATEGORIES, GROUPS, check_designs, feature_names, feature_values

if TYPE_CHECKING:
    import pandas as pd

# Element statistics and material properties were tried and did not help on hidden papers (docs/models.md).
FEATURE_GROUPS = ("site", "categories", "device")

# Columns that tell how alike two compositions are: shares of the sites, size and layering.
COMPOSITION = (
    "iodide_fraction",
    "bromide_fraction",
    "chloride_fraction",
    "lead_fraction",
    "tin_fraction",
    "bismuth_fraction",
    "antimony_fraction",
    "copper_fraction",
    "silver_fraction",
    "cesium_fraction",
    "methylammonium_fraction",
    "formamidinium_fraction",
    "organic_fraction",
    "inv_n",
    "x_per_b",
)


def design_frame(designs: pd.DataFrame, groups: Sequence[str] = FEATURE_GROUPS) -> pd.DataFrame:
    """Features and categories of designs.

    Parameters
    ----------
    designs : DataFrame
        Design columns, one row per design.
    groups : sequence of str
        Feature groups of :func:`perovdata.features.design_features` used as numbers.

    Returns
    -------
    DataFrame
        Index of `designs`; float columns, then the text columns of the categories, ``family`` and
        ``composition``.

    Raises
    ------
    InputError
        If a formula cannot be read or a category is unknown.
    """
    import pandas as pd

    check_designs(designs, groups)
    cells = {name: designs[name].tolist() for name in designs if name in DESIGN_COLUMNS}
    stated = designs["lead_free"].astype("float64").to_numpy() if "lead_free" in designs else None
    found = _columns(cells, designs.index, groups, stated)
    numbers = pd.DataFrame(found.values, index=designs.index, columns=list(found.names))
    return pd.concat([numbers, pd.DataFrame(found.texts, index=designs.index, dtype=object)], axis=1)


def design_columns(designs: Sequence[SynapseDesign], groups: Sequence[str] = FEATURE_GROUPS) -> Columns:
    """What :func:`design_frame` says of designs, without a data frame."""
    rows = [design.as_row() for design in designs]
    cells = {name: [row[name] for row in rows] for name in DESIGN_COLUMNS}
    return _columns(cells, range(len(rows)), groups)


def _columns(
    cells: Mapping[str, Sequence[Any]],
    labels: Sequence[Any] | pd.Index,
    groups: Sequence[str],
    stated: np.ndarray | None = None,
) -> Columns:
    """Features and categories; `stated` tells whether designs are free of lead where formulas do not."""
    needed = tuple(name for name in GROUPS if name in (*groups, "site", "categories"))
    cells = {name: cells.get(name, [None] * len(labels)) for name in DESIGN_COLUMNS}
    names, values = feature_names(needed), feature_values(cells, needed, labels)
    place = {name: i for i, name in enumerate(names)}
    one_hot = [place[name] for name in GROUPS["categories"]]
    values[:, one_hot] = np.nan_to_num(values[:, one_hot], nan=0.0)
    texts = {name: _text_of(names, values, name) for name in CATEGORIES}
    lead_free = values[:, place["lead_free"]]
    if stated is not None:
        lead_free = np.where(np.isnan(lead_free), stated, lead_free)
    texts["family"] = [
        family_of({"lead_free": None if np.isnan(f) else bool(f), "morphology": m, "dimensionality": d}) or ""
        for f, m, d in zip(lead_free, texts["morphology"], texts["dimensionality"], strict=True)
    ]
    texts["composition"] = [value if known(value) else "" for value in cells["composition"]]
    keep = list(dict.fromkeys([*(name for group in groups for name in GROUPS[group]), *COMPOSITION]))
    # 1 for devices of other materials, which models may borrow from.
    background = np.zeros((len(values), 1))
    return Columns(
        [*keep, "background"],
        np.hstack([values[:, [place[name] for name in keep]], background]),
        {name: np.array(column, dtype=object) for name, column in texts.items()},
    )


def _text_of(names: Sequence[str], values: np.ndarray, category: str) -> list[str]:
    """Category of each row from its one-hot columns, empty if none is set."""
    columns = [i for i, name in enumerate(names) if name.startswith(f"{category}=")]
    terms = [names[i].split("=", 1)[1] for i in columns]
    hot = values[:, columns]
    stated = hot.sum(1) > 0
    return [terms[i] if any_set else "" for i, any_set in zip(hot.argmax(1), stated, strict=True)]
