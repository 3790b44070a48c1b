"""Digitised curves beside a paper become fitted values with the figure as locator."""

import io
import json
import tarfile

import numpy as np
import pytest

from perovdata import fit
from perovdata.dataset.reading import curves_beside, curves_of, figure_values
from perovdata.errors import InputError

from .papers import MARKDOWN

INTERVALS = np.array([20, 40, 80, 160, 320, 640, 1280, 2560.0])
# The usual double exponential (Zucker and Regehr 2002, doi 10.1146/annurev.physiol.64.092501.114547).
PPF = 1 + 0.6 * np.exp(-INTERVALS / 60) + 0.35 * np.exp(-INTERVALS / 900)


def project(names=("Fig. 3b: interval (ms); PPF index (%)",)):
    """A WebPlotDigitizer 4 project with one data set per name."""
    points = [
        {"x": 1, "y": 2, "value": [float(t), 100 * float(p)]} for t, p in zip(INTERVALS, PPF, strict=True)
    ]
    sets = [{"name": n, "axesName": "XY", "data": points} for n in names]
    return json.dumps(
        {"version": [4, 2], "axesColl": [{"name": "XY", "type": "XYAxes"}], "datasetColl": sets}
    )


def test_a_project_gives_curves_with_headings_and_figures(tmp_path):
    path = tmp_path / "paper.wpd.json"
    path.write_text(
        project(("Fig. 3b: interval (ms); PPF index (%)", "Figure S2(a): PPF (%) vs interval (ms)"))
    )
    one, two = curves_of(path)
    assert (one.figure, two.figure) == ("Fig. 3b", "Fig. S2a")
    assert one.csv.splitlines()[:2] == ["interval (ms),PPF index (%)", f"20.0,{100 * float(PPF[0])!r}"]
    assert two.csv.startswith("interval (ms),PPF (%)")


def test_a_curve_beside_the_paper_is_fitted_into_values(tmp_path, cli):
    (tmp_path / "paper.md").write_text(MARKDOWN, "utf-8")
    (tmp_path / "paper.wpd.json").write_text(project())
    (tmp_path / "other.wpd.json").write_text("not read: of another paper")
    assert curves_beside(tmp_path / "paper.md") == [tmp_path / "paper.wpd.json"]
    code, out, _ = cli("dataset", "read", tmp_path / "paper.md", "--json")
    assert code == 0
    values = [v for v in json.loads(out)["proposals"][0]["measurements"] if v["metric"] == "ppf_index"]
    assert [v["evidence"]["locator"] for v in values] == ["Fig. 3b"]
    assert values[0]["value"] == pytest.approx(100 * PPF[0], rel=0.05)
    assert values[0]["definition"] == "A2/A1"


def test_a_csv_is_handed_to_fit_as_it_stands(tmp_path):
    path = tmp_path / "paper.fig4.csv"
    rows = "\n".join(f"{t},{p}" for t, p in zip(INTERVALS, PPF, strict=True))
    path.write_text(f"interval (ms),PPF ratio\n{rows}\n")
    values, failures = figure_values(path, fit)
    assert failures == []
    assert {v["evidence"]["locator"] for v in values} == {"Fig. 4"}
    record = fit(path, name="paper.fig4").record()
    assert [v["value"] for v in values] == [m["value"] for m in record["measurements"]]


def test_a_tar_project_is_read_and_nothing_else_in_it(tmp_path):
    path = tmp_path / "paper.wpd.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in (("../evil.txt", b"x"), ("p/wpd.json", project().encode())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert curves_of(path)[0].figure == "Fig. 3b"
    assert not (tmp_path.parent / "evil.txt").exists()


def test_what_cannot_be_fitted_is_told_and_does_not_stop_the_rest(tmp_path):
    path = tmp_path / "paper_fig1.csv"
    path.write_text("a,b\n1,2\n")
    values, failures = figure_values(path, fit)
    assert values == []
    assert [f.startswith("paper_fig1.csv Fig. 1") for f in failures] == [True]


@pytest.mark.parametrize("content", ["{", "[]", '{"datasetColl": []}', '{"datasetColl": [{"data": []}]}'])
def test_a_file_that_is_no_project_is_refused(tmp_path, content):
    path = tmp_path / "paper.wpd.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"no WebPlotDigitizer project|no data set"):
        curves_of(path)
