"""The predictor on disk: one folder, no pickle, refused if anything in it is not as it was written.

``metadata.json`` holds everything but the fitted estimators; ``models/METRIC.json`` or ``.skops`` the
estimators
(their state as data; only the types listed here and in :mod:`plain` may be rebuilt), ``README.md`` the
model card,
``checksums.json`` the SHA-256 of every file. Checksums guard against accidents and careless edits; against a
stranger's bundle guards the closed list of types.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from perovdata.documents import read_json, refuse_swelling
from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.models.predictor.copula import Copula
from perovdata.models.predictor.intervals import LocalScale, ResidualSample
from perovdata.models.predictor.metric_model import MetricModel
from perovdata.models.predictor.predictor import Predictor
from perovdata.models.store.card import model_card
from perovdata.models.store.json_estimators import from_plain, is_plain, to_plain
from perovdata.models.store.trees import check_estimators
from perovdata.models.store.versions import BUNDLE_SCHEMA, data_version

_FILES = re.compile(r"README\.md|metadata\.json|models/\w+\.(json|skops)")
_LARGEST = 500_000_000  # bytes of a file, unpacked
_ASIDE = ".aside"
_DEAD_AFTER = 3600.0  # s; training takes minutes


class StaleBundle(InputError):
    """A bundle that is whole but belongs to other data or another version."""


# What skops may rebuild; everything else that it does not know itself is refused.
TRUSTED = (
    "numpy.dtype",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.tree._tree.Tree",
    "perovdata.models.estimators.baselines.FamilyMedian",
    "perovdata.models.estimators.baselines.GlobalMedian",
    "perovdata.models.estimators.candidates.Average",
    "perovdata.models.estimators.boosting.IntervalBoosting",
    "perovdata.models.estimators.candidates.WithBounds",
    "perovdata.models.estimators.hierarchical.VarianceComponents",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBRegressor",
)


def save_bundle(predictor: Predictor, folder: str | Path) -> None:
    """Write the bundle; the folder appears whole or not at all.

    Parameters
    ----------
    predictor : Predictor
    folder : path-like
        Replaced if it exists.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        (staging / "models").mkdir()
        for name, model in predictor.models.items():
            _save_models([model.final, *model.models], staging / "models", name)
        write_atomic(
            staging / "metadata.json", json.dumps(_to_json(predictor), indent=1, sort_keys=True) + "\n"
        )
        write_atomic(staging / "README.md", model_card(predictor))
        sums = {str(p.relative_to(staging)): _sha256(p) for p in sorted(staging.rglob("*")) if p.is_file()}
        write_atomic(staging / "checksums.json", json.dumps(sums, indent=1, sort_keys=True) + "\n")
        staging.chmod(0o755)
        aside = folder.with_name(f".{folder.name}{_ASIDE}")
        _restore(folder)
        if folder.exists():
            folder.rename(aside)
        staging.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        _restore(folder)
        raise


def load_bundle(folder: str | Path, *, check_data: bool = True) -> Predictor:
    """Read a bundle.

    Parameters
    ----------
    folder : path-like
    check_data : bool
        Refuse a bundle trained on other tables than the installed ones.

    Raises
    ------
    InputError
        If files are missing or changed, or a type outside :data:`TRUSTED` is asked for.
    StaleBundle
        If the bundle has another schema or was trained on other data.
    """
    folder = Path(folder)
    _restore(folder)
    sums = _checked_sums(folder)
    try:
        content = _read_json(folder / "metadata.json")
        versions = content["metadata"]["versions"]
        if versions["bundle"] != BUNDLE_SCHEMA:
            raise StaleBundle(
                f"model bundle {folder}: schema {versions['bundle']}, this version reads {BUNDLE_SCHEMA}; "
                "train it anew"
            )
        if check_data and versions["data"] != data_version():
            raise StaleBundle(
                f"model bundle {folder}: trained on data {versions['data']}, installed is {data_version()}; "
                "train it anew"
            )
        return _from_json(content, {name: _load_models(folder, name, sums) for name in content["models"]})
    except InputError:
        raise
    except Exception as error:  # a stranger's state can break NumPy, pandas, skops and XGBoost in any way
        what = f"{type(error).__name__}: {str(error)[:200]}"
        raise StaleBundle(
            f"model bundle {folder}: not the layout of this version ({what}); train it anew"
        ) from None


def _checked_sums(folder: Path) -> dict[str, str]:
    """The checksums, after every file was compared: all of them, and no file or link besides."""
    sums = _read_json(folder / "checksums.json")
    if not isinstance(sums, dict) or not {"metadata.json", "README.md"} <= set(sums):
        raise InputError(f"{folder / 'checksums.json'}: does not name all files of a bundle; train it anew")
    there = set()
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InputError(f"model bundle {folder}: {path.name} is a link or no plain file; train it anew")
        if path.is_file() and path != folder / "checksums.json":
            there.add(str(path.relative_to(folder)))
    for name in sorted(set(sums) ^ there):
        what = "is missing" if name in sums else "has no checksum"
        raise InputError(f"model bundle {folder}: file {name[:80]} {what}; train it anew")
    for name in sorted(there):
        if not _FILES.fullmatch(name):
            raise InputError(f"model bundle {folder}: file {name[:80]} is no part of a bundle; train it anew")
        if _sha256(folder / name) != sums[name]:
            raise InputError(f"model bundle {folder}: file {name} was changed after training; train it anew")
    return sums


def _restore(folder: Path) -> None:
    """Put back the bundle that a writer had set aside when it died, and clear what such writers left."""
    aside = folder.with_name(f".{folder.name}{_ASIDE}")
    if aside.is_dir():
        with contextlib.suppress(OSError):  # another process may do the same
            if folder.exists():
                shutil.rmtree(aside, ignore_errors=True)
            else:
                aside.rename(folder)
    for left in folder.parent.glob(f".{folder.name}.*"):
        with contextlib.suppress(OSError):
            if left.name != aside.name and time.time() - left.stat().st_mtime > _DEAD_AFTER:
                shutil.rmtree(left)


def _save_models(models: list, folder: Path, name: str) -> None:
    """Own estimators as JSON (loads at once), those of scikit-learn through skops."""
    if all(is_plain(m) for m in models):
        write_atomic(folder / f"{name}.json", json.dumps(to_plain(models), allow_nan=False) + "\n")
        return
    import skops.io

    skops.io.dump(models, folder / f"{name}.skops")


def _load_models(folder: Path, name: str, sums: dict[str, str]) -> list:
    if f"models/{name}.json" in sums:
        return from_plain(_read_json(folder / "models" / f"{name}.json"))
    if f"models/{name}.skops" not in sums:
        raise InputError(f"model bundle {folder}: no checksum for the models of {name}; train it anew")
    import skops.io

    path = folder / "models" / f"{name}.skops"
    refuse_swelling(path, _LARGEST)
    unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
    if unknown:
        raise InputError(
            f"model bundle {folder}: models/{name}.skops asks for unknown types {', '.join(unknown)}"
        )
    models = skops.io.load(path, trusted=list(TRUSTED))
    check_estimators(models)
    return models


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_json(path: Path) -> Any:
    try:
        return read_json(path, _LARGEST)
    except InputError as error:
        raise InputError(f"{error}; this is no model bundle, train one anew") from None


def _to_json(predictor: Predictor) -> dict[str, Any]:
    models = {}
    for name, model in predictor.models.items():
        models[name] = {
            "name": model.name,
            "rows": model.rows.tolist(),
            "difficulty": model.train_difficulty.tolist(),
            "scale": [model.scale.typical, model.scale.threshold, model.scale.slope],
            "value": model.sample.value.tolist(),
            "mass": model.sample.mass.tolist(),
            "fold": model.sample.fold.tolist(),
            "n_papers": model.sample.n_papers,
        }
    return {
        "metadata": predictor.metadata,
        "summary": predictor.summary,
        "models": models,
        "copula": {
            "names": list(predictor.copula.names),
            "correlation": predictor.copula.correlation.tolist(),
            "overlap": predictor.copula.overlap.tolist(),
        },
        "distance": to_plain(predictor.distance),
        "reference": {name: [row[name] for row in predictor.reference] for name in predictor.reference[0]},
        "difficulty": predictor.difficulty.tolist(),
    }


def _from_json(content: dict[str, Any], estimators: dict[str, list]) -> Predictor:
    models = {}
    for name, row in content["models"].items():
        sample = ResidualSample(
            np.array(row["value"]), np.array(row["mass"]), np.array(row["fold"], dtype=int), row["n_papers"]
        )
        final, *folds = estimators[name]
        models[name] = MetricModel(
            row["name"],
            final,
            folds,
            sample,
            LocalScale(*row["scale"]),
            np.array(row["rows"], dtype=int),
            np.array(row["difficulty"]),
        )
    c = content["copula"]
    copula = Copula(tuple(c["names"]), np.array(c["correlation"]), np.array(c["overlap"], dtype=int))
    models = {name: models[name] for name in copula.names}
    columns = content["reference"]
    reference = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Predictor(
        models,
        copula,
        from_plain(content["distance"]),
        reference,
        np.array(content["difficulty"]),
        content["summary"],
        content["metadata"],
    )
