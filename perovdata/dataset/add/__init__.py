"""From a proposed device to rows of the tables: read, merge, plan, write."""

from perovdata.dataset.add.diff import diff_tables, render_diff
from perovdata.dataset.add.planning import Addition, plan, write_account, write_addition, write_rejections
from perovdata.dataset.add.questions import interview
from perovdata.dataset.add.read import read_submissions
from perovdata.dataset.add.submission import Submission, submission_from_record

__all__ = [
    "Addition",
    "Submission",
    "diff_tables",
    "interview",
    "plan",
    "read_submissions",
    "render_diff",
    "submission_from_record",
    "write_account",
    "write_addition",
    "write_rejections",
]
