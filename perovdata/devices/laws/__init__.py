"""Update laws: what one pulse does to the normalised conductance, by name and open to a user's own."""

from perovdata.devices.laws.base import ATOMS, Law
from perovdata.devices.laws.by_name import law_names, make_law
from perovdata.devices.laws.measured import Jumps, MeasuredLaw
from perovdata.devices.laws.rises import (
    ExponentialLaw,
    LogarithmicLaw,
    PowerLaw,
    RiseLaw,
    SigmoidLaw,
    SoftBoundsLaw,
    StretchedLaw,
    TwoExponentialLaw,
)

__all__ = [
    "ATOMS",
    "ExponentialLaw",
    "Jumps",
    "Law",
    "LogarithmicLaw",
    "MeasuredLaw",
    "PowerLaw",
    "RiseLaw",
    "SigmoidLaw",
    "SoftBoundsLaw",
    "StretchedLaw",
    "TwoExponentialLaw",
    "law_names",
    "make_law",
]
