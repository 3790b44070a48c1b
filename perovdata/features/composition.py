"""Features of a composition: site descriptors, element statistics of the metal-halide sublattice, properties.

The organic ions are kept out of the element statistics of the B and X sites: hydrogen alone is half of the
atoms of a hybrid perovskite and would drown the chemistry. They enter through the site descriptors (size,
charge, aromaticity), and through a few statistics of the whole composition.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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
from perovdata.materials import bandgaps, class_median, lookup_property

_CACHED = 8192  # compositions

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


@lru_cache(maxsize=_CACHED)
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


def composition_features(
    formula: str | None, n: int | None = None, groups: Iterable[str] = ("site", "elements", "properties")
) -> dict[str, float]:
    """Site descriptors, element statistics and material properties of one composition.

    Parameters
    ----------
    formula : str or None
        Formula; None if not known.
    n : int, optional
        Layers per slab, used where the formula holds ``n``.
    groups : iterable of str
        Which of the three to compute: ``"site"``, ``"elements"``, ``"properties"``.

    Returns
    -------
    dict of str to float
        Keys :data:`SITE_NAMES`, :data:`ELEMENT_NAMES` and :data:`PROPERTY_NAMES`; NaN where not known or
        not defined.

    Raises
    ------
    FormulaError
        If the formula cannot be read.
    """
    features: dict[str, float] = {}
    for group in groups:
        if group in _GROUPS:
            features.update(_GROUPS[group](formula, n))
    return features


@lru_cache(maxsize=_CACHED)
def _site_features(formula: str | None, n: int | None) -> dict[str, float]:
    perovskite = None if formula is None else read_composition(formula, n)
    if perovskite is None:
        return dict.fromkeys(SITE_NAMES, math.nan)
    return {**descriptors(perovskite), "lead_free": float(perovskite.lead_free)}


@lru_cache(maxsize=_CACHED)
def _element_features(formula: str | None, n: int | None) -> dict[str, float]:
    perovskite = None if formula is None else read_composition(formula, n)
    if perovskite is None:
        return dict.fromkeys(ELEMENT_NAMES, math.nan)
    bx = element_statistics(_bx_atoms(perovskite))
    whole = element_statistics(perovskite.elements)
    return {
        **{f"bx_{name}": value for name, value in bx.items()},
        **{f"whole_{name}": whole[name] for name in _WHOLE},
    }


@lru_cache(maxsize=_CACHED)
def _property_features(formula: str | None, n: int | None) -> dict[str, float]:
    """Band gap and activation energy, each with a flag: 1 measured for this very composition, 0 not.

    The activation energy of one material spans most of an electronvolt over ions and methods; where it was
    not measured, the median of the formula type stands in, and the flag says so.
    """
    perovskite = None if formula is None else read_composition(formula, n)
    if perovskite is None:
        return dict.fromkeys(PROPERTY_NAMES, math.nan)
    gap = gaps_of([(formula, n)])[0]
    barrier = lookup_property(perovskite, "ion_migration_activation_energy")
    measured = barrier.origin == "measured"
    return {
        "bandgap_eV": gap[0],
        "bandgap_measured": gap[1],
        "activation_energy_eV": (
            barrier.value if measured else class_median(perovskite, "ion_migration_activation_energy")
        ),
        "activation_energy_measured": float(measured),
    }


_GROUPS = {"site": _site_features, "elements": _element_features, "properties": _property_features}


def gaps_of(compositions: Sequence[tuple[str | None, int | None]]) -> list[tuple[float, float]]:
    """Band gap in eV, and 1 where it was measured, of many compositions; the model runs once for all.

    Parameters
    ----------
    compositions : sequence of (formula, layers)

    Returns
    -------
    list of (float, float)
        NaN where the composition is not known.
    """
    unknown = math.nan, math.nan
    missing = list(dict.fromkeys(key for key in compositions if key not in _gaps))
    if len(_gaps) + len(missing) > _CACHED:
        _gaps.clear()
        missing = list(dict.fromkeys(compositions))
    read = {key: read_composition(*key) if key[0] is not None else None for key in missing}
    known = {key: perovskite for key, perovskite in read.items() if perovskite is not None}
    found = zip(known, bandgaps(list(known.values())), strict=True)
    _gaps.update(dict.fromkeys(missing, unknown))
    _gaps.update({key: (gap.value, float(gap.origin == "measured")) for key, gap in found})
    return [_gaps[key] for key in compositions]


_gaps: dict[tuple[str | None, int | None], tuple[float, float]] = {}


def _bx_atoms(perovskite: Perovskite) -> dict[str, float]:
    """Atoms of the B and X sites."""
    atoms: dict[str, float] = {}
    for site in (perovskite.B, perovskite.X):
        for label, amount in site.items():
            for element, count in atoms_of(label).items():
                atoms[element] = atoms.get(element, 0.0) + count * amount
    return atoms
