"""Fit potentiation and depression: cut into sweeps, likelihood, comparison of laws, warnings."""

from __future__ import annotations

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting.device_estimates import DIRECTION, estimates
from perovdata.fitting.laws.compare import Comparison, compare_laws, residual_pattern
from perovdata.fitting.laws.likelihood import Sweep, mean_curve
from perovdata.fitting.laws.noise_models import (
    CensoredReadings,
    CensoredSteps,
    Maximum,
    StateSpace,
    hard_ends,
    maximise,
    peak,
)
from perovdata.fitting.result import Curve, FitResult
from perovdata.fitting.signal.measurements import PulseTrain
from perovdata.fitting.table_rows import train_metrics

__all__ = ["fit_pulse_train", "sweeps_of"]


#: Difference of -2 log L below which two kinds of noise are not told apart (20 to 1).
_NOT_TOLD_APART = 6.0


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
        n_pulses = max(1, int(np.median([s.pulses[-1] for s in segments])))
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
    sweeps = [s for s in sweeps_of(train) if np.isfinite(s.values).sum(axis=1).max() >= 4]
    if not sweeps:
        raise InputError(f"{name}: no direction has 4 readings in a row; a label needs them")
    sweeps, n_outliers = _without_spikes(sweeps)
    if n_outliers:
        warnings.append(f"{n_outliers} single readings left out as spikes")

    comparison = compare_laws(sweeps)
    exponential = comparison.of("exponential")
    fit = _best_model(sweeps, list(exponential.shapes), warnings)

    cycles = min(len(s.values) for s in sweeps)
    parameters, device = estimates(fit, level, cycles, train.read_voltage, name, warnings)
    fitted = [_fitted(fit, s, u) for s, u in zip(sweeps, fit.curvatures, strict=True)]
    residuals = [s.values - f for s, f in zip(sweeps, fitted, strict=True)]
    measured = np.concatenate([s.values[np.isfinite(s.values)] for s in sweeps])
    left = np.concatenate([r[np.isfinite(r)] for r in residuals])
    pattern = residual_pattern(_innovations(fit, residuals), fit.natural.g_max - fit.natural.g_min)
    _judge(comparison, pattern, warnings)
    return FitResult(
        kind="pd",
        law="exponential",
        parameters=parameters,
        level=level,
        r2=1.0 - float(left @ left) / float(np.sum((measured - measured.mean()) ** 2)),
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


def _judge(comparison: Comparison, pattern: dict, warnings: list[str]) -> None:
    """Say when the exponential law is not the whole story."""
    best, own = comparison.ranking[0], comparison.of("exponential")
    if pattern["verdict"] == "systematic":
        warnings.append(
            "residuals follow a pattern: the exponential law is not the whole story "
            f"(lag-1 correlation {pattern['lag_1']:.2f}); see the comparison of laws"
        )
    if best["law"] != "exponential" and best["delta_aicc"] == 0 and best["r2"] > own.r2 + 0.005:
        warnings.append(
            f"law '{best['law']}' describes the curve better (R2 {best['r2']:.4f} against {own.r2:.4f}); "
            "the device file uses the exponential law"
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


def _likeliest_cut(train: PulseTrain) -> PulseTrain:
    """Of several ways to cut the readings into sweeps, the one under which they are likeliest.

    Every turn put freely costs as much as a parameter (Schwarz, Ann. Stat. 1978, doi:10.1214/aos/1176344136),
    so sweeps of one length win where noise hides the turns.
    """
    best, lowest, warm = train.segments, np.inf, []
    for segments in (train.segments, *train.alternatives):
        sweeps = sweeps_of(PulseTrain(segments))
        model = StateSpace(sweeps)
        # Beside the usual starts where the best cut so far ended: that one may lie in a flat part.
        near = [point for point in warm if len(point) == len(model.bounds)]
        point, minimum = peak(model, model.starts([1.0] * len(sweeps)) + near, quick=True)
        lengths = {(s.sign, len(s.values)) for s in segments[1:]}
        n_parameters = len(sweeps) + (0 if len(lengths) <= 2 else len(segments) - 1)
        score = minimum * len(train.values) / model.n_used + n_parameters * np.log(model.n_used)
        if score < lowest:
            best, lowest, warm = segments, score, [point]
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
        small, large = (f(np.abs(before), np.abs(after)) for f in (np.minimum, np.maximum))
        away = (before * after < 0) & (small > 8.0 * scale) & (small > 0.3 * large)
        if scale > 0 and away.sum() <= 0.05 * away.size:
            values[:, 1:-1][away] = np.nan
            count += int(away.sum())
        cleaned.append(Sweep(sweep.sign, sweep.pulses, values, sweep.n_pulses, sweep.shared_start))
    return cleaned, count


def _curves(sweeps: list[Sweep], fitted: list[np.ndarray]) -> list[Curve]:
    curves = []
    for sweep, line in zip(sweeps, fitted, strict=True):
        for k, row in enumerate(sweep.values):
            ok = np.isfinite(row)
            curves.append(
                Curve(f"{DIRECTION[sweep.sign].upper()} {k + 1}", sweep.pulses[ok], row[ok], line[ok])
            )
    return curves
