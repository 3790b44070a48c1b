"""The measured law is the right one: a device that no label describes, against plain NumPy pulse by pulse."""

import numpy as np
import pytest
from measured_law import own_table, sigmoid_device


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
