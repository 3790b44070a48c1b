"""What a halide perovskite is made of: formulas, ions, descriptors and material properties.

This room knows no other room.
"""

from perovdata.chemistry.descriptors import DESCRIPTORS, descriptors, undefined_descriptors
from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.ions import ELEMENTS_BY_NUMBER, Ion, atoms_of, organic_cations, plain_name
from perovdata.chemistry.parse import parse
from perovdata.chemistry.perovskite import Perovskite
from perovdata.chemistry.properties import PROPERTIES_SHOWN, PropertyValue, class_median, lookup_property

__all__ = [
    "DESCRIPTORS",
    "ELEMENTS_BY_NUMBER",
    "PROPERTIES_SHOWN",
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
    "plain_name",
    "undefined_descriptors",
]
