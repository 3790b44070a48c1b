"""Bundles that are damaged, tampered with or cut short: one line, never a crash, never a lost bundle."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil

import numpy as np
import pytest
import xgboost

from perovdata.errors import InputError
from perovdata.models.store import find_or_train
from perovdata.models.store.bundle import load_bundle, save_bundle
from perovdata.models.store.trees import check_booster


@pytest.fixture
def folder(bundle, tmp_path):
    shutil.copytree(bundle[0], tmp_path / "model")
    return tmp_path / "model"


def sealed(folder):
    """Make the checksums anew, as a stranger can."""
    sums = {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "checksums.json"
    }
    (folder / "checksums.json").write_text(json.dumps(sums))


def without_metadata(folder):
    sums = json.loads((folder / "checksums.json").read_text())
    del sums["metadata.json"]
    (folder / "checksums.json").write_text(json.dumps(sums))


CHANGES = {
    "metadata out of the checksums": (without_metadata, "does not name all files"),
    "file besides": (lambda f: (f / "models" / "more.json").write_text("[]"), "more.json has no checksum"),
    "script besides": (lambda f: ((f / "x.py").write_text(""), sealed(f)), "x.py is no part of a bundle"),
    "link": (lambda f: (f / "models" / "y.json").symlink_to("/etc/hostname"), "is a link"),
    "file missing": (lambda f: (f / "README.md").unlink(), "README.md is missing"),
    "file changed": (lambda f: (f / "README.md").write_text("x"), "README.md was changed"),
    "checksums a list": (lambda f: (f / "checksums.json").write_text("[]"), "does not name all files"),
    "checksums torn": (lambda f: (f / "checksums.json").write_text('{"a'), "not JSON"),
    "metadata a number": (lambda f: ((f / "metadata.json").write_text("5"), sealed(f)), "not the layout"),
    "metadata deep": (lambda f: ((f / "metadata.json").write_text("[" * 5000), sealed(f)), "nested deeper"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_bundle_is_refused_in_one_line(name, folder):
    change, says = CHANGES[name]
    change(folder)
    with pytest.raises(InputError) as caught:
        load_bundle(folder)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "key", ["metadata", "summary", "models", "copula", "distance", "reference", "difficulty"]
)
@pytest.mark.parametrize("value", [None, 5, [], {}, "x", [[1], [2, 3]], {"class": "os.system"}])
def test_any_other_content_is_refused_or_read(key, value, folder):
    content = json.loads((folder / "metadata.json").read_text())
    content[key] = value
    (folder / "metadata.json").write_text(json.dumps(content))
    sealed(folder)
    try:
        load_bundle(folder)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.fixture(scope="module")
def booster():
    draw = np.random.default_rng(0)
    data = xgboost.DMatrix(draw.normal(size=(60, 4)), label=draw.normal(size=60))
    model = xgboost.train({"max_depth": 3}, data, 3)
    return json.loads(bytes(model.save_raw("json")))


def test_a_sound_forest_passes(booster):
    check_booster(booster)


TREE = {
    "child outside": lambda t: t["left_children"].__setitem__(0, 10_000),
    "child negative": lambda t: t["left_children"].__setitem__(0, -7),
    "circle": lambda t: t["left_children"].__setitem__(0, 0),
    "child twice": lambda t: t["left_children"].__setitem__(0, t["right_children"][0]),
    "feature outside": lambda t: t["split_indices"].__setitem__(0, 4),
    "not finite": lambda t: t["split_conditions"].__setitem__(0, float("nan")),
    "short array": lambda t: t["split_conditions"].pop(),
    "text": lambda t: t["right_children"].__setitem__(0, "x"),
    "other node number": lambda t: t["tree_param"].__setitem__("num_nodes", "1"),
    "no array": lambda t: t.__setitem__("left_children", 5),
    "empty": lambda t: t.update({k: [] for k in t if isinstance(t[k], list)}),
}


@pytest.mark.parametrize("name", TREE)
def test_a_tree_that_leads_astray_never_reaches_the_library(name, booster):
    model = copy.deepcopy(booster)
    TREE[name](model["learner"]["gradient_booster"]["model"]["trees"][1])
    with pytest.raises(InputError, match="model bundle"):
        check_booster(model)


def test_a_writer_that_died_between_its_renames_loses_nothing(folder):
    aside = folder.with_name(f".{folder.name}.aside")
    folder.rename(aside)
    assert load_bundle(folder).models
    assert not aside.exists()


def test_saving_onto_a_bundle_keeps_one_if_the_rename_fails(folder, monkeypatch):
    predictor = load_bundle(folder)
    before = (folder / "checksums.json").read_bytes()
    real = type(folder).rename

    def fail(self, target):
        if str(target) == str(folder) and not str(self).endswith(".aside"):
            raise OSError("disk went away")
        return real(self, target)

    monkeypatch.setattr(type(folder), "rename", fail)
    with pytest.raises(OSError, match="disk went away"):
        save_bundle(predictor, folder)
    assert (folder / "checksums.json").read_bytes() == before
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_damaged_cache_is_trained_anew_and_told(folder, tmp_path, monkeypatch):
    cached = tmp_path / "cache" / "models" / f"{find_or_train.data_version()}-{find_or_train.BUNDLE_SCHEMA}"
    shutil.copytree(folder, cached)
    (cached / "metadata.json").write_text("{")
    monkeypatch.setenv("PEROVDATA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(find_or_train, "shipped_bundle", lambda: tmp_path / "none")
    monkeypatch.chdir(tmp_path)

    def train(target, progress):
        shutil.rmtree(target)
        shutil.copytree(folder, target)

    monkeypatch.setattr(find_or_train, "_train_into", train)
    told = []
    assert find_or_train.load_predictor(note=told.append).models
    assert "damaged" in told[0]
