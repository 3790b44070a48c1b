"""Designs without a data frame: the same numbers and texts as with one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perovdata.dataset import SynapseDesign
from perovdata.features import FEATURE_GROUPS, design_columns, design_frame

DESIGNS = [
    SynapseDesign("CsPbBr3"),
    SynapseDesign("(PEA)2SnI4", device_type="2T-memristor", stimulus="electrical"),
    SynapseDesign("CsPbBrxI3-x", morphology="nanocrystal", thickness_nm=100),
    SynapseDesign("Cs3Bi2I9", stack="ITO/Cs3Bi2I9/Au"),
]


def test_columns_say_what_the_frame_says():
    frame = design_frame(pd.DataFrame([design.as_row() for design in DESIGNS]))
    columns = design_columns(DESIGNS)
    assert len(columns) == len(frame)
    assert [*columns.names, *columns.texts] == list(frame)
    for name in frame:
        np.testing.assert_array_equal(columns[name], frame[name].to_numpy())
    some = list(columns.names)[3:6]
    np.testing.assert_array_equal(columns[some], frame[some].to_numpy())


def test_rows_are_taken_with_their_texts():
    last = design_columns(DESIGNS, FEATURE_GROUPS).take(np.array([3]))
    assert (len(last), last["composition"].tolist()) == (1, ["Cs3Bi2I9"])
