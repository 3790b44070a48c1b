"""``python -m perovdata.cli``: the command line without its installed script."""

from perovdata.cli.main import main

main()
