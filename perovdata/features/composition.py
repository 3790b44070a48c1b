"""Features of a composition: site descriptors, element statistics of the metal-halide sublattice, properties.

The organic ions are kept out of the element statistics of the B and X sites: hydrogen alone is half of the
atoms of a hybrid perovskite and would drown the chemistry. They enter through the site descriptors (size,
charge, aromaticity), and through a few statistics of the whole composition.
"""

from __future__ import annotations

import math
from functools import lru_cache

from perovdata.chemistry import (
    DESCRIPTORS,
    FormulaError,
    Perovskite,
    atoms_of,
    descriptors,
    parse,
)
from perovdata.features.elements import ELEMENT_PROPERTIES, STATISTICS, element_statistics
from perovdata.materials import bandgap, class_median, lookup_property

__all__ = ["ELEMENT_NAMES", "PROPERTY_NAMES", "SITE_NAMES", "composition_features", "read_composition"]

SITE_NAMES: tuple[str, ...] = (*DESCRIPTORS, "lead_free")
_WHOLE = ("atomic_weight_mean", "electronegativity_mean", "electronegativity_avg_dev", "row_mean")
ELEMENT_NAMES: tuple[str, ...] = (
    *(f"bx_{label}_{statistic}" for label in ELEMENT_PROPERTIES.values() for statistic in STATISTICS),
    *(f"whole_{name}" for name in _WHOLE),
)
PROPERTY_NAMES: tuple[str, ...] = (
    "bandgap_eV",
    "bandgap_measured",
    "activation_energy_eV",
    "activation_energy_measured",
)


@lru_cache(maxsize=4096)
def read_composition(formula: str, n: int | None = None) -> Perovskite | None:
    """Parse a formula of a table, or return None where only the value of a variable is missing.

    Parameters
    ----------
    formula : str
        Formula; ``CsPbBrxI3-x`` without `x` gives None, because nothing can be computed from it.
    n : int, optional
        Layers per slab, used where the formula holds ``n``.

    Raises
    ------
    FormulaError
        If the formula cannot be read for any other reason.
    """
    try:
        return parse(formula)
    except FormulaError as error:
        if error.variable == "n" and n is not None:
            return parse(formula, n=n)
        if error.variable is not None:
            return None
        raise


@lru_cache(maxsize=4096)
def composition_features(formula: str | None, n: int | None = None) -> dict[str, float]:
    """Site descriptors, element statistics and material properties of one composition.

    Parameters
    ----------
    formula : str or None
        Formula; None if not known.
    n : int, optional
        Layers per slab, used where the formula holds ``n``.

    Returns
    -------
    dict of str to float
        Keys :data:`SITE_NAMES`, :data:`ELEMENT_NAMES` and :data:`PROPERTY_NAMES`; NaN where not known or
        not defined. Not to be changed by the caller: the result is cached.

    Raises
    ------
    FormulaError
        If the formula cannot be read.
    """
    perovskite = None if formula is None else read_composition(formula, n)
    if perovskite is None:
        return dict.fromkeys((*SITE_NAMES, *ELEMENT_NAMES, *PROPERTY_NAMES), math.nan)
    bx = element_statistics(_bx_atoms(perovskite))
    whole = element_statistics(perovskite.elements)
    return {
        **descriptors(perovskite),
        "lead_free": float(perovskite.lead_free),
        **{f"bx_{name}": value for name, value in bx.items()},
        **{f"whole_{name}": whole[name] for name in _WHOLE},
        **_properties(perovskite),
    }


def _properties(perovskite: Perovskite) -> dict[str, float]:
    """Band gap and activation energy, each with a flag: 1 measured for this very composition, 0 not.

    The activation energy of one material spans most of an electronvolt over ions and methods; where it was
    not measured, the median of the formula type stands in, and the flag says so.
    """
    gap = bandgap(perovskite)
    barrier = lookup_property(perovskite, "ion_migration_activation_energy")
    measured = barrier.origin == "measured"
    return {
        "bandgap_eV": gap.value,
        "bandgap_measured": float(gap.origin == "measured"),
        "activation_energy_eV": (
            barrier.value if measured else class_median(perovskite, "ion_migration_activation_energy")
        ),
        "activation_energy_measured": float(measured),
    }


def _bx_atoms(perovskite: Perovskite) -> dict[str, float]:
    """Atoms of the B and X sites."""
    atoms: dict[str, float] = {}
    for site in (perovskite.B, perovskite.X):
        for label, amount in site.items():
            for element, count in atoms_of(label).items():
                atoms[element] = atoms.get(element, 0.0) + count * amount
    return atoms
