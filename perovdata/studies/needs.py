"""What a device must reach: the region of metrics in which a target accuracy is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from perovdata.dataset.load import measured_metrics
from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.routing.design_space import NOISE_TRAIN, Span, parameter_sets, quantities
from perovdata.studies.ranking import eligible_devices
from perovdata.vision import run_stacked

__all__ = ["CONTEXTS", "requirements", "requirements_figure"]

#: What the other quantities are while one is varied: ideal, or what their span calls typical.
CONTEXTS = ("ideal", "typical")
_MAP = ("number of states", "nonlinearity")
_VARIED = quantities()


def _span(name: str) -> Span:
    span = _VARIED[name][0].span
    assert span is not None  # that is how quantities() chose its rows
    return span


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
        raise InputError(f"accuracy: {accuracy} is not between 0 and 100 %")
    sweeps = [(name, context) for name in _VARIED for context in CONTEXTS]
    groups = [_sweep(name, context, points) for name, context in sweeps]
    state_axis, label_axis = (_span(name).grid(map_points) for name in _MAP)
    on_map = [{_MAP[0]: n, _MAP[1]: u} for n in state_axis for u in label_axis]
    groups.append(_sets("ideal", on_map))
    accuracies, result = run_stacked(task, groups, seeds=seeds, seed=seed, progress=progress, **options)
    if len(accuracies) < len(groups):
        raise KeyboardInterrupt
    table = [
        _row(name, context, part.mean(axis=1), accuracy)
        for (name, context), part in zip(sweeps, accuracies, strict=False)
    ]
    grid = accuracies[-1].mean(axis=1).reshape(map_points, map_points)
    ceiling = result.ceiling
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


def _sets(context: str, points: list[dict[str, float]]) -> SynapseParameters:
    """One set per point; a point gives some quantities, the context all others."""
    typical = {name: _span(name).typical for name in _VARIED} if context == "typical" else {}
    columns: dict[str, np.ndarray] = {}
    for name, rows in _VARIED.items():
        values = [point.get(name, typical.get(name)) for point in points]
        if None not in values:
            columns |= {row.name: row.convert(np.array(values, float)) for row in rows}
    return parameter_sets(columns, noise_of=NOISE_TRAIN)


def _sweep(name: str, context: str, points: int) -> SynapseParameters:
    return _sets(context, [{name: value} for value in _span(name).grid(points)])


def _row(name: str, context: str, accuracy: np.ndarray, target: float) -> dict[str, Any]:
    span = _span(name)
    grid = span.grid(len(accuracy))
    return {
        "metric": name,
        "unit": span.unit or _VARIED[name][0].unit,
        "others": context,
        "better": "at least" if span.best > span.worst else "at most",
        "needed": _crossing(span, grid, accuracy, target),
        "accuracy_at_best": float(accuracy[0]),
        "values": grid.tolist(),
        "accuracy": accuracy.tolist(),
    }


def _crossing(span: Span, grid: np.ndarray, accuracy: np.ndarray, target: float) -> float | str | None:
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
    if span.log:
        return float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    return float(low + share * (high - low))


def reported_devices() -> list[dict[str, Any]]:
    """Devices of the tables that state at least one of the metrics varied here."""
    devices = []
    for device in eligible_devices(1):
        values, _ = measured_metrics(device)
        stated = {}
        for name, rows in _VARIED.items():
            for metric in rows[0].metrics:
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
    for ax, name in zip(axes, _VARIED, strict=False):
        span = _span(name)
        for row in found["table"]:
            if row["metric"] == name:
                ax.plot(row["values"], row["accuracy"], "o-", color=colours[row["others"]], markersize=3,
                        label=f"others {row['others']}")  # fmt: skip
        ax.axhline(found["target"], color="black", linestyle="--", linewidth=1)
        reported = [d[name] for d in found["devices"] if name in d]
        inside = [v for v in reported if span.low <= v <= span.high]
        ax.plot(inside, np.full(len(inside), 3.0), "|", color="black", markersize=9)
        if len(inside) < len(reported):
            ax.text(0.98, 0.1, f"{len(reported) - len(inside)} reported beyond", transform=ax.transAxes,
                    ha="right", fontsize=7)  # fmt: skip
        if span.log:
            ax.set_xscale("log")
        ax.set(xlabel=f"{name} ({span.unit or _VARIED[name][0].unit})", ylabel="accuracy (%)", ylim=(0, 100))
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
