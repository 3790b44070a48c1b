"""How far the tables are from a prediction: papers that are missing per metric and family."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from perovdata.dataset import FAMILIES, METRICS, load_synapses
from perovdata.errors import InputError
from perovdata.files import data_dir
from perovdata.models.evaluation.settings import Settings
from perovdata.models.targets import PREDICTED

WANTED_SKILL = 0.05  # share of the global median's error that a model must save to be worth having
FARTHEST = 20.0  # times the papers there are: beyond, a line through four points tells nothing
_COLUMNS = ("metric", "learner", "n_papers", "skill")


def gaps(curves: str | Path | None = None, settings: Settings | None = None) -> list[dict[str, Any]]:
    """Papers that each metric misses until a design can tell it better than the median does.

    A metric needs `settings.model_papers` papers before a model is tried. From there its learning curve
    decides: the line of the better learner's skill against the logarithm of the number of papers, read off
    at a skill of 0.05. A family needs `settings.min_papers` papers before its own spread is told.

    Parameters
    ----------
    curves : path-like, optional
        Learning curves as the evaluation writes them (columns metric, learner, n_papers, skill); those of the
        checkout's last evaluation by default, none if there are none.
    settings : Settings, optional

    Returns
    -------
    list of dict
        Per predicted metric: ``metric``, ``unit``, ``papers``, ``needed`` and ``missing`` (None if the curve
        does not rise or is not at hand), ``basis`` in words, ``families``: per family ``papers``, ``values``
        and ``missing``.

    Raises
    ------
    InputError
        If `curves` is no such table.
    """
    settings = settings or Settings()
    curve = _curves(curves)
    long = load_synapses()
    out = []
    for name in PREDICTED:
        part = long[long["metric"] == name]
        papers = int(part["paper_id"].nunique())
        needed, basis = _needed(curve[curve["metric"] == name], papers, settings)
        families = {}
        for family in FAMILIES:
            own = part[part["family"] == family]
            n = int(own["paper_id"].nunique())
            families[family] = {"papers": n, "values": len(own), "missing": max(0, settings.min_papers - n)}
        missing = None if needed is None else max(0, needed - papers)
        row = {"metric": name, "unit": METRICS[name].unit, "papers": papers, "needed": needed}
        out.append({**row, "missing": missing, "basis": basis, "families": families})
    return sorted(out, key=lambda r: (r["missing"] is None, r["missing"] or 0, -r["papers"]))


def _curves(path: str | Path | None) -> pd.DataFrame:
    chosen = Path(path) if path is not None else data_dir() / "derived" / "evaluation" / "learning_curve.csv"
    if path is None and not chosen.is_file():
        return pd.DataFrame(columns=list(_COLUMNS))
    try:
        frame = pd.read_csv(chosen)
        return frame[list(_COLUMNS)].astype({"n_papers": float, "skill": float})
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"argument curves: '{chosen}': {error}; a learning_curve.csv of the evaluation is needed"
        ) from None


def _needed(curve: pd.DataFrame, papers: int, settings: Settings) -> tuple[int | None, str]:
    """Number of papers and what it rests on."""
    if papers < settings.model_papers:
        return settings.model_papers, f"a model is tried from {settings.model_papers} papers"
    if curve.empty:
        return None, "a model is tried already; the learning curve that tells the rest is not at hand"
    found = papers_for_skill(curve)
    if found is None:
        return None, "the learning curve does not rise: more of the same designs will not do"
    if found > FARTHEST * papers:
        return None, f"the learning curve rises too slowly: more than {FARTHEST:g} times the papers there are"
    return math.ceil(found), f"learning curve, read off at a skill of {WANTED_SKILL:g}"


def papers_for_skill(curve: pd.DataFrame | Mapping[str, Any], wanted: float = WANTED_SKILL) -> float | None:
    """Number of papers at which the line of skill against log papers reaches a skill; None if it never does.

    Parameters
    ----------
    curve : DataFrame
        Columns learner, n_papers, skill of one metric; the learner with the better mean skill counts.
    wanted : float
        Skill to reach.
    """
    import numpy as np

    frame = pd.DataFrame(curve)
    frame = frame[frame["skill"].notna() & (frame["learner"] != "global median")]
    if frame.empty:
        return None
    learner = frame.groupby("learner")["skill"].mean().idxmax()
    best = frame[frame["learner"] == learner].groupby("n_papers")["skill"].mean()
    if len(best) < 2:
        return None
    x = np.log(best.index.to_numpy(float))
    slope, level = np.polyfit(x, best.to_numpy(float), 1)
    if level + slope * x[-1] >= wanted:
        return float(best.index.max())
    if slope <= 0:
        return None
    steps = (wanted - level) / slope
    return float(np.exp(steps)) if steps < 700 else math.inf
