"""The files of the tables as one set: one writer at a time, and a change that is there whole or not at all.

A commit puts the new files into a folder of its own and renames that folder to ``.commit``: this one rename
is the moment of the change. From then on readers take the files in ``.commit`` first; they are copied to
their places, and the folder goes. A writer that dies before the rename leaves the old tables, one that dies
after it the new ones, whatever of the copying was done; the next writer finishes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from perovdata.errors import InputError
from perovdata.files import write_atomic

LOCK_TIMEOUT = 60.0  # s; an addition takes about one
_LOCK = ".tables.lock"
_OWNER = ".tables.owner"
_COMMIT = ".commit"
_STAGING = ".commit-"  # prefix of a commit that is being written, or taken down
_LAST = ".last_commit.json"
_READ_ATTEMPTS = 20

Read = TypeVar("Read")


@contextlib.contextmanager
def tables_lock(folder: Path, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Be the only writer of the tables; what a writer that died left behind is finished first.

    Parameters
    ----------
    folder : Path
        Folder of the tables.
    timeout : float
        Seconds to wait for another writer.

    Raises
    ------
    InputError
        If another process still holds the lock after `timeout`; the message says which.
    OSError
        If the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"'{folder}' is not a folder; the folder of the tables is needed")
    lock = FileLock(folder / _LOCK, is_singleton=True)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        raise InputError(
            f"the tables of '{folder}' are being written by {_owner(folder)}, waited {timeout:g} s; run the "
            "command again when it is done"
        ) from None
    try:
        if lock.lock_counter == 1:
            write_atomic(folder / _OWNER, f"process {os.getpid()} on {socket.gethostname()}")
            _finish(folder)
        yield
    finally:
        if lock.lock_counter == 1:
            (folder / _OWNER).unlink(missing_ok=True)
        lock.release()


def _owner(folder: Path) -> str:
    try:
        return (folder / _OWNER).read_text("utf-8")
    except OSError:
        return "another process"


def table_file(folder: Path, name: str) -> Path:
    """Where a table is to be read: in a commit that is not yet copied to its place, or in its place."""
    waiting = folder / _COMMIT / f"{name}.csv"
    return waiting if waiting.is_file() else folder / f"{name}.csv"


def unfinished(folder: Path) -> list[str]:
    """Tables of a commit whose writer died before it had copied them to their places."""
    return sorted(path.stem for path in (Path(folder) / _COMMIT).glob("*.csv"))


def read_whole(folder: Path, names: Iterator[str] | list[str], read: Callable[[], Read]) -> Read:
    """Read several tables as one state: again, if a writer changed one of them in between.

    Raises
    ------
    InputError
        If they do not stand still.
    """
    names = list(names)
    for _ in range(_READ_ATTEMPTS):
        before = _stamps(folder, names)
        found = read()
        if _stamps(folder, names) == before:
            return found
    raise InputError(f"the tables of '{folder}' keep changing while they are read; run the command again")


def _stamps(folder: Path, names: list[str]) -> list[tuple[int, int, int] | None]:
    stamps: list[tuple[int, int, int] | None] = []
    for name in names:
        try:
            status = table_file(folder, name).stat()
            stamps.append((status.st_ino, status.st_mtime_ns, status.st_size))
        except OSError:
            stamps.append(None)
    return stamps


def commit(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Replace tables, all or none.

    Parameters
    ----------
    folder : Path
        Made if absent.
    contents : mapping of str to bytes
        New content of each table to be replaced.

    Raises
    ------
    InputError
        If another process holds the lock.
    OSError
        If the folder cannot be written; the old tables then stand.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tables_lock(folder):
        old = {name: _content(folder / f"{name}.csv") for name in contents}
        sums = {name: {"before": _sum(old[name]), "after": _sum(new)} for name, new in contents.items()}
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
        try:
            for name, new in contents.items():
                _write_through(staging / f"{name}.csv", new)
            _write_through(staging / _LAST, json.dumps(sums, indent=1).encode())
            _sync(staging)
            staging.rename(folder / _COMMIT)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        try:
            _finish(folder)
        except BaseException:
            if (folder / _COMMIT).is_dir():
                for name, before in old.items():
                    _put_back(folder / f"{name}.csv", before)
                _drop(folder)
            raise


def _finish(folder: Path) -> None:
    """Copy what a commit holds to its place, and clear what writers that died have left."""
    waiting = folder / _COMMIT
    if waiting.is_dir():
        for path in sorted(waiting.glob("*.csv")):
            write_atomic(folder / path.name, path.read_bytes())
        write_atomic(folder / _LAST, (waiting / _LAST).read_bytes())
        _sync(folder)
        _drop(folder)
    for left in folder.glob(f"{_STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    for pattern in (".*.csv.*", f".{_LAST}.*", f".{_OWNER}.*"):  # of write_atomic, killed before its rename
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


def _drop(folder: Path) -> None:
    """Take a commit down: out of the readers' sight in one rename, then away."""
    away = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    (folder / _COMMIT).rename(away / "done")
    shutil.rmtree(away, ignore_errors=True)


def mixed(folder: Path) -> tuple[list[str], list[str]]:
    """Tables of the last commit that are as before it and as after it, if there are both.

    Returns
    -------
    before, after : list of str
        Both empty unless the set is mixed. A table that was edited since counts as neither.
    """
    last = _content(Path(folder) / _LAST)
    try:
        sums = json.loads(last or b"{}")
        now = {name: _sum(_content(table_file(Path(folder), name))) for name in sums}
        changed = {name: row for name, row in sums.items() if row["before"] != row["after"]}
        before = [name for name, row in changed.items() if now[name] == row["before"]]
        after = [name for name, row in changed.items() if now[name] == row["after"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [], []
    return (before, after) if before and after else ([], [])


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sum(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif _content(path) != content:
        write_atomic(path, content)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Have the renames of a folder survive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
