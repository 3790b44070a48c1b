"""The curves by which devices are known: LTP/LTD, paired pulses, decay, spectral response."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from perovdata.devices import (
    GRID_NM,
    Law,
    SynapseParameters,
    absorptance,
    epsc,
    paired_pulse_index,
    step_exponential,
)

_SWEEP_POINTS = 33
_TIMES_S = np.geomspace(1e-3, 1e3, 61)
_paired_pulses = jax.jit(paired_pulse_index)
_current = jax.jit(epsc)


def device_curves(parameters: SynapseParameters, level: float = 0.9) -> dict[str, dict[str, Any]]:
    """Curves of parameter sets, without noise of single pulses.

    Parameters
    ----------
    parameters : SynapseParameters
        P sets.
    level : float
        Of the band over the sets.

    Returns
    -------
    dict
        Per curve ``x, x_label, y_label, log_x, median, low, high``:
        ``ltp_ltd``, conductance over g_max against the share of the sweep (0 to 1 potentiates, 1 to 2
        depresses); with short-term memory ``ppf``, index against the interval, and ``decay``, current after
        one event against time, as a share of its peak; with a known gap or spectrum ``spectrum``, share of
        the light that is absorbed.
    """
    stated = set(parameters.as_dict()) - set(parameters.ideal_fields)
    curves = {
        "ltp_ltd": _curve(
            np.linspace(0, 2, 2 * _SWEEP_POINTS - 1),
            _sweep(parameters),
            "share of the sweep (LTP, then LTD)",
            "conductance / g_max",
            level,
        )
    }
    if "ppf_amplitude_1" in stated:
        index = np.asarray(_paired_pulses(parameters, _TIMES_S))
        curves["ppf"] = _curve(_TIMES_S, index, "interval (s)", "PPF index (%)", level, log_x=True)
        times = np.concatenate([[0.0], _TIMES_S])
        current = np.asarray(_current(parameters, np.zeros(1), np.ones(1), times))
        share = current[:, 1:] / current[:, :1]
        curves["decay"] = _curve(_TIMES_S, share, "time (s)", "current / peak", level, log_x=True)
    if "bandgap" in stated or parameters.absorption is not None:
        share = np.asarray(absorptance(parameters))
        curves["spectrum"] = _curve(GRID_NM, share, "wavelength (nm)", "light absorbed (share)", level)
    return curves


def _curve(
    x: ArrayLike,
    values: np.ndarray | jax.Array,
    x_label: str,
    y_label: str,
    level: float,
    *,
    log_x: bool = False,
) -> dict[str, Any]:
    low, median, high = np.quantile(np.asarray(values), (0.5 - level / 2, 0.5, 0.5 + level / 2), axis=0)
    return {
        "x": np.asarray(x, float).tolist(),
        "x_label": x_label,
        "y_label": y_label,
        "log_x": log_x,
        "median": median.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
    }


def _sweep(parameters: SynapseParameters) -> np.ndarray:
    """Conductance over g_max through a full sweep up and down, shape (P, points)."""
    share = np.linspace(0, 1, _SWEEP_POINTS)
    columns = parameters.as_dict()
    up = np.array(_exponential(parameters, 1, share))
    down = np.array(_exponential(parameters, -1, share))
    for index in range(parameters.n_sets):
        law = parameters.law_of(index)
        if law is not None:
            up[index] = _course(law, 1, columns["n_pulses_ltp"][index], share)
            down[index] = _course(law, -1, columns["n_pulses_ltd"][index], share)
    g = np.concatenate([up, down[:, 1:]], axis=1)
    lowest = (columns["g_min"] / columns["g_max"])[:, None]
    return lowest + g * (1 - lowest)


def _exponential(parameters: SynapseParameters, sign: int, share: np.ndarray) -> np.ndarray:
    pulses = parameters.n_pulses_ltp if sign > 0 else parameters.n_pulses_ltd
    start = jnp.full((parameters.n_sets, len(share)), 0.0 if sign > 0 else 1.0)
    return np.asarray(step_exponential(start, sign * share * np.asarray(pulses)[:, None], parameters))


def _course(law: Law, sign: int, pulses: float, share: np.ndarray) -> np.ndarray:
    states = law.curve(sign, int(pulses))
    return np.interp(share, np.linspace(0, 1, len(states)), states)
