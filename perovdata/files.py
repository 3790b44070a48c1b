"""Where files lie, and how they are written so that nothing is ever half-written."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Folder of the shipped data: inside the wheel if installed from one, else ``data/`` of the checkout."""
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def tables_dir() -> Path:
    """Folder of the source tables (one CSV file per table)."""
    return data_dir() / "tables"


def cache_dir() -> Path:
    """The user's cache folder of perovdata (``PEROVDATA_CACHE_DIR`` overrides it); made if absent."""
    override = os.environ.get("PEROVDATA_CACHE_DIR")
    folder = Path(override) if override else Path(platformdirs.user_cache_dir("perovdata", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def code_digest(*rooms: str) -> bytes:
    """Digest of the modules of some rooms: what is cached under it is found until one of them changes."""
    told = hashlib.sha256()
    for room in rooms:
        for path in sorted((_PACKAGE / room).rglob("*.py")):
            told.update(path.read_bytes())
    return told.digest()


def no_regular_file(path: str | os.PathLike[str]) -> str | None:
    """What stands there if it is no regular file: "a folder", "a pipe" or "a device"; None otherwise.

    A pipe can be read once and its reader waits for a writer; a device may never end.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None  # nothing there, or not to be seen: opening it tells
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else "a device"


def write_atomic(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that a reader sees either the old content or the whole new one.

    Parameters
    ----------
    path : path-like
        Target; its folder is made if absent. What a link points to is written, not the link; a pipe or a
        device is written into as it stands.
    content : str or bytes
        Text is written as UTF-8 with ``\\n`` line ends.

    Raises
    ------
    OSError
        If the folder cannot be written, or the target is a folder; the old file is then untouched.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    other = no_regular_file(path)
    if other == "a folder":
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if other:
        Path(path).write_bytes(raw)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_beside(path, raw)
    except OSError as error:
        if error.errno is None:
            raise
        # A full disk names no file, and a refused one that of the part: the user knows the target.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_beside(path: Path, raw: bytes) -> None:
    """Write a new file in the folder of `path`, then rename it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def finite(value: Any) -> Any:
    """Make a value fit for strict JSON: NaN and infinities become None, arrays lists, NumPy numbers plain."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return value


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write strict JSON atomically, one entry a line, in the order given."""
    write_atomic(path, json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")
