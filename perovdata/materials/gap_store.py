"""What every gap rests on: measured values by composition, and what fitting the shipped model found.

Reading the formulas of the tables and searching the settings of the model take half a second, longer than
anything else of a prediction. Both are done once and kept in the user's cache, under a digest of the code
and the tables that they depend on.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from perovdata.chemistry import Perovskite
from perovdata.files import cache_dir, code_digest, tables_dir, write_json
from perovdata.materials.gap_data import duplicate_scatter, measured_gaps, training_table
from perovdata.materials.gap_models import CANDIDATES, SHIPPED, GapModel, MixingLaw
from perovdata.materials.layered_gap import layered_edges

#: Level of the intervals.
LEVEL = 0.9
_TABLES = ("bandgaps", "properties", "absorption")


@dataclass(frozen=True)
class GapStore:
    """Plain values, as they lie in the cache.

    Parameters
    ----------
    measured : dict of str to list of (float, str)
        Gaps in eV and their sources, by :func:`key_of` the composition; layered compounds included.
    scatter : float
        90 % quantile of how far repeated measurements of one composition deviate, in eV.
    X, y : list
        Site fractions and gaps of the training rows.
    setting : (float, float)
        Height and length of the remainder that the likelihood chose.
    errors : list of float
        Held-out errors of the training rows in standard deviations, sorted.
    """

    measured: dict[str, list[tuple[float, str]]]
    scatter: float
    X: list[list[float]]
    y: list[float]
    setting: tuple[float, float]
    errors: list[float]

    @property
    def factor(self) -> float:
        """Standard deviations that 90 % of new errors stay below."""
        return conformal_quantile(np.array(self.errors), LEVEL)


def key_of(perovskite: Perovskite) -> str:
    """What a composition is found by."""
    return json.dumps(perovskite.key)


def conformal_quantile(errors: npt.NDArray[np.float64], level: float) -> float:
    """The error that a new one exceeds with probability 1 - level at most, if it is like the others."""
    rank = min(math.ceil((len(errors) + 1) * level), len(errors))
    return float(np.sort(errors)[rank - 1])


@cache
def gap_store() -> GapStore:
    """The values of the installed tables, from the cache or made anew."""
    path = cache_dir() / "gaps" / f"{_digest()}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):  # not made yet, or damaged
        return _read(json.loads(path.read_text(encoding="utf-8")))
    made = _make()
    with suppress(OSError):  # a read-only home: made again the next time
        write_json(path, asdict(made))
    return made


@cache
def gap_model() -> GapModel:
    """The shipped model with the setting of the store, fitted to all rows."""
    store = gap_store()
    model = _shipped()
    model.settings = (store.setting,)
    with threadpool_limits(1, user_api="blas"):  # matrices so small that threads mostly wait for each other
        return model.fit(np.array(store.X), np.array(store.y))


def _shipped() -> MixingLaw:
    model = CANDIDATES[SHIPPED].make()
    assert isinstance(model, MixingLaw)
    return model


def _make() -> GapStore:
    table, model = training_table(), _shipped()
    with threadpool_limits(1, user_api="blas"):
        mean, sd = model.fit(table.X, table.y).held_out(table.system)
    measured: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for gap in measured_gaps():
        measured[key_of(gap.perovskite)].append((gap.value, gap.source))
    for spectrum, energy in layered_edges():
        measured[key_of(spectrum.perovskite)].append((energy, spectrum.doi))
    return GapStore(
        measured=dict(measured),
        scatter=float(np.quantile(duplicate_scatter(), LEVEL)),
        X=table.X.tolist(),
        y=table.y.tolist(),
        setting=(model.height, model.length),
        errors=np.sort(np.abs(table.y - mean) / sd).tolist(),
    )


def _read(told: dict[str, Any]) -> GapStore:
    """The store of a file.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the file does not hold one.
    """
    measured = {
        str(key): [(float(value), str(source)) for value, source in rows]
        for key, rows in told["measured"].items()
    }
    height, length = map(float, told["setting"])
    X, y = np.array(told["X"], dtype=float), np.array(told["y"], dtype=float)
    if not (len(X) == len(y) == len(told["errors"]) > 0 and X.ndim == 2 and np.isfinite(y).all()):
        raise ValueError("rows are missing")
    errors = [float(error) for error in told["errors"]]
    return GapStore(measured, float(told["scatter"]), X.tolist(), y.tolist(), (height, length), errors)


def _digest() -> str:
    told = hashlib.sha256(code_digest("chemistry", "materials"))
    for name in _TABLES:
        told.update((tables_dir() / f"{name}.csv").read_bytes())
    return told.hexdigest()[:32]
