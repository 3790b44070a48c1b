"""The tables for other people's tools: descriptors, spreadsheets, data packages, reference lists."""

from perovdata.dataset.export.citation import bibtex, citation_file
from perovdata.dataset.export.exporting import export, template

__all__ = ["bibtex", "citation_file", "export", "template"]
