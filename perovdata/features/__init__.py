"""Numbers a model can read: scikit-learn transformers over designs."""

from perovdata.features.design import GROUPS, DesignFeaturizer
from perovdata.features.design_frame import design_frame

__all__ = ["GROUPS", "DesignFeaturizer", "design_frame"]
