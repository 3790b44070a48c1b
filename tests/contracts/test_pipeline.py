"""Each DVC stage names everything it reads: the modules its script imports and the parameters it uses."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest
import yaml
from renew import imported_by, stale, upstream

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
# Written by every stage's author by hand elsewhere; a change of these cannot change a result.
FREE = {"perovdata"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("perovdata", cache_dir=None)


def module_path(module: str) -> Path:
    base = ROOT / Path(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@pytest.mark.parametrize("name", sorted(STAGES))
def test_stage_lists_the_modules_it_imports(name, graph):
    stage = STAGES[name]
    script = ROOT / re.search(r"pipelines/\w+\.py", stage["cmd"]).group()
    deps = [ROOT / dep for dep in stage["deps"]]
    assert script in deps
    missing = [
        module
        for module in sorted(upstream(graph, imported_by(script)) - FREE)
        if not any(module_path(module) == dep or dep in module_path(module).parents for dep in deps)
    ]
    assert not missing, f"stage {name} reads modules that its deps do not list"


@pytest.mark.parametrize("name", sorted(STAGES))
def test_stage_names_the_parameters_it_reads(name):
    stage = STAGES[name]
    script = (ROOT / re.search(r"pipelines/\w+\.py", stage["cmd"]).group()).read_text()
    read = set(re.findall(r"params\(\"(\w+)\"\)", script))
    # A stage may depend on one entry of a section only.
    assert read == {name.split(".")[0] for name in stage.get("params", [])}
    assert read <= set(yaml.safe_load((ROOT / "params.yaml").read_text()))


def test_source_tables_are_never_an_output():
    outs = [
        str(out if isinstance(out, str) else next(iter(out)))
        for s in STAGES.values()
        for out in s.get("outs", [])
    ]
    assert not [out for out in outs if out.startswith("data/tables")]


def test_what_the_repository_says_of_itself_is_fresh():
    """Stage inputs, the picture of the rooms, the table of results: ``make renew`` writes them."""
    assert stale() == []
