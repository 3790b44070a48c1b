"""Figures of the dataset inside the page of the report."""

from __future__ import annotations

import re

from perovdata.dataset import FAMILIES
from perovdata.report.dataset_figures import coverage_figure
from perovdata.report.style import drawn, themed


def test_the_counts_keep_their_colour_in_the_dark():
    """The cells keep theirs in both themes: a number that turned light would be lost on a light cell."""
    counts = dict.fromkeys((*FAMILIES, "unclassified"), 0)
    info = {"metrics": [{**counts, "3D": value, "metric": "retention", "papers": 3} for value in (1, 25)]}
    svg = themed(drawn(coverage_figure(info)))
    colours = re.findall(r"<!-- (\d+) -->\s*<g style=\"fill: ([^;\"]+)", svg)
    counted = [(text, colour) for text, colour in colours if text in ("0", "1", "25")]
    assert ("25", "#f9fafb") in counted
    assert ("1", "#111827") in counted
    assert len(counted) == 2 * len(counts)
