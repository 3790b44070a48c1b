"""Serve the page with marimo, which is an extra of the package."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from perovdata.errors import InputError

PAGE = Path(__file__).with_name("page.py")


def serve(port: int | None = None, *, browser: bool = True) -> None:
    """Serve the page on this machine only, until the process is stopped; does not return.

    Parameters
    ----------
    port : int, optional
        A free one if not given.
    browser : bool
        Whether a browser is opened.

    Raises
    ------
    InputError
        If marimo is not installed, or for a port outside 1 to 65535.
    """
    if importlib.util.find_spec("marimo") is None:
        raise InputError("the app needs marimo, an extra: pip install 'perovdata[app]'")
    if port is not None and not 1 <= port <= 65535:
        raise InputError(f"argument port: {port} is not a port; 1 to 65535 are accepted")
    command = [sys.executable, "-m", "marimo", "--quiet", "--yes", "run", str(PAGE), "--host", "127.0.0.1"]
    command += [] if port is None else ["--port", str(port)]
    command += [] if browser else ["--headless"]
    # marimo takes this process over, so that whatever stops the command stops the server.
    os.execv(command[0], command)
