"""The quantities that requirements vary, and the parameter sets at chosen values of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.errors import unknown_choice
from perovdata.routing.design_space import NOISE_TRAIN, Span, parameter_sets, pulse_noise, quantities

#: What the other quantities are while one is varied: ideal, or what their span calls typical.
CONTEXTS = ("ideal", "typical")
VARIED = quantities()
_WHOLE = "number of states"

Point = Mapping[str, float]


def span_of(name: str) -> Span:
    """What studies try of a quantity."""
    span = VARIED[name][0].span
    assert span is not None  # that is how quantities() chose its rows
    return span


def is_whole(name: str) -> bool:
    """Whether the quantity is counted: there is no half pulse."""
    return name == _WHOLE


def grid_of(name: str, points: int) -> np.ndarray:
    """Values of a sweep, the demanding end first, shape (points,)."""
    grid = span_of(name).grid(points)
    return np.rint(grid) if is_whole(name) else grid


def map_axes(text: str) -> tuple[str, str]:
    """The two quantities of a map, written ``"nonlinearity,number of states"``; InputError for others."""
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in VARIED:
            raise unknown_choice("quantity of the map", name, VARIED)
    if len(names) != 2 or names[0] == names[1]:
        raise unknown_choice("map", text, [f"{a},{b}" for a, b in product(VARIED, VARIED) if a != b])
    return names[0], names[1]


def factorial(names: Sequence[str], levels: int) -> list[dict[str, float]]:
    """Every combination of so many values of each quantity."""
    grids = [grid_of(name, levels) for name in names]
    return [dict(zip(names, map(float, values), strict=True)) for values in product(*grids)]


def one_device(parameters: SynapseParameters) -> SynapseParameters:
    """The device in the middle of its draws: the median of each parameter, one set."""
    columns = parameters.as_dict()
    middle = {name: np.median(column, keepdims=True) for name, column in columns.items()}
    for name in ("n_pulses_ltp", "n_pulses_ltd"):
        middle[name] = np.rint(middle[name])
    return parameters.take(0).replace(**middle)


def sets_at(points: Sequence[Point], context: str | SynapseParameters) -> SynapseParameters:
    """One set per point.

    Parameters
    ----------
    points : sequence of mapping of quantity to value
        All with the same quantities.
    context : str or SynapseParameters
        What the other quantities are: a name of :data:`CONTEXTS`, or a device (one set).

    Returns
    -------
    SynapseParameters
        Another number of pulses keeps the noise of a full sweep of the device.
    """
    if not isinstance(context, str):
        return _on_device(points, context)
    typical = {name: span_of(name).typical for name in VARIED} if context == "typical" else {}
    return parameter_sets(_columns([{**typical, **point} for point in points]), noise_of=NOISE_TRAIN)


def _columns(points: Sequence[Point]) -> dict[str, np.ndarray]:
    """Parameter values of the rows behind each quantity, shape (points,)."""
    return {
        row.name: row.convert(np.array([point[name] for point in points], float))
        for name in points[0]
        for row in VARIED[name]
    }


def _on_device(points: Sequence[Point], device: SynapseParameters) -> SynapseParameters:
    own = device.take(np.zeros(len(points), int))
    pulses = np.asarray(own.n_pulses_ltp)
    given = {"g_max": np.asarray(own.g_max), "pulses": pulses, **_columns(points)}
    made = parameter_sets(given, noise_of=NOISE_TRAIN).as_dict()
    varied = {field for name in points[0] for row in VARIED[name] for field in row.fields}
    changed = {field: made[field] for field in varied}
    if "n_pulses_ltp" in varied and "c2c_sigma" not in varied:
        changed["c2c_sigma"] = pulse_noise(np.asarray(own.c2c_sigma), pulses, made["n_pulses_ltp"])
    if "nonlinearity_ltp" in varied:
        own = own.with_law(None)  # a label is one of the exponential law
    return own.replace(**changed)
