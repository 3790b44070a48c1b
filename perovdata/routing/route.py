"""From metrics to device parameters: what is known, predicted, typical of the family, or assumed.

Papers report metrics (an on/off ratio, a number of states); a simulator needs parameters (g_max, g_min,
pulses, labels, noise). :data:`RULES` says which metric feeds which parameter. For each parameter the best
evidence wins, in this order:

1. *measured*: the metric is given for this very device;
2. *predicted*: a model predicts it; its joint draws are used, so that metrics stay correlated;
3. *population*: no model can be fitted, so values are drawn from those reported for the family;
4. *assumed*: nobody reports it; a constant or a range, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from perovdata.dataset.load import Population
from perovdata.dataset.schema import METRICS
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.errors import InputError, unknown_choice

__all__ = ["RULES", "Assumption", "Origin", "Routed", "Rule", "route"]

OriginKind = Literal["measured", "predicted", "population", "assumed"]


@dataclass(frozen=True)
class Origin:
    """Where the values of one parameter come from: the kind, one line of detail and the metric used."""

    kind: OriginKind
    detail: str
    metric: str | None = None


@dataclass(frozen=True)
class Assumption:
    """A stand-in where nothing is reported: a constant (low = high) or a range, and why.

    A range is sampled log-uniformly if it spans positive values only, else uniformly.
    """

    low: float
    high: float
    reason: str

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`n` values, shape (n,)."""
        if self.low > 0:
            return np.exp(rng.uniform(np.log(self.low), np.log(self.high), n))
        return rng.uniform(self.low, self.high, n)

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{span}: {self.reason}"


@dataclass(frozen=True)
class Rule:
    """How one quantity is obtained.

    Parameters
    ----------
    parameter : str
        Field of :class:`~perovdata.devices.SynapseParameters` (or ``"window"``, g_max/g_min).
    metrics : tuple of str
        Metrics that can give it, best first.
    convert : callable
        Metric values in table units -> parameter values in SI units.
    floor, ceiling : float
        Limits of the parameter; draws outside are moved to the limit and counted in the origin.
    assumption : Assumption or None
        Used where no metric is available; None leaves the parameter at its neutral value.
    """

    parameter: str
    metrics: tuple[str, ...]
    assumption: Assumption | None
    convert: Callable[[np.ndarray], np.ndarray] = np.asarray
    floor: float = -np.inf
    ceiling: float = np.inf


def _percent(values: np.ndarray) -> np.ndarray:
    return np.asarray(values) / 100.0


def _facilitation(values: np.ndarray) -> np.ndarray:
    return np.asarray(values) / 100.0 - 1.0


_WINDOW = Assumption(10, 10, "no ratio reported")
_CONDUCTANCE = Assumption(1e-6, 1e-6, "seldom stated; with ideal wires accuracy does not depend on it")
_LEVELS = Assumption(32, 32, "five bits, no number of states reported")
# What the analog devices in the tables of the MLP-NeuroSim V3.0 manual span.
_LABEL = Assumption(0.1, 4.88, "span of the devices in the manual of MLP-NeuroSim V3.0")
_SPREAD = Assumption(0.005, 0.035, "taken like the cycle noise in the manual of MLP-NeuroSim V3.0")
# Noise of one pulse alone would grow with the number of pulses: a device of more levels is not noisier.
_SWEEP_NOISE = Assumption(0.028, 0.345, "noise of a full sweep over sqrt(pulses); span in the same manual")
_VOLTAGE = Assumption(1, 1, "no voltage reported")
_WIDTH = Assumption(1e-3, 1e-3, "no pulse reported")
_DECAY = Assumption(0.1, 100, "no decay reported; central part of the decays in these tables")
_READ_VOLTAGE = Assumption(0.1, 0.1, "low enough not to disturb the state")
_READ_WIDTH = Assumption(1e-6, 1e-6, "set by the converter, not by the device")

RULES: tuple[Rule, ...] = (
    # The on/off ratio of a switching sweep is an upper limit of the analog window; accuracy saturates
    # well below the ratios reported, so it serves where no train was measured.
    Rule("window", ("dynamic_range", "on_off_ratio"), _WINDOW, floor=1.01),
    Rule("g_max", (), _CONDUCTANCE),
    # The pulses of a train are its levels in the convention of MLP-NeuroSim (maxNumLevel).
    Rule("n_pulses_ltp", ("n_states",), _LEVELS, floor=2, ceiling=1e6),
    Rule("nonlinearity_ltp", ("nonlinearity_ltp", "nonlinearity"), _LABEL, np.abs, 0, 9),
    Rule("nonlinearity_ltd", ("nonlinearity_ltd", "nonlinearity"), _LABEL, np.abs, 0, 9),
    Rule("c2c_variation", ("c2c_variation",), _SWEEP_NOISE, _percent, 0, 1),
    Rule("d2d_g_max", ("d2d_variation",), _SPREAD, _percent, 0, 2),
    Rule("retention_tau", ("retention",), None, floor=1e-9),
    Rule("write_voltage", ("operating_voltage", "set_voltage"), _VOLTAGE, floor=1e-6, ceiling=100),
    Rule("pulse_width", ("pulse_width", "switching_time"), _WIDTH, floor=1e-12, ceiling=1e6),
    Rule("energy_per_pulse", ("energy_per_event",), None, floor=0, ceiling=1e6),
    Rule("read_voltage", (), _READ_VOLTAGE),
    Rule("read_width", (), _READ_WIDTH),
    Rule("ppf_amplitude_1", ("ppf_index",), None, _facilitation, -0.99, 100),
    Rule("ppf_tau_1", ("memory_decay",), _DECAY, floor=1e-12, ceiling=1e9),
    Rule("bandgap", ("bandgap",), None, floor=0.05, ceiling=10),
)


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
                "origin": origin.kind,
                "metric": origin.metric,
                "detail": origin.detail,
            }
            for name, origin in self.origins.items()
        }


def route(
    *,
    known: Mapping[str, float] | None = None,
    predicted: Mapping[str, np.ndarray] | None = None,
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
    predicted : mapping of metric to array of shape (n_draws,), optional
        Joint draws of a predictor, in the metric's unit.
    population : mapping of metric to Population, optional
        Values reported for the family, see :func:`perovdata.dataset.load.population.populations`.
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
    if n_draws < 1:
        raise InputError(f"draws: {n_draws} is not a positive number of parameter sets")
    _check(known, predicted, population, n_draws)
    columns: dict[str, np.ndarray] = {}
    origins: dict[str, Origin] = {}
    for index, rule in enumerate(RULES):
        # One stream per rule: more evidence for one parameter leaves the draws of the others as they were.
        rng = np.random.default_rng([seed, index])
        found = _evidence(rule, known, predicted, population, n_draws, rng, notes or {})
        if found is not None:
            columns[rule.parameter], origins[rule.parameter] = found
    return Routed(_parameters(columns, origins), origins)


def _check(known, predicted, population, n_draws) -> None:
    for name in (*known, *predicted, *population):
        if name not in METRICS:
            raise unknown_choice("metric", name, METRICS)
    for name, value in known.items():
        if not np.isfinite(value):
            raise InputError(f"metric {name}: {value} is not a finite number in {METRICS[name].unit}")
    for name, values in predicted.items():
        if np.shape(values) != (n_draws,):
            raise InputError(f"metric {name}: {np.shape(values)} predicted draws, expected ({n_draws},)")


def _evidence(rule, known, predicted, population, n_draws, rng, notes):
    """Values and origin of one rule, or None if its parameter stays neutral."""
    kind, metric, raw, detail = _best(rule, known, predicted, population, n_draws, rng)
    if kind is None:
        return None
    if metric in notes and kind == "measured":
        detail = f"{detail}, {notes[metric]}"
    values = rule.convert(raw) if metric else raw
    outside = int(((values < rule.floor) | (values > rule.ceiling)).sum())
    if outside:
        detail += f"; {outside} of {n_draws} draws moved to the limit of {rule.floor:g} to {rule.ceiling:g}"
    return np.clip(values, rule.floor, rule.ceiling), Origin(kind, detail, metric)


def _best(rule, known, predicted, population, n_draws, rng):
    for metric in rule.metrics:
        if metric in known:
            return "measured", metric, np.full(n_draws, float(known[metric])), f"{metric} of this device"
    for metric in rule.metrics:
        if metric in predicted:
            return "predicted", metric, np.asarray(predicted[metric], float), f"{metric} by the predictor"
    for metric in rule.metrics:
        if metric in population:
            group = population[metric]
            detail = f"{metric} of {group.n_papers} papers ({group.scope})"
            return "population", metric, group.draw(n_draws, rng), detail
    if rule.assumption is None:
        return None, None, None, None
    return "assumed", None, rule.assumption.draw(n_draws, rng), str(rule.assumption)


def _parameters(columns: dict[str, np.ndarray], origins: dict[str, Origin]) -> SynapseParameters:
    """Assemble the sets; the window becomes g_min, one train length serves both directions."""
    columns = dict(columns)
    columns["g_min"] = columns["g_max"] / columns.pop("window")
    origins["g_min"] = origins.pop("window")
    columns["n_pulses_ltp"] = np.rint(columns["n_pulses_ltp"])
    columns["n_pulses_ltd"] = columns["n_pulses_ltp"]
    if origins["c2c_variation"].kind == "assumed":
        columns["c2c_variation"] = columns["c2c_variation"] / np.sqrt(columns["n_pulses_ltp"])
    origins["n_pulses_ltd"] = origins["n_pulses_ltp"]
    if "ppf_amplitude_1" not in columns:
        # A decay time alone says nothing of how much decays.
        del columns["ppf_tau_1"], origins["ppf_tau_1"]
    # The usual sense of depression: steepest at g_max, a negative label in MLP-NeuroSim.
    columns["nonlinearity_ltd"] = -columns["nonlinearity_ltd"]
    return SynapseParameters.make(**columns)
