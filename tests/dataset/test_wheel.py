"""The wheel holds tables and predictor: used from it alone, in an empty folder, without network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perovdata.dataset import load_synapses

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="needs the checkout to build from")
def test_tables_and_predictor_load_from_the_wheel_outside_the_repository(tmp_path):
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    offline = {**os.environ, "PIP_NO_INDEX": "1", "PYTHONPATH": ""}
    run = {"check": True, "capture_output": True, "text": True}
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT]
    subprocess.run(command, env=offline, cwd=tmp_path, **run)
    wheel = next(tmp_path.glob("*.whl"))
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run(install, env=offline, cwd=tmp_path, **run)
    program = (
        "import perovdata, perovdata.dataset as d\n"
        "print(perovdata.__file__)\n"
        "print(len(d.load_synapses()), len(d.load_background()), d.validate().ok)\n"
        "from perovdata.models import load_predictor\n"
        "print(len(load_predictor(note=print).predict(d.SynapseDesign('CsPbBr3'))[0].predictions) > 5)\n"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {**offline, "PYTHONPATH": str(site), "PEROVDATA_CACHE_DIR": str(tmp_path / "cache")}
    out = subprocess.run([sys.executable, "-c", program], env=env, cwd=empty, **run).stdout.splitlines()
    assert Path(out[0]).is_relative_to(site)
    values, background, ok = out[1].split()
    assert out[2:] == ["True"]  # no note: neither passed over nor trained
    assert not (tmp_path / "cache" / "models").exists()
    assert (int(values), int(background) > 0, ok) == (len(load_synapses()), True, "True")
