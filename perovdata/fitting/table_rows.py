"""Metrics of the dataset from a measured curve, so that a file can become rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.fitting.estimate import Estimate

if TYPE_CHECKING:
    from perovdata.fitting.laws.likelihood import Sweep
    from perovdata.fitting.signal.measurements import PulseTrain


def energy_per_event(
    voltage: float | np.ndarray, current: float | np.ndarray, time: float | np.ndarray
) -> float:
    """Energy of one event, the integral of |V I| over time.

    Parameters
    ----------
    voltage : float or ndarray, V
    current : float or ndarray, A
    time : float or ndarray, s
        A duration (constant V and I), or the times of the samples.

    Returns
    -------
    float, J
    """
    power = np.abs(np.asarray(voltage, float) * np.asarray(current, float))
    if np.ndim(time) == 0:
        return float(np.mean(power) * time)
    return float(np.trapezoid(np.broadcast_to(power, np.shape(time)), np.asarray(time, float)))


def symmetric_error(ltp: np.ndarray, ltd: np.ndarray) -> float:
    """Root-mean-square difference between LTP and reversed LTD, fraction of the window (0: symmetric).

    Parameters
    ----------
    ltp, ltd : ndarray
        Mean curves against pulse number; different lengths are compared at the same fraction of the sweep.
    """
    x = np.linspace(0.0, 1.0, max(len(ltp), len(ltd)))
    up = np.interp(x, np.linspace(0, 1, len(ltp)), ltp)
    down = np.interp(x, np.linspace(0, 1, len(ltd)), ltd[::-1])
    window = max(np.ptp(up), np.ptp(down))
    return float(np.sqrt(np.mean((up - down) ** 2)) / window)


def _largest_deviation(curve: np.ndarray) -> float:
    """Largest distance from the straight line between the ends, fraction of the window; 0 if flat."""
    line = np.linspace(curve[0], curve[-1], len(curve))
    return float(np.max(np.abs(curve - line)) / max(np.ptp(curve), np.finfo(float).tiny))


def _mean_sweep(values: np.ndarray) -> np.ndarray:
    """Mean of the sweeps at the pulses that any of them has."""
    count = np.isfinite(values).sum(axis=0)
    return np.nansum(values, axis=0)[count > 0] / count[count > 0]


def train_metrics(
    train: PulseTrain, sweeps: list[Sweep], parameters: dict[str, Estimate]
) -> dict[str, Estimate]:
    """Metrics of potentiation and depression, straight from the readings where possible."""
    found: dict[str, Estimate] = {}
    means = {s.sign: _mean_sweep(s.values) for s in sweeps}
    ends = [
        (float(np.nanmin(row)), float(np.nanmax(row)))
        for s in sweeps
        for row in s.values
        if np.isfinite(row).sum() > 1
    ]
    low, high = (float(np.median(e)) for e in zip(*ends, strict=True))
    if low > 0:
        ratio = high / low
        found["dynamic_range"] = Estimate(ratio, None, None, "1", "largest over smallest reading of a sweep")
    window = parameters["g_max"].value - parameters["g_min"].value
    for sign, name in ((1, "ltp"), (-1, "ltd")):
        if sign in means:
            label = parameters[f"nonlinearity_{name}"]
            found[f"nonlinearity_{name}"] = Estimate(
                label.value, label.low, label.high, "1", "MLP-NeuroSim label"
            )
            found[f"deviation_{name}"] = Estimate(
                _largest_deviation(means[sign]),
                None,
                None,
                "1",
                "largest distance from the line, of the mean sweep",
            )
    if len(means) == 2:
        found["symmetric_error"] = Estimate(
            symmetric_error(means[1], means[-1]), None, None, "1", "rms of LTP against reversed LTD"
        )
    repeated = [s.values[:, np.isfinite(s.values).sum(axis=0) > 1] for s in sweeps]
    spread = [np.nanvar(v, axis=0, ddof=1) for v in repeated if v.size]
    if spread:
        between = float(np.sqrt(np.mean(np.concatenate(spread))) / window)
        found["c2c_spread"] = Estimate(
            100 * between, None, None, "%", "deviation between cycles at the same pulse, of the window"
        )
    c2c, read = parameters.get("c2c_sigma"), parameters.get("read_noise")
    if c2c is not None and read is not None:
        low_end, high_end = (None if v is None else 100 * v for v in (c2c.low, c2c.high))
        found["c2c_variation"] = Estimate(100 * c2c.value, low_end, high_end, "%", "of one pulse")
        noise = float(np.hypot(c2c.value, read.value))
        longest = max(s.n_pulses for s in sweeps) + 1
        states = longest if noise == 0 else min(longest, int(1 + 1 / (2 * noise)))
        found["n_pulses"] = Estimate(
            float(states), None, None, "1", "levels two standard deviations apart, at most one per pulse"
        )
    return found


#: Keys of a fit's metrics that are metrics of the tables: metric, and the term of its definition column.
_TABLE_METRICS = {
    "dynamic_range": ("dynamic_range", "pulse-train"),
    "on_off_ratio": ("on_off_ratio", "resistance-ratio"),
    "n_pulses": ("n_pulses", "conductance"),
    "nonlinearity_ltp": ("nonlinearity_ltp", "neurosim-label"),
    "nonlinearity_ltd": ("nonlinearity_ltd", "neurosim-label"),
    "c2c_variation": ("c2c_variation", None),
    "ppf_index": ("ppf_index", "A2/A1"),
    "memory_decay": ("memory_decay", "time-constant"),
    "memory_decay_fast": ("memory_decay", "fast-time-constant"),
    "memory_decay_slow": ("memory_decay", "slow-time-constant"),
    "retention": ("retention", "extrapolated"),
}


def record(
    record_id: str, metrics: Mapping[str, Estimate], conditions: str, device_id: str | None = None
) -> dict[str, Any]:
    """A record for ``dataset add``: the measured values; paper and design are for the contributor to fill in.

    Parameters
    ----------
    record_id : str
    metrics : mapping of str to Estimate
        Metrics that the curve gives.
    conditions : str
        How they were found; follows the meaning of each.
    device_id : str, optional
        Device of the tables to which the values belong; None: a new one.
    """
    rows = []
    for key, (metric, definition) in _TABLE_METRICS.items():
        estimate = metrics.get(key)
        if estimate is None or not np.isfinite(estimate.value):
            continue
        value, operator = estimate.value, "="
        if key == "c2c_variation" and estimate.low == 0.0 and estimate.high is not None:
            value, operator = estimate.high, "<"  # not told apart from none: only its bound is known
            if value == 0.0:
                continue
        row = {"metric": metric, "op": operator, "value": float(f"{value:.6g}"), "unit": estimate.unit}
        if definition:
            row["definition"] = definition
        row["conditions"] = f"{estimate.meaning}; {conditions}"[:200]
        rows.append(row)
    head: dict[str, Any] = {"device_id": device_id} if device_id else {"paper": {}, "design": {}}
    return {"record_id": record_id, **head, "source_kind": "fulltext", "measurements": rows}
