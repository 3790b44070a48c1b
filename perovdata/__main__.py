"""``python -m perovdata``: the command line without its installed script."""

from perovdata.cli import main

main()
