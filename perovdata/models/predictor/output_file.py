"""A file that grows piece by piece and gets its name when it is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from perovdata.documents import read_json
from perovdata.errors import InputError
from perovdata.files import write_atomic


class GrowingFile:
    """Text written piece by piece into ``NAME.part``, with a note of how far it is.

    A run that stops leaves both; the next one with the same settings goes on behind the last piece. When all
    is written, the file gets its name in one rename and the note goes.

    Parameters
    ----------
    path : Path
        The name in the end.
    settings : mapping
        What the content depends on, as JSON values; a part of other settings is begun anew.
    header : str
        First text of the file.

    Attributes
    ----------
    progress : dict
        What was noted with the last piece; empty at the start.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], header: str = "") -> None:
        path = Path(os.path.realpath(path))  # what a link points to is written, not the link
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._note = path.with_name(f"{path.name}.part.json")
        self._settings = json.loads(json.dumps(settings))
        self._header = header
        self.progress: dict[str, Any] = {}
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> GrowingFile:
        length = self._resume()
        self._stream = self._part.open("r+b" if length else "wb")
        if length:
            self._stream.truncate(length)
            self._stream.seek(length)
        else:
            self.append(self._header, {})
        return self

    def _resume(self) -> int:
        """Bytes of the part that a run of the same settings has noted, 0 if there is none."""
        try:
            note = read_json(self._note)
            if note["settings"] == self._settings and self._part.stat().st_size >= note["bytes"]:
                self.progress = dict(note["progress"])
                return int(note["bytes"])
        except (InputError, OSError, KeyError, TypeError, ValueError):
            pass  # no note, or one of something else: begin anew
        return 0

    def append(self, text: str, progress: Mapping[str, Any]) -> None:
        """Write a piece, then note that it is there.

        Raises
        ------
        InputError
            If the disk is full; what was noted before stands.
        """
        assert self._stream is not None
        try:
            self._stream.write(text.encode("utf-8"))
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self.progress = dict(progress)
            note = {"settings": self._settings, "bytes": self._stream.tell(), "progress": self.progress}
            write_atomic(self._note, json.dumps(note))
        except OSError as error:
            done = self.progress.get("designs", 0)
            raise InputError(
                f"{self.path}: {error.strerror} after {done} designs; make room and run the same command "
                f"again, it goes on from {self._part.name}"
            ) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._stream is not None
        self._stream.close()
        if kind is None:
            os.replace(self._part, self.path)
            self._note.unlink(missing_ok=True)
