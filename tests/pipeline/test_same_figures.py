"""The report reads what the stage simulate wrote: it holds the figures of the command and of Python."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
import yaml
from typer.testing import CliRunner

import perovdata
from perovdata.cli.application import app

from .conftest import ROOT, copy_to, run

TASKS = ["associate", "reservoir-digits"]
FIGURES = (
    "accuracy",
    "precision",
    "draws",
    "seeds",
    "energy_per_image_J",
    "energy_terms",
    "ceiling",
    "verdict",
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """Results of the stage for the worked design of params.yaml, on two quick tasks."""
    folder = tmp_path_factory.mktemp("stage")
    copy_to(folder)
    shutil.copytree(ROOT / "data" / "model", folder / "data" / "model")
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    params["simulate"]["tasks"] = TASKS
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    run(folder, sys.executable, "pipelines/simulate.py")
    return params, json.loads((folder / "data" / "derived" / "simulation.json").read_text())


@pytest.mark.parametrize("task", TASKS)
def test_report_command_and_python_tell_the_same(staged, task):
    params, results = staged
    design = params["design"]
    columns = {name: value for name, value in design["columns"].items() if name != "composition"}
    formula = design["columns"]["composition"]
    told = perovdata.simulate(
        formula, task=task, known=design["known"], seed=design["seed"], level=design["level"], **columns
    )
    options = [f"--{name.replace('_', '-')}={value}" for name, value in columns.items()]
    options += [f"--known={name}={value}" for name, value in design["known"].items()]
    options += [f"--seed={design['seed']}", f"--level={design['level']}", "--json"]
    done = CliRunner().invoke(app, ["simulate", formula, "--task", task, *options])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    for name in FIGURES:
        assert json.loads(json.dumps(told[name])) == printed[name] == results[task][name], name
    medians = [
        {name: entry["median"] for name, entry in of["parameters"].items()}
        for of in (told, printed, results[task])
    ]
    assert medians[0] == pytest.approx(medians[1])
    assert medians[1] == medians[2]
