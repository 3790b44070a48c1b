"""From the closest exponential of each direction to parameters with intervals and a device file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtri, stdtrit

from perovdata.devices import MAX_LABEL, DeviceFile, Uncertainty
from perovdata.fitting.device_estimates import (
    DIRECTION,
    field_estimate,
    make_device,
    mirrored,
    with_a,
    with_noise,
)
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.laws.closest import Closest
from perovdata.fitting.laws.likelihood import Sweep

#: No label is claimed more finely than this: the optimiser's own tolerance.
_FINEST = 1e-3


def closest_estimates(
    sweeps: list[Sweep],
    closest: list[Closest],
    shared: bool,
    level: float,
    read_voltage: float | None,
    name: str,
    warnings: list[str],
) -> tuple[dict[str, Estimate], DeviceFile]:
    """Parameters with intervals, and the device file with their joint uncertainty.

    Parameters
    ----------
    sweeps : list of Sweep
    closest : list of Closest
        Of each direction.
    shared : bool
        Both directions run between the same ends; else the window of the file holds both.
    level : float
    read_voltage : float or None, V
    name : str
    warnings : list of str
        What was assumed is added.
    """
    parameters: dict[str, Estimate] = {}
    for c in closest:
        field = f"nonlinearity_{DIRECTION[c.sign]}"
        low, high = c.label_interval(level)
        low = max(min(low, c.label - _FINEST), -MAX_LABEL)
        high = min(max(high, c.label + _FINEST), MAX_LABEL)
        parameters[field] = field_estimate(field, c.label, low, high)
        if high - low > 2.0:
            warnings.append(
                f"{field} is uncertain by {(high - low) / 2:.1f}: more cycles or less noise are needed"
            )
    closest = [_above_zero(c, s) for c, s in zip(closest, sweeps, strict=True)]
    ends = window(closest, shared, level)
    parameters |= ends
    if not shared:
        parameters |= _own_windows(closest, level)
        widths = [c.high - c.low for c in closest]
        warnings.append(
            f"LTP and LTD do not share a window: they differ {max(widths) / min(widths):.3g} times in width "
            f"({_range(closest[0])} and {_range(closest[1])}); each label is of its own window; the device "
            "file runs both directions from the lowest to the highest end"
        )
    for sweep in sweeps:
        field = f"n_pulses_{DIRECTION[sweep.sign]}"
        parameters[field] = field_estimate(field, *(float(sweep.n_pulses),) * 3)
    noise = cycle_noise(sweeps, ends["g_max"].value - ends["g_min"].value, level, warnings)
    parameters |= noise
    with_a(parameters)
    stated = {n: parameters[n].value for n in parameters if not n.startswith(("a_", "g_min_", "g_max_"))}
    mirrored(stated, [c.sign for c in closest], warnings)
    if read_voltage is not None:
        stated["read_voltage"] = read_voltage
    uncertainty = _uncertainty(closest, ends, noise, level)
    return parameters, make_device(name, stated, uncertainty, "potentiation and depression", warnings)


def _above_zero(c: Closest, sweep: Sweep) -> Closest:
    """A window that the closest exponential draws below zero ends at the smallest reading."""
    return c if c.low > 0 else replace(c, low=max(float(np.nanmin(sweep.values)), 0.0))


def _range(c: Closest) -> str:
    return f"{DIRECTION[c.sign].upper()} {c.low:.3g} … {c.high:.3g} S"


def window(closest: list[Closest], shared: bool, level: float) -> dict[str, Estimate]:
    """Ends of the window: means of the directions' where they share it, else the outermost."""
    lows, highs = np.array([c.low for c in closest]), np.array([c.high for c in closest])
    halves = np.array([c.half_widths(level)[1:] for c in closest])
    if shared:
        g_min, g_max = float(lows.mean()), float(highs.mean())
        # The spread between the directions is part of what is not known.
        half = np.sqrt((halves**2).sum(axis=0)) / len(closest)
        half = np.maximum(half, np.array([np.ptp(lows), np.ptp(highs)]) / 2.0)
    else:
        first, last = int(np.argmin(lows)), int(np.argmax(highs))
        g_min, g_max = float(lows[first]), float(highs[last])
        half = np.array([halves[first, 0], halves[last, 1]])
    g_min = max(g_min, 0.0)
    return {
        "g_min": field_estimate("g_min", g_min, max(g_min - half[0], 0.0), g_min + half[0]),
        "g_max": field_estimate("g_max", g_max, max(g_max - half[1], g_min), g_max + half[1]),
    }


def _own_windows(closest: list[Closest], level: float) -> dict[str, Estimate]:
    found = {}
    for c in closest:
        _, low, high = c.half_widths(level)
        for end, value, half in (("g_min", c.low, low), ("g_max", c.high, high)):
            found[f"{end}_{DIRECTION[c.sign]}"] = Estimate(
                value, max(value - half, 0.0), value + half, "S", "end of the window of this direction"
            )
    return found


def _uncertainty(
    closest: list[Closest], ends: dict[str, Estimate], noise: dict[str, Estimate], level: float
) -> Uncertainty:
    """Labels and window as independent quantities with the spread of their intervals."""
    z = float(ndtri(0.5 + level / 2))
    fields: list[str] = []
    scales: list[str] = []
    sigma: list[float] = []
    for c in closest:
        low, high = c.label_interval(level)
        fields.append(f"nonlinearity_{DIRECTION[c.sign]}")
        scales.append("linear")
        sigma.append((high - low) / (2 * z))
    for field, e in ends.items():
        if e.value > 0 and e.low is not None and e.high is not None:
            fields.append(field)
            scales.append("log")
            sigma.append((e.high - e.low) / (2 * z * e.value))
    return with_noise(tuple(fields), tuple(scales), np.diag(np.square(sigma)), noise, level)


def cycle_noise(sweeps: list[Sweep], width: float, level: float, warnings: list[str]) -> dict[str, Estimate]:
    """Noise of a pulse and of a reading from what the cycles differ by, whatever the law.

    The change of a deviation over one pulse has the variance of a pulse plus twice that of a reading, and
    neighbouring changes correlate by minus the variance of a reading.
    """
    changes, products = [], []
    for sweep in sweeps:
        if len(sweep.values) < 2:
            continue
        count = np.isfinite(sweep.values).sum(axis=0)
        centre = np.nansum(sweep.values, axis=0) / np.maximum(count, 1)
        # A mean of few cycles has taken part of the deviation.
        grow = np.sqrt(count / np.maximum(count - 1.0, 1.0))
        step = np.diff(np.where(count > 1, (sweep.values - centre) * grow, np.nan), axis=1)
        single = np.diff(sweep.pulses) == 1
        changes.append(step[:, single].ravel())
        both = single[1:] & single[:-1]
        products.append((step[:, 1:] * step[:, :-1])[:, both].ravel())
    pairs = np.concatenate(products) if products else np.zeros(0)
    steps = np.concatenate(changes) if changes else np.zeros(0)
    pairs, steps = pairs[np.isfinite(pairs)], steps[np.isfinite(steps)]
    if len(pairs) < 4:
        warnings.append(
            "one cycle: cycle-to-cycle variation and read noise are not reported (give repeated cycles)"
        )
        return {}
    total, shared = float(np.mean(steps**2)), float(np.mean(pairs))
    error = float(np.std(pairs) / np.sqrt(len(pairs))) * float(stdtrit(len(pairs) - 1, 0.5 + level / 2))
    spread = total * float(stdtrit(len(steps) - 1, 0.5 + level / 2)) * np.sqrt(2.0 / len(steps))
    read = float(np.clip(-shared, 0.0, total / 2))
    found = {}
    for field, variance, half in (
        ("c2c_sigma", total - 2 * read, float(np.hypot(spread, 2 * error))),
        ("read_noise", read, error),
    ):
        value, low, high = (
            float(np.sqrt(max(v, 0.0))) / width for v in (variance, variance - half, variance + half)
        )
        found[field] = field_estimate(field, value, low, high)
    return found
