"""Writing a file: whole or not at all, to where a link points, never in the place of a device or a folder."""

import errno
import os
import subprocess
import sys
import threading

import pytest

from perovdata.files import write_atomic


def test_what_a_link_points_to_is_written(tmp_path):
    target, link = tmp_path / "folder" / "a.txt", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    write_atomic(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_pipe_stays_a_pipe(tmp_path):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_atomic(pipe, "new")
    reader.join(10)
    assert got == ["new"]
    assert pipe.is_fifo()


def test_a_folder_is_named_as_it_was_given(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        write_atomic(tmp_path, "new")
    assert caught.value.filename == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_names_the_target_and_leaves_nothing(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_atomic(path, "new")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_narrow_terminal_encoding_is_no_reason_to_stop():
    command = [sys.executable, "-m", "perovdata", "composition", "MAPbI3\u00b70.5DMSO"]
    for more in ([], ["--json"]):
        done = subprocess.run(
            [*command, *more], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
        )
        assert done.returncode == 0, done.stderr
