"""The predictor on disk: one folder, no pickle, refused if anything in it is not as it was written.

``metadata.json`` holds everything but the fitted estimators; ``models/METRIC.json`` or ``.skops`` the
estimators
(their state as data; only the types listed here and in :mod:`plain` may be rebuilt), ``README.md`` the
model card,
``checksums.json`` the SHA-256 of every file. Checksums guard against accidents and careless edits; against a
stranger's bundle guards the closed list of types.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perovdata.errors import InputError
from perovdata.files import write_atomic
from perovdata.models.predictor.copula import Copula
from perovdata.models.predictor.intervals import LocalScale, ResidualSample
from perovdata.models.predictor.metric_model import MetricModel
from perovdata.models.predictor.predictor import Predictor
from perovdata.models.store.card import model_card
from perovdata.models.store.json_estimators import from_plain, is_plain, to_plain
from perovdata.models.store.versions import BUNDLE_SCHEMA, data_version

__all__ = ["TRUSTED", "StaleBundle", "load_bundle", "save_bundle"]


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
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
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
    sums = _read_json(folder / "checksums.json")
    for name, digest in sums.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"model bundle {folder}: file {name} is missing; train it anew")
        if _sha256(path) != digest:
            raise InputError(f"model bundle {folder}: file {name} was changed after training; train it anew")
    content = _read_json(folder / "metadata.json")
    try:
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
    except (KeyError, TypeError, IndexError) as error:
        raise StaleBundle(
            f"model bundle {folder}: not the layout of this version ({error}); train it anew"
        ) from None


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
    unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
    if unknown:
        raise InputError(
            f"model bundle {folder}: models/{name}.skops asks for unknown types {', '.join(unknown)}"
        )
    return skops.io.load(path, trusted=list(TRUSTED))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not found; this is no model bundle") from None
    except ValueError as error:
        raise InputError(f"{path}: not readable as JSON ({error})") from None


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
    reference = predictor.reference.astype(object)
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
        "reference": reference.where(reference.notna(), None).to_dict("list"),
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
    reference = pd.DataFrame(content["reference"])
    return Predictor(
        models,
        copula,
        from_plain(content["distance"]),
        reference,
        np.array(content["difficulty"]),
        content["summary"],
        content["metadata"],
    )
