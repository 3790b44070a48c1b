"""What a fitted predictor depends on: the data, the schema of the bundle and the libraries."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from perovdata.files import tables_dir

BUNDLE_SCHEMA = "4"
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "xgboost", "pymatgen")


def data_version() -> str:
    """Short hash of the source tables: one changed cell makes another version."""
    digest = hashlib.sha256()
    for path in sorted(tables_dir().glob("*.csv")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def current_versions() -> dict[str, str]:
    """Versions of the package, the data, the bundle schema and the libraries that fit models."""
    return {
        "perovdata": version("perovdata"),
        "data": data_version(),
        "bundle": BUNDLE_SCHEMA,
        **{name: version(name) for name in _LIBRARIES},
    }
