"""What has been reported: schema, tables, loading, validation and curation."""

from perovdata.dataset.check.problems import Problem, Report
from perovdata.dataset.check.validation import validate
from perovdata.dataset.load.overview import info, show, sources
from perovdata.dataset.load.synapses import (
    FAMILIES,
    family_of,
    load_absorption,
    load_background,
    load_bandgaps,
    load_benchmarks,
    load_properties,
    load_synapses,
)
from perovdata.dataset.load.typed_tables import Tables, load_tables
from perovdata.dataset.schema.metrics import METRICS, Metric
from perovdata.dataset.schema.schema import DESIGN_COLUMNS, TABLES, SynapseDesign
from perovdata.dataset.schema.vocabularies import VOCABULARIES, Vocabulary

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
    "load_absorption",
    "load_background",
    "load_bandgaps",
    "load_benchmarks",
    "load_properties",
    "load_synapses",
    "load_tables",
    "show",
    "sources",
    "validate",
]
