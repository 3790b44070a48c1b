"""What has been reported: schema, tables, loading, validation and curation."""

from perovdata.dataset.frames import Tables, load_tables
from perovdata.dataset.loading import (
    FAMILIES,
    family_of,
    load_background,
    load_benchmarks,
    load_properties,
    load_synapses,
)
from perovdata.dataset.overview import info, show, sources
from perovdata.dataset.problems import Problem, Report
from perovdata.dataset.schema import (
    DESIGN_COLUMNS,
    METRICS,
    TABLES,
    VOCABULARIES,
    Metric,
    SynapseDesign,
    Vocabulary,
)
from perovdata.dataset.validation import validate

__all__ = [
    "DESIGN_COLUMNS",
    "FAMILIES",
    "METRICS",
    "TABLES",
    "VOCABULARIES",
    "Metric",
    "Problem",
    "Report",
    "SynapseDesign",
    "Tables",
    "Vocabulary",
    "family_of",
    "info",
    "load_background",
    "load_benchmarks",
    "load_properties",
    "load_synapses",
    "load_tables",
    "show",
    "sources",
    "validate",
]
