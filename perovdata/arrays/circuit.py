"""How a crossbar is built and driven: weight scheme, converters, input encoding, series resistances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from perovdata.errors import InputError, unknown_choice

_SCHEMES = ("differential", "reference")
_ENCODINGS = ("analog", "pulse-width", "bit-serial")
_WIRES = ("lumped", "exact")
_SCALES = ("matrix", "column")


@dataclass(frozen=True)
class Design:
    """Choices around the devices of an array of ``rows`` inputs by ``columns`` outputs.

    Parameters
    ----------
    rows, columns : int
    scheme : {"differential", "reference"}
        Two devices per weight (plus and minus plane), or one beside a shared column at mid window.
    significance : tuple of float
        One entry per device (pair) of a weight: equal entries are redundant devices that average, unequal
        ones digits of different weight, e.g. ``(8, 1)``.
    scale : {"matrix", "column"}
        A weight of magnitude max|w| (of the whole matrix, or of its column) uses the whole window.
    input_bits : int or None
        Resolution of the inputs over [-input_range, input_range]; None: ideal.
    input_range : float
        Largest magnitude that can be applied; larger inputs are refused if ``input_bits`` is set.
    encoding : {"analog", "pulse-width", "bit-serial"}
        Inputs as amplitudes, as durations of a fixed amplitude (same sum, other latency and energy), or one
        binary plane at a time, each converted and shifted digitally.
    adc_bits : int or None
        Resolution of every column read; None: ideal.
    adc_range : float or None
        Full scale in units of sum(w x) / max|w|; None: what all rows at full drive can give. ``calibrate``
        replaces it by what a batch of inputs needs.
    access_resistance, wire_resistance : float
        Ohm; of the selector (which is assumed to block sneak paths) and of one cell pitch of wire.
    wires : {"lumped", "exact"}
        Every row and column as a ladder of its own (within 4 % of the exact loss, also under ``jit``), or all
        nodes solved together. Each plane is its own array, rows driven at the left, columns grounded at the
        bottom.

    Raises
    ------
    InputError
    """

    rows: int
    columns: int
    scheme: str = "differential"
    significance: tuple[float, ...] = (1.0,)
    scale: str = "matrix"
    input_bits: int | None = None
    input_range: float = 1.0
    encoding: str = "analog"
    adc_bits: int | None = None
    adc_range: float | None = None
    access_resistance: float = 0.0
    wire_resistance: float = 0.0
    wires: str = "lumped"

    def __post_init__(self) -> None:
        for name in ("rows", "columns"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise InputError(f"crossbar {name}: {value!r} is not a positive integer")
        for name, accepted in (
            ("scheme", _SCHEMES),
            ("encoding", _ENCODINGS),
            ("wires", _WIRES),
            ("scale", _SCALES),
        ):
            if getattr(self, name) not in accepted:
                raise unknown_choice(f"crossbar {name}", getattr(self, name), accepted)
        weights = self.significance
        if len(weights) == 0 or not all(math.isfinite(s) and s > 0 for s in weights):
            raise InputError(f"crossbar significance: {weights!r}; give positive numbers, one per device")
        for name in ("input_bits", "adc_bits"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= 16:
                raise InputError(f"crossbar {name}: {value!r} is not between 1 and 16 (or None for ideal)")
        if self.adc_bits == 1:
            raise InputError("crossbar adc_bits: 1 cannot hold a sign; give 2 to 16 (or None for ideal)")
        if self.encoding == "bit-serial" and self.input_bits is None:
            raise InputError("crossbar encoding: bit-serial needs input_bits")
        for name in ("input_range", "adc_range"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(f"crossbar {name}: {value!r} is not positive")
        for name in ("access_resistance", "wire_resistance"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"crossbar {name}: {value!r} ohm is not a resistance (0 or more)")

    @property
    def planes(self) -> int:
        """Devices per weight."""
        return len(self.significance) * (2 if self.scheme == "differential" else 1)

    @property
    def coefficients(self) -> np.ndarray:
        """What each plane's conductance fraction contributes to a weight in [-1, 1], shape (planes,)."""
        share = np.array(self.significance) / sum(self.significance)
        return np.concatenate([share, -share]) if self.scheme == "differential" else 2 * share

    @property
    def offset(self) -> float:
        """Weight at zero conductance fraction: what the reference column subtracts."""
        return 0.0 if self.scheme == "differential" else -1.0

    @property
    def full_scale(self) -> float:
        """Full scale of the converter in units of sum(w x) / max|w|."""
        return self.adc_range or self.rows * self.input_range
