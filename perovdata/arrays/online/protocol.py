"""What an online-training run does besides the devices: inputs, read-out, learning rule, start."""

from __future__ import annotations

import math
from dataclasses import dataclass

from perovdata.errors import InputError


@dataclass(frozen=True)
class Protocol:
    """Protocol of a two-layer perceptron trained by pulses; the defaults are MLP-NeuroSim V3.0's.

    Parameters
    ----------
    learning_rates : tuple of float
        Of the hidden and the output layer.
    input_threshold : float or None
        Inputs (in [0, 1]) at or above it become 1, the others 0; None: inputs are used as they are
        (amplitude or pulse-width encoding).
    hidden_threshold : float or None
        The same for the hidden activations that drive the second array. The update always uses the analog
        activation.
    adc_bits : int or None
        Resolution over the full range of a column's current, applied to the column and to the reference
        column separately, truncating; None: ideal converter.
    gain : float
        Pre-activation per unit of ``sum(w x)``. NeuroSim's analog cells give ``sum(w x) / 2``: 0.5.
    start_levels : int
        Weights start uniformly on so many equidistant values of [-1, 1].
    shifted_start : bool
        Start at ``G = (w + 1) / 2 (Gmax - Gmin)`` clipped to the window, as the reference does, instead of
        the right ``Gmin + (w + 1) / 2 (Gmax - Gmin)``.
    whole_pulses : bool
        Round to whole pulses, none below half a pulse; False: continuous updates.
    truncating_cast : bool
        Reproduce NeuroSim's ``(int)(n / N * N)``, which loses one pulse for some n and N.
    feedback_after_write : bool
        Feed errors back through the output weights that the sample has just written; False: through those
        that it was shown with. MLP-NeuroSim's description leaves it open.
    device : bool
        False: weights follow the gradient exactly (the software reference), whatever the device.
    samples_per_epoch : int
    replacement : bool
        Draw samples with replacement; False: a new permutation each time the data are used up.
    read_voltage : float
        V, across cell, access device and wire.
    access_resistance : float
        Ohm, in series with every cell.
    wire_resistance : float
        Ohm per cell pitch; a cell at (row, column) sees (column + 1 + rows - row) of them.

    Notes
    -----
    Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723. The wire is NeuroSim's 100 nm one.
    """

    learning_rates: tuple[float, float] = (0.4, 0.2)
    input_threshold: float | None = 0.5
    hidden_threshold: float | None = 0.5
    adc_bits: int | None = 8
    gain: float = 0.5
    start_levels: int = 7
    shifted_start: bool = False
    whole_pulses: bool = True
    truncating_cast: bool = True
    feedback_after_write: bool = False
    device: bool = True
    samples_per_epoch: int = 8000
    replacement: bool = True
    read_voltage: float = 0.5
    access_resistance: float = 15e3
    wire_resistance: float = 0.237

    def __post_init__(self) -> None:
        rates = self.learning_rates
        if len(rates) != 2 or not all(math.isfinite(r) and r > 0 for r in rates):
            raise InputError(f"learning_rates: {rates!r}; give two positive numbers")
        for name in ("input_threshold", "hidden_threshold"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 1:
                raise InputError(f"{name}: {value!r} is not in (0, 1] (or None for analog)")
        if self.adc_bits is not None and not 1 <= self.adc_bits <= 16:
            raise InputError(f"adc_bits: {self.adc_bits!r} is not between 1 and 16 (or None for ideal)")
        if not (math.isfinite(self.gain) and self.gain > 0):
            raise InputError(f"gain: {self.gain!r} is not a positive number")
        for name, least in (("start_levels", 2), ("samples_per_epoch", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name}: {getattr(self, name)!r} is less than {least}")
        for name in ("access_resistance", "wire_resistance"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name}: {value!r} ohm is not a resistance (0 or more)")
        if not (math.isfinite(self.read_voltage) and self.read_voltage > 0):
            raise InputError(f"read_voltage: {self.read_voltage!r} V is not positive")


#: MLP-NeuroSim V3.0 with the right start.
NEUROSIM = Protocol()
#: MLP-NeuroSim V3.0 as it is: every initial weight is shifted by -2 Gmin / (Gmax - Gmin).
NEUROSIM_SHIFTED = Protocol(shifted_start=True)
#: The same network trained in software: exact gradients, analog hidden layer, no converters.
SOFTWARE = Protocol(
    hidden_threshold=None, adc_bits=None, gain=1.0, whole_pulses=False, truncating_cast=False, device=False
)
