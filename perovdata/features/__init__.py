"""Numbers a model can read: scikit-learn transformers over designs."""

from perovdata.features.composition import read_composition
from perovdata.features.design import GROUPS, DesignFeaturizer
from perovdata.features.frame import COMPOSITION, FEATURE_GROUPS, design_frame, designs_to_table

__all__ = [
    "COMPOSITION",
    "FEATURE_GROUPS",
    "GROUPS",
    "DesignFeaturizer",
    "design_frame",
    "designs_to_table",
    "read_composition",
]
