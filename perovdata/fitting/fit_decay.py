"""Fit the decay of a current or a conductance: exponentials, stretched exponential, power law."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.device_estimates import make_device
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.laws.least_squares import Model, Solution, propagate, solve_all
from perovdata.fitting.model_result import result_of_models
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.measurements import Decay

#: Beyond this the points are averaged in bins of equal ratio of time.
_MAX_POINTS = 2000


def _exponential(t: np.ndarray, a1: float, tau1: float, base: float) -> np.ndarray:
    return base + a1 * np.exp(-t / tau1)


def _double(t: np.ndarray, a1: float, tau1: float, a2: float, tau2: float, base: float) -> np.ndarray:
    return base + a1 * np.exp(-t / tau1) + a2 * np.exp(-t / tau2)


def _stretched(t: np.ndarray, a1: float, tau1: float, beta: float, base: float) -> np.ndarray:
    return base + a1 * np.exp(-((t / tau1) ** np.minimum(beta, 3.0)))


def _power(t: np.ndarray, a1: float, t0: float, nu: float) -> np.ndarray:
    return a1 * (1.0 + t / t0) ** -nu


def _models(t: np.ndarray, y: np.ndarray) -> list[Model]:
    base = float(np.median(y[-max(len(y) // 20, 1) :]))
    top = max(float(y[0] - base), 1e-300)
    times = np.geomspace(t[1], t[-1], 6)[1:-1]
    models = [
        Model("exponential", ("amplitude_1", "tau_1", "baseline"), (True, True, False), _exponential,
              [(top, tau, base) for tau in times]),
        Model("stretched exponential", ("amplitude_1", "tau_1", "beta", "baseline"),
              (True, True, True, False), _stretched,
              [(top, tau, beta, base) for tau in times for beta in (0.4, 0.8)]),
        Model("power law", ("amplitude_1", "t0", "nu"), (True, True, True), _power,
              [(float(y[0]), tau, nu) for tau in times for nu in (0.1, 0.6)]),
    ]  # fmt: skip
    if len(t) >= 10:
        models.append(
            Model(
                "double exponential",
                ("amplitude_1", "tau_1", "amplitude_2", "tau_2", "baseline"),
                (True, True, True, True, False),
                _double,
                [
                    (0.6 * top, fast, 0.4 * top, slow, base)
                    for i, fast in enumerate(times)
                    for slow in (*times[i + 1 :], 2 * t[-1])
                ],
            )
        )
    return models


def fit_decay(data: Decay, *, level: float = 0.95, name: str = "device") -> FitResult:
    """Fit a decay by four laws and take the best whose time constants the readings fix.

    A falling current is taken as the volatile trace of an event (``ppf`` of the device file: the share of
    each exponential in the current above the baseline, by linear superposition); a falling conductance as
    the loss of the long-term state (``retention_*``).

    Parameters
    ----------
    data : Decay
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.
    """
    warnings = list(data.notes)
    t, y = _thin(data.time, data.value, warnings)
    solutions = solve_all(_models(t, y), t, y)
    best = solutions[0]
    unit = {"current": "A", "conductance": "S"}.get(data.quantity, "1")
    units = {"amplitude_1": unit, "amplitude_2": unit, "baseline": unit, "beta": "1", "nu": "1"}
    parameters = {}
    for key in best.model.names:
        value, low, high = best.interval(key, level)
        parameters[key] = Estimate(value, low, high, units.get(key, "s"))
        if key.startswith("tau") and value > t[-1]:
            warnings.append(
                f"{key} ({value:.3g} s) is longer than the measurement ({t[-1]:.3g} s): not fixed by it"
            )
    if data.quantity == "conductance":
        chosen, values_of = best, _retention
    else:
        chosen, values_of = _exponentials(best, solutions, warnings), _volatile
    what = f"decay of {data.quantity}"
    values = values_of(chosen.model, chosen.values)
    uncertainty = propagate(chosen, lambda v: values_of(chosen.model, v))
    if data.quantity == "current":
        values["epsc_amplitude"] = float(
            sum(chosen.values[k] for k, n in enumerate(chosen.model.names) if n.startswith("amplitude"))
        )
    device = make_device(name, values, uncertainty, what, warnings)
    return result_of_models(
        "decay",
        solutions,
        t,
        y,
        label="decay",
        axes=("time (s)", f"{data.quantity} ({unit})"),
        parameters=parameters,
        level=level,
        device=device,
        warnings=warnings,
        metrics=_metrics(data.quantity, parameters),
    )


def _thin(t: np.ndarray, y: np.ndarray, warnings: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Average long records in bins that widen with time."""
    if len(t) <= _MAX_POINTS:
        return t, y
    first = t[1] - t[0]
    edges = np.unique(np.searchsorted(t, np.concatenate([[0.0], np.geomspace(first, t[-1], _MAX_POINTS)])))
    start = edges[edges < len(t)]
    count = np.diff(np.append(start, len(t)))
    warnings.append(f"{len(t)} points averaged to {len(start)} in bins that widen with time")
    return np.add.reduceat(t, start) / count, np.add.reduceat(y, start) / count


def _retention(model: Model, fitted: np.ndarray) -> dict[str, float]:
    """Loss of the long-term state, relative to the value at the start."""
    p = dict(zip(model.names, map(float, fitted), strict=True))
    if model.law == "power law":
        return {"retention_nu": p["nu"], "retention_t0": p["t0"]}
    start = float(model.curve(np.zeros(1), *fitted)[0])
    floor = float(np.clip(p["baseline"] / start, 0.0, 1.0))
    if model.law == "double exponential":  # the slower part is what limits retention
        return {"retention_tau": p["tau_2"], "retention_floor": floor}
    return {
        "retention_tau": p["tau_1"],
        "retention_beta": min(p.get("beta", 1.0), 1.0),
        "retention_floor": floor,
    }


def _exponentials(best: Solution, solutions: list[Solution], warnings: list[str]) -> Solution:
    """The best sum of exponentials: only these are traces that a device can carry."""
    own = [s for s in solutions if s.model.law in ("exponential", "double exponential")]
    chosen = own[0]  # in the order of the ranking
    if chosen is not best:
        warnings.append(
            f"the device file describes the decay by the {chosen.model.law}, not the {best.model.law}"
        )
    warnings.append("ppf amplitudes follow from the decay by superposition: a paired-pulse file says more")
    return chosen


def _volatile(model: Model, fitted: np.ndarray) -> dict[str, float]:
    """Traces of one event: shares and time constants of the exponentials."""
    p = dict(zip(model.names, map(float, fitted), strict=True))
    total = p["amplitude_1"] + p.get("amplitude_2", 0.0)
    values = {"ppf_amplitude_1": p["amplitude_1"] / total, "ppf_tau_1": p["tau_1"]}
    if "tau_2" in p:
        values |= {"ppf_amplitude_2": p["amplitude_2"] / total, "ppf_tau_2": p["tau_2"]}
    return values


def _metrics(quantity: str, parameters: dict[str, Estimate]) -> dict[str, Estimate]:
    """Time constants as metrics of the tables."""
    fast, slow = parameters.get("tau_1"), parameters.get("tau_2")
    if fast is None:  # a power law has no time constant
        return {}
    beta = f", stretching exponent {parameters['beta'].value:.3g}" if "beta" in parameters else ""
    if quantity == "conductance":
        last = slow or fast
        return {
            "retention": Estimate(last.value, last.low, last.high, "s", f"time constant of the fall{beta}")
        }
    if slow is None:
        return {"memory_decay": Estimate(fast.value, fast.low, fast.high, "s", f"time constant{beta}")}
    return {
        "memory_decay_fast": Estimate(fast.value, fast.low, fast.high, "s", "shorter time constant"),
        "memory_decay_slow": Estimate(slow.value, slow.low, slow.high, "s", "longer time constant"),
    }
