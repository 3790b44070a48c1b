"""Figures and the HTML report."""

from perovdata.report.build import Derived, build_report, read_derived, summarise
from perovdata.report.style import figure_style, to_svg

__all__ = ["Derived", "build_report", "figure_style", "read_derived", "summarise", "to_svg"]
