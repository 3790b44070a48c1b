"""From a paper on the disk to checked rows: read, propose with evidence, review, hand over to ``add``."""

from perovdata.dataset.reading.checks import check_proposals, record_of, refuse_reserved
from perovdata.dataset.reading.document import Document, Evidence, Grid, Passage, Place
from perovdata.dataset.reading.figures import curves_beside, curves_of, figure_values, with_figures
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.reading.proposals import propose, read_paper, read_proposals, write_proposals
from perovdata.dataset.reading.reader import Reader, load_reader
from perovdata.dataset.reading.review import Answers, accepted_records, walk
from perovdata.dataset.reading.review_page import html_page
from perovdata.dataset.reading.rules import RuleReader

__all__ = [
    "Accuracy",
    "Answers",
    "Document",
    "Evidence",
    "Finding",
    "Grid",
    "Passage",
    "Place",
    "Reader",
    "RuleReader",
    "accepted_records",
    "check_proposals",
    "curves_beside",
    "curves_of",
    "figure_values",
    "html_page",
    "load_reader",
    "propose",
    "read_paper",
    "read_proposals",
    "record_of",
    "refuse_reserved",
    "walk",
    "with_figures",
    "write_proposals",
]
