"""The registry of metrics: one name, one definition, one unit each.

The plausible range of a metric is where the validator warns, never where it drops: the reason says
what a value outside would have to mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from perovdata.dataset.schema.vocabularies import VOCABULARIES, Vocabulary


@dataclass(frozen=True)
class Metric:
    """One named quantity of a device.

    Parameters
    ----------
    name, label : str
        Key in the tables, and words for an axis.
    unit : str
        The only unit accepted in the tables (``"1"`` for a plain number).
    scale : {"log10", "linear"}
        Scale on which models and figures work.
    definition : str
        What the number means.
    low, high : float
        Plausible range, in `unit`; outside it the validator warns.
    reason : str
        Why the range ends there.
    censored : {"lower", None}
        ``"lower"`` if a plain ``=`` mostly tells how far the authors went, so that models take it
        as a lower bound.
    kinds : Vocabulary or None
        Closed list of the ``definition`` column for this metric; None if the column stays empty.
    integer : bool
        Whether only whole numbers make sense.
    other_quantity : frozenset of str
        Definitions under which the number is another quantity: left out of populations and of training.
    predicted : bool
        False for sizes and shares that the maker chooses, and for properties of the film itself.
    """

    name: str
    label: str
    unit: str
    scale: Literal["log10", "linear"]
    definition: str
    low: float
    high: float
    reason: str
    censored: Literal["lower"] | None = None
    kinds: Vocabulary | None = None
    integer: bool = False
    other_quantity: frozenset[str] = frozenset()
    predicted: bool = True


def _metric(
    name: str,
    label: str,
    unit: str,
    scale: Literal["log10", "linear"],
    definition: str,
    low: float,
    high: float,
    reason: str,
    censored: Literal["lower"] | None = None,
    kinds: str | None = None,
    other: tuple[str, ...] = (),
    **more: Any,
) -> Metric:
    vocabulary = VOCABULARIES[kinds] if kinds else None
    return Metric(
        *(name, label, unit, scale, definition, low, high, reason, censored, vocabulary),
        other_quantity=frozenset(other),
        **more,
    )


_VOLTS = "thermal noise of a contact below, breakdown of the film above; mind a gate or a lateral channel"
_ENERGY = "near kT ln 2 at room temperature (3e-21 J) below, a visible burn above; power given for energy?"
_NOT_A_LABEL = ("exponent", "asymmetric-factor")
_SECONDS = "faster than any electrical test bench below, longer than a laboratory above"

_ALL = (
    _metric("on_off_ratio", "On/off ratio", "1", "log10",
            "ratio of the two states named in the definition column, mostly resistances at the read voltage",
            1, 1e10, "a ratio below 1 is inverted; above 1e10 the off current is below any meter",
            kinds="on_off_kind",
            other=("light-dark", "other-stimulus")),
    _metric("dynamic_range", "Gmax/Gmin", "1", "log10",
            "largest over smallest conductance of a potentiation train",
            1, 1e8, "Gmax/Gmin is at least 1; more than eight decades is a switch, not a train",
            kinds="dynamic_range_kind"),
    _metric("set_voltage", "SET voltage", "V", "log10",
            "magnitude of the voltage that turns the device on", 1e-4, 100, _VOLTS),
    _metric("reset_voltage", "RESET voltage", "V", "log10",
            "magnitude of the voltage that turns the device off", 1e-4, 100, _VOLTS),
    _metric("operating_voltage", "Operating voltage", "V", "log10",
            "magnitude of the spike (or bias) that produces the synaptic response", 1e-5, 100, _VOLTS),
    _metric("threshold_voltage", "Threshold voltage", "V", "log10",
            "magnitude of the voltage at which a volatile device switches", 1e-4, 100, _VOLTS),
    _metric("memory_window", "Memory window", "V", "log10",
            "shift of a transistor's threshold voltage between its two states", 1e-3, 200,
            "the window cannot exceed the gate sweep"),
    _metric("energy_per_event", "Energy per event", "J", "log10",
            "energy of one synaptic event; the definition column says which energy", 1e-20, 1e-3, _ENERGY,
            kinds="energy_definition", other=("areal", "neuron-spike")),
    _metric("areal_energy", "Energy per event and area", "J/m2", "log10",
            "energy of one synaptic event per device area", 1e-9, 1e5,
            "1 aJ/um2 is 1e-6 J/m2: check the prefix and the area unit", kinds="energy_definition"),
    _metric("power_per_event", "Power", "W", "log10",
            "power during an event or of the device in operation; not an energy", 1e-15, 1,
            "below any meter, or a heater", kinds="power_definition"),
    _metric("program_current", "Programming current", "A", "log10",
            "magnitude of the current that writes the state", 1e-14, 1, "below any meter, or melting",
            kinds="current_kind"),
    _metric("ppf_index", "PPF index", "%", "linear",
            "second over first response to a pulse pair, A2/A1 x 100, at the stated interval", 100, 1000,
            "facilitation is above 100 %; below it the number is a relative increase, a ratio, or depression",
            kinds="ppf_definition"),
    _metric("n_states", "Number of states", "1", "log10",
            "distinct levels that can be written and told apart; a figure in bits is converted", 2, 1e5,
            "a memory has at least two levels; more than 1e5 cannot be told apart by reading",
            kinds="state_kind", integer=True, other=("transmittance", "luminescence")),
    _metric("n_pulses", "Steps of a train", "1", "log10",
            "steps from Gmin to Gmax in one train of equal pulses (maxNumLevel of MLP-NeuroSim)", 2, 1e5,
            "a train has at least two pulses; longer ones than 1e5 were not met",
            kinds="state_kind", integer=True, other=("transmittance", "luminescence")),
    _metric("nonlinearity_ltp", "Nonlinearity (LTP)", "1", "linear",
            "curvature of potentiation: MLP-NeuroSim label unless the definition column says otherwise",
            -10, 10, "the label table ends near 9", kinds="nonlinearity_definition",
            other=_NOT_A_LABEL),
    _metric("nonlinearity_ltd", "Nonlinearity (LTD)", "1", "linear",
            "curvature of depression: MLP-NeuroSim label unless the definition column says otherwise",
            -10, 10, "the label table ends near 9", kinds="nonlinearity_definition",
            other=_NOT_A_LABEL),
    _metric("nonlinearity", "Nonlinearity (branch not stated)", "1", "linear",
            "curvature of the update, branch not stated", -10, 10, "the label table ends near 9",
            kinds="nonlinearity_definition", other=_NOT_A_LABEL, predicted=False),
    _metric("retention", "Retention", "s", "log10",
            "time for which a non-volatile state was held", 1, 1e10,
            "under a second is a decay; three centuries can only be extrapolated", "lower", "retention_kind"),
    _metric("memory_decay", "Memory decay", "s", "log10",
            "time in which a volatile response fades; the definition column says which time",
            1e-9, 1e7, _SECONDS, kinds="decay_kind"),
    _metric("endurance", "Endurance", "cycles", "log10",
            "cycles run without failure", 1, 1e12, "below one is none; above, years of pulsing",
            "lower", "endurance_type"),
    _metric("bending_endurance", "Bending endurance", "cycles", "log10",
            "bending cycles survived by a flexible device", 1, 1e7, "beyond any study",
            "lower"),
    _metric("ambient_stability", "Ambient stability", "d", "log10",
            "days of storage or operation in the stated atmosphere with the function kept", 0.01, 3650,
            "longer than the field has existed", "lower"),
    _metric("switching_time", "Switching time", "s", "log10",
            "time of one transition; the definition column says which", 1e-12, 1e3, _SECONDS,
            kinds="switching_kind"),
    _metric("pulse_width", "Pulse width", "s", "log10",
            "width of the pulse that produces the synaptic response", 1e-12, 1e4, _SECONDS),
    _metric("c2c_variation", "Cycle-to-cycle variation", "%", "log10",
            "standard deviation from cycle to cycle, relative to the conductance window "
            "(or to the mean of the quantity in the conditions)", 1e-3, 200, "wider than the window itself"),
    _metric("d2d_variation", "Device-to-device variation", "%", "log10",
            "standard deviation from device to device, relative to the conductance window "
            "(or to the mean of the quantity in the conditions)", 1e-3, 200, "wider than the window itself"),
    _metric("responsivity", "Responsivity", "A/W", "log10",
            "photocurrent per incident optical power", 1e-9, 1e10, "gain above 1e10 was never shown"),
    _metric("detectivity", "Detectivity", "Jones", "log10",
            "specific detectivity D*", 1e3, 1e19, "better than the photon-noise limit by far"),
    _metric("rectification_ratio", "Rectification ratio", "1", "log10",
            "forward over reverse current at the same voltage", 1, 1e9, "a ratio below 1 is inverted"),
    _metric("activation_energy", "Activation energy", "eV", "linear",
            "barrier of ion migration in the film of the device", 0.01, 3, "kT below, bond energy above",
            predicted=False),
    _metric("bandgap", "Band gap", "eV", "linear",
            "optical band gap of the film of the device", 0.8, 5, "no halide perovskite lies outside",
            predicted=False),
    _metric("yield", "Device yield", "%", "linear",
            "working devices of those made", 0, 100, "a share", predicted=False),
    _metric("array_rows", "Array rows", "1", "log10",
            "rows of the array; the definition column says whether it was built", 1, 1e5,
            "no perovskite array is larger", kinds="array_kind", integer=True, predicted=False),
    _metric("array_cols", "Array columns", "1", "log10",
            "columns of the array; the definition column says whether it was built", 1, 1e5,
            "no perovskite array is larger", kinds="array_kind", integer=True, predicted=False),
)  # fmt: skip

METRICS: dict[str, Metric] = {m.name: m for m in _ALL}


def in_words(text: str) -> str:
    """`text` with the labels of metrics in place of their names, as ``on_off_ratio``."""
    return re.sub(r"\b[a-z]+_\w+\b", lambda m: METRICS[m[0]].label if m[0] in METRICS else m[0], text)


@dataclass(frozen=True)
class MaterialProperty:
    """One quantity of a material: name, unit, meaning and plausible range (in `unit`)."""

    name: str
    unit: str
    definition: str
    low: float
    high: float


PROPERTIES: dict[str, MaterialProperty] = {
    p.name: p
    for p in (
        MaterialProperty("bandgap", "eV", "optical or calculated band gap", 0.2, 6),
        MaterialProperty("ion_migration_activation_energy", "eV", "barrier of ion migration", 0.01, 3),
        MaterialProperty("effective_ionic_radius", "pm", "radius of an A-site or spacer ion", 50, 1000),
        MaterialProperty("carrier_mobility", "cm2/(V s)", "drift, Hall or effective mobility", 1e-6, 1e4),
        MaterialProperty(
            "dielectric_constant", "1", "relative permittivity; conditions gives the frequency", 1, 1e5
        ),
        MaterialProperty("exciton_binding_energy", "eV", "binding energy of the exciton", 1e-4, 2),
    )
}
