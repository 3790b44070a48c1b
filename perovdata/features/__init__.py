"""Numbers a model can read: scikit-learn transformers over designs."""

from perovdata.features.design import GROUPS, DesignFeaturizer

__all__ = ["GROUPS", "DesignFeaturizer"]
