"""Settings of the whole suite: no window is opened, and the user's own cache is neither read nor written."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")
# Kept between runs, so that compiled kernels are compiled once; subprocesses of tests inherit it.
os.environ.setdefault("PEROVDATA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "perovdata"))
