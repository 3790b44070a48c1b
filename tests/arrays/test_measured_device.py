"""The measured law is the right one: a device that no label describes, against plain NumPy pulse by pulse."""

from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from measured_law import own_table, sigmoid_device

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03-fit-a-curve.ipynb"


def test_a_sigmoid_device_is_its_table_and_not_its_label():
    found, misfit, _ = sigmoid_device(seeds=2, epochs=1)
    literal, measured, _, label = (values.mean() for values in found.values())
    assert misfit > 0.1
    assert abs(measured - literal) < 6  # runs of one device scatter by 3 points after one epoch
    assert literal - label > 12


@pytest.mark.slow
def test_an_exponential_device_is_its_table():
    for name, closed, table in own_table("digits-online", 32):
        error = np.hypot(closed.std(ddof=1), table.std(ddof=1)) / np.sqrt(32)
        assert abs(table.mean() - closed.mean()) < max(1.5, 2 * error), name


def test_notebook_from_a_curve_to_an_accuracy(monkeypatch, tmp_path):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a notebook shows its figures itself
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in code), "notebooks are committed without outputs"
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    texts = "".join(out.get("text", "") for cell in code for out in cell.outputs)
    assert "of the window from the measured sweeps" in texts
    assert "points too" in texts
    assert sum("image/png" in out.get("data", {}) for cell in code for out in cell.outputs) == 1
