"""From a paper on the disk to checked rows: read, propose with evidence, review, hand over to ``add``."""

from perovdata.dataset.reading.document import Document, Evidence, Grid, Passage, Place
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.proposals import propose, read_paper, read_proposals, write_proposals
from perovdata.dataset.reading.reader import Reader, load_reader
from perovdata.dataset.reading.rules import RuleReader

__all__ = [
    "Accuracy",
    "Document",
    "Evidence",
    "Finding",
    "Grid",
    "Passage",
    "Place",
    "Reader",
    "RuleReader",
    "load_reader",
    "propose",
    "read_paper",
    "read_proposals",
    "write_proposals",
]
