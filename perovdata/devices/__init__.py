"""How one synapse behaves: parameters, update laws, short-term dynamics, light, ageing."""

from perovdata.devices.ageing import age, at_temperature, read_disturb, retained
from perovdata.devices.device_file import DeviceFile, load_device, save_device
from perovdata.devices.experiments import (
    epsc,
    paired_pulse_index,
    spike_duration_response,
    spike_number_response,
    spike_rate_response,
    spike_voltage_response,
)
from perovdata.devices.fields import FIELDS, MAX_LABEL, Field
from perovdata.devices.jumps import JumpTable, jump
from perovdata.devices.label import a_to_label, curvature_to_label, label_to_a, label_to_curvature
from perovdata.devices.laws import (
    ExponentialLaw,
    Jumps,
    Law,
    LogarithmicLaw,
    MeasuredLaw,
    PowerLaw,
    RiseLaw,
    SigmoidLaw,
    SoftBoundsLaw,
    StretchedLaw,
    TwoExponentialLaw,
    law_names,
    make_law,
)
from perovdata.devices.laws.flows import MeasuredCurve, logarithmic, piecewise, power, soft_bounds
from perovdata.devices.longterm import add_cycle_noise, align, exponential, quantise, step_exponential
from perovdata.devices.optical import absorbed, intensity_drive, optical_drive, optical_erase, photon_energy
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.presets import PRESETS, Preset, preset
from perovdata.devices.shortterm import (
    Traces,
    current,
    decay,
    electrical_drive,
    erase,
    event,
    respond,
    rest,
    written_pulses,
)
from perovdata.devices.uncertainty import Uncertainty
from perovdata.devices.variation import Devices, hold_stuck, sample_devices, worn_window

__all__ = [
    "FIELDS",
    "MAX_LABEL",
    "PRESETS",
    "DeviceFile",
    "Devices",
    "ExponentialLaw",
    "Field",
    "JumpTable",
    "Jumps",
    "Law",
    "LogarithmicLaw",
    "MeasuredCurve",
    "MeasuredLaw",
    "PowerLaw",
    "Preset",
    "RiseLaw",
    "SigmoidLaw",
    "SoftBoundsLaw",
    "StretchedLaw",
    "SynapseParameters",
    "Traces",
    "TwoExponentialLaw",
    "Uncertainty",
    "a_to_label",
    "absorbed",
    "add_cycle_noise",
    "age",
    "align",
    "at_temperature",
    "current",
    "curvature_to_label",
    "decay",
    "electrical_drive",
    "epsc",
    "erase",
    "event",
    "exponential",
    "hold_stuck",
    "intensity_drive",
    "jump",
    "label_to_a",
    "label_to_curvature",
    "law_names",
    "load_device",
    "logarithmic",
    "make_law",
    "optical_drive",
    "optical_erase",
    "paired_pulse_index",
    "photon_energy",
    "piecewise",
    "power",
    "preset",
    "quantise",
    "read_disturb",
    "respond",
    "rest",
    "retained",
    "sample_devices",
    "save_device",
    "soft_bounds",
    "spike_duration_response",
    "spike_number_response",
    "spike_rate_response",
    "spike_voltage_response",
    "step_exponential",
    "worn_window",
    "written_pulses",
]
