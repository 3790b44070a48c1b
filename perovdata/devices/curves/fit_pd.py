"""Fit potentiation and depression: window, labels, noise, and what the data cannot say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm
from scipy.stats import t as student

from perovdata.devices.curves.compare import compare_laws, residual_pattern
from perovdata.devices.curves.measurement import PulseTrain
from perovdata.devices.curves.metrics import train_metrics
from perovdata.devices.curves.result import Curve, Estimate, FitResult
from perovdata.devices.curves.transitions import Profile, Sweep, mean_curve, profile, steepness
from perovdata.devices.device_file import DeviceFile
from perovdata.devices.fields import FIELDS, MAX_LABEL
from perovdata.devices.label import curvature_to_label, label_to_a, label_to_curvature
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.uncertainty import Uncertainty
from perovdata.errors import InputError

__all__ = ["fit_pulse_train", "sweeps_of"]

_NAME = {1: "ltp", -1: "ltd"}
#: Bounds of log10(variance of a pulse / variance of a reading): beyond them one of the two is not seen.
_LOG_RATIO = (-5.0, 3.0)


def sweeps_of(train: PulseTrain) -> list[Sweep]:
    """Collect the segments of each direction on one axis of pulse numbers."""
    sweeps = []
    for sign in (1, -1):
        segments = train.of(sign)
        if not segments:
            continue
        axis = np.unique(np.concatenate([s.pulses for s in segments]))
        values = np.full((len(segments), len(axis)), np.nan)
        for row, segment in zip(values, segments, strict=True):
            row[np.searchsorted(axis, segment.pulses)] = segment.values
        n_pulses = int(np.median([s.pulses[-1] for s in segments]))
        shared = axis[0] == 0 and all(s.shared_start for s in segments[-1:])
        sweeps.append(Sweep(sign, axis, values, n_pulses, shared))
    return sweeps


@dataclass
class _Fit:
    """Maximum of the likelihood and the curvature around it, on the optimiser's scale."""

    sweeps: list[Sweep]
    point: np.ndarray  # asinh(curvature / 2) of each sweep, log10 noise ratio
    covariance: np.ndarray
    best: Profile

    @property
    def labels(self) -> list[float]:
        return [_label(s.sign, x) for s, x in zip(self.sweeps, self.point, strict=False)]


def _label(sign: int, x: float) -> float:
    return float(sign * curvature_to_label(2.0 * np.sinh(x)))


_X_MAX = float(np.arcsinh(label_to_curvature(MAX_LABEL) / 2.0))


def _maximise(sweeps: list[Sweep], starts: list[np.ndarray]) -> _Fit:
    """Multi-start maximum likelihood over the labels and the noise ratio."""

    def objective(x: np.ndarray) -> float:
        return profile(sweeps, [2.0 * np.sinh(v) for v in x[:-1]], x[-1]).minus_two_log_likelihood

    bounds = [(-_X_MAX, _X_MAX)] * len(sweeps) + [_LOG_RATIO]
    found = [
        minimize(
            objective,
            start,
            method="L-BFGS-B",
            bounds=bounds,
            options={"eps": 1e-5, "ftol": 1e-9, "maxiter": 60},
        )
        for start in starts
    ]
    point = min(found, key=lambda r: r.fun).x
    return _Fit(
        sweeps,
        point,
        _covariance(objective, point, bounds),
        profile(sweeps, [2.0 * np.sinh(v) for v in point[:-1]], point[-1]),
    )


def _covariance(objective, point: np.ndarray, bounds) -> np.ndarray:
    """Inverse observed information: half the second differences of -2 log L."""
    k = len(point)
    step = np.full(k, 0.02)
    step[-1] = 0.1
    centre = np.array(
        [np.clip(p, low + h, high - h) for p, (low, high), h in zip(point, bounds, step, strict=True)]
    )
    hessian = np.empty((k, k))
    base = objective(centre)

    def at(*moves: tuple[int, float]) -> float:
        x = centre.copy()
        for i, sign in moves:
            x[i] += sign * step[i]
        return objective(x)

    plus, minus = [at((i, 1)) for i in range(k)], [at((i, -1)) for i in range(k)]
    for i in range(k):
        hessian[i, i] = (plus[i] - 2 * base + minus[i]) / step[i] ** 2
        for j in range(i):
            mixed = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
            hessian[i, j] = hessian[j, i] = mixed / (4 * step[i] * step[j])
    values, vectors = np.linalg.eigh(hessian / 2.0)
    # A direction without curvature is one that the data leave open: as wide as the bounds.
    wide = 1.0 / np.square([high - low for low, high in bounds]).max()
    return (vectors / np.maximum(values, wide)) @ vectors.T


def fit_pulse_train(train: PulseTrain, *, level: float = 0.95, name: str = "device") -> FitResult:
    """Fit NeuroSim's exponential law to potentiation and depression.

    Parameters
    ----------
    train : PulseTrain
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.

    Returns
    -------
    FitResult

    Raises
    ------
    InputError
        Fewer than 4 readings in every direction.
    """
    warnings = list(train.notes)
    sweeps, n_outliers = _without_spikes(sweeps_of(train))
    sweeps = [s for s in sweeps if np.isfinite(s.values).sum(axis=1).max() >= 4]
    if not sweeps:
        raise InputError(f"{name}: no direction has 4 readings in a row; a label needs them")
    if n_outliers:
        warnings.append(f"{n_outliers} single readings left out as spikes")

    comparison = compare_laws(sweeps)
    exponential = comparison.of("exponential")
    guess = [float(np.arcsinh(u / 2.0)) for u in exponential.shapes]
    fit = _maximise(sweeps, [np.array([*guess, ratio]) for ratio in (-3.0, 1.0)])

    cycles = min(len(s.values) for s in sweeps)
    parameters, device = _estimates(fit, level, cycles, train, name, warnings)
    fitted = [_fitted(fit, s) for s in sweeps]
    measured = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
    predicted = np.concatenate(
        [
            np.broadcast_to(f, s.values.shape)[np.isfinite(s.values)]
            for f, s in zip(fitted, sweeps, strict=True)
        ]
    )
    residual = measured - predicted
    r2 = 1.0 - float(residual @ residual) / float(np.sum((measured - measured.mean()) ** 2))
    pattern = residual_pattern([s.values - f for s, f in zip(sweeps, fitted, strict=True)], fit.best.width)
    if pattern["verdict"] == "systematic":
        warnings.append(
            "residuals follow a pattern: the exponential law is not the whole story "
            f"(lag-1 correlation {pattern['lag_1']:.2f}); see the comparison of laws"
        )
    if comparison.ranking[0]["law"] != "exponential" and comparison.ranking[0]["r2"] > exponential.r2 + 0.005:
        warnings.append(
            f"law '{comparison.ranking[0]['law']}' describes the curve better (R2 {comparison.ranking[0]['r2']:.4f} "
            f"against {exponential.r2:.4f}); the device file uses the exponential law"
        )
    return FitResult(
        kind="pd",
        law="exponential",
        parameters=parameters,
        level=level,
        r2=r2,
        aicc=exponential.aicc,
        n_points=len(measured),
        device=device,
        warnings=warnings,
        comparison=comparison.ranking,
        conventions=comparison.conventions(fit.labels),
        residuals=pattern,
        metrics=train_metrics(train, sweeps, parameters),
        curves=_curves(sweeps, fitted),
        axes=("pulse number", "conductance (S)"),
    )


def _fitted(fit: _Fit, sweep: Sweep) -> np.ndarray:
    curvature = steepness(sweep.sign, fit.labels[fit.sweeps.index(sweep)])
    return fit.best.g_min + fit.best.width * mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, curvature)


def _without_spikes(sweeps: list[Sweep]) -> tuple[list[Sweep], int]:
    """Take out single readings that jump away from both neighbours and back (glitches of the instrument)."""
    count = 0
    cleaned = []
    for sweep in sweeps:
        values = sweep.values.copy()
        step = np.diff(values, axis=1)
        scale = 1.4826 * np.nanmedian(np.abs(step - np.nanmedian(step, axis=0, keepdims=True)))
        scale = max(scale, 1.4826 * np.nanmedian(np.abs(np.diff(step, axis=1))) / 2.0)
        before, after = step[:, :-1], step[:, 1:]
        away = (before * after < 0) & (np.minimum(np.abs(before), np.abs(after)) > 8.0 * scale)
        if scale > 0 and away.sum() <= 0.05 * away.size:
            values[:, 1:-1][away] = np.nan
            count += int(away.sum())
        cleaned.append(Sweep(sweep.sign, sweep.pulses, values, sweep.n_pulses, sweep.shared_start))
    return cleaned, count


def _estimates(fit: _Fit, level: float, cycles: int, train: PulseTrain, name: str, warnings: list[str]):
    """Parameters with intervals, and the device file with their joint uncertainty."""
    n_shapes = len(fit.sweeps)
    fields = [f"nonlinearity_{_NAME[s.sign]}" for s in fit.sweeps] + ["g_min", "g_max"]
    scales = ["linear"] * n_shapes + ["log", "log"]
    smallest = float(min(np.nanmin(s.values) for s in fit.sweeps))
    floor = max(0.0, smallest)

    def natural(x: np.ndarray) -> np.ndarray:
        p = profile(fit.sweeps, [2.0 * np.sinh(v) for v in x[:-1]], x[-1])
        return np.array(
            [*(_label(s.sign, v) for s, v in zip(fit.sweeps, x, strict=False)), p.g_min, p.g_min + p.width]
        )

    jacobian = np.empty((n_shapes + 2, len(fit.point)))
    for k in range(len(fit.point)):
        move = np.zeros(len(fit.point))
        move[k] = 1e-3
        jacobian[:, k] = (natural(fit.point + move) - natural(fit.point - move)) / 2e-3
    covariance = jacobian @ fit.covariance @ jacobian.T
    mix = np.array([[1.0, 0.0], [1.0, 1.0]])
    covariance[n_shapes:, n_shapes:] += mix @ fit.best.window_covariance @ mix.T

    values = natural(fit.point)
    sigma = np.sqrt(np.diag(covariance))
    quantile = float(student.ppf(0.5 + level / 2, max(fit.best.n_used - len(values), 1)))
    g_min, g_max = float(values[n_shapes]), float(values[n_shapes + 1])
    resolved = g_min > quantile * sigma[n_shapes]
    if not resolved:
        warnings.append(
            f"g_min is not told apart from 0 by the fit; the smallest reading ({floor:.3g} S) is taken"
        )
        g_min = floor
    parameters: dict[str, Estimate] = {}
    for k, field in enumerate(fields[:n_shapes]):
        low, high = values[k] - quantile * sigma[k], values[k] + quantile * sigma[k]
        parameters[field] = _estimate(field, values[k], max(low, -MAX_LABEL), min(high, MAX_LABEL))
        if high - low > 2.0:
            warnings.append(
                f"{field} is uncertain by {(high - low) / 2:.1f}: more cycles or less noise are needed"
            )
    parameters["g_min"] = _estimate(
        "g_min", g_min, max(g_min - quantile * sigma[-2], 0.0), g_min + quantile * sigma[-2]
    )
    parameters["g_max"] = _estimate(
        "g_max", g_max, g_max - quantile * sigma[-1], g_max + quantile * sigma[-1]
    )
    for sweep in fit.sweeps:
        field = f"n_pulses_{_NAME[sweep.sign]}"
        parameters[field] = _estimate(
            field, float(sweep.n_pulses), float(sweep.n_pulses), float(sweep.n_pulses)
        )
    for sign in (1, -1):
        if sign not in [s.sign for s in fit.sweeps]:
            other = _NAME[-sign]
            warnings.append(f"no {_NAME[sign].upper()} in the file: the device file mirrors {other.upper()}")
    noise = _noise(fit, level, cycles, warnings)
    parameters |= noise
    for sweep in fit.sweeps:
        label = parameters[f"nonlinearity_{_NAME[sweep.sign]}"]
        ends = (
            sorted(float(label_to_a(v)) for v in (label.low, label.high))
            if label.low * label.high > 0
            else None
        )
        parameters[f"a_{_NAME[sweep.sign]}"] = Estimate(
            float(label_to_a(label.value)),
            *(ends or (None, None)),
            "1",
            "NeuroSim's A over the pulses of a sweep",
        )
    stated = {n: e.value for n, e in parameters.items() if n in FIELDS}
    _mirror(stated, fit)
    if train.read_voltage is not None:
        stated["read_voltage"] = train.read_voltage
    relative = covariance.copy()
    for k, g in ((n_shapes, g_min), (n_shapes + 1, g_max)):
        relative[k] /= max(g, 1e-300)
        relative[:, k] /= max(g, 1e-300)
    keep = [k for k, f in enumerate(fields) if f != "g_min" or resolved]
    uncertainty = _with_noise(
        tuple(fields[k] for k in keep),
        tuple(scales[k] for k in keep),
        relative[np.ix_(keep, keep)],
        noise,
        level,
    )
    device = DeviceFile(
        name, SynapseParameters.make(**stated), uncertainty, {"fitted": "potentiation and depression"}
    )
    return parameters, device


def _mirror(stated: dict[str, float], fit: _Fit) -> None:
    """A direction that was not measured is the mirror of the other (NeuroSim: the label changes sign)."""
    if len(fit.sweeps) == 1:
        have = _NAME[fit.sweeps[0].sign]
        lack = "ltd" if have == "ltp" else "ltp"
        stated[f"nonlinearity_{lack}"] = -stated[f"nonlinearity_{have}"]
        stated[f"n_pulses_{lack}"] = stated[f"n_pulses_{have}"]


def _estimate(field: str, value: float, low: float, high: float) -> Estimate:
    return Estimate(float(value), float(low), float(high), FIELDS[field].unit, FIELDS[field].meaning)


def _noise(fit: _Fit, level: float, cycles: int, warnings: list[str]) -> dict[str, Estimate]:
    """Noise of a pulse and of a reading, fractions of the window; only from repeated cycles."""
    if cycles < 2:
        warnings.append(
            "one cycle: cycle-to-cycle variation and read noise are not reported (give repeated cycles)"
        )
        return {}
    labels = [2.0 * np.sinh(v) for v in fit.point[:-1]]
    grid = np.linspace(*_LOG_RATIO, 33)
    profiles = [profile(fit.sweeps, labels, r) for r in grid]
    inside = [
        (r, p)
        for r, p in [*zip(grid, profiles, strict=True), (fit.point[-1], fit.best)]
        if p.minus_two_log_likelihood <= fit.best.minus_two_log_likelihood + norm.ppf(0.5 + level / 2) ** 2
    ]
    own = 1.0 + norm.ppf(0.5 + level / 2) / np.sqrt(2.0 * fit.best.n_used)
    found = {}
    for field, sign in (("c2c_variation", -1.0), ("read_noise", 1.0)):
        values = [p.sigma / p.width / np.sqrt(1.0 + 10.0 ** (sign * r)) for r, p in inside]
        value = fit.best.sigma / fit.best.width / np.sqrt(1.0 + 10.0 ** (sign * fit.point[-1]))
        edge = _LOG_RATIO[0] if sign < 0 else _LOG_RATIO[1]
        open_end = any(abs(r - edge) < 1e-6 for r, _ in inside)
        low = 0.0 if open_end else min(values) / own
        value = 0.0 if abs(fit.point[-1] - edge) < 1e-3 else value
        found[field] = _estimate(field, value, min(low, value), max(values) * own)
    return found


def _with_noise(fields, scales, covariance, noise: dict[str, Estimate], level: float) -> Uncertainty:
    """Append the noises as independent log-normal quantities."""
    width = 2 * norm.ppf(0.5 + level / 2)
    for field, e in noise.items():
        if e.value > 0 and e.low > 0:
            fields, scales = (*fields, field), (*scales, "log")
            grown = np.zeros((len(fields), len(fields)))
            grown[:-1, :-1] = covariance
            grown[-1, -1] = (np.log(e.high / e.low) / width) ** 2
            covariance = grown
    return Uncertainty(fields, scales, (covariance + covariance.T) / 2.0)


def _curves(sweeps: list[Sweep], fitted: list[np.ndarray]) -> list[Curve]:
    curves = []
    for sweep, line in zip(sweeps, fitted, strict=True):
        for k, row in enumerate(sweep.values):
            ok = np.isfinite(row)
            curves.append(Curve(f"{_NAME[sweep.sign].upper()} {k + 1}", sweep.pulses[ok], row[ok], line[ok]))
    return curves
