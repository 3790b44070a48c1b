"""What limits accuracy: the gain from each single ideal parameter, and global sensitivity."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from perovdata.devices import FIELDS, SynapseParameters
from perovdata.errors import InputError, unknown_choice
from perovdata.vision import TASKS, run
from perovdata.vision.run import run_stacked

__all__ = ["EFFECTS", "SPACE", "limits", "sensitivity"]

#: One physical effect each, with the fields that make it ideal (at their neutral value).
EFFECTS: dict[str, tuple[str, ...]] = {
    "window (on/off)": ("g_min",),
    "number of pulses": ("n_pulses_ltp", "n_pulses_ltd", "n_states"),
    "nonlinearity": ("nonlinearity_ltp", "nonlinearity_ltd"),
    "cycle-to-cycle variation": ("c2c_variation", "c2c_relative"),
    "device-to-device variation": ("d2d_variation", "d2d_g_max", "d2d_g_min"),
    "stuck devices": ("stuck_on", "stuck_off"),
    "read noise": ("read_noise", "read_noise_relative"),
    "retention": ("retention_tau", "retention_nu"),
    "short-term memory": ("ppf_amplitude_1", "ppf_amplitude_2", "persistent_fraction"),
    "spectral window": ("bandgap",),
}

#: Ranges for global sensitivity: name, lowest and highest value, and what a value sets. Wide enough to hold
#: what the tables and the presets state; log-uniform where the lowest is above zero, else uniform.
SPACE: dict[str, tuple[float, float, Callable[[np.ndarray], dict[str, np.ndarray]]]] = {
    "on/off ratio": (2, 1e4, lambda v: {"g_min": 1e-6 / v}),
    "number of pulses": (8, 1024, lambda v: {"n_pulses_ltp": np.rint(v), "n_pulses_ltd": np.rint(v)}),
    "nonlinearity LTP": (0, 6, lambda v: {"nonlinearity_ltp": v}),
    "nonlinearity LTD": (0, 6, lambda v: {"nonlinearity_ltd": -v}),
    "cycle-to-cycle variation": (0, 0.05, lambda v: {"c2c_variation": v}),
    "device-to-device variation": (0, 0.3, lambda v: {"d2d_g_max": v}),
}


def limits(
    sources: Mapping[str, SynapseParameters],
    task: str = "digits-online",
    *,
    effects: Sequence[str] | None = None,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Gain in accuracy if one effect at a time became ideal.

    Parameters
    ----------
    sources : mapping of name to SynapseParameters
        Draws of each device.
    task : str
    effects : sequence of str, optional
        Keys of ``EFFECTS``; default: all that the task reads and that are not
        ideal already.
    seeds, seed : int
    level : float
        Of the interval of the gain over draws and seeds; gains are differences between runs with the same
        random numbers.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    list of dict
        ``device, effect, accuracy, accuracy_ideal, gain, low, high, parameters``, the largest gain first
        within a device; the effect ``"all"`` makes every one of them ideal.
    """
    unknown = [name for name in effects or () if name not in EFFECTS]
    if unknown:
        raise unknown_choice("effect", unknown[0], EFFECTS)
    if task not in TASKS:
        raise unknown_choice("task", task, TASKS)
    used = set(TASKS[task].uses)
    plan: list[tuple[str, str, SynapseParameters]] = []
    for name, parameters in sources.items():
        ideal = set(parameters.ideal_fields)
        present = [e for e in effects or EFFECTS if set(EFFECTS[e]) & used - ideal]
        plan.append((name, "none", parameters))
        for effect in present:
            plan.append((name, effect, _made_ideal(parameters, EFFECTS[effect])))
        plan.append((name, "all", _made_ideal(parameters, sum((EFFECTS[e] for e in present), ()))))
    accuracies, _ = run_stacked(
        task, [p for _, _, p in plan], seeds=seeds, seed=seed, progress=progress, **options
    )
    rows: list[dict[str, Any]] = []
    base: np.ndarray | None = None
    for (name, effect, _), accuracy in zip(plan, accuracies, strict=False):
        if effect == "none":
            base = accuracy
            continue
        gain = (accuracy - base).ravel()
        low, high = np.quantile(gain, (0.5 - level / 2, 0.5 + level / 2))
        rows.append(
            {
                "device": name,
                "task": task,
                "effect": effect,
                "accuracy": float(np.median(base)),
                "accuracy_ideal": float(np.median(accuracy)),
                "gain": float(np.median(gain)),
                "low": float(low),
                "high": float(high),
                "parameters": list(EFFECTS.get(effect, ())),
            }
        )
    order = {name: index for index, name in enumerate(sources)}
    rows.sort(key=lambda row: (order[row["device"]], -row["gain"]))
    return rows


def _made_ideal(parameters: SynapseParameters, names: Sequence[str]) -> SynapseParameters:
    # An unknown quantity has the neutral value NaN, which is how "not given" is written.
    changed = {name: np.full(parameters.n_sets, FIELDS[name].neutral) for name in names}
    if "n_pulses_ltp" in names and "c2c_variation" not in names:
        # The noise of one pulse belongs to its step: finer steps keep the noise of a full sweep.
        share = np.asarray(parameters.n_pulses_ltp) / FIELDS["n_pulses_ltp"].neutral
        changed["c2c_variation"] = np.minimum(np.asarray(parameters.c2c_variation) * np.sqrt(share), 1.0)
    return parameters.replace(**changed)


def sensitivity(
    task: str = "digits-online",
    *,
    n: int = 32,
    seeds: int = 1,
    seed: int = 0,
    level: float = 0.9,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Sobol indices of accuracy over the ranges of ``SPACE``.

    Parameters
    ----------
    task : str
    n : int
        Base sample, a power of two; ``n (parameters + 2)`` parameter sets are run.
    seeds, seed : int
        Accuracy is the mean over the seeds.
    level : float
        Of the bootstrap intervals.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    list of dict
        ``parameter, first_order, first_low, first_high, total, total_low, total_high``, the largest total
        effect first; NaN where accuracy does not vary at all.

    Notes
    -----
    A. Saltelli et al., Comput. Phys. Commun. 181, 259 (2010), 10.1016/j.cpc.2009.09.018, as in
    ``scipy.stats.sobol_indices``.
    """
    # Takes a second to import, which one simulation need not wait for.
    from scipy.stats import DegenerateDataWarning, loguniform, sobol_indices, uniform

    if n < 2 or n & (n - 1):
        raise InputError(f"base sample: {n} is not a power of two of 2 or more")
    names = list(SPACE)
    total = n * (len(names) + 2)
    done = 0

    def accuracy(points: np.ndarray) -> np.ndarray:
        nonlocal done
        before, done = done, done + points.shape[1]
        result = run(
            task,
            _at(names, points),
            seeds=seeds,
            seed=seed,
            progress=None if progress is None else lambda part, _: progress(before + part, total),
            **options,
        )
        if result.interrupted:
            raise KeyboardInterrupt
        return result.accuracy.mean(axis=1)

    ranges = [SPACE[name][:2] for name in names]
    dists = [loguniform(low, high) if low > 0 else uniform(low, high - low) for low, high in ranges]
    found = sobol_indices(func=accuracy, n=n, dists=dists, rng=np.random.default_rng(seed))
    with warnings.catch_warnings():
        # A parameter without any effect has no interval: NaN says so.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        bootstrap = found.bootstrap(confidence_level=level, n_resamples=400)
    first, whole = bootstrap.first_order.confidence_interval, bootstrap.total_order.confidence_interval
    rows = [
        {
            "task": task,
            "parameter": name,
            "first_order": float(found.first_order[i]),
            "first_low": float(first.low[i]),
            "first_high": float(first.high[i]),
            "total": float(found.total_order[i]),
            "total_low": float(whole.low[i]),
            "total_high": float(whole.high[i]),
        }
        for i, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: -np.nan_to_num(row["total"], nan=-np.inf))


def _at(names: Sequence[str], points: np.ndarray) -> SynapseParameters:
    """Parameter sets at points of shape (parameters, n)."""
    values: dict[str, Any] = {"g_max": 1e-6}
    for name, column in zip(names, points, strict=True):
        values |= SPACE[name][2](column)
    return SynapseParameters.make(**values)
