"""The rows themselves, and how they are found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from perovdata.routing.design_space.row import Assumption, Row, Span

#: Pulses of the train for which studies state the cycle noise of one pulse.
NOISE_TRAIN = 32.0


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
