"""The design space of a synapse: one row per quantity, read by routing, studies, cost and documentation.

A row says which device fields a quantity sets, which reported metrics give it and in which unit, its range,
what is assumed where nothing is reported and why, the values that studies try, and the effect that it
belongs to. Adding a quantity is adding a row to :data:`DESIGN_SPACE`.

Noise of a sweep stays constant: the cycle noise of one pulse belongs to its step. Where a device takes
another number of pulses than the train for which its noise is stated, the noise of a full sweep is kept
(:func:`pulse_noise`); routing, limits, requirements and sensitivity all follow this rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perovdata.devices import FIELDS, SynapseParameters

__all__ = [
    "DESIGN_SPACE",
    "EFFECTS",
    "NOISE_TRAIN",
    "Assumption",
    "Row",
    "Span",
    "assumed_value",
    "parameter_sets",
    "pulse_noise",
    "quantities",
    "row_of",
]

Convert = Callable[[np.ndarray], np.ndarray]

#: Pulses of the train for which studies state the cycle noise of one pulse.
NOISE_TRAIN = 32.0


@dataclass(frozen=True)
class Assumption:
    """A stand-in where nothing is reported: a constant (low = high) or a range, and why.

    A range is sampled log-uniformly if it spans positive values only, else uniformly.
    """

    low: float
    high: float
    reason: str

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`n` values, shape (n,)."""
        if self.low > 0:
            return np.exp(rng.uniform(np.log(self.low), np.log(self.high), n))
        return rng.uniform(self.low, self.high, n)

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{span}: {self.reason}"


@dataclass(frozen=True)
class Span:
    """Values of a quantity that studies try, in the unit of its metrics.

    Parameters
    ----------
    quantity : str
        Name of what is varied; rows that share it are varied together where a study asks for that.
    best, worst : float
        The demanding and the undemanding end, wide enough for what the tables and the presets state.
    typical : float
        Held at this while another quantity is varied: five bits and a window of 10 as assumed in routing,
        label and cycle noise in the middle of the devices in the manual of MLP-NeuroSim V3.0; 10 % between
        devices is assumed.
    log : bool
        Even steps of the logarithm.
    unit : str
        As shown to people, where it says more than the unit of the row.
    """

    quantity: str
    best: float
    worst: float
    typical: float
    log: bool = False
    unit: str | None = None

    @property
    def low(self) -> float:
        """The smaller end."""
        return min(self.best, self.worst)

    @property
    def high(self) -> float:
        """The larger end."""
        return max(self.best, self.worst)

    def grid(self, points: int) -> np.ndarray:
        """Values of a sweep, the demanding end first, shape (points,)."""
        return (np.geomspace if self.log else np.linspace)(self.best, self.worst, points)


@dataclass(frozen=True)
class Row:
    """One quantity of the design space.

    Parameters
    ----------
    name : str
    fields : tuple of str
        Fields of :class:`~perovdata.devices.SynapseParameters` that it sets.
    effect : str or None
        Physical effect that making these fields ideal switches off.
    metrics : tuple of str
        Metrics that can give it, best first.
    unit : str
        Of these metrics and of ``span``.
    assumption : Assumption or None
        In parameter units, used where no metric is available; None leaves the fields neutral.
    convert : callable
        Metric values -> parameter values in SI units.
    low, high : float
        Limits of the parameter; values outside are moved to the limit and counted.
    span : Span or None
        What studies try.
    if_measured : tuple of str
        Metrics that serve where they are measured on the very device, and nowhere else.
    """

    name: str
    fields: tuple[str, ...]
    effect: str | None = None
    metrics: tuple[str, ...] = ()
    unit: str = "1"
    assumption: Assumption | None = None
    convert: Convert = np.asarray
    low: float = -math.inf
    high: float = math.inf
    span: Span | None = None
    if_measured: tuple[str, ...] = ()


def _percent(values: npt.ArrayLike) -> np.ndarray:
    return np.asarray(values) / 100.0


def _facilitation(values: npt.ArrayLike) -> np.ndarray:
    return np.asarray(values) / 100.0 - 1.0


def _fixed(value: float, reason: str) -> Assumption:
    return Assumption(value, value, reason)


_WINDOW, _PULSES, _LABEL = "window (on/off)", "number of pulses", "nonlinearity"
_CYCLE, _BETWEEN, _MEMORY = "cycle-to-cycle variation", "device-to-device variation", "short-term memory"
# What the analog devices in the tables of the MLP-NeuroSim V3.0 manual span.
_MANUAL_LABELS = Assumption(0.1, 4.88, "span of the devices in the manual of MLP-NeuroSim V3.0")
_MANUAL_NOISE = Assumption(0.028, 0.345, "noise of a full sweep over sqrt(pulses); span in the same manual")
_MANUAL_SPREAD = Assumption(0.005, 0.035, "taken like the cycle noise in the manual of MLP-NeuroSim V3.0")
_LABEL_SPAN = Span("nonlinearity", 0.0, 6.0, 1.75, unit="NeuroSim label")

# New rows go to the end: the draws of a row follow its place.
DESIGN_SPACE: tuple[Row, ...] = (
    # The on/off ratio of a switching sweep is an upper limit of the analog window; accuracy saturates
    # well below the ratios reported, so it serves where no train was measured.
    Row("window", ("g_min",), _WINDOW, ("dynamic_range", "on_off_ratio"), "1",
        _fixed(10, "no ratio reported"), low=1.01, span=Span("dynamic range", 1000.0, 1.5, 10.0, log=True)),
    Row("g_max", ("g_max",),
        assumption=_fixed(1e-6, "seldom stated; with ideal wires accuracy does not depend on it")),
    # The levels of a memory say nothing of the steps that another device takes in a train; its own do.
    Row("pulses", ("n_pulses_ltp", "n_pulses_ltd"), _PULSES, ("n_pulses",), "1",
        _fixed(32, "five bits, no train reported"), low=2, high=1e6,
        span=Span("number of states", 1024.0, 4.0, 32.0, log=True), if_measured=("n_states",)),
    Row("nonlinearity LTP", ("nonlinearity_ltp",), _LABEL, ("nonlinearity_ltp", "nonlinearity"), "1",
        _MANUAL_LABELS, np.abs, 0, 9, _LABEL_SPAN),
    Row("nonlinearity LTD", ("nonlinearity_ltd",), _LABEL, ("nonlinearity_ltd", "nonlinearity"), "1",
        _MANUAL_LABELS, np.abs, 0, 9, _LABEL_SPAN),
    Row("cycle noise", ("c2c_sigma",), _CYCLE, ("c2c_variation",), "%", _MANUAL_NOISE, _percent, 0, 1,
        Span("cycle-to-cycle variation", 0.0, 8.0, 2.0, unit=f"% per pulse of {NOISE_TRAIN:g}")),
    Row("spread of g_max", ("d2d_g_max",), _BETWEEN, ("d2d_variation",), "%", _MANUAL_SPREAD, _percent, 0, 2,
        Span("device-to-device variation", 0.0, 60.0, 10.0)),
    Row("retention", ("retention_tau",), "retention", ("retention",), "s", low=1e-9),
    Row("write voltage", ("write_voltage",), None, ("operating_voltage", "set_voltage"), "V",
        _fixed(1, "no voltage reported"), low=1e-6, high=100),
    Row("pulse width", ("pulse_width",), None, ("pulse_width", "switching_time"), "s",
        _fixed(1e-3, "no pulse reported; the shortest of those that these tables state (1 ms to 4 s)"),
        low=1e-12, high=1e6),
    Row("pulse energy", ("energy_per_pulse",), None, ("energy_per_event",), "J", low=0, high=1e6),
    Row("read voltage", ("read_voltage",), unit="V",
        assumption=_fixed(0.1, "low enough not to disturb the state")),
    Row("read width", ("read_width",), unit="s",
        assumption=_fixed(1e-7, "one turn of the converter, 8 columns of 10 ns each, and some settling")),
    Row("facilitation", ("ppf_amplitude_1",), _MEMORY, ("ppf_index",), "%", None, _facilitation, -0.99, 100),
    Row("decay time", ("ppf_tau_1",), None, ("memory_decay",), "s",
        Assumption(0.1, 100, "no decay reported; central part of the decays in these tables"),
        low=1e-12, high=1e9),
    Row("band gap", ("bandgap",), "spectral window", ("bandgap",), "eV", low=0.05, high=10),
    # Neither reported as a metric nor assumed: only a device file states these.
    Row("levels", ("n_states",), _PULSES),
    Row("relative cycle noise", ("c2c_relative",), _CYCLE),
    Row("spread of the label", ("d2d_label_sigma",), _BETWEEN),
    Row("spread of g_min", ("d2d_g_min",), _BETWEEN),
    Row("stuck", ("stuck_on", "stuck_off"), "stuck devices"),
    Row("read noise", ("read_noise", "read_noise_relative"), "read noise"),
    Row("power-law loss", ("retention_nu",), "retention"),
    Row("second facilitation", ("ppf_amplitude_2",), _MEMORY),
    Row("persistent current", ("persistent_fraction",), _MEMORY),
)  # fmt: skip

_BY_NAME = {row.name: row for row in DESIGN_SPACE}

#: One physical effect each, with the fields that make it ideal (at their neutral value).
EFFECTS: dict[str, tuple[str, ...]] = {
    effect: tuple(name for row in DESIGN_SPACE if row.effect == effect for name in row.fields)
    for effect in dict.fromkeys(row.effect for row in DESIGN_SPACE if row.effect is not None)
}


def row_of(name: str) -> Row:
    """The row of a quantity; KeyError for a name that is not one."""
    return _BY_NAME[name]


def quantities() -> dict[str, tuple[Row, ...]]:
    """What studies vary: each quantity with the rows that it sets together."""
    found: dict[str, tuple[Row, ...]] = {}
    for row in DESIGN_SPACE:
        if row.span is not None:
            found[row.span.quantity] = (*found.get(row.span.quantity, ()), row)
    return found


def assumed_value(field: str) -> float:
    """The constant that stands in for a field that nobody states, in SI units."""
    for row in DESIGN_SPACE:
        if field in row.fields and row.assumption is not None:
            return row.assumption.low
    raise KeyError(field)


def pulse_noise(sigma: npt.ArrayLike, stated_for: npt.ArrayLike, pulses: npt.ArrayLike) -> np.ndarray:
    """Cycle noise of one pulse if a full sweep has ``pulses`` instead of ``stated_for`` of them.

    A sweep of n pulses adds up to ``sigma sqrt(n)`` (as in MLP-NeuroSim), which is kept; at most the whole
    window.
    """
    return np.minimum(np.asarray(sigma) * np.sqrt(np.asarray(stated_for) / np.asarray(pulses)), 1.0)


def parameter_sets(
    values: Mapping[str, npt.ArrayLike], *, noise_of: npt.ArrayLike | None = None
) -> SynapseParameters:
    """Assemble parameter sets from quantities.

    Parameters
    ----------
    values : mapping of row name to array of shape (P,) or scalar
        In parameter units: ratio of the window, pulses of a sweep, magnitudes of the labels ...
    noise_of : float or array, optional
        Pulses of the train for which the cycle noise is stated; None: the device's own.

    Returns
    -------
    SynapseParameters
        The window becomes g_min (without one g_min is 0), whole pulses serve both directions, and the label
        of depression has the usual sense: steepest at g_max, negative in MLP-NeuroSim.

    Raises
    ------
    InputError
        A value outside the range of its field.
    """
    given = {name: np.asarray(value, float) for name, value in values.items()}
    g_max = given.get("g_max", np.asarray(assumed_value("g_max")))
    columns = {name: given[row.name] for row in DESIGN_SPACE if row.name in given for name in row.fields}
    columns["g_max"] = g_max
    columns["g_min"] = g_max / given["window"] if "window" in given else np.zeros(())
    for name in ("n_pulses_ltp", "n_pulses_ltd"):
        columns[name] = np.rint(columns.get(name, np.asarray(FIELDS[name].neutral)))
    if "nonlinearity_ltd" in columns:
        columns["nonlinearity_ltd"] = -columns["nonlinearity_ltd"]
    if noise_of is not None and "cycle noise" in given:
        (field,) = row_of("cycle noise").fields
        columns[field] = pulse_noise(given["cycle noise"], noise_of, columns["n_pulses_ltp"])
    return SynapseParameters.make(**columns)
