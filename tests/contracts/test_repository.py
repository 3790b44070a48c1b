"""Promises about the repository as a whole, checked on the files that git would hand to a stranger."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    *("pyproject.toml", "perovdata", "data", "pipelines", "notebooks", "tests", "dvc.yaml", "README.md"),
    *("params.yaml", "dvc.lock", "Makefile", "requirements.lock", "LICENSE", "CITATION.cff"),
    *("benchmarks", "docs", "mkdocs.yml", "CHANGELOG.md", "CONTRIBUTING.md"),
}


HEAVY = ("pandas", "numpy", "scipy", "sklearn", "jax", "pymatgen", "matminer", "xgboost", "matplotlib", "dvc")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files to check")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_top_level_is_the_documented_one():
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_no_machine_path_and_no_package_index():
    # Spelled in pieces so that this file does not match itself.
    words = [
        "/wo" + "rk/",
        "/ro" + "ot/",
        r"pypi\.org/sim" + "ple",
        "files.pythonho" + "sted",
        "--(extra-)?index" + "-url",
    ]
    pattern = re.compile("|".join(words))
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_lock_file_pins_every_package_with_hashes():
    text = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([A-Za-z0-9._-]+(?:\[[^\]]*\])?==\S+)", text, flags=re.M)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)
    blocks = [block for block in blocks if "==" in block.split("\n")[0]]
    assert len(pins) == len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)


def test_nothing_is_stored_with_pickle():
    forbidden = re.compile(r"\bimport pickle\b|joblib\.(load|dump)|pickle\.loads?\(")
    # One test sends a transformer through pickle as worker processes do; it stores nothing.
    free = {Path(__file__).resolve(), ROOT / "tests" / "features" / "test_estimator.py"}
    code = [path for path in tracked() if path.suffix == ".py" and path not in free]
    assert code
    assert not [path for path in code if forbidden.search(text_of(path))]


def test_help_imports_nothing_heavy():
    code = f"""
import sys
from perovdata.cli import main
sys.argv = ["perovdata", "--help"]
try:
    main()
except SystemExit:
    pass
print("HEAVY", sorted({set(HEAVY)} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    assert "simulate" in done.stdout
