"""What has been reported: schema, tables, loading, validation and curation."""

from perovdata.dataset.loading import (
    FAMILIES,
    Tables,
    family_of,
    load_benchmarks,
    load_properties,
    load_synapses,
    load_tables,
)
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
    "FAMILIES",
    "METRICS",
    "TABLES",
    "VOCABULARIES",
    "Metric",
    "SynapseDesign",
    "Tables",
    "Vocabulary",
    "family_of",
    "load_benchmarks",
    "load_properties",
    "load_synapses",
    "load_tables",
]
