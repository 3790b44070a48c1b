"""Image sources: embedded digits, IDX files, a user's own folder or archive."""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from perovdata.errors import InputError
from perovdata.vision import load_images
from perovdata.vision.data.idx import read_idx

from .idx_files import idx_bytes


def test_digits_are_split_and_scaled():
    images = load_images("digits")
    assert images.shape == (8, 8)
    assert len(images.train) + len(images.test) == 1797
    assert images.train.min() == 0
    assert images.train.max() == 1
    assert set(images.test_labels) == set(range(10))


@pytest.mark.parametrize("name", ["mnist", "fashion"])
def test_idx_files_gzipped_or_not(idx_folder, name):
    images = load_images(name, idx_folder)
    assert images.train.shape == (30, 28, 28)
    assert images.test_labels.tolist() == list(range(10))
    assert len(images.classes) == 10
    assert "not compared" in images.source


def test_environment_names_the_folder(idx_folder, monkeypatch):
    monkeypatch.setenv("PEROVDATA_DATA_DIR", str(idx_folder.parent))
    with pytest.raises(InputError, match="vision fetch fashion"):
        load_images("fashion")
    idx_folder.rename(idx_folder.parent / "fashion")
    assert load_images("fashion").train.shape == (30, 28, 28)


def test_absent_set_names_the_commands(tmp_path):
    with pytest.raises(InputError, match=r"perovdata vision fetch mnist.*argument data_dir"):
        load_images("mnist", tmp_path)


def test_unknown_set():
    with pytest.raises(InputError, match="mnist"):
        load_images("mnits")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_idx_round_trip(tmp_path_factory, n, height, width, zipped):
    array = np.random.default_rng(n).integers(0, 256, (n, height, width)).astype(np.uint8)
    path = tmp_path_factory.mktemp("idx") / "file"
    raw = idx_bytes(array)
    path.write_bytes(gzip.compress(raw) if zipped else raw)
    assert np.array_equal(read_idx(path, 3), array)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40).filter(lambda raw: raw[:4] != b"\0\0\x08\x01"))
def test_damaged_idx_gives_one_line(tmp_path, raw):
    path = tmp_path / "damaged"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"damaged.*expected an IDX file") as caught:
        read_idx(path, 1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte"])
def test_truncated_file_is_named(idx_folder, name):
    path = idx_folder / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=name):
        load_images("mnist", idx_folder)


def test_images_and_labels_must_match(idx_folder):
    (idx_folder / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(9)))
    with pytest.raises(InputError, match="10 test images but 9 test labels"):
        load_images("mnist", idx_folder)


def test_folder_of_pictures(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for index in range(4):
            Image.fromarray(rng.integers(0, 256, (6, 5)).astype(np.uint8)).save(
                tmp_path / name / f"{index}.png"
            )
    images = load_images(tmp_path)
    assert images.classes == ("cat", "dog")
    assert len(images.train) == 6
    assert images.shape == (6, 5)
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(tmp_path / "dog" / "small.png")
    with pytest.raises(InputError, match=r"small\.png"):
        load_images(tmp_path)


def test_npz_with_and_without_test_part(tmp_path):
    rng = np.random.default_rng(0)
    images, labels = rng.random((8, 4, 4)), np.array(["a", "b"] * 4)
    np.savez(tmp_path / "own.npz", images=images, labels=labels)
    own = load_images(tmp_path / "own.npz")
    assert own.classes == ("a", "b")
    assert len(own.test) == 2
    np.savez(
        tmp_path / "both.npz", images=images, labels=labels, test_images=images[:5], test_labels=labels[:5]
    )
    assert len(load_images(tmp_path / "both.npz").test) == 5


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((8, 4, 4))}, "'labels' is missing"),
        ({"images": np.zeros((8, 4)), "labels": np.zeros(8)}, "height, width"),
        ({"images": np.full((8, 4, 4), np.nan), "labels": np.zeros(8)}, "finite"),
        ({"images": -np.ones((8, 4, 4)), "labels": np.zeros(8)}, "0 or more"),
    ],
)
def test_bad_npz(tmp_path, arrays, message):
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=message):
        load_images(path)


@pytest.mark.mnist
def test_mnist_is_the_original():
    folder = os.environ.get("PEROVDATA_DATA_DIR")
    if not folder:
        pytest.skip("needs MNIST: set PEROVDATA_DATA_DIR")
    images = load_images("mnist", folder)
    assert images.train.shape == (60_000, 28, 28)
    assert "checksums of the original" in images.source
    # MNIST's files have Fashion-MNIST's names: they must not pass for it.
    with pytest.raises(InputError, match="fashion"):
        load_images("fashion", folder)
