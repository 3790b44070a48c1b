"""Fit potentiation and depression: cut into sweeps, compare laws, label with an interval, or refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from perovdata.devices import DeviceFile
from perovdata.devices.laws import MeasuredLaw
from perovdata.errors import InputError
from perovdata.fitting.closest_estimates import closest_estimates, window
from perovdata.fitting.device_estimates import DIRECTION, estimates
from perovdata.fitting.device_laws import choose_law, device_laws, measured_r2
from perovdata.fitting.estimate import Curve, Estimate
from perovdata.fitting.judgement import check_cycles, check_description, law_holds, share_window
from perovdata.fitting.laws.closest import Closest, closest_exponential
from perovdata.fitting.laws.compare import Comparison, compare_laws, residual_pattern
from perovdata.fitting.laws.likelihood import Sweep, mean_curve
from perovdata.fitting.laws.noise_models import (
    CensoredReadings,
    CensoredSteps,
    Maximum,
    StateSpace,
    hard_ends,
    maximise,
)
from perovdata.fitting.likeliest_cut import likeliest_cut
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.measurements import PulseTrain
from perovdata.fitting.sweeps import sweeps_of, without_outliers, without_spikes
from perovdata.fitting.table_rows import train_metrics
from perovdata.text import counted

#: Difference of -2 log L below which two kinds of noise are not told apart (20 to 1).
_NOT_TOLD_APART = 6.0
#: Beyond so many readings the noise of the cycles says all that a likelihood could.
_MOST_FOR_LIKELIHOOD = 20_000
#: Rounds of looking for outliers.
_ROUNDS = 3
#: Fewer cycles cannot tell noise that stays in the state from another law.
_FEW_CYCLES = 4


def fit_pulse_train(
    train: PulseTrain, *, level: float = 0.95, name: str = "device", law: str | None = None
) -> FitResult:
    """Fit NeuroSim's exponential law to potentiation and depression, beside the other laws.

    Where the law holds, labels, window and noise are those of largest likelihood. Where it does not, the
    label is that of the exponential closest in least squares, each direction in its own window, with an
    interval from the noise of the readings alone.

    Parameters
    ----------
    train : PulseTrain
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.
    law : str, optional
        Law that the device file shall run; None: the one that describes the readings.

    Returns
    -------
    FitResult

    Raises
    ------
    InputError
        Fewer than 4 readings in every direction; readings that no law describes.
    """
    warnings = list(train.notes)
    train = likeliest_cut(train)
    sweeps = [s for s in sweeps_of(train) if np.isfinite(s.values).sum(axis=1).max() >= 4]
    if not sweeps:
        raise InputError(f"{name}: no direction has 4 readings in a row; a label needs them")
    check_cycles(name, sweeps)
    sweeps, comparison, n_outliers = _without_outliers(sweeps)
    if n_outliers:
        warnings.append(f"{counted(n_outliers, 'single reading')} left out: far off the neighbours")
    check_description(name, comparison, warnings)
    closest = [closest_exponential(s, comparison.fits, k) for k, s in enumerate(sweeps)]
    fit = _likelihood(sweeps, closest, warnings)
    parameters, device, fitted, holds = _describe(
        sweeps, comparison, closest, fit, train.read_voltage, level, name, warnings
    )
    _check_possible(name, parameters)
    residuals = [s.values - f for s, f in zip(sweeps, fitted, strict=True)]
    labels = [parameters[f"nonlinearity_{DIRECTION[s.sign]}"].value for s in sweeps]
    innovations = _innovations(fit, residuals) if fit is not None and holds else residuals
    width = parameters["g_max"].value - parameters["g_min"].value
    pattern = residual_pattern(innovations, width) | {"law_holds": holds}
    r2 = _explained(sweeps, fitted)
    device, runs, r2 = _with_laws(device, comparison, sweeps, parameters, r2, share_window(closest), law)
    _judge(comparison, pattern, runs, warnings)
    return FitResult(
        kind="pd",
        law=runs,
        parameters=parameters,
        level=level,
        r2=r2,
        aicc=comparison.of("exponential").aicc,
        n_points=int(sum(np.isfinite(s.values).sum() for s in sweeps)),
        device=device,
        warnings=list(dict.fromkeys(warnings)),
        comparison=comparison.ranking,
        conventions=comparison.conventions(labels),
        residuals=pattern,
        metrics=train_metrics(train, sweeps, parameters),
        curves=_curves(sweeps, fitted),
        axes=("pulse number", "conductance (S)"),
        segments=_told_segments(train),
    )


def _without_outliers(sweeps: list[Sweep]) -> tuple[list[Sweep], Comparison, int]:
    """Readings without outliers and the laws fitted to them.

    What is an outlier depends on the curve and the curve on the outliers: a few rounds, all readings in each.
    """
    kept, count = without_spikes(sweeps)
    comparison = compare_laws(kept)
    for _ in range(_ROUNDS):
        best = max(comparison.fits, key=lambda f: f.r2)
        curves = [f.curve(s.pulses / s.n_pulses) for f, s in zip(best.directions, sweeps, strict=True)]
        found, number = without_outliers(sweeps, curves)
        same = all(
            np.array_equal(np.isfinite(a.values), np.isfinite(b.values))
            for a, b in zip(found, kept, strict=True)
        )
        if same:
            break
        kept, count, comparison = found, number, compare_laws(found)
    return kept, comparison, count


def _likelihood(sweeps: list[Sweep], closest: list[Closest], warnings: list[str]) -> Maximum | None:
    """Largest likelihood of the exponential law, where it costs little enough."""
    if sum(s.values.size for s in sweeps) > _MOST_FOR_LIKELIHOOD:
        return None
    return _best_model(sweeps, [2.0 * float(np.sinh(c.z)) for c in closest], warnings)


def _describe(
    sweeps: list[Sweep],
    comparison: Comparison,
    closest: list[Closest],
    fit: Maximum | None,
    read_voltage: float | None,
    level: float,
    name: str,
    warnings: list[str],
) -> tuple[dict[str, Estimate], DeviceFile, list[np.ndarray], bool]:
    """Parameters, device file, fitted curves: of the likelihood if the law holds, else of least squares."""
    if fit is not None:
        fitted = [_fitted(fit, s, u) for s, u in zip(sweeps, fit.curvatures, strict=True)]
        if law_holds(sweeps, comparison, closest, fit, _explained(sweeps, fitted)):
            cycles = min(len(s.values) for s in sweeps)
            parameters, device = estimates(fit, level, cycles, read_voltage, name, warnings)
            if cycles < _FEW_CYCLES:
                _cover_least_squares(parameters, closest, level)
                if not isinstance(fit.model, StateSpace):
                    # Few readings may pile up at an end by chance: it is not known to the last digit.
                    _cover(parameters, window(closest, shared=True, level=level))
            return parameters, device, fitted, True
    parameters, device = closest_estimates(
        sweeps, closest, share_window(closest), level, read_voltage, name, warnings
    )
    return parameters, device, [c.fitted for c in closest], False


def _cover_least_squares(parameters: dict[str, Estimate], closest: list[Closest], level: float) -> None:
    """Few cycles cannot tell noise that stays from another law: the interval holds for both."""
    for c in closest:
        field = f"nonlinearity_{DIRECTION[c.sign]}"
        low, high = c.label_interval(level)
        _cover(parameters, {field: replace(parameters[field], low=low, high=high)})


def _cover(parameters: dict[str, Estimate], others: dict[str, Estimate]) -> None:
    """Widen intervals until they hold those of another estimator too."""
    for field, other in others.items():
        e = parameters[field]
        if e.low is not None and e.high is not None and other.low is not None and other.high is not None:
            parameters[field] = replace(e, low=min(e.low, other.low), high=max(e.high, other.high))


def _explained(sweeps: list[Sweep], fitted: list[np.ndarray]) -> float:
    """R2 over all readings, each direction against its own mean."""
    left = total = 0.0
    for sweep, line in zip(sweeps, fitted, strict=True):
        here = np.isfinite(sweep.values)
        left += float(np.sum((sweep.values - line)[here] ** 2))
        total += float(np.sum((sweep.values[here] - sweep.values[here].mean()) ** 2))
    return 1.0 - left / max(total, 1e-300)


def _with_laws(
    device: DeviceFile,
    comparison: Comparison,
    sweeps: list[Sweep],
    parameters: dict[str, Estimate],
    r2: float,
    shared: bool,
    asked: str | None,
) -> tuple[DeviceFile, str, float]:
    """The device file with the laws it may run, the one it runs, and the R2 of that law."""
    g_min, g_max = parameters["g_min"].value, parameters["g_max"].value
    laws = device_laws(comparison, sweeps, g_min, g_max)
    table = laws.get(MeasuredLaw.name)
    table_r2 = measured_r2(table, sweeps, g_min, g_max) if isinstance(table, MeasuredLaw) else None
    runs, r2 = choose_law(comparison, laws, r2, table_r2, shared, asked)
    kept = {name: law for name, law in laws.items() if name in (runs, MeasuredLaw.name)}
    return replace(device, laws=kept, law=runs), runs, r2


def _check_possible(name: str, parameters: dict[str, Estimate]) -> None:
    """No answer is better than one that cannot be.

    Raises
    ------
    InputError
    """
    for key, e in parameters.items():
        if not all(np.isfinite(v) for v in (e.value, e.low, e.high) if v is not None):
            raise InputError(f"{name}: {key} is not fixed by the readings: they hold too little change")
    c2c = parameters.get("c2c_sigma")
    if c2c is not None and c2c.value > 1.0:
        raise InputError(
            f"{name}: cycles differ by {100 * c2c.value:.0f} % of the window from pulse to pulse: no "
            "potentiation or depression in the file (are the pulses in order?)"
        )


def _judge(comparison: Comparison, pattern: dict[str, Any], runs: str, warnings: list[str]) -> None:
    """Say when the exponential law is not the whole story."""
    best, own = comparison.fits[0], comparison.of("exponential")
    if not pattern["law_holds"]:
        warnings.append(
            "labels are those of the exponential closest to the readings in least squares: they follow "
            "another law or another window; see the comparison of laws"
        )
    elif pattern["verdict"] == "systematic":
        warnings.append(
            "residuals follow a pattern: the exponential law is not the whole story "
            f"(lag-1 correlation {pattern['lag_1']:.2f}); see the comparison of laws"
        )
    if best.law != "exponential" and best.r2 > own.r2 + 0.005:
        warnings.append(
            f"law '{best.law}' describes the curve better (R2 {best.r2:.4f} against {own.r2:.4f}); "
            f"the device file runs the {runs} law"
        )


def _innovations(fit: Maximum, residuals: list[np.ndarray]) -> list[np.ndarray]:
    """Residuals freed of the correlation that pulses' own noise makes: it stays in the state and decays."""
    if fit.natural.c2c <= fit.natural.read:
        return residuals
    freed = []
    for sweep, residual, u in zip(fit.model.sweeps, residuals, fit.curvatures, strict=True):
        kept = np.exp(-u / sweep.n_pulses * np.diff(sweep.pulses))
        freed.append(residual[:, 1:] - kept * residual[:, :-1])
    return freed


def _best_model(sweeps: list[Sweep], guess: list[float], warnings: list[str]) -> Maximum:
    """Noise of pulses and readings; with readings piled up at an end, the likelier of the censored models."""
    low, high = hard_ends(sweeps)
    if low is None and high is None:
        return maximise(StateSpace(sweeps), guess)
    ends = [f"{end:.4g} S" for end in (low, high) if end is not None]
    warnings.append(
        f"readings pile up at {' and '.join(ends)}: taken as a hard end of the window (compliance?)"
    )
    steps = maximise(CensoredSteps(sweeps, low, high), guess)
    readings = maximise(CensoredReadings(sweeps, low, high), guess)
    same = CensoredReadings(sweeps, low, high, without_first=True).minus_two_log_likelihood(readings.point)
    difference = same - steps.minus_two_log_likelihood
    if abs(difference) < _NOT_TOLD_APART:
        # The label follows from either; its interval must hold for both.
        return max(steps, readings, key=lambda m: np.trace(m.covariance[: len(sweeps), : len(sweeps)]))
    return readings if difference < 0 else steps


def _fitted(fit: Maximum, sweep: Sweep, curvature: float) -> np.ndarray:
    window = fit.natural
    rise = mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, curvature)
    return window.g_min + (window.g_max - window.g_min) * rise


def _told_segments(train: PulseTrain) -> list[dict[str, object]]:
    """How the readings were cut, for the result."""
    return [
        {
            "direction": DIRECTION[s.sign],
            "readings": len(s.values),
            "pulses": [float(s.pulses[0]), float(s.pulses[-1])],
            "first": float(s.values[0]),
            "last": float(s.values[-1]),
        }
        for s in train.segments
    ]


def _curves(sweeps: list[Sweep], fitted: list[np.ndarray]) -> list[Curve]:
    curves = []
    for sweep, line in zip(sweeps, fitted, strict=True):
        for k, row in enumerate(sweep.values):
            ok = np.isfinite(row)
            curves.append(
                Curve(f"{DIRECTION[sweep.sign].upper()} {k + 1}", sweep.pulses[ok], row[ok], line[ok])
            )
    return curves
