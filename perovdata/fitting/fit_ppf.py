"""Fit the paired-pulse index against the interval: one or two decaying traces."""

from __future__ import annotations

import numpy as np

from perovdata.devices import FIELDS, Uncertainty
from perovdata.fitting.device_estimates import make_device
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.laws.least_squares import Model, solve_all
from perovdata.fitting.model_result import result_of_models
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.measurements import PairedPulse


def _single(t: np.ndarray, c1: float, tau1: float) -> np.ndarray:
    return 100.0 * (1.0 + c1 * np.exp(-t / tau1))


def _double(t: np.ndarray, c1: float, tau1: float, c2: float, tau2: float) -> np.ndarray:
    return 100.0 * (1.0 + c1 * np.exp(-t / tau1) + c2 * np.exp(-t / tau2))


def _models(x: np.ndarray, y: np.ndarray) -> list[Model]:
    top = y[0] / 100.0 - 1.0
    times = np.geomspace(x[0], x[-1], 6)
    names = ("ppf_amplitude_1", "ppf_tau_1", "ppf_amplitude_2", "ppf_tau_2")
    models = [
        Model("single exponential", names[:2], (False, True), _single, [(top, t) for t in times[1:-1]]),
    ]
    if len(x) >= 6:
        starts = [
            (share * top, fast, (1 - share) * top, slow)
            for share in (0.3, 0.7)
            for i, fast in enumerate(times[:-1])
            for slow in times[i + 1 :: 2]
        ]
        models.append(Model("double exponential", names, (False, True, False, True), _double, starts))
    return models


def fit_paired_pulse(data: PairedPulse, *, level: float = 0.95, name: str = "device") -> FitResult:
    """Fit ``index = 100 (1 + C1 exp(-dt / tau1) + C2 exp(-dt / tau2))``.

    One or two exponentials: two where they describe better and the intervals fix both.
    Zucker, Regehr, Annu. Rev. Physiol. 2002, doi:10.1146/annurev.physiol.64.092501.114547.

    Parameters
    ----------
    data : PairedPulse
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.
    """
    x, y = data.interval, data.index
    warnings = list(data.notes)
    models = _models(x, y)
    solutions = solve_all(models, x, y)
    best = solutions[0]
    if len(solutions) == 1:
        warnings.append(f"{len(x)} intervals: a second time constant needs at least 6")
    elif best.model is models[0]:
        warnings.append("one time constant is enough: a second one tells nothing more, or is not fixed")
    tail = float(np.median((y - best.fitted)[-max(len(y) // 5, 1) :]))
    if abs(tail) > 3.0 * np.sqrt(best.rss / best.n) and abs(tail) > 1.0:
        warnings.append(f"the index tends to {100 + tail:.0f} % rather than 100 % at long intervals")

    parameters = {}
    for field in best.model.names:
        value, low, high = best.interval(field, level)
        parameters[field] = Estimate(value, low, high, FIELDS[field].unit, FIELDS[field].meaning)
        if field.startswith("ppf_tau"):
            if value < x[0] or high / value > 10:
                warnings.append(f"{field} is not fixed by these intervals (shortest {x[0]:.3g} s)")
            elif value > x[-1]:
                warnings.append(f"{field} is longer than the longest interval ({x[-1]:.3g} s)")
    scales = tuple("log" if positive else "linear" for positive in best.model.positive)
    device = make_device(
        name,
        {n: e.value for n, e in parameters.items()},
        Uncertainty(best.model.names, scales, (best.covariance + best.covariance.T) / 2.0),
        "paired-pulse index against interval",
        warnings,
    )
    shortest = Estimate(float(y[0]), None, None, "%", f"A2/A1 x 100 at an interval of {x[0]:.4g} s")
    return result_of_models(
        "ppf",
        solutions,
        x,
        y,
        label="paired pulses",
        axes=("interval (s)", "A2 / A1 (%)"),
        parameters=parameters,
        level=level,
        device=device,
        warnings=warnings,
        metrics={"ppf_index": shortest},
    )
