"""What a halide perovskite is made of: formulas, ions, descriptors and material properties.

This room knows no other room.
"""

from perovdata.chemistry.descriptors import DESCRIPTORS, descriptors
from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.ions import ELEMENTS_BY_NUMBER, Ion, atoms_of, organic_cations
from perovdata.chemistry.parse import parse
from perovdata.chemistry.perovskite import Perovskite
from perovdata.chemistry.properties import PropertyValue, class_median, lookup_property

__all__ = [
    "DESCRIPTORS",
    "ELEMENTS_BY_NUMBER",
    "FormulaError",
    "Ion",
    "Perovskite",
    "PropertyValue",
    "atoms_of",
    "class_median",
    "descriptors",
    "lookup_property",
    "organic_cations",
    "parse",
]
