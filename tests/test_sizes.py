"""Files that are small on the disk and large in the memory are refused by what they declare."""

import gzip
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from perovdata.errors import InputError
from perovdata.fitting.table import excel, reader
from perovdata.fitting.table.reader import read_table
from perovdata.vision.data import images
from perovdata.vision.data.idx import read_idx
from perovdata.vision.data.images import load_images

ROOT = Path(__file__).parents[1]


def test_a_gzipped_idx_file_is_unpacked_no_further_than_its_header_says(tmp_path):
    path = tmp_path / "train.gz"
    header = b"\0\0\x08\x03" + np.array([2, 3, 3], ">u4").tobytes()
    path.write_bytes(gzip.compress(header + bytes(200_000_000)))
    tracemalloc.start()
    with pytest.raises(InputError, match="holds 19 values where its header states 2 x 3 x 3"):
        read_idx(path, 3)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    path.write_bytes(gzip.compress(b"\0\0\x08\x03" + np.array([2**31, 4, 4], ">u4").tobytes()))
    with pytest.raises(InputError, match="states 34,359,738,384 bytes"):
        read_idx(path, 3)


def test_an_archive_of_images_is_refused_by_its_declared_size(tmp_path, monkeypatch):
    path = tmp_path / "images.npz"
    np.savez_compressed(path, images=np.zeros((4, 500, 500), np.uint8), labels=np.arange(4))
    monkeypatch.setattr(images, "_LARGEST_NPZ", 900_000)
    with pytest.raises(InputError, match="unpacks to 1,000,"):
        load_images(str(path))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="cannot be read"):
        load_images(str(path))


def test_images_without_pixels_or_with_too_many_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "images.npz"
    monkeypatch.setattr(images, "_MOST_PIXELS", 1000)
    for shape in ((4, 0, 0), (4, 20, 20)):
        np.savez_compressed(path, images=np.zeros(shape, np.uint8), labels=np.arange(4))
        with pytest.raises(InputError, match="from 1 to 1,000 pixels"):
            load_images(str(path))


def test_a_workbook_is_refused_by_its_declared_size_and_its_cells(tmp_path, monkeypatch):
    path = tmp_path / "curve.xlsx"
    book = openpyxl.Workbook()
    for k in range(30):
        book.active.append([k, 1e-7 * k])
    book.save(path)
    monkeypatch.setattr(excel, "MOST_CELLS", 50)
    with pytest.raises(InputError, match="more than 50 cells"):
        read_table(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.bin", bytes(excel.MOST_BYTES + 1))
    with pytest.raises(InputError, match="unpacks to"):
        read_table(path)


def test_a_curve_in_one_endless_line_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "curve.csv"
    path.write_bytes(b"1e-7," * 600_000)
    with pytest.raises(InputError, match="a line of over 2000000 bytes"):
        read_table(path)
    monkeypatch.setattr(reader, "LARGEST_FILE", 1000)
    path.write_bytes(b"1,2\n" * 500)
    with pytest.raises(InputError, match="over 1000 bytes"):
        read_table(path)


@pytest.mark.parametrize(
    "text", ["# only\n# comments\n", "#", "a b c\nS V\n1 2 3\n", "x,y (S\n4 5\n7,3e-7\n8,7e-7\n"]
)
def test_a_file_without_a_table_is_one_line(text, tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text(text)
    try:
        read_table(path)
    except InputError as error:
        assert "curve.csv" in str(error)  # noqa: PT017


def test_random_search_over_the_readers_finds_nothing():
    """The short form of ``make stress``: seconds instead of an hour."""
    kinds = "formula,curve,device,designs,crossref,idx,npz"
    command = [sys.executable, str(ROOT / "tests" / "stress" / "readers.py"), "--cpu", "5", "--kinds", kinds]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") >= len(kinds.split(","))
