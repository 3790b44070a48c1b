"""Fits that take the readings as they are: jump table of raw pulses, endurance of two states."""

from __future__ import annotations

import numpy as np

from perovdata.devices import JumpTable
from perovdata.errors import InputError
from perovdata.fitting.device_estimates import make_device
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.fit_pd import fit_pulse_train
from perovdata.fitting.laws.least_squares import Model, propagate, solve_all
from perovdata.fitting.model_result import result_of_models
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.measurements import Endurance, PulseTrain


def jump_table(train: PulseTrain, g_min: float, g_max: float, n_bins: int = 16) -> JumpTable:
    """Distribution of the change of one pulse given the state, from the raw pulses of a train."""
    before: dict[int, list[np.ndarray]] = {1: [], -1: []}
    change: dict[int, list[np.ndarray]] = {1: [], -1: []}
    for segment in train.segments:
        g = (segment.values - g_min) / (g_max - g_min)
        single = np.diff(segment.pulses) == 1
        before[segment.sign].append(g[:-1][single])
        change[segment.sign].append(np.diff(g)[single])
    for sign, name in ((1, "potentiation"), (-1, "depression")):
        if not before[sign]:
            raise InputError(f"jump table: no {name} in the file; both directions are needed")
    pooled = {s: (np.concatenate(before[s]), np.concatenate(change[s])) for s in (1, -1)}
    return JumpTable.from_pulses(*pooled[1], *pooled[-1], n_bins=n_bins)


def fit_jumps(train: PulseTrain, *, level: float = 0.95, name: str = "device") -> FitResult:
    """Fit a train and add what its single pulses did: median and spread of the change at three states."""
    base = fit_pulse_train(train, level=level, name=name)
    g_min, g_max = base.parameters["g_min"].value, base.parameters["g_max"].value
    table = jump_table(train, g_min, g_max)
    parameters = dict(base.parameters)
    for direction, rows in (("ltp", np.asarray(table.ltp)), ("ltd", np.asarray(table.ltd))):
        for where, k in (("low", 1), ("middle", len(rows) // 2), ("high", len(rows) - 2)):
            low, median, high = np.quantile(rows[k], [0.5 - level / 2, 0.5, 0.5 + level / 2])
            parameters[f"jump_{direction}_{where}"] = Estimate(
                float(median), float(low), float(high), "1", "change of one pulse, fraction of the window"
            )
    note = "jump table: the interval of a jump is the spread of single pulses, not an error of its median"
    return FitResult(
        kind="jump",
        law="jump table",
        parameters=parameters,
        level=level,
        r2=base.r2,
        aicc=base.aicc,
        n_points=base.n_points,
        device=base.device,
        warnings=[*base.warnings, note],
        comparison=base.comparison,
        conventions=base.conventions,
        residuals=base.residuals,
        metrics=base.metrics,
        curves=base.curves,
        axes=base.axes,
    )


def _constant(x: np.ndarray, level: float) -> np.ndarray:
    return np.full_like(x, level)


def _wear(x: np.ndarray, level: float, endurance: float, exponent: float) -> np.ndarray:
    return level * np.exp2(-((x / endurance) ** exponent))


def _wear_fields(fitted: np.ndarray) -> dict[str, float]:
    return {"endurance_cycles": float(fitted[1]), "endurance_exponent": float(fitted[2])}


def fit_endurance(data: Endurance, *, level: float = 0.95, name: str = "device") -> FitResult:
    """Fit the window of two states against the cycle: constant, or halved after ``endurance_cycles``.

    Parameters
    ----------
    data : Endurance
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.
    """
    warnings = list(data.notes)
    window = 1.0 / data.low - 1.0 / data.high
    scale = float(np.median(window))
    models = [Model("constant window", ("window",), (True,), _constant, [(scale,)])]
    if len(window) >= 6:
        last = float(data.cycle[-1])
        models.append(
            Model(
                "wear-out",
                ("window", "endurance_cycles", "endurance_exponent"),
                (True, True, True),
                _wear,
                [(scale, factor * last, k) for factor in (0.5, 2.0, 20.0) for k in (0.7, 2.0)],
            )
        )
    solutions = solve_all(models, data.cycle, window)
    best = solutions[0]
    parameters = {}
    for key in best.model.names:
        value, low, high = best.interval(key, level)
        parameters[key] = Estimate(value, low, high, "S" if key == "window" else "1")
    on_off = float(np.median(data.high / data.low))
    spread = float(np.std(np.log(data.low), ddof=1)), float(np.std(np.log(data.high), ddof=1))
    parameters["on_off"] = Estimate(on_off, None, None, "1", "median of HRS / LRS")
    parameters["spread_lrs"] = Estimate(spread[0], None, None, "1", "standard deviation of log resistance")
    parameters["spread_hrs"] = Estimate(spread[1], None, None, "1", "standard deviation of log resistance")
    values = {"g_max": 1.0 / float(np.median(data.low)), "g_min": 1.0 / float(np.median(data.high))}
    uncertainty = None
    if best.model.law == "wear-out":
        values |= _wear_fields(best.values)
        uncertainty = propagate(best, _wear_fields)
        if values["endurance_cycles"] > 3 * data.cycle[-1]:
            warnings.append(
                "the window has not halved within the measurement: endurance_cycles is extrapolated"
            )
    else:
        warnings.append(f"no wear within {data.cycle[-1]:g} cycles: endurance is only known to be longer")
    return result_of_models(
        "iv-endurance",
        solutions,
        data.cycle,
        window,
        label="window",
        axes=("cycle", "window (S)"),
        parameters=parameters,
        level=level,
        device=make_device(name, values, uncertainty, "endurance", warnings),
        warnings=warnings,
        metrics={
            "on_off_ratio": Estimate(on_off, None, None, "1", "resistance ratio HRS/LRS, median over cycles")
        },
    )
