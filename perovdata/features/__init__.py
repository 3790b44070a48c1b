"""Numbers a model can read, from designs; also as a scikit-learn transformer."""

from typing import TYPE_CHECKING, Any

from perovdata.features.columns import Columns, Table
from perovdata.features.composition import read_composition
from perovdata.features.design import GROUPS, design_features
from perovdata.features.frame import COMPOSITION, FEATURE_GROUPS, design_columns, design_frame

if TYPE_CHECKING:
    from perovdata.features.transformer import DesignFeaturizer

__all__ = [
    "COMPOSITION",
    "FEATURE_GROUPS",
    "GROUPS",
    "Columns",
    "DesignFeaturizer",
    "Table",
    "design_columns",
    "design_features",
    "design_frame",
    "read_composition",
]


def __getattr__(name: str) -> Any:
    if name == "DesignFeaturizer":  # loaded on first use: scikit-learn takes longer than a prediction
        from perovdata.features.transformer import DesignFeaturizer

        return DesignFeaturizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
