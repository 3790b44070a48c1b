"""How one synapse behaves: parameters, update laws, short-term dynamics, light, ageing."""

from perovdata.devices.ageing import age, at_temperature, read_disturb, retained
from perovdata.devices.device_file import DeviceFile, dump_device, load_device, save_device
from perovdata.devices.experiments import (
    epsc,
    paired_pulse_index,
    spike_number_response,
    spike_rate_response,
)
from perovdata.devices.fields import FIELDS, MAX_LABEL, Field
from perovdata.devices.film import (
    EDGE_STRENGTH,
    GRID_NM,
    edge_absorption,
    film_absorptance,
    gap_absorption,
    line,
    one_behind_another,
    photon_energy,
)
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
from perovdata.devices.optical import (
    absorbed,
    absorbed_share,
    absorptance,
    absorption_of,
    intensity_drive,
    optical_drive,
)
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.presets import PRESETS, Preset, preset
from perovdata.devices.renamed import RENAMED, with_former_names
from perovdata.devices.shortterm import (
    Traces,
    current,
    decay,
    erase,
    event,
    respond,
    rest,
)
from perovdata.devices.uncertainty import Uncertainty
from perovdata.devices.variation import Devices, hold_stuck, sample_devices, worn_window
from perovdata.devices.wording import unit_of, worded

__all__ = [
    "EDGE_STRENGTH",
    "FIELDS",
    "GRID_NM",
    "MAX_LABEL",
    "PRESETS",
    "RENAMED",
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
    "absorbed_share",
    "absorptance",
    "absorption_of",
    "add_cycle_noise",
    "age",
    "align",
    "at_temperature",
    "current",
    "curvature_to_label",
    "decay",
    "dump_device",
    "edge_absorption",
    "epsc",
    "erase",
    "event",
    "exponential",
    "film_absorptance",
    "gap_absorption",
    "hold_stuck",
    "intensity_drive",
    "jump",
    "label_to_a",
    "label_to_curvature",
    "law_names",
    "line",
    "load_device",
    "logarithmic",
    "make_law",
    "one_behind_another",
    "optical_drive",
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
    "spike_number_response",
    "spike_rate_response",
    "step_exponential",
    "unit_of",
    "with_former_names",
    "worded",
    "worn_window",
]
