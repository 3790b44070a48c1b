"""The command line: one module per command group, no logic of its own."""

from perovdata.cli.main import main

__all__ = ["main"]
