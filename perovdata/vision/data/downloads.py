"""Download of the public image sets: checked, resumable, into the user's cache."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from perovdata.errors import InputError, unknown_choice
from perovdata.files import cache_dir
from perovdata.vision.data.idx import IDX_FILES
from perovdata.vision.data.images import MNIST_SHA256

_CHUNK = 1 << 16
_TIMEOUT_S = 30


@dataclass(frozen=True)
class Download:
    """A public image set.

    Attributes
    ----------
    mirrors : tuple of str
        Folders on the web, tried in turn.
    digests : dict of str to str
        File name to hex digest.
    digest_of : str
        ``"sha256 of the content"`` (uncompressed) or ``"md5 of the file"``.
    licence, citation : str
        As its authors state them.
    """

    mirrors: tuple[str, ...]
    digests: dict[str, str]
    digest_of: str
    licence: str
    citation: str


DOWNLOADS = {
    "mnist": Download(
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        digests={f"{IDX_FILES[key]}.gz": digest for key, digest in MNIST_SHA256.items()},
        digest_of="sha256 of the content",
        licence="commonly given as CC BY-SA 3.0",
        citation="Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits",
    ),
    "fashion": Download(
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        # As published in the README of zalandoresearch/fashion-mnist.
        digests={
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        digest_of="md5 of the file",
        licence="MIT",
        citation="H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747 (2017)",
    ),
}


def fetch(
    name: str,
    folder: str | os.PathLike[str] | None = None,
    *,
    source: Download | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Path:
    """Download an image set, or what is missing of it.

    Parameters
    ----------
    name : str
        ``mnist`` or ``fashion``.
    folder : path, optional
        Where the files go; default: the user's cache, where ``load_images`` looks.
    source : Download, optional
        Other mirrors and digests than the published ones.
    progress : callable, optional
        Called with (file name, bytes so far, bytes in all or None).

    Returns
    -------
    Path
        The folder with the four files. An interrupted download goes on where it stopped; a damaged file is
        fetched again. Two processes may fetch at once: one waits for the other.

    Raises
    ------
    InputError
        If the name is unknown, no mirror answers, or a file does not have its digest.
    """
    if source is None:
        if name not in DOWNLOADS:
            raise unknown_choice("image set to fetch", name, DOWNLOADS)
        source = DOWNLOADS[name]
    target = Path(folder) if folder is not None else cache_dir() / "vision" / name
    target.mkdir(parents=True, exist_ok=True)
    report = progress or (lambda *_: None)
    # One at a time in a folder: a second process waits, and finds the files there. The lock lies beside the
    # folder's files under a dot and stays: taking it away would let two processes hold one each.
    with FileLock(target / ".fetch.lock"):
        for file, digest in source.digests.items():
            path = target / file
            if path.is_file() and _digest(path.read_bytes(), source.digest_of) == digest:
                report(file, path.stat().st_size, path.stat().st_size)
                continue
            _fetch_file(path, digest, source, report)
    return target


def _digest(content: bytes, digest_of: str) -> str | None:
    if digest_of == "md5 of the file":
        return hashlib.md5(content, usedforsecurity=False).hexdigest()
    try:
        return hashlib.sha256(gzip.decompress(content)).hexdigest()
    except (OSError, EOFError, zlib.error):  # damaged
        return None


def _fetch_file(path: Path, digest: str, source: Download, report: Callable) -> None:
    partial = path.with_name(path.name + ".part")
    problems = []
    for mirror in source.mirrors:
        went_on = partial.exists()
        try:
            _stream(mirror + path.name, partial, report)
            whole = _digest(partial.read_bytes(), source.digest_of) == digest
            if not whole and went_on:  # the damage may have been in the part that was there
                partial.unlink()
                _stream(mirror + path.name, partial, report)
                whole = _digest(partial.read_bytes(), source.digest_of) == digest
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            problems.append(f"{mirror}: {getattr(error, 'reason', error)}")
            continue
        if whole:
            os.replace(partial, path)
            return
        problems.append(f"{mirror}: the file does not have the {source.digest_of} {digest}")
        partial.unlink()  # whatever it is, going on from it would never end well
    raise InputError(
        f"download of {path.name} failed ({'; '.join(problems)}); get the four files "
        f"{', '.join(source.digests)} in another way and give their folder (argument data_dir) "
        "or the variable PEROVDATA_DATA_DIR"
    )


def _stream(url: str, partial: Path, report: Callable) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing after what we have: it is complete, the digest will tell
            return
        raise
    with response:
        if have and response.status != 206:  # the server sends the whole file again
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length is not None else None
        with open(partial, "ab" if have else "wb") as stream:
            while chunk := response.read(_CHUNK):
                stream.write(chunk)
                have += len(chunk)
                report(partial.stem, have, total)
        if total is not None and have < total:
            raise OSError(f"connection closed after {have} of {total} bytes")
