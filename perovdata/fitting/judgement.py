"""Does the exponential law hold, do the directions share a window, does the fit describe the readings?"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri

from perovdata.errors import InputError
from perovdata.fitting.laws.closest import N_SPLINES, Closest, reference_curve
from perovdata.fitting.laws.compare import Comparison, lag_one, reduced
from perovdata.fitting.laws.likelihood import Sweep, mean_curve
from perovdata.fitting.laws.noise_models import Maximum, StateSpace, peak

#: Evidence (difference of BIC) from which another curve counts as better.
_BETTER = 6.0
#: Noise reaches so many of its standard deviations.
_NOISE_REACHES = 3.0
#: Directions share a window if its ends agree within this share of it (or within their noise).
_SAME_WINDOW = 0.15
#: A fit that explains less than this share of the variance of a direction describes nothing.
_WORST_R2 = 0.5
#: A fit of the likelihood may pass the readings by this much more than least squares does.
_PASSES = 0.1
#: Cycles that each follow their common curve by more than this share of their variance ...
_ONE_CURVE = 0.8
#: ... over at least so many pulses, in windows that differ by more than this factor, are not repetitions.
_ENOUGH_PLACES, _MOST_WIDTHS = 6, 3.0


def share_window(closest: list[Closest]) -> bool:
    """Whether LTP and LTD run between the same ends."""
    if len(closest) < 2:
        return True
    up, down = closest
    width = max(up.high, down.high) - min(up.low, down.low)
    ends = ((up.low, down.low, 1), (up.high, down.high, 2))
    return all(
        abs(a - b) <= _SAME_WINDOW * width + 3.0 * np.hypot(up.draws[:, k].std(), down.draws[:, k].std())
        for a, b, k in ends
    )


def law_holds(
    sweeps: list[Sweep], comparison: Comparison, closest: list[Closest], fit: Maximum, r2: float
) -> bool:
    """Whether the exponential law with noise of pulses and readings is the best account of the readings.

    Parameters
    ----------
    sweeps, comparison, closest
        Readings, laws fitted, closest exponential of each direction.
    fit : Maximum
        Of the likelihood.
    r2 : float
        Of the curve of that fit.
    """
    natural = fit.natural
    if not (natural.g_max > natural.g_min and natural.c2c < 1.0 and share_window(closest)):
        return False
    exponential = comparison.of("exponential")
    if min(len(s.values) for s in sweeps) >= 4:
        if all(
            _cycles_agree(s.values, c.fitted, c.high - c.low) for s, c in zip(sweeps, closest, strict=True)
        ):
            return True
        # A hard end bends the mean curve near it, and so the closest exponential: the rest may still hold.
        return not isinstance(fit.model, StateSpace) and all(
            _cycles_agree(*_away_from_ends(s, fit, k), natural.g_max - natural.g_min)
            for k, s in enumerate(sweeps)
        )
    return r2 >= exponential.r2 - _PASSES and _no_better_curve(sweeps, comparison, closest, fit)


def _no_better_curve(
    sweeps: list[Sweep], comparison: Comparison, closest: list[Closest], fit: Maximum
) -> bool:
    """Few cycles: no other curve with noise of readings explains them better (BIC)."""
    data = [reduced(s) for s in sweeps]
    n = float(sum(d.weight.sum() for d in data))
    curves = [reference_curve(d, comparison.fits, k) for k, d in enumerate(data)]
    left = sum(
        d.within + float(d.weight @ (d.mean - c.curve) ** 2) for d, c in zip(data, curves, strict=True)
    )
    exponential = comparison.of("exponential")
    own = sum(f.rss + d.within for f, d in zip(exponential.directions, data, strict=True))
    tiny = 1e-12 * sum(d.total for d in data) + 1e-300
    other = n * np.log((left + tiny) / (own + tiny)) + sum(c.n_parameters - 3 for c in curves) * np.log(n)
    # The best of so many curves is better than one by chance alone.
    other += 2.0 * len(curves) * np.log(len(comparison.fits) + N_SPLINES)
    model = StateSpace(sweeps)
    quiet = np.array([*(c.z for c in closest), model.bounds[-1][0]])
    quiet = np.array([np.clip(v, *b) for v, b in zip(quiet, model.bounds, strict=True)])
    starts = [fit.point] if isinstance(fit.model, StateSpace) else model.starts(list(quiet[:-1]))
    likeliest = min(peak(model, starts, quick=True)[1], model.minus_two_log_likelihood(quiet))
    gain = likeliest - model.minus_two_log_likelihood(quiet) + np.log(n)
    return bool(other > min(gain, 0.0) - _BETTER)


def _away_from_ends(sweep: Sweep, fit: Maximum, direction: int) -> tuple[np.ndarray, np.ndarray]:
    """Readings and fitted curve of one direction where noise does not reach the ends of the window."""
    natural = fit.natural
    rise = mean_curve(sweep.sign, sweep.pulses, sweep.n_pulses, fit.curvatures[direction])
    margin = _NOISE_REACHES * float(np.hypot(natural.read, natural.c2c))
    away = (rise > margin) & (rise < 1.0 - margin)
    curve = natural.g_min + (natural.g_max - natural.g_min) * rise
    return sweep.values[:, away], curve[away]


def _cycles_agree(values: np.ndarray, curve: np.ndarray, width: float) -> bool:
    """Many cycles: the mean residual of each pulse is no larger than the scatter between cycles makes it.

    Test of lack of fit against pure error (Fisher's F), with as many independent places along the pulses as
    the correlation of the deviations leaves.
    """
    left = values - curve
    if left.shape[1] < 4:
        return True
    cycles = np.isfinite(left).sum(axis=0)
    kept = cycles == cycles.max()
    left = left[np.isfinite(left[:, kept]).all(axis=1)][:, kept]
    n, places = left.shape
    if n < 4:
        return True
    mean = left.mean(axis=0)
    deviations = left - mean
    error = float(np.sum(deviations**2)) / ((n - 1) * places)
    if error <= 0:
        return bool(np.abs(mean).max() <= 1e-6 * width)
    rho = max(lag_one([deviations]), 0.0)
    independent = max(places * (1.0 - rho) / (1.0 + rho), 3.0)
    ratio = n * float(np.mean(mean**2)) / error
    return bool(ratio <= fdtri(independent, independent * (n - 1), 0.99))


def check_cycles(name: str, sweeps: list[Sweep]) -> None:
    """Refuse columns or runs that follow one curve in windows of different width: no cycles of one program.

    Raises
    ------
    InputError
    """
    for sweep in sweeps:
        rows = sweep.values[:, np.isfinite(sweep.values).all(axis=0)]
        if len(rows) < 2 or rows.shape[1] < _ENOUGH_PLACES:
            continue
        middle = np.median(rows, axis=0) - np.median(rows, axis=0).mean()
        left = rows - rows.mean(axis=1, keepdims=True)
        width = left @ middle / max(float(middle @ middle), 1e-300)
        off = left - width[:, None] * middle
        explained = 1.0 - (off**2).sum(axis=1) / np.maximum((left**2).sum(axis=1), 1e-300)
        if explained.min() > _ONE_CURVE and width.max() > _MOST_WIDTHS * width.min() > 0:
            raise InputError(
                f"{name}: {len(rows)} cycles whose windows differ {width.max() / width.min():.3g} times: not "
                "repetitions of one program; choose one, e.g. argument columns='pulse=1,conductance=2'"
            )


def check_description(name: str, comparison: Comparison, warnings: list[str]) -> None:
    """Refuse readings that no law describes.

    Raises
    ------
    InputError
    """
    best = max(comparison.fits, key=lambda f: f.r2_worst)
    if best.r2_worst < _WORST_R2:
        raise InputError(
            f"{name}: the best of {len(comparison.fits)} laws ({best.law}) explains "
            f"{100 * max(best.r2_worst, 0.0):.0f} % of the variance of a direction: no potentiation or "
            "depression in the file; values in the order of the pulses are expected"
        )
    own = comparison.of("exponential")
    if own.r2_worst < _WORST_R2:
        warnings.append(
            f"the exponential law explains {100 * max(own.r2_worst, 0.0):.0f} % of the variance of a "
            "direction: its label says little about this curve"
        )
