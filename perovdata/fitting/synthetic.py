"""Synthetic measurements with known parameters, for tests and for the recovery table."""

from __future__ import annotations

import numpy as np

from perovdata.fitting.laws.likelihood import mean_curve, steepness


def pulse_trains(
    rng: np.random.Generator,
    *,
    label_ltp: float,
    label_ltd: float,
    n_pulses: int,
    on_off: float,
    sigma: float,
    cycles: int,
    noise: str,
    g_max: float = 1e-6,
) -> tuple[np.ndarray, np.ndarray]:
    """Potentiation and depression of a NeuroSim device.

    Parameters
    ----------
    rng : numpy Generator
    label_ltp, label_ltd : float
        NeuroSim labels (LTD negative: steepest at g_max).
    n_pulses : int
        Of each sweep.
    on_off : float
        g_max / g_min.
    sigma : float
        Noise, fraction of the window.
    cycles : int
    noise : {"pulse", "reading"}
        "pulse": every pulse moves the state by its own error, which stays (NeuroSim's cycle-to-cycle noise);
        "reading": every reading is off by its own error. Both end at the window.
    g_max : float, S

    Returns
    -------
    ltp, ltd : ndarray, shape (cycles, n_pulses + 1), S
        Readings after 0 .. n_pulses pulses of each sweep.
    """
    u = {1: steepness(1, label_ltp), -1: steepness(-1, label_ltd)}
    sweeps: dict[int, list[np.ndarray]] = {1: [], -1: []}
    g = 0.0
    for _ in range(cycles):
        for sign in (1, -1):
            if noise == "reading":
                mean = mean_curve(sign, np.arange(n_pulses + 1.0), n_pulses, u[sign])
                sweeps[sign].append(np.clip(mean + sigma * rng.standard_normal(n_pulses + 1), 0.0, 1.0))
                continue
            step = u[sign] / n_pulses
            drift = 1.0 / n_pulses if abs(u[sign]) < 1e-9 else np.expm1(-step) / np.expm1(-u[sign])
            states = [g]
            for z in rng.standard_normal(n_pulses):
                h = g if sign > 0 else 1.0 - g
                h = min(max(h * np.exp(-step) + drift + sign * sigma * z, 0.0), 1.0)
                g = h if sign > 0 else 1.0 - h
                states.append(g)
            sweeps[sign].append(np.array(states))
    g_min = g_max / on_off
    ltp, ltd = (g_min + (g_max - g_min) * np.array(sweeps[sign]) for sign in (1, -1))
    return ltp, ltd
