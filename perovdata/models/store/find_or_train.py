"""Find a fitted predictor, or train one once; the short way from a formula to a prediction."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from perovdata.dataset import DESIGN_COLUMNS, SynapseDesign
from perovdata.errors import InputError, unknown_choice
from perovdata.files import cache_dir, data_dir
from perovdata.models.predictor.prediction import Prediction
from perovdata.models.predictor.predictor import Predictor
from perovdata.models.store.bundle import StaleBundle, load_bundle
from perovdata.models.store.versions import BUNDLE_SCHEMA, data_version


def shipped_bundle() -> Path:
    """Folder of the bundle that travels with the tables, in the wheel and in the checkout."""
    return data_dir() / "model"


def load_predictor(
    *, progress: Callable[[int, int], None] | None = None, note: Callable[[str], None] | None = None
) -> Predictor:
    """The predictor for the installed data.

    The shipped one if it belongs to the tables as they are. Where the tables were changed it is taken from
    the user's cache folder; if that has none either, it is evaluated and trained there once (a few minutes).

    Parameters
    ----------
    progress : callable, optional
        Called with (done, total) while training.
    note : callable, optional
        Gets one line of text when a bundle is passed over or training starts.

    Raises
    ------
    InputError
        If the shipped bundle was tampered with. A damaged one of the cache is trained anew.
    """
    tell = note or (lambda _: None)
    shipped = shipped_bundle()
    if (shipped / "checksums.json").is_file():
        try:
            return _load_once(shipped, (shipped / "checksums.json").stat().st_mtime_ns)
        except StaleBundle as error:
            tell(f"{error}; using the cache instead")
    cached = cache_dir() / "models" / f"{data_version()}-{BUNDLE_SCHEMA}"
    if not (cached / "checksums.json").is_file():
        tell("no fitted predictor for this data yet: evaluating and training one, once (a few minutes)")
        _train_into(cached, progress)
    try:
        return _load_once(cached, (cached / "checksums.json").stat().st_mtime_ns)
    except InputError as error:
        tell(f"the cached predictor is damaged ({error}): training one anew")
        _train_into(cached, progress)
    return _load_once(cached, (cached / "checksums.json").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _load_once(folder: Path, stamp: int) -> Predictor:
    """Read a bundle once per process; `stamp` makes a rewritten one count as new."""
    return load_bundle(folder)


def _train_into(folder: Path, progress: Callable[[int, int], None] | None) -> None:
    from perovdata.models.evaluation.run import evaluate
    from perovdata.models.store.final_fit import train

    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".evaluation.", dir=folder.parent))
    try:
        evaluate(None, scratch, progress=progress)
        train(None, scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def predict(
    formula: str,
    *,
    known: Mapping[str, float] | None = None,
    metrics: Sequence[str] | None = None,
    level: float = 0.9,
    seed: int = 0,
    **design_options: Any,
) -> Prediction:
    """What reported devices lead one to expect of a design.

    Parameters
    ----------
    formula : str
        Composition, e.g. ``"CsPbBr3"``.
    known : mapping, optional
        Metrics already measured, in their units: they shift and sharpen the others.
    metrics : sequence of str, optional
        Metrics to predict; all by default.
    level : float
        Level of the intervals.
    seed : int
    **design_options
        Design columns: ``morphology="nanocrystal"``, ``stimulus="optical"`` ...

    Raises
    ------
    InputError
        For an unreadable formula or an unknown option, category or metric.

    Examples
    --------
    >>> predict("CsPbBr3", morphology="nanocrystal", stimulus="optical")  # doctest: +SKIP
    """
    for name in design_options:
        if name not in DESIGN_COLUMNS[1:]:
            raise unknown_choice("design option", name, DESIGN_COLUMNS[1:])
    design = SynapseDesign(formula, **design_options)
    return load_predictor().predict(design, known=known, metrics=metrics, level=level, seed=seed)[0]
