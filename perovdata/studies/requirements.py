"""What a device must reach: the region of metrics in which a target accuracy is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from perovdata.dataset.load import measured_metrics
from perovdata.devices import FIELDS, SynapseParameters
from perovdata.errors import InputError, unknown_choice
from perovdata.studies.leaderboard import eligible_devices
from perovdata.vision.run import run_stacked

__all__ = ["CONTEXTS", "KNOBS", "Knob", "requirements", "requirements_figure"]


class Knob(NamedTuple):
    """A metric that is varied.

    Attributes
    ----------
    metrics : tuple of str
        Of the tables, best first: where reported devices lie.
    unit : str
    best, worst : float
        Ends of the sweep, from demanding to undemanding.
    scale : str
        ``"log"`` or ``"linear"``.
    typical : float
        What it is held at in the typical context.
    set : callable
        Value -> fields of SynapseParameters.
    better : str
        ``"at least"`` or ``"at most"``.
    """

    metrics: tuple[str, ...]
    unit: str
    best: float
    worst: float
    scale: str
    typical: float
    set: Callable[[float], dict[str, float]]
    better: str

    def grid(self, points: int) -> np.ndarray:
        """Values of the sweep, the demanding end first."""
        space = np.geomspace if self.scale == "log" else np.linspace
        return space(self.best, self.worst, points)


_G_MAX = 1e-6
_TRAIN = 32.0

KNOBS: dict[str, Knob] = {
    "dynamic range": Knob(
        ("dynamic_range", "on_off_ratio"), "1", 1000.0, 1.5, "log", 10.0,
        lambda v: {"g_min": _G_MAX / v}, "at least",
    ),
    "number of states": Knob(
        ("n_states",), "1", 1024.0, 4.0, "log", _TRAIN,
        lambda v: {"n_pulses_ltp": np.rint(v), "n_pulses_ltd": np.rint(v)}, "at least",
    ),
    "nonlinearity": Knob(
        ("nonlinearity_ltp", "nonlinearity"), "NeuroSim label", 0.0, 6.0, "linear", 1.75,
        lambda v: {"nonlinearity_ltp": v, "nonlinearity_ltd": -v}, "at most",
    ),
    "cycle-to-cycle variation": Knob(
        ("c2c_variation",), "% per pulse of 32", 0.0, 8.0, "linear", 2.0,
        lambda v: {"c2c_variation": v / 100}, "at most",
    ),
    "device-to-device variation": Knob(
        ("d2d_variation",), "%", 0.0, 60.0, "linear", 10.0,
        lambda v: {"d2d_g_max": v / 100}, "at most",
    ),
}  # fmt: skip

#: What the other metrics are while one is varied. Typical: five bits and a window of 10, as
#: :mod:`perovdata.routing` assumes; label and cycle noise in the middle of the devices of MLP-NeuroSim's
#: manual; 10 % between devices is assumed.
CONTEXTS = ("ideal", "typical")
_MAP = ("number of states", "nonlinearity")


def requirements(
    task: str,
    accuracy: float,
    *,
    seeds: int = 2,
    seed: int = 0,
    points: int = 9,
    map_points: int = 7,
    progress: Callable[[float, int], None] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Find what each metric must reach for a target accuracy.

    Parameters
    ----------
    task : str
    accuracy : float
        Target, percent.
    seeds, seed : int
        Accuracy is the mean over the seeds.
    points : int
        Values of each metric in its sweep.
    map_points : int
        Points per axis of the map of nonlinearity against number of states.
    progress, **options
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    dict
        ``task, target, ceiling, reachable``; ``table``: per metric and context the value needed (None: out
        of reach even at its best; ``"any"`` where the whole range will do) with the sweep behind it;
        ``map``: accuracy over number of states and nonlinearity, others ideal; ``devices``: reported
        devices with the metrics they state.

    Raises
    ------
    InputError
        Target not between 0 and 100.
    """
    if not 0 < accuracy < 100:
        raise InputError(f"option --accuracy: {accuracy} is not between 0 and 100 %")
    sweeps = [(name, context) for name in KNOBS for context in CONTEXTS]
    groups = [_sweep(name, context, points) for name, context in sweeps]
    state_axis, label_axis = (KNOBS[name].grid(map_points) for name in _MAP)
    groups.append(_map_sets(state_axis, label_axis))
    accuracies, result = run_stacked(task, groups, seeds=seeds, seed=seed, progress=progress, **options)
    if len(accuracies) < len(groups):
        raise KeyboardInterrupt
    table = [
        _row(name, context, part.mean(axis=1), accuracy)
        for (name, context), part in zip(sweeps, accuracies, strict=False)
    ]
    grid = accuracies[-1].mean(axis=1).reshape(map_points, map_points)
    ceiling = float(result.ceiling.mean())
    return {
        "task": task,
        "target": accuracy,
        "ceiling": ceiling,
        "reachable": bool(max(part.mean(axis=1).max() for part in accuracies) >= accuracy),
        "table": table,
        "map": {
            "number of states": np.rint(state_axis).tolist(),
            "nonlinearity": label_axis.tolist(),
            "accuracy": grid.tolist(),
            "others": "ideal",
        },
        "devices": reported_devices(),
        "seeds": seeds,
        "seed": seed,
    }


def _fields(context: str, **values: float) -> dict[str, float]:
    fields: dict[str, float] = {"g_max": _G_MAX, "g_min": 0.0}
    if context == "typical":
        for knob in KNOBS.values():
            fields |= knob.set(knob.typical)
    elif context != "ideal":
        raise unknown_choice("context", context, CONTEXTS)
    for name, value in values.items():
        fields |= KNOBS[name].set(value)
    # The noise of a pulse belongs to its step: stated for a train of 32 pulses, a train of another length
    # has the same noise over the full sweep (sigma sqrt(n), as in MLP-NeuroSim).
    n_pulses = fields.get("n_pulses_ltp", FIELDS["n_pulses_ltp"].neutral)
    fields["c2c_variation"] = fields.get("c2c_variation", 0.0) * np.sqrt(_TRAIN / n_pulses)
    return fields


def _stack(rows: list[dict[str, float]]) -> SynapseParameters:
    return SynapseParameters.stack([SynapseParameters.make(**row) for row in rows])


def _sweep(name: str, context: str, points: int) -> SynapseParameters:
    return _stack([_fields(context, **{name: value}) for value in KNOBS[name].grid(points)])


def _map_sets(states: np.ndarray, labels: np.ndarray) -> SynapseParameters:
    names = _MAP
    return _stack([_fields("ideal", **{names[0]: n, names[1]: u}) for n in states for u in labels])


def _row(name: str, context: str, accuracy: np.ndarray, target: float) -> dict[str, Any]:
    knob = KNOBS[name]
    grid = knob.grid(len(accuracy))
    return {
        "metric": name,
        "unit": knob.unit,
        "others": context,
        "better": knob.better,
        "needed": _crossing(knob, grid, accuracy, target),
        "accuracy_at_best": float(accuracy[0]),
        "values": grid.tolist(),
        "accuracy": accuracy.tolist(),
    }


def _crossing(knob: Knob, grid: np.ndarray, accuracy: np.ndarray, target: float) -> float | str | None:
    """Least demanding value up to which the target holds from the demanding end, interpolated."""
    met = accuracy >= target
    if not met[0]:
        return None
    if met.all():
        return "any"
    first_miss = int(np.argmin(met))
    a, b = accuracy[first_miss - 1], accuracy[first_miss]
    share = (a - target) / (a - b)
    low, high = grid[first_miss - 1], grid[first_miss]
    if knob.scale == "log":
        return float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    return float(low + share * (high - low))


def reported_devices() -> list[dict[str, Any]]:
    """Devices of the tables that state at least one of the metrics varied here."""
    devices = []
    for device in eligible_devices(1):
        values, _ = measured_metrics(device)
        stated = {}
        for name, knob in KNOBS.items():
            for metric in knob.metrics:
                if metric in values:
                    stated[name] = values[metric]
                    break
        if stated:
            devices.append({"device_id": device, **stated})
    return devices


def requirements_figure(found: dict[str, Any]) -> bytes:
    """Draw the sweeps and the map with the reported devices in them, as PNG."""
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    colours = dict(zip(CONTEXTS, ("#3b6ea5", "#c2622d"), strict=True))
    for ax, name in zip(axes, KNOBS, strict=False):
        for row in found["table"]:
            if row["metric"] == name:
                ax.plot(row["values"], row["accuracy"], "o-", color=colours[row["others"]], markersize=3,
                        label=f"others {row['others']}")  # fmt: skip
        ax.axhline(found["target"], color="black", linestyle="--", linewidth=1)
        reported = [d[name] for d in found["devices"] if name in d]
        span = sorted((KNOBS[name].best, KNOBS[name].worst))
        inside = [v for v in reported if span[0] <= v <= span[1]]
        ax.plot(inside, np.full(len(inside), 3.0), "|", color="black", markersize=9)
        if len(inside) < len(reported):
            ax.text(0.98, 0.1, f"{len(reported) - len(inside)} reported beyond", transform=ax.transAxes,
                    ha="right", fontsize=7)  # fmt: skip
        if KNOBS[name].scale == "log":
            ax.set_xscale("log")
        ax.set(xlabel=f"{name} ({KNOBS[name].unit})", ylabel="accuracy (%)", ylim=(0, 100))
    axes[0].legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 0.2))
    _draw_map(axes[-1], found)
    figure.suptitle(f"{found['task']}: what {found['target']:g} % needs (bars: reported devices)")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _draw_map(ax, found: dict[str, Any]) -> None:
    grid = found["map"]
    x, y, z = grid["number of states"], grid["nonlinearity"], np.array(grid["accuracy"]).T
    filled = ax.contourf(x, y, z, levels=np.arange(0, 101, 10), cmap="viridis")
    if z.min() < found["target"] < z.max():
        ax.contour(x, y, z, levels=[found["target"]], colors="white", linewidths=2)
    placed = [d for d in found["devices"] if set(_MAP) <= set(d)]
    ax.plot([d[_MAP[0]] for d in placed], [d[_MAP[1]] for d in placed], "r^", markersize=6)
    states = [d[_MAP[0]] for d in found["devices"] if _MAP[0] in d and _MAP[1] not in d]
    ax.plot(states, np.full(len(states), 0.1), "|", color="red", markersize=10, clip_on=True)
    ax.set(xscale="log", xlabel="number of states", ylabel="nonlinearity (label)", xlim=(min(x), max(x)))
    ax.set_title("others ideal; red: reported devices", fontsize=9)
    ax.figure.colorbar(filled, ax=ax, label="accuracy (%)")
