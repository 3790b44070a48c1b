"""Settings of the whole suite: no window is opened, and the user's own cache is neither read nor written."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")
# One process per core runs the suite: threads of linear algebra would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Kept between runs, so that compiled kernels are compiled once; subprocesses of tests inherit it.
os.environ.setdefault("PEROVDATA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "perovdata"))


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium: the system's, or the one that playwright brought."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as player:
        own = player.chromium.executable_path
        path = shutil.which("chromium") or (own if os.path.exists(own) else None)
        if path is None:
            pytest.skip("no chromium; 'playwright install chromium' brings one")
        # Containers forbid the sandbox to root; the pages are our own.
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", autouse=True)
def compiled_programs_are_dropped():
    """All programs of the suite would take six gigabytes; who needs one again finds it on the disk."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
