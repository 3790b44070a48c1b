"""What the tables mean: columns, closed vocabularies, metrics and their units. Imports nothing heavy."""

from perovdata.dataset.schema.known_values import parse_known
from perovdata.dataset.schema.metrics import METRICS, Metric, in_words
from perovdata.dataset.schema.schema import DESIGN_COLUMNS, TABLES, Column, SynapseDesign, known
from perovdata.dataset.schema.vocabularies import NOT_STATED, VOCABULARIES, Vocabulary

__all__ = [
    "DESIGN_COLUMNS",
    "METRICS",
    "NOT_STATED",
    "TABLES",
    "VOCABULARIES",
    "Column",
    "Metric",
    "SynapseDesign",
    "Vocabulary",
    "in_words",
    "known",
    "parse_known",
]
