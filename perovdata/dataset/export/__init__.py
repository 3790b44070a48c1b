"""The tables for other people's tools: descriptors, spreadsheets, data packages."""

from perovdata.dataset.export.exporting import export, template

__all__ = ["export", "template"]
