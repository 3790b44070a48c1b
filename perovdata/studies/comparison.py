"""`compare`: compositions, records, device files and presets in one task, pair by pair."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.checks import check_counts
from perovdata.chemistry import parse
from perovdata.devices import PRESETS
from perovdata.errors import InputError
from perovdata.studies.device_curves import device_curves
from perovdata.studies.draws import seeds_apart
from perovdata.studies.intervals import paired_difference
from perovdata.studies.outcome import Simulation
from perovdata.studies.simulation import simulate
from perovdata.studies.sources import DEFAULT_DRAWS, distinct_names

if TYPE_CHECKING:
    import pandas as pd

_RECORD = re.compile(r"d\d{4,}")


@dataclass(frozen=True, repr=False)
class Comparison:
    """Outcome of :func:`compare`.

    Attributes
    ----------
    names : tuple of str
        Of the things, told apart where two are called the same.
    simulations : tuple of Simulation
        Each is what :func:`perovdata.simulate` gives for that thing alone.
    level : float
        Of all intervals.
    """

    names: tuple[str, ...]
    simulations: tuple[Simulation, ...]
    level: float

    @property
    def paired(self) -> list[dict[str, Any]]:
        """Differences in accuracy of every two things on the same draws and seeds."""
        named = zip(self.names, self.simulations, strict=True)
        return [
            {"a": a, "b": b, **paired_difference(x.run.accuracy, y.run.accuracy, self.level)}
            for (a, x), (b, y) in combinations(named, 2)
        ]

    @cached_property
    def things(self) -> list[dict[str, Any]]:
        """What each reaches, whether it is on the front of accuracy and energy, and its curves."""
        front = _front(self.simulations)
        copied = ("accuracy", "energy_per_image_J", "energy_per_image_interval_J", "energy_terms")
        return [
            {
                "name": name,
                "kind": found.source.kind,
                **{key: found[key] for key in copied},
                "on_front": on_front,
                "verdict": found["verdict"],
                "parameters": found["parameters"],
                "not_read": found["not_read"],
                "draws": found["draws"],
                "curves": device_curves(found.source.parameters, self.level),
            }
            for name, found, on_front in zip(self.names, self.simulations, front, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``perovdata compare --json``."""
        first = self.simulations[0]
        return {
            "task": first["task"],
            "ceiling": first["ceiling"],
            "chance": first["chance"],
            "level": self.level,
            "things": self.things,
            "paired": self.paired,
            "seeds": first["seeds"],
            "seed": first["seed"],
            "versions": first["versions"],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per thing."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "name": thing["name"],
                    "kind": thing["kind"],
                    "accuracy_percent": thing["accuracy"]["median"],
                    "standard_error": thing["accuracy"]["standard_error"],
                    "low": thing["accuracy"]["interval"][0],
                    "high": thing["accuracy"]["interval"][1],
                    "energy_per_image_J": thing["energy_per_image_J"],
                    "on_front": thing["on_front"],
                    "measure_next": thing["verdict"]["measure_next"],
                }
                for thing in self.things
            ]
        )

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.names)}; {self.simulations[0]['task']})"

    def _repr_html_(self) -> str:
        title = html.escape(repr(self))
        return f"<p>{title}</p>{self.to_frame().to_html(index=False, float_format='{:.3g}'.format)}"


def compare(
    things: Sequence[str | os.PathLike[str]],
    *,
    task: str = "digits-online",
    draws: int | None = None,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    progress: Callable[[float, int], None] | None = None,
    **more: Any,
) -> Comparison:
    """Run the same task with several devices on the same draws and seeds.

    Parameters
    ----------
    things : sequence of str or path
        Two or more: a device file (``*.yaml``, ``*.yml``), a preset's name, a record (``d0036``), else a
        composition.
    draws : int, optional
        Parameter sets of each thing with uncertainty, the same number for all, so that they pair; default 32.
    seeds : int
    task, seed, level
        As for :func:`perovdata.simulate`. A device without uncertainty is trained once with every seed that
        the draws of the others are trained with, and set against the draws of that seed.
    progress : callable, optional
        Called with (things done, also in part, things in all).
    **more
        As for :func:`perovdata.simulate`: ``protocol``, ``epochs``, ``data_dir``, ``images``, ``options``,
        ``predictor``, ``note``.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        Fewer than two things, or one that cannot be read.
    """
    if len(things) < 2:
        raise InputError(f"compare: {len(things)} given; accepted are two or more devices or compositions")
    # All are read before the first is run: a typing error is told at once.
    chosen = [_chosen(thing) for thing in things]
    n_draws = DEFAULT_DRAWS if draws is None else draws
    check_counts(draws=n_draws)
    found = []
    for index, source in enumerate(chosen):
        simulation = simulate(
            **source,
            task=task,
            draws=n_draws,
            copies=seeds_apart(task, n_draws),
            seeds=seeds,
            seed=seed,
            level=level,
            progress=_shifted(progress, index, len(chosen)),
            **more,
        )
        if simulation.run.interrupted:
            raise KeyboardInterrupt  # half of a pair tells nothing
        found.append(simulation)
    return Comparison(tuple(distinct_names([f.source.name for f in found])), tuple(found), level)


def _shifted(
    progress: Callable[[float, int], None] | None, before: int, total: int
) -> Callable[[float, int], None] | None:
    return None if progress is None else lambda done, of: progress(before + done / max(of, 1), total)


def _chosen(thing: str | os.PathLike[str]) -> dict[str, Any]:
    """The argument of :func:`simulate` that a thing is."""
    text = os.fspath(thing)
    if Path(text).suffix.lower() in (".yaml", ".yml"):
        return {"device": text}
    if text in PRESETS:
        return {"preset": text}
    if _RECORD.fullmatch(text):
        return {"record": text}
    try:
        parse(text)
    except InputError as error:
        kinds = f"a device file (*.yaml), a preset ({', '.join(PRESETS)}), a record (d0036) or a composition"
        raise InputError(f"compare: '{text}' is not {kinds}; read as a composition: {error}") from None
    return {"formula": text}


def _front(found: Sequence[Simulation]) -> list[bool]:
    """Whether no other thing is at least as accurate and as frugal, and better in one (Pareto)."""
    costs = [np.nan if f["energy_per_image_J"] is None else f["energy_per_image_J"] for f in found]
    points = np.array([[f["accuracy"]["median"], -cost] for f, cost in zip(found, costs, strict=True)])
    placed = np.isfinite(points).all(axis=1)
    no_worse = np.all(points[None] >= points[:, None], axis=2)
    better = np.any(points[None] > points[:, None], axis=2)
    return [bool(p and not (no_worse[i] & better[i]).any()) for i, p in enumerate(placed)]
