"""From metrics to device parameters: what is known, predicted, typical of the family, or assumed.

Papers report metrics (an on/off ratio, a number of states); a simulator needs parameters (g_max, g_min,
pulses, labels, noise). :data:`~perovdata.routing.design_space.DESIGN_SPACE` says which metric feeds which
parameter. For each the best evidence wins, in this order, the same for a composition, a record, the
leaderboard and the report:

1. *measured*: the metric is given for this very device;
2. what :meth:`perovdata.models.Predictor.sample` draws, jointly, so that metrics stay correlated, and so
   that ``predict`` and ``simulate`` say the same: *predicted* where a model has skill on hidden papers,
   *rule* where no model beat the best naive rule, *population* where there are too few papers to tell;
3. *population*: values that papers report, where fewer state it than a predictor needs;
4. *assumed*: nobody reports it; a constant or a range, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from perovdata.checks import check_counts, check_seed
from perovdata.dataset.load import Population
from perovdata.dataset.schema import METRICS
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.errors import InputError, unknown_choice
from perovdata.quasirandom import Part, uniforms
from perovdata.routing.design_space import DESIGN_SPACE, Row, parameter_sets

OriginKind = Literal["measured", "predicted", "rule", "population", "assumed"]
_BEHIND = {
    "predicted": "by a model with skill on unseen papers",
    "rule": "by the best simple rule, which no model beat",
    "population": "of all reported devices",
}


@dataclass(frozen=True)
class Drawn:
    """Joint draws of one metric, shape (n_draws,), in its unit, and what stands behind them."""

    values: np.ndarray
    kind: Literal["predicted", "rule", "population"] = "predicted"


@dataclass(frozen=True)
class Origin:
    """Where the values of one parameter come from: the kind, one line of detail and the metric used."""

    kind: OriginKind
    detail: str
    metric: str | None = None


@dataclass(frozen=True)
class Routed:
    """Parameter sets and the origin of each parameter.

    Parameters
    ----------
    parameters : SynapseParameters
        One set per draw.
    origins : dict of str to Origin
        For every parameter that is not ideal.
    """

    parameters: SynapseParameters
    origins: dict[str, Origin] = field(default_factory=dict)

    def table(self, level: float = 0.9) -> dict[str, dict[str, Any]]:
        """Per parameter: unit, median, interval and origin, as the command line's JSON shows them."""
        columns = self.parameters.as_dict()
        tails = (0.5 - level / 2, 0.5 + level / 2)
        return {
            name: {
                "unit": FIELDS[name].unit,
                "median": float(np.median(columns[name])),
                "interval": [float(q) for q in np.quantile(columns[name], tails)],
                # A rule is what the population does, seen through the family: scripts know four origins.
                "origin": "population" if origin.kind == "rule" else origin.kind,
                "rests_on": origin.kind,
                "metric": origin.metric,
                "detail": origin.detail,
            }
            for name, origin in self.origins.items()
        }


def route(
    *,
    known: Mapping[str, float] | None = None,
    predicted: Mapping[str, Drawn] | None = None,
    population: Mapping[str, Population] | None = None,
    n_draws: int = 64,
    seed: int = 0,
    notes: Mapping[str, str] | None = None,
) -> Routed:
    """Turn metrics into parameter sets.

    Parameters
    ----------
    known : mapping of metric to value, optional
        Measured on this device, in the metric's unit.
    predicted : mapping of metric to Drawn, optional
        Joint draws of a predictor.
    population : mapping of metric to Population, optional
        Values that papers report, see :func:`perovdata.dataset.load.population.populations`.
    n_draws : int
        Number of parameter sets.
    seed : int
        Seed of the population and assumption draws.
    notes : mapping of metric to str, optional
        Remarks on known values, such as ``"lower bound"``; they stand in the origin.

    Returns
    -------
    Routed

    Raises
    ------
    InputError
        Unknown metric, a known value that is not finite, draws of another length.
    """
    known, predicted, population = dict(known or {}), dict(predicted or {}), dict(population or {})
    check_counts(draws=n_draws)
    check_seed(seed)
    _check(known, predicted, population, n_draws)
    columns: dict[str, np.ndarray] = {}
    origins: dict[str, Origin] = {}
    # One coordinate per row: more evidence for one parameter leaves the draws of the others as they were.
    points = uniforms(Part.DEVICE, n_draws, seed)[:, : len(DESIGN_SPACE)]
    for row, u in zip(DESIGN_SPACE, points.T, strict=True):
        found = _evidence(row, known, predicted, population, u, notes or {})
        if found is not None:
            columns[row.name], origin = found
            origins |= dict.fromkeys(row.fields, origin)
    if "facilitation" not in columns:
        # A decay time alone says nothing of how much decays.
        del columns["decay time"], origins["ppf_tau_1"]
    # What is measured or reported is the noise of a pulse; what is assumed is that of a full sweep.
    assumed = origins["c2c_sigma"].kind == "assumed"
    return Routed(parameter_sets(columns, noise_of=1.0 if assumed else None), origins)


def _check(
    known: Mapping[str, float],
    predicted: Mapping[str, Drawn],
    population: Mapping[str, Population],
    n_draws: int,
) -> None:
    for name in (*known, *predicted, *population):
        if name not in METRICS:
            raise unknown_choice("metric", name, METRICS)
    for name, value in known.items():
        if not np.isfinite(value):
            raise InputError(f"metric {name}: {value} is not a finite number in {METRICS[name].unit}")
    for name, values in predicted.items():
        if np.shape(values.values) != (n_draws,):
            raise InputError(
                f"metric {name}: {np.shape(values.values)} predicted draws, expected ({n_draws},)"
            )


def _evidence(
    row: Row,
    known: Mapping[str, float],
    predicted: Mapping[str, Drawn],
    population: Mapping[str, Population],
    u: np.ndarray,
    notes: Mapping[str, str],
) -> tuple[np.ndarray, Origin] | None:
    """Values and origin of one row, or None if its fields stay neutral."""
    best = _best(row, known, predicted, population, u)
    if best is None:
        return None
    raw, origin = best
    detail = origin.detail
    if origin.metric is not None and origin.metric in notes and origin.kind == "measured":
        detail = f"{detail}, {notes[origin.metric]}"
    values = raw if origin.metric is None else row.convert(raw)
    outside = int(((values < row.low) | (values > row.high)).sum())
    if outside:
        detail += f"; {outside} of {len(u)} draws moved to the limit of {row.low:g} to {row.high:g}"
    return np.clip(values, row.low, row.high), Origin(origin.kind, detail, origin.metric)


def _best(
    row: Row,
    known: Mapping[str, float],
    predicted: Mapping[str, Drawn],
    population: Mapping[str, Population],
    u: np.ndarray,
) -> tuple[np.ndarray, Origin] | None:
    """The best evidence, in the metric's unit (an assumption: in the parameter's)."""
    for metric in (*row.metrics, *row.if_measured):
        if metric in known:
            values = np.full(len(u), float(known[metric]))
            return values, Origin("measured", f"{metric} of this device", metric)
    for metric in row.metrics:
        if metric in predicted:
            drawn = predicted[metric]
            return np.asarray(drawn.values, float), Origin(
                drawn.kind, f"{metric} {_BEHIND[drawn.kind]}", metric
            )
    for metric in row.metrics:
        if metric in population:
            group = population[metric]
            detail = f"{metric} of {group.n_papers} papers ({group.scope})"
            return group.quantiles(u), Origin("population", detail, metric)
    if row.assumption is None:
        return None
    return row.assumption.quantiles(u), Origin("assumed", str(row.assumption))
