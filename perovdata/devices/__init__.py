"""How one synapse behaves: parameters, update laws, short-term dynamics, light, ageing, fits of curves."""

from perovdata.devices.device_file import DeviceFile, load_device, save_device
from perovdata.devices.fields import FIELDS, MAX_LABEL, Field
from perovdata.devices.label import a_to_label, curvature_to_label, label_to_a, label_to_curvature
from perovdata.devices.longterm import add_cycle_noise, exponential, quantise, step_exponential
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.presets import PRESETS, Preset, preset
from perovdata.devices.uncertainty import Uncertainty

__all__ = [
    "FIELDS",
    "MAX_LABEL",
    "PRESETS",
    "DeviceFile",
    "Field",
    "Preset",
    "SynapseParameters",
    "Uncertainty",
    "a_to_label",
    "add_cycle_noise",
    "curvature_to_label",
    "exponential",
    "label_to_a",
    "label_to_curvature",
    "load_device",
    "preset",
    "quantise",
    "save_device",
    "step_exponential",
]
