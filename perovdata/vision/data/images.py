"""Image sources: the embedded digits, MNIST-like IDX files, and a user's own images."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from perovdata.documents import refuse_swelling
from perovdata.errors import InputError, unknown_choice
from perovdata.files import cache_dir
from perovdata.plugins import plugins
from perovdata.vision.data.idx import IDX_FILES, find_idx, idx_sha256, read_idx

IMAGE_SETS = ("digits", "mnist", "fashion")
_FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_SUBFOLDERS = {
    "mnist": ("mnist", "MNIST", "MNIST/raw"),
    "fashion": ("fashion", "fashion-mnist", "FashionMNIST/raw"),
}
# SHA-256 of the uncompressed original files of MNIST, whose names Fashion-MNIST shares.
MNIST_SHA256 = {
    "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_TEST_SHARE = 0.25
_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm")


@dataclass(frozen=True)
class Images:
    """A set of labelled grey images.

    Attributes
    ----------
    name : str
        ``digits``, ``mnist``, ``fashion`` or the path of the user's own set.
    train, test : ndarray of float32, shape (n, height, width)
        Grey values, 0 (black) to 1 (white).
    train_labels, test_labels : ndarray of int32, shape (n,)
        Index into ``classes``.
    classes : tuple of str
        Names of the classes.
    source : str
        Where the images come from, for the result.
    """

    name: str
    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    source: str

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.train.shape[1:]

    def take(self, n_train: int | None = None, n_test: int | None = None) -> Images:
        """The first images of either part (None = all)."""
        return Images(
            self.name,
            self.train[:n_train],
            self.train_labels[:n_train],
            self.test[:n_test],
            self.test_labels[:n_test],
            self.classes,
            self.source,
        )


def load_images(name: str | os.PathLike[str], data_dir: str | os.PathLike[str] | None = None) -> Images:
    """Load a labelled image set.

    Parameters
    ----------
    name : str or path
        ``digits`` (8 x 8, ships with scikit-learn), ``mnist``, ``fashion``, or the user's own: a folder
        with one sub-folder of pictures per class, or an ``.npz`` file with ``images`` (n, height, width)
        and ``labels`` (n,), optionally ``test_images`` and ``test_labels``. Other packages add names by entry
        points of the group ``perovdata.images``, each a function of ``data_dir`` that gives :class:`Images`.
    data_dir : path, optional
        Folder with the original four IDX files, gzipped or not. Without it: ``PEROVDATA_DATA_DIR``,
        then what ``perovdata vision fetch`` put into the user's cache.

    Returns
    -------
    Images
        Without a test part of their own, a quarter of the images is held out (fixed shuffle, seed 0).

    Raises
    ------
    InputError
        If the set is unknown or absent (the message gives the commands that help), or a file is damaged.
    """
    if name == "digits":
        return _load_digits()
    if name in IMAGE_SETS:
        return _load_idx(str(name), data_dir)
    outside = plugins("perovdata.images")
    if name in outside:
        return _checked(name, outside[name](data_dir))
    path = Path(name)
    if path.suffix == ".npz" and path.is_file():
        return _load_npz(path)
    if path.is_dir():
        return _load_folder(path)
    raise unknown_choice("image set", name, [*IMAGE_SETS, *outside, "FOLDER", "FILE.npz"])


def _checked(name: str | os.PathLike[str], images: object) -> Images:
    if not isinstance(images, Images):
        raise InputError(f"image set {name}: its package gave {type(images).__name__}, not Images")
    return images


def _load_digits() -> Images:
    table = _digits_table()
    # The values are 0..16: counts of ink in 4 x 4 blocks.
    images = (table[:, :-1].reshape(-1, 8, 8) / 16).astype(np.float32)
    labels = table[:, -1].astype(int)
    return _held_out("digits", images, labels, tuple("0123456789"), "scikit-learn load_digits")


def _digits_table() -> np.ndarray:
    """What scikit-learn's ``load_digits`` reads: 64 pixels and the class of every image.

    Its file is read without it where it lies where it always did: to import scikit-learn takes a second.
    """
    found = find_spec("sklearn")
    path = Path((found and found.origin) or "").parent / "datasets" / "data" / "digits.csv.gz"
    if path.is_file():
        return np.loadtxt(path, delimiter=",")
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return np.column_stack([bunch.data, bunch.target])


def _held_out(
    name: str, images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], source: str
) -> Images:
    order = np.random.default_rng(0).permutation(len(images))
    n_test = max(1, round(_TEST_SHARE * len(images)))
    images, labels = images[order], labels[order].astype(np.int32)
    return Images(name, images[n_test:], labels[n_test:], images[:n_test], labels[:n_test], classes, source)


def _folders(name: str, data_dir: str | os.PathLike[str] | None) -> list[Path]:
    if data_dir is not None:
        roots = [Path(data_dir)]
    else:
        env = os.environ.get("PEROVDATA_DATA_DIR")
        roots = ([Path(env)] if env else []) + [cache_dir() / "vision"]
    return [folder for root in roots for folder in (*(root / sub for sub in _SUBFOLDERS[name]), root)]


def locate(name: str, data_dir: str | os.PathLike[str] | None = None) -> dict[str, Path] | None:
    """Find the four IDX files of ``mnist`` or ``fashion``; None if they are nowhere."""
    for folder in _folders(name, data_dir):
        files = find_idx(folder)
        # MNIST in a folder that was given for Fashion-MNIST has the same names: told by its labels.
        if files and not (
            name == "fashion" and idx_sha256(files["test_labels"]) == MNIST_SHA256["test_labels"]
        ):
            return files
    return None


def _load_idx(name: str, data_dir: str | os.PathLike[str] | None) -> Images:
    files = locate(name, data_dir)
    if files is None:
        where = f"folder '{data_dir}'" if data_dir is not None else "PEROVDATA_DATA_DIR and the user's cache"
        raise InputError(
            f"image set '{name}': its files ({', '.join(IDX_FILES.values())}, gzipped or not) are not all in "
            f"{where}; run 'perovdata vision fetch {name}', or give the "
            "folder of the original files (argument data_dir)"
        )
    arrays = {key: read_idx(path, 3 if key.endswith("images") else 1) for key, path in files.items()}
    for part in ("train", "test"):
        n_images, n_labels = len(arrays[f"{part}_images"]), len(arrays[f"{part}_labels"])
        if n_images != n_labels or n_images == 0:
            folder = files["train_images"].parent
            raise InputError(f"folder {folder}: {n_images} {part} images but {n_labels} {part} labels")
        if arrays[f"{part}_labels"].max() > 9:
            raise InputError(
                f"file {files[f'{part}_labels']}: label {arrays[f'{part}_labels'].max()}, accepted are 0 to 9"
            )
    if arrays["train_images"].shape[1:] != arrays["test_images"].shape[1:]:
        raise InputError(f"folder {files['train_images'].parent}: train and test images differ in size")
    genuine = name == "mnist" and all(idx_sha256(files[key]) == MNIST_SHA256[key] for key in files)
    return Images(
        name,
        (arrays["train_images"] / np.float32(255)).astype(np.float32),
        arrays["train_labels"].astype(np.int32),
        (arrays["test_images"] / np.float32(255)).astype(np.float32),
        arrays["test_labels"].astype(np.int32),
        tuple("0123456789") if name == "mnist" else _FASHION_CLASSES,
        "IDX files, checksums of the original" if genuine else "IDX files as given, checksums not compared",
    )


_LARGEST_NPZ = 600_000_000  # bytes, unpacked
_MOST_PIXELS = 100_000_000  # of all images; 60,000 images of 28 x 28 are 47 million


def _load_npz(path: Path) -> Images:
    refuse_swelling(path, _LARGEST_NPZ)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except Exception as error:  # NumPy lets errors of zip, zlib and its own header through, whatever they are
        raise InputError(
            f"file {path}: cannot be read ({error}); expected an .npz with images, labels"
        ) from error
    parts = [("images", "labels")]
    if "test_images" in arrays or "test_labels" in arrays:
        parts.append(("test_images", "test_labels"))
    for images, labels in parts:
        for key in (images, labels):
            if key not in arrays:
                raise InputError(
                    f"file {path}: array '{key}' is missing; it has {', '.join(arrays) or 'none'}"
                )
        _check_user_images(path, arrays[images], arrays[labels])
    names = np.unique(np.concatenate([arrays[labels] for _, labels in parts]))
    classes = tuple(str(name) for name in names)
    numbered = [
        (_to_grey(arrays[images]), np.searchsorted(names, arrays[labels])) for images, labels in parts
    ]
    if len(numbered) == 1:
        return _held_out(str(path), *numbered[0], classes, "user's .npz")
    (train, train_labels), (test, test_labels) = numbered
    return Images(
        str(path), train, train_labels.astype(np.int32), test, test_labels.astype(np.int32), classes,
        "user's .npz",
    )  # fmt: skip


def _check_user_images(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    if images.ndim != 3 or len(images) != len(labels) or labels.ndim != 1 or len(images) < 4:
        raise InputError(
            f"file {path}: images {images.shape} and labels {labels.shape}; "
            "accepted are (n, height, width) and (n,) with n of at least 4"
        )
    if not 0 < images.size <= _MOST_PIXELS:
        raise InputError(
            f"file {path}: images {images.shape}; from 1 to {_MOST_PIXELS:,} pixels are accepted"
        )
    if images.dtype.kind not in "uif" or not np.isfinite(images).all() or images.min() < 0:
        raise InputError(f"file {path}: images must be finite numbers of 0 or more")


def _to_grey(images: np.ndarray) -> np.ndarray:
    # Bytes are 0..255; anything else is scaled by its largest value unless it lies in 0..1 already.
    full = 255.0 if images.dtype == np.uint8 else max(1.0, float(images.max()))
    return (images / full).astype(np.float32)


def _load_folder(path: Path) -> Images:
    from PIL import Image, UnidentifiedImageError

    folders = sorted(sub for sub in path.iterdir() if sub.is_dir())
    pictures = [
        (file, index)
        for index, folder in enumerate(folders)
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in _PICTURE_ENDINGS
    ]
    if len(folders) < 2 or len(pictures) < 4:
        raise InputError(
            f"folder {path}: {len(folders)} sub-folders with {len(pictures)} pictures; expected one "
            f"sub-folder of pictures ({', '.join(_PICTURE_ENDINGS)}) per class, at least two classes and "
            "four pictures"
        )
    images = []
    for file, _ in pictures:
        try:
            with Image.open(file) as picture:
                images.append(np.asarray(picture.convert("L"), np.float32) / 255)
        except (OSError, UnidentifiedImageError) as error:
            raise InputError(f"file {file}: not a picture that can be read") from error
        if images[-1].shape != images[0].shape:
            raise InputError(
                f"file {file}: {images[-1].shape[1]} x {images[-1].shape[0]} pixels, the first picture has "
                f"{images[0].shape[1]} x {images[0].shape[0]}; all must be of one size"
            )
    labels = np.array([index for _, index in pictures])
    return _held_out(str(path), np.stack(images), labels, tuple(f.name for f in folders), "user's pictures")
