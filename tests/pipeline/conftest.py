"""A copy of the checkout in which the pipeline has run on reduced numbers, once for all test processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from perovdata.files import cache_dir

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "perovdata",
    "data/benchmark",
    "data/tables",
    "data/datapackage.json",
    "pipelines",
    "notebooks",
    "dvc.yaml",
    "params.yaml",
    ".dvcignore",  # else the bytecode that Python writes counts as a change of the code
)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory, worker_id) -> Path:
    """A copy of the checkout with reduced parameters, in which the pipeline has run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "checkout"
    with FileLock(f"{folder}.lock"):
        if not (folder / ".done").exists():
            _reproduce(folder)
            (folder / ".done").touch()
    return folder


def _reproduce(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of another worker that failed half-way
    folder.mkdir()
    copy_to(folder)
    params = yaml.safe_load((folder / "params.yaml").read_text())
    reduced = yaml.safe_load((Path(__file__).parent / "params.yaml").read_text())
    for section, values in reduced.items():
        params[section].update(values)
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    run(folder, "dvc", "init", "--no-scm", "--quiet")
    run(folder, "dvc", "repro")


def copy_to(folder: Path) -> None:
    """What a stage needs of the checkout."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def environment(folder: Path) -> dict[str, str]:
    # The copy's own package comes first; of the user's cache only compiled kernels are read and written.
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PEROVDATA_CACHE_DIR": str(folder / "cache"),
        "JAX_COMPILATION_CACHE_DIR": os.environ.get("JAX_COMPILATION_CACHE_DIR", str(cache_dir() / "jax")),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "DVC_NO_ANALYTICS": "1",
    }


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
