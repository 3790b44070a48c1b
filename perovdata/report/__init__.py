"""Figures and the HTML report."""

from perovdata.report.build import Derived, build_report, read_derived, summarise
from perovdata.report.comparison_figure import check_figure_path, draw_comparison, save_comparison_figure
from perovdata.report.style import figure_style, to_svg

__all__ = [
    "Derived",
    "build_report",
    "check_figure_path",
    "draw_comparison",
    "figure_style",
    "read_derived",
    "save_comparison_figure",
    "summarise",
    "to_svg",
]
