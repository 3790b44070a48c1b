"""What has been reported: schema, tables, loading, validation and curation."""

from perovdata.dataset.schema import (
    DESIGN_COLUMNS,
    METRICS,
    TABLES,
    VOCABULARIES,
    Metric,
    SynapseDesign,
    Vocabulary,
)

__all__ = [
    "DESIGN_COLUMNS",
    "METRICS",
    "TABLES",
    "VOCABULARIES",
    "Metric",
    "SynapseDesign",
    "Vocabulary",
]
