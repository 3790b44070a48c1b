"""The arithmetic inside an array: device constants, cell physics, noise, reading and writing."""

from perovdata.arrays.kernel.cell_physics import spread
from perovdata.arrays.kernel.constants import DeviceConstants, make_constants
from perovdata.arrays.kernel.look_up import tabulated_pulses

__all__ = ["DeviceConstants", "make_constants", "spread", "tabulated_pulses"]
