"""The design frame: what every candidate gets to see of a design.

Numeric features come from :func:`perovdata.features.design_features` (it learns nothing, so it may run
once for all rows); the design categories stand beside them as text for the models that pool or compare
categories. An unknown category is all zeros in its one-hot columns and the empty text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perovdata.dataset import SynapseDesign, family_of
from perovdata.features.design import CATEGORIES, GROUPS, design_features

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
    needed = tuple(name for name in GROUPS if name in (*groups, "site", "categories"))
    numbers = design_features(designs, needed)
    one_hot = list(GROUPS["categories"])
    numbers[one_hot] = numbers[one_hot].fillna(0.0)
    texts = {name: _text_of(numbers, name) for name in CATEGORIES}
    lead_free = numbers["lead_free"].to_numpy()
    stated = designs["lead_free"].astype("float64").to_numpy() if "lead_free" in designs else lead_free
    lead_free = np.where(np.isnan(lead_free), stated, lead_free)
    texts["family"] = [
        family_of({"lead_free": None if np.isnan(f) else bool(f), "morphology": m, "dimensionality": d}) or ""
        for f, m, d in zip(lead_free, texts["morphology"], texts["dimensionality"], strict=True)
    ]
    texts["composition"] = designs["composition"].fillna("").tolist()
    wanted = [name for group in groups for name in GROUPS[group]]
    numbers["background"] = 0.0  # 1 for devices of other materials, which models may borrow from
    keep = list(dict.fromkeys([*wanted, *COMPOSITION, "background"]))
    return pd.concat([numbers[keep], pd.DataFrame(texts, index=designs.index, dtype=object)], axis=1)


def _text_of(numbers: pd.DataFrame, name: str) -> list[str]:
    """Category of each row from its one-hot columns, empty if none is set."""
    columns = [c for c in map(str, numbers) if c.startswith(f"{name}=")]
    hot = numbers[columns].to_numpy()
    terms = [c.split("=", 1)[1] for c in columns]
    stated = hot.sum(1) > 0
    return [terms[i] if any_set else "" for i, any_set in zip(hot.argmax(1), stated, strict=True)]


def designs_to_table(designs: Sequence[SynapseDesign]) -> pd.DataFrame:
    """Rows of design columns from design objects."""
    return pd.DataFrame([d.as_row() for d in designs])
