"""The whole road on small numbers: source tables in, report out, and the notebook on top of it."""

from __future__ import annotations

import json
import math
import re
import sys

import nbclient
import nbformat
import pytest
import yaml

from .conftest import ROOT, environment, run


def test_every_stage_left_its_outputs(checkout):
    stages = yaml.safe_load((checkout / "dvc.yaml").read_text())["stages"]
    outs = [out for stage in stages.values() for out in (*stage.get("outs", []), *stage.get("metrics", []))]
    outs = [out if isinstance(out, str) else next(iter(out)) for out in outs]
    assert outs
    assert not [out for out in outs if not (checkout / out).exists()]


def test_a_second_run_does_no_stage(checkout):
    told = run(checkout, "dvc", "repro")
    assert "Running stage" not in told
    assert "up to date" in told


def test_metrics_are_flat_finite_numbers(checkout):
    files = sorted((checkout / "data" / "metrics").glob("*.json"))
    assert len(files) >= 4
    for path in files:
        for key, value in json.loads(path.read_text()).items():
            assert isinstance(value, (int, float)), f"{path.name}: {key}"
            assert math.isfinite(value), f"{path.name}: {key}"


def test_report_needs_nothing_beside_it(checkout):
    text = (checkout / "data" / "derived" / "report.html").read_text(encoding="utf-8")
    assert text.count("<svg") >= 8
    assert not re.search(r"<script\b[^>]*\bsrc=", text)
    text = re.sub(r"<script\b[^>]*>.*?</script>", "", text, flags=re.S)
    assert not re.search(r"(?:src|href)=\"(?!#|data:|https://|http://)[^\"]+\"", text)
    assert not re.search(r"<(?:script|link|iframe)\b|<img (?!src=\"data:image/png;base64,)", text)
    for word in ("measured", "predicted", "population", "assumed", "PEA"):
        assert word in text


def test_the_worked_design_is_told_with_intervals_and_origins(checkout):
    for task, result in json.loads((checkout / "data/derived/simulation.json").read_text()).items():
        low, high = result["accuracy"]["interval"]
        assert 0 <= low <= result["accuracy"]["median"] <= high <= 100, task
        assert len(result["accuracy"]["values"]) >= 4
        assert {p["origin"] for p in result["parameters"].values()} >= {"population", "assumed"}
    prediction = json.loads((checkout / "data/derived/prediction.json").read_text())
    told = {metric: p for metric, p in prediction["predictions"].items() if p["interval"]}
    assert len(told) >= 5
    for metric, p in told.items():
        assert p["interval"][0] <= p["median"] <= p["interval"][1], metric
        assert p["n_papers"] >= 8
    # With fewer papers nothing is called a prediction.
    assert all(p["n_papers"] < 8 for metric, p in prediction["predictions"].items() if metric not in told)
    assert prediction["nearest"]


def test_the_same_seed_gives_the_same_numbers(checkout):
    path = checkout / "data" / "derived" / "simulation.json"
    before = path.read_text()
    run(checkout, sys.executable, "pipelines/simulate.py")
    assert path.read_text() == before


def test_summary_for_the_terminal(checkout):
    told = run(checkout, sys.executable, "-m", "perovdata", "report", "--summary", "--json")
    assert "papers" in json.loads(told)["dataset"]


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, checkout, monkeypatch):
    for name, value in environment(checkout).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a notebook shows its figures itself
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(len([line for line in cell.source.splitlines() if line.strip()]) for cell in code) < 80
    assert not any(cell.outputs for cell in code), "notebooks are committed without outputs"
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(checkout)}}
    )
    client.execute()
    texts = [out.get("text", "") for cell in code for out in cell.outputs]
    figures = sum("image/png" in out.get("data", {}) for cell in code for out in cell.outputs)
    assert figures >= FIGURES.get(path.stem, 1)
    for said in SAYS.get(path.stem, ()):
        assert said in "".join(texts)


# What a notebook draws and says at least.
FIGURES = {"01-explore": 3}
SAYS = {
    "01-explore": ("predicted",),
    "03-fit-a-curve": ("of the window from the measured sweeps", "points too"),
    "06-own-data-and-own-model": ("Leaderboard",),
}
