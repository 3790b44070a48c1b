"""Reader of the IDX files of MNIST and its drop-in replacements, gzipped or not."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from pathlib import Path

import numpy as np

from perovdata.errors import InputError

# The names of the four files, as their authors published them.
IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
_UNSIGNED_BYTE = 0x08
_LONGEST_HEADER = 16  # bytes: three dimensions
_LARGEST = 1_000_000_000  # bytes; the MNIST images are 47 million


def find_idx(folder: Path) -> dict[str, Path] | None:
    """Find the four files in a folder, gzipped or not.

    Parameters
    ----------
    folder : Path
        Where to look; sub-folders are not searched.

    Returns
    -------
    dict of str to Path, or None
        Paths by the keys of ``IDX_FILES``; None unless all four are there.
    """
    found = {}
    for key, name in IDX_FILES.items():
        # Some distributions write "train-images.idx3-ubyte".
        dotted = name.replace("-idx", ".idx")
        candidates = [folder / f"{stem}{end}" for stem in (name, dotted) for end in ("", ".gz")]
        present = [path for path in candidates if path.is_file()]
        if not present:
            return None
        found[key] = present[0]
    return found


def _content(path: Path) -> bytes:
    """The uncompressed content, of which no more is unpacked than its header declares and one byte."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as stream:
            head = stream.read(_LONGEST_HEADER)
            return head + stream.read(_declared(path, head) - len(head) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"file {path}: cannot be read ({error}); expected an IDX file, gzipped or not"
        ) from error


def _declared(path: Path, head: bytes) -> int:
    """Bytes that a file has by its header, at least those of `head`."""
    n_dims = head[3] if len(head) > 3 and head[:2] == b"\0\0" else 0
    sizes = np.frombuffer(
        head, ">u4", min(n_dims, (len(head) - 4) // 4 if n_dims else 0), offset=min(4, len(head))
    )
    size = 4 + 4 * n_dims + math.prod(int(s) for s in sizes) if n_dims else len(head)
    if size > _LARGEST:
        raise InputError(f"file {path}: its header states {size:,} bytes; at most {_LARGEST:,} are read")
    return max(size, len(head))


def idx_sha256(path: Path) -> str:
    """SHA-256 (hex) of the uncompressed content, so that it does not depend on how a file was gzipped."""
    return hashlib.sha256(_content(path)).hexdigest()


def read_idx(path: Path, n_dims: int) -> np.ndarray:
    """Read one IDX file of unsigned bytes.

    Parameters
    ----------
    path : Path
        The file, gzipped or not (told by its first bytes, not by its name).
    n_dims : int
        Dimensions expected: 3 for images, 1 for labels.

    Returns
    -------
    ndarray of uint8
        Shape as stated in the file's header.

    Raises
    ------
    InputError
        If the header or the length of the file is not that of such a file.

    Notes
    -----
    Format: two zero bytes, a type code, the number of dimensions, one big-endian 32-bit size per
    dimension, then the values (Y. LeCun, C. Cortes, C. Burges, the MNIST database).
    """
    content = _content(Path(path))
    expected = f"expected an IDX file of unsigned bytes with {n_dims} dimension{'s' if n_dims > 1 else ''}"
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UNSIGNED_BYTE or content[3] != n_dims:
        raise InputError(f"file {path}: begins with bytes '{content[:4].hex(' ')}'; {expected}")
    header = 4 + 4 * n_dims
    if len(content) < header:
        raise InputError(f"file {path}: ends inside its header ({len(content)} bytes); {expected}")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", n_dims, offset=4))
    if len(content) - header != math.prod(shape):
        raise InputError(
            f"file {path}: holds {len(content) - header} values where its header states "
            f"{' x '.join(map(str, shape))}; {expected}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
