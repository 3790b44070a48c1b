"""How many papers are missing: thresholds, learning curves, and what a flat curve says."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from perovdata.cli import main
from perovdata.errors import InputError
from perovdata.models import gaps
from perovdata.models.evaluation.missing_values import papers_for_skill


def curve(metric, skills, papers=(10, 20, 40, 80)):
    rows = [(metric, "XGBoost AFT", n, s) for n, s in zip(papers, skills, strict=True)]
    rows += [(metric, "global median", n, 0.0) for n in papers]
    return pd.DataFrame(rows, columns=["metric", "learner", "n_papers", "skill"])


def test_a_straight_line_is_read_off_where_it_reaches_the_skill():
    n = np.array([10.0, 20.0, 40.0, 80.0])
    rising = curve("on_off_ratio", 0.02 * np.log(n / 80))  # zero at 80 papers
    assert papers_for_skill(rising, 0.05) == pytest.approx(80 * np.exp(0.05 / 0.02))
    assert papers_for_skill(curve("on_off_ratio", [0.1, 0.2, 0.3, 0.4])) == 80
    assert papers_for_skill(curve("on_off_ratio", [-0.1, -0.1, -0.2, -0.2])) is None
    assert papers_for_skill(curve("x", [0.0], (10,))) is None


def test_thresholds_and_curves_decide(tmp_path):
    path = tmp_path / "learning_curve.csv"
    frames = [curve("on_off_ratio", [-0.3, -0.2, -0.1, 0.0]), curve("retention", [0.0, -0.1, -0.1, -0.2])]
    pd.concat(frames).to_csv(path, index=False)
    rows = {r["metric"]: r for r in gaps(path)}
    assert rows["on_off_ratio"]["missing"] > 0
    assert rows["on_off_ratio"]["needed"] == rows["on_off_ratio"]["papers"] + rows["on_off_ratio"]["missing"]
    assert rows["retention"]["missing"] is None
    assert "does not rise" in rows["retention"]["basis"]
    few = rows["nonlinearity_ltp"]
    assert few["missing"] == 25 - few["papers"]
    for family in few["families"].values():
        assert family["missing"] == max(0, 8 - family["papers"])


def test_the_command_prints_one_object(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["perovdata", "dataset", "info", "--gaps", "--json"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    rows = json.loads(capsys.readouterr().out)["metrics"]
    assert {"metric", "unit", "papers", "needed", "missing", "basis", "families"} <= rows[0].keys()


def test_a_file_that_is_no_curve_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="learning_curve"):
        gaps(tmp_path / "x.csv")
    with pytest.raises(InputError, match="learning_curve"):
        gaps(tmp_path / "none.csv")
