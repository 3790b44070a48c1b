"""Stage report: figures and text of everything above, as one self-contained HTML file."""

from __future__ import annotations

import matplotlib
from common import DERIVED

from perovdata.report import build_report, read_derived

matplotlib.use("Agg")
build_report(read_derived(DERIVED), DERIVED / "report.html")
