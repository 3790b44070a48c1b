"""From a maximum of the likelihood to parameters with intervals and a device file."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, stdtrit

from perovdata.devices import FIELDS, MAX_LABEL, DeviceFile, SynapseParameters, Uncertainty, label_to_a
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.laws.noise_models import Maximum, label_at

DIRECTION = {1: "ltp", -1: "ltd"}
#: No label is claimed more finely than this: the optimiser's own tolerance.
_FINEST = 1e-3


def estimates(
    fit: Maximum, level: float, cycles: int, read_voltage: float | None, name: str, warnings: list[str]
) -> tuple[dict[str, Estimate], DeviceFile]:
    """Parameters with intervals, and the device file with their joint uncertainty."""
    sweeps = fit.model.sweeps
    n_shapes = len(sweeps)
    fields = [f"nonlinearity_{DIRECTION[s.sign]}" for s in sweeps] + ["g_min", "g_max"]
    scales = ["linear"] * n_shapes + ["log", "log"]
    floor = max(0.0, float(min(np.nanmin(s.values) for s in sweeps)))
    covariance = fit.window_covariance()
    sigma = np.sqrt(np.diag(covariance))
    quantile = float(stdtrit(max(fit.model.n_used - len(fit.point) - 2, 1), 0.5 + level / 2))
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
        low = max(min(*ends, fit.labels[k] - _FINEST), -MAX_LABEL)
        high = min(max(*ends, fit.labels[k] + _FINEST), MAX_LABEL)
        parameters[field] = field_estimate(field, fit.labels[k], low, high)
        if high - low > 2.0:
            warnings.append(
                f"{field} is uncertain by {(high - low) / 2:.1f}: more cycles or less noise are needed"
            )
    parameters["g_min"] = field_estimate(
        "g_min", g_min, max(g_min - quantile * sigma[-2], 0.0), g_min + quantile * sigma[-2]
    )
    parameters["g_max"] = field_estimate(
        "g_max", g_max, g_max - quantile * sigma[-1], g_max + quantile * sigma[-1]
    )
    for sweep in sweeps:
        field = f"n_pulses_{DIRECTION[sweep.sign]}"
        parameters[field] = field_estimate(
            field, float(sweep.n_pulses), float(sweep.n_pulses), float(sweep.n_pulses)
        )
    noise = _noise(fit, level, cycles, warnings)
    parameters |= noise
    with_a(parameters)
    stated = {n: e.value for n, e in parameters.items() if n in FIELDS}
    mirrored(stated, [s.sign for s in sweeps], warnings)
    if read_voltage is not None:
        stated["read_voltage"] = read_voltage
    relative = covariance.copy()
    for k, g in ((n_shapes, g_min), (n_shapes + 1, g_max)):
        relative[k] /= max(g, 1e-300)
        relative[:, k] /= max(g, 1e-300)
    keep = [k for k, f in enumerate(fields) if f != "g_min" or resolved]
    uncertainty = with_noise(
        tuple(fields[k] for k in keep),
        tuple(scales[k] for k in keep),
        relative[np.ix_(keep, keep)],
        noise,
        level,
    )
    device = make_device(name, stated, uncertainty, "potentiation and depression", warnings)
    return parameters, device


def make_device(
    name: str, values: dict[str, float], uncertainty: Uncertainty | None, what: str, warnings: list[str]
) -> DeviceFile:
    """Device file of fitted values; one outside the range of its field is set to its end, and said so."""
    inside = {}
    for key, value in values.items():
        field = FIELDS[key]
        inside[key] = float(np.clip(value, field.low, field.high))
        if not np.isclose(inside[key], value, rtol=1e-6, atol=0.0):
            warnings.append(
                f"{key} = {value:.3g} {field.unit} is outside its range: {inside[key]:.3g} in the file"
            )
    return DeviceFile(name, SynapseParameters.make(**inside), uncertainty, {"fitted": what})


def with_a(parameters: dict[str, Estimate]) -> None:
    """Add NeuroSim's A of every label."""
    for direction in ("ltp", "ltd"):
        label = parameters.get(f"nonlinearity_{direction}")
        if label is None:
            continue
        ends: list[float] | tuple[None, None] = (None, None)
        if label.low is not None and label.high is not None and label.low * label.high > 0:
            ends = sorted(float(label_to_a(v)) for v in (label.low, label.high))
        a = float(label_to_a(label.value))
        if np.isfinite(a):
            meaning = "NeuroSim's A over the pulses of a sweep"
            parameters[f"a_{direction}"] = Estimate(a, ends[0], ends[1], "1", meaning)


def mirrored(stated: dict[str, float], signs: list[int], warnings: list[str]) -> None:
    """A direction that was not measured is the mirror of the other (NeuroSim: the label changes sign)."""
    if len(signs) == 1:
        have, lack = DIRECTION[signs[0]], DIRECTION[-signs[0]]
        stated[f"nonlinearity_{lack}"] = -stated[f"nonlinearity_{have}"]
        stated[f"n_pulses_{lack}"] = stated[f"n_pulses_{have}"]
        warnings.append(f"no {lack.upper()} in the file: the device file mirrors {have.upper()}")


def field_estimate(field: str, value: float, low: float, high: float) -> Estimate:
    """Value and interval of a field of the device file; what is 0 but for rounding is 0."""
    value = 0.0 if abs(value) <= 1e-9 * (high - low) else value
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
        "c2c_sigma": field_estimate("c2c_sigma", fit.natural.c2c, *intervals["c2c"]),
        "read_noise": field_estimate("read_noise", fit.natural.read, *intervals["read"]),
    }


def with_noise(
    fields: tuple[str, ...],
    scales: tuple[str, ...],
    covariance: np.ndarray,
    noise: dict[str, Estimate],
    level: float,
) -> Uncertainty:
    """Append the noises as independent log-normal quantities."""
    width = 2 * ndtri(0.5 + level / 2)
    for field, e in noise.items():
        if e.value > 0 and e.low and e.high:
            fields, scales = (*fields, field), (*scales, "log")
            grown = np.zeros((len(fields), len(fields)))
            grown[:-1, :-1] = covariance
            grown[-1, -1] = float(np.log(e.high / e.low) / width) ** 2
            covariance = grown
    return Uncertainty(fields, scales, (covariance + covariance.T) / 2.0)
