"""Fit potentiation and depression: window, labels, noise, and what the data cannot say."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from perovdata.devices.curves.compare import compare_laws, residual_pattern
from perovdata.devices.curves.measurement import PulseTrain
from perovdata.devices.curves.metrics import train_metrics
from perovdata.devices.curves.noise_models import (
    CensoredReadings,
    CensoredSteps,
    Maximum,
    StateSpace,
    hard_ends,
    label_at,
    maximise,
    peak,
)
from perovdata.devices.curves.result import Curve, Estimate, FitResult
from perovdata.devices.curves.transitions import Sweep, mean_curve
from perovdata.devices.device_file import DeviceFile
from perovdata.devices.fields import FIELDS, MAX_LABEL
from perovdata.devices.label import label_to_a
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.uncertainty import Uncertainty
from perovdata.errors import InputError

__all__ = ["fit_pulse_train", "sweeps_of"]

_NAME = {1: "ltp", -1: "ltd"}


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
    if train.alternatives:
        train = _likeliest_cut(train)
    sweeps, n_outliers = _without_spikes(sweeps_of(train))
    sweeps = [s for s in sweeps if np.isfinite(s.values).sum(axis=1).max() >= 4]
    if not sweeps:
        raise InputError(f"{name}: no direction has 4 readings in a row; a label needs them")
    if n_outliers:
        warnings.append(f"{n_outliers} single readings left out as spikes")

    comparison = compare_laws(sweeps)
    exponential = comparison.of("exponential")
    fit = _best_model(sweeps, list(exponential.shapes), warnings)

    cycles = min(len(s.values) for s in sweeps)
    parameters, device = _estimates(fit, level, cycles, train, name, warnings)
    fitted = [_fitted(fit, s, u) for s, u in zip(sweeps, fit.curvatures, strict=True)]
    measured = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
    predicted = np.concatenate(
        [
            np.broadcast_to(f, s.values.shape)[np.isfinite(s.values)]
            for f, s in zip(fitted, sweeps, strict=True)
        ]
    )
    residual = measured - predicted
    r2 = 1.0 - float(residual @ residual) / float(np.sum((measured - measured.mean()) ** 2))
    pattern = residual_pattern(
        [s.values - f for s, f in zip(sweeps, fitted, strict=True)], fit.natural.g_max - fit.natural.g_min
    )
    if pattern["verdict"] == "systematic":
        warnings.append(
            "residuals follow a pattern: the exponential law is not the whole story "
            f"(lag-1 correlation {pattern['lag_1']:.2f}); see the comparison of laws"
        )
    if comparison.ranking[0]["law"] != "exponential" and comparison.ranking[0]["r2"] > exponential.r2 + 0.005:
        warnings.append(
            f"law '{comparison.ranking[0]['law']}' describes the curve better (R2 "
            f"{comparison.ranking[0]['r2']:.4f} against {exponential.r2:.4f}); the device file uses the exponential law"
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


def _likeliest_cut(train: PulseTrain) -> PulseTrain:
    """Of several ways to cut the readings into sweeps, the one under which they are likeliest.

    Every turn put freely costs as much as a parameter (Schwarz, Ann. Stat. 1978, doi:10.1214/aos/1176344136),
    so sweeps of one length win where noise hides the turns.
    """
    best, lowest = train.segments, np.inf
    for segments in (train.segments, *train.alternatives):
        sweeps = sweeps_of(PulseTrain(segments))
        model = StateSpace(sweeps)
        _, minimum = peak(model, [3.0] * len(sweeps), quick=True)
        lengths = {(s.sign, len(s.values)) for s in segments[1:]}
        free = 0 if len(lengths) <= 2 else len(segments) - 1
        score = minimum * len(train.values) / model.n_used + free * np.log(model.n_used)
        if score < lowest:
            best, lowest = segments, score
    return PulseTrain(best, train.read_voltage, train.notes)


def _best_model(sweeps: list[Sweep], guess: list[float], warnings: list[str]) -> Maximum:
    """Noise of pulses and readings; with readings piled up at an end, the likelier of the censored models."""
    low, high = hard_ends(sweeps)
    if low is None and high is None:
        return maximise(StateSpace(sweeps), guess)
    ends = [f"{end:.4g} S" for end in (low, high) if end is not None]
    warnings.append(
        f"readings pile up at {' and '.join(ends)}: taken as a hard end of the window (compliance?)"
    )
    fits = [maximise(model(sweeps, low, high), guess) for model in (CensoredSteps, CensoredReadings)]
    # The two count different numbers of readings: compare them per reading.
    return min(fits, key=lambda f: f.minus_two_log_likelihood / f.model.n_used)


def _fitted(fit: Maximum, sweep: Sweep, curvature: float) -> np.ndarray:
    window = fit.natural
    rise = mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, curvature)
    return window.g_min + (window.g_max - window.g_min) * rise


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


def _estimates(fit: Maximum, level: float, cycles: int, train: PulseTrain, name: str, warnings: list[str]):
    """Parameters with intervals, and the device file with their joint uncertainty."""
    sweeps = fit.model.sweeps
    n_shapes = len(sweeps)
    fields = [f"nonlinearity_{_NAME[s.sign]}" for s in sweeps] + ["g_min", "g_max"]
    scales = ["linear"] * n_shapes + ["log", "log"]
    floor = max(0.0, float(min(np.nanmin(s.values) for s in sweeps)))
    covariance = fit.window_covariance()
    sigma = np.sqrt(np.diag(covariance))
    quantile = float(student.ppf(0.5 + level / 2, max(fit.model.n_used - len(fit.point) - 2, 1)))
    g_min, g_max = fit.natural.g_min, fit.natural.g_max
    resolved = g_min > quantile * sigma[n_shapes]
    if not resolved:
        warnings.append(
            f"g_min is not told apart from 0 by the fit; the smallest reading ({floor:.3g} S) is taken"
        )
        g_min = floor
    parameters: dict[str, Estimate] = {}
    for k, (sweep, field) in enumerate(zip(sweeps, fields, strict=False)):
        # The interval is made on the scale on which the likelihood is closest to a parabola.
        half = quantile * float(np.sqrt(fit.covariance[k, k]))
        ends = [label_at(sweep.sign, float(fit.point[k]) + s * half) for s in (-1, 1)]
        low, high = max(min(ends), -MAX_LABEL), min(max(ends), MAX_LABEL)
        parameters[field] = _estimate(field, fit.labels[k], low, high)
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
    for sweep in sweeps:
        field = f"n_pulses_{_NAME[sweep.sign]}"
        parameters[field] = _estimate(
            field, float(sweep.n_pulses), float(sweep.n_pulses), float(sweep.n_pulses)
        )
    for sign in (1, -1):
        if sign not in [s.sign for s in sweeps]:
            other = _NAME[-sign]
            warnings.append(f"no {_NAME[sign].upper()} in the file: the device file mirrors {other.upper()}")
    noise = _noise(fit, level, cycles, warnings)
    parameters |= noise
    for sweep in sweeps:
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
    _mirror(stated, sweeps)
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


def _mirror(stated: dict[str, float], sweeps: list[Sweep]) -> None:
    """A direction that was not measured is the mirror of the other (NeuroSim: the label changes sign)."""
    if len(sweeps) == 1:
        have = _NAME[sweeps[0].sign]
        lack = "ltd" if have == "ltp" else "ltp"
        stated[f"nonlinearity_{lack}"] = -stated[f"nonlinearity_{have}"]
        stated[f"n_pulses_{lack}"] = stated[f"n_pulses_{have}"]


def _estimate(field: str, value: float, low: float, high: float) -> Estimate:
    return Estimate(float(value), float(low), float(high), FIELDS[field].unit, FIELDS[field].meaning)


def _noise(fit: Maximum, level: float, cycles: int, warnings: list[str]) -> dict[str, Estimate]:
    """Noise of a pulse and of a reading, fractions of the window; only from repeated cycles."""
    if cycles < 2:
        warnings.append(
            "one cycle: cycle-to-cycle variation and read noise are not reported (give repeated cycles)"
        )
        return {}
    intervals = fit.model.noise_intervals(fit, level)
    return {
        "c2c_variation": _estimate("c2c_variation", fit.natural.c2c, *intervals["c2c"]),
        "read_noise": _estimate("read_noise", fit.natural.read, *intervals["read"]),
    }


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
