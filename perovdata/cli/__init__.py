"""The command line: one module per command or group, no logic of its own."""

from perovdata.cli.application import main

__all__ = ["main"]
