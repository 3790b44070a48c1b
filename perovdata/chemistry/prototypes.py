"""What the stoichiometry alone tells about how the polyhedra connect.

Corner-sharing octahedra: BX6 isolated (0D), BX5 chains (1D), BX4 single layers (2D), BX(3+1/n) slabs of n
layers, BX3 a network (3D). Where the same stoichiometry is known in more than one connectivity (A3B2X9:
dimers or layers; ABX3 with a large cation: chains), nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TOLERANCE = 0.05  # relative: films are nominally off stoichiometry by a few per cent
_MOST_LAYERS = 100
# Ions known to form the 3D network; larger ones give chains with the same stoichiometry.
NETWORK_FORMERS = frozenset({"Cs", "MA", "FA", "MH", "AZR"})
_CATION_SPREAD = 0.15  # cations per metal in a film of nominal ABX3: additives of alkali iodide come on top
_LEAST_PARTNER = (
    0.25  # share of B from which a metal of another charge makes a double perovskite, not a dopant
)
_TETRAHEDRAL = frozenset({"Zn", "Co", "Hg"})
_OCTAHEDRAL = frozenset({"Pb", "Sn", "Ge", "Bi", "Sb", "Ag", "Eu", "Yb", "Pd"})
_COINAGE = frozenset({"Cu", "Ag"})


@dataclass(frozen=True)
class Prototype:
    """Formula type, connectivity and layers of one phase; None where the stoichiometry does not tell.

    `excess` is what a film holds of a cation-halide salt beyond ABX3, per metal.
    """

    name: str | None = None
    dimensionality: str | None = None
    n: int | None = None
    excess: float = 0.0


def _near(value: float, target: float) -> bool:
    return abs(value - target) <= _TOLERANCE * target


def classify(
    spacer: Mapping[str, float],
    a: Mapping[str, float],
    b: Mapping[str, float],
    x: Mapping[str, float],
    cation_charge: float,
    b_charges: Mapping[str, float],
) -> Prototype:
    """Formula type of one charge-balanced phase.

    Parameters
    ----------
    spacer, a, b, x : mapping of str to float
        Ions per site.
    cation_charge : float
        Total charge of spacer and A ions.
    b_charges : mapping of str to float
        Charge of each B ion.

    Returns
    -------
    Prototype
    """
    metals = sum(b.values())
    if not metals or not (a or spacer):
        return Prototype()
    ratio = sum(x.values()) / metals
    cations = cation_charge / metals
    only = next(iter(b)) if len(b) == 1 else None
    if only in _COINAGE and b_charges[only] == 1:
        return _coinage(ratio, cations)
    if _near(ratio, 6):
        for count, name in ((4, "A4BX6"), (3, "A3BX6"), (2, "A2BX6")):
            if _near(cations, count):
                return Prototype(name, "0D")
    if _near(ratio, 5) and only in _OCTAHEDRAL:
        for count, name in ((3, "A3BX5"), (2, "A2BX5")):
            if _near(cations, count):
                return Prototype(name, "1D")
    if _near(ratio, 4.5) and _near(cations, 1.5):
        return Prototype("A3B2X9")
    if _near(ratio, 4) and _near(cations, 2):
        return _single_layer(spacer, b)
    if spacer and 3 + 1 / _MOST_LAYERS <= ratio < 4:
        return _slab(spacer, 1 / (ratio - 3))
    if _near(ratio, 3) and abs(cations - 1) <= _CATION_SPREAD + 1e-9:
        return _network(spacer, a, b, b_charges, max(round(min(ratio - 3, cations - 1), 6), 0.0))
    if not spacer and 3 < ratio < 4 and _near(cations, ratio - 2) and _organic_network(a):
        return _network(spacer, a, b, b_charges, round(ratio - 3, 6))
    if _near(ratio, 2.5) and _near(cations, 0.5) and only in ("Pb", "Sn"):
        return Prototype("AB2X5", "2D")
    return Prototype()


def _coinage(ratio: float, cations: float) -> Prototype:
    """Copper(I) and silver(I) halides: tetrahedra, not octahedra."""
    if _near(ratio, 2.5) and _near(cations, 1.5):
        return Prototype("A3B2X5", "0D")
    if _near(ratio, 1.5) and _near(cations, 0.5):
        return Prototype("AB2X3", "1D")
    if _near(ratio, 3) and _near(cations, 2):
        return Prototype("A2BX3", "1D")
    return Prototype()


def _single_layer(spacer: Mapping[str, float], b: Mapping[str, float]) -> Prototype:
    if set(b) <= _TETRAHEDRAL:
        return Prototype("A2BX4", "0D")
    if spacer or set(b) <= _OCTAHEDRAL:
        return Prototype("A2BX4", "2D", 1)
    return Prototype("A2BX4")


def _network(
    spacer: Mapping[str, float],
    a: Mapping[str, float],
    b: Mapping[str, float],
    b_charges: Mapping[str, float],
    excess: float,
) -> Prototype:
    name = "A2BB'X6" if _two_metals_of_two_charges(b, b_charges) else "ABX3"
    formers = sum(v for k, v in a.items() if k in NETWORK_FORMERS)
    if spacer or formers <= 0.5 * sum(a.values()):
        return Prototype(name)
    return Prototype(name, "3D", excess=excess)


def _two_metals_of_two_charges(b: Mapping[str, float], b_charges: Mapping[str, float]) -> bool:
    """Whether the B site is shared by charges in comparable amounts; a minority is a dopant."""
    by_charge: dict[float, float] = {}
    for metal, amount in b.items():
        charge = round(b_charges[metal], 3)
        by_charge[charge] = by_charge.get(charge, 0.0) + amount
    return sum(by_charge.values()) - max(by_charge.values()) >= _LEAST_PARTNER * sum(by_charge.values())


def _organic_network(a: Mapping[str, float]) -> bool:
    """Whether MA and FA, whose salts leave a film on annealing, are most of the A site."""
    return a.get("MA", 0.0) + a.get("FA", 0.0) > 0.5 * sum(a.values())


def _slab(spacer: Mapping[str, float], layers: float) -> Prototype:
    """Slabs of n octahedra; a film's mean n need not be whole."""
    whole = round(layers)
    return Prototype("A'A(n-1)BnX(3n+1)", "quasi-2D", whole if abs(layers - whole) <= 0.02 * whole else None)
