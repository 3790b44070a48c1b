"""The design space of a synapse: one row per quantity, read by routing, studies, cost and documentation.

A row says which device fields a quantity sets, which reported metrics give it and in which unit, its range,
what is assumed where nothing is reported and why, the values that studies try, and the effect that it
belongs to. Adding a quantity is adding a row to :data:`DESIGN_SPACE`.

Noise of a sweep stays constant: the cycle noise of one pulse belongs to its step. Where a device takes
another number of pulses than the train for which its noise is stated, the noise of a full sweep is kept
(:func:`pulse_noise`); routing, limits, requirements and sensitivity all follow this rule.
"""

from perovdata.routing.design_space.assemble import parameter_sets, pulse_noise
from perovdata.routing.design_space.row import Assumption, Row, Span
from perovdata.routing.design_space.table import (
    DESIGN_SPACE,
    EFFECTS,
    NOISE_TRAIN,
    assumed_value,
    quantities,
    row_of,
)

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
