"""What a halide perovskite is made of: formulas, ions and descriptors.

This room knows no other room.
"""

from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.formula import parse
from perovdata.chemistry.ions import ELEMENTS_BY_NUMBER, Ion, atoms_of, organic_cations, plain_name
from perovdata.chemistry.perovskite import Perovskite
from perovdata.chemistry.site_descriptors import DESCRIPTORS, descriptors, undefined_descriptors

__all__ = [
    "DESCRIPTORS",
    "ELEMENTS_BY_NUMBER",
    "FormulaError",
    "Ion",
    "Perovskite",
    "atoms_of",
    "descriptors",
    "organic_cations",
    "parse",
    "plain_name",
    "undefined_descriptors",
]
