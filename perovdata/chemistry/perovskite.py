"""A parsed composition: who sits where, how the charges add up, what the stoichiometry tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from perovdata.chemistry.ions import ELEMENTS, SOLVATES, atoms_of, plain_name

if TYPE_CHECKING:
    from pymatgen.core import Composition


@dataclass(frozen=True, eq=False)
class Perovskite:
    """A halide perovskite (or perovskite-like metal halide) as read from a formula.

    Amounts are per formula unit as written. Two objects are equal if their sites, dopants, solvates and
    polymorph are.

    Parameters
    ----------
    formula : str
        As given.
    spacer, A, B, X : mapping of str to float
        Ions per site; organic ions by abbreviation, the others by symbol.
    charges : mapping of str to float
        Charge assumed for every ion; a fraction for an ion of mixed valence (Au+/Au3+).
    charge : float
        Charge left over by these; 0 for a balanced formula.
    dopants : mapping of str to float or None
        Elements after the colon; None where the amount is not stated.
    n : int or None
        Octahedral layers per slab; None where this is not defined or not known.
    dimensionality : {"3D", "quasi-2D", "2D", "1D", "0D"} or None
        As far as the stoichiometry tells, else None.
    prototype : str or None
        Formula type, e.g. ``"ABX3"``, ``"A3B2X9"``.
    solvate : mapping of str to float
        Solvent molecules, e.g. of a hydrate.
    polymorph : str or None
        Greek letter before the formula, in words: ``"delta"``.
    phases : tuple of Perovskite
        The phases of a mixture ``A + B``, empty for a single phase.
    shares : tuple of float
        Formula units of each phase of a mixture; empty if the ratio is not stated (then one of each is
        counted in the sites).
    warnings : tuple of str
        What a reader should know: leftover charge, an abbreviation with two meanings, an unstated ratio.
    """

    formula: str
    spacer: Mapping[str, float]
    A: Mapping[str, float]
    B: Mapping[str, float]
    X: Mapping[str, float]
    charges: Mapping[str, float]
    charge: float
    dopants: Mapping[str, float | None] = field(default_factory=dict)
    n: int | None = None
    dimensionality: str | None = None
    prototype: str | None = None
    solvate: Mapping[str, float] = field(default_factory=dict)
    polymorph: str | None = None
    phases: tuple[Perovskite, ...] = ()
    shares: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def sites(self) -> dict[str, dict[str, float]]:
        """Ions per site: spacer, A, B, X."""
        return {site: dict(getattr(self, site)) for site in ("spacer", "A", "B", "X")}

    @property
    def lead_free(self) -> bool:
        """Whether there is no lead, dopants included."""
        return "Pb" not in self.B and "Pb" not in self.dopants

    @property
    def balanced(self) -> bool:
        """Whether the charges add up to zero (to within rounding of the amounts)."""
        return abs(self.charge) < 1e-6

    @property
    def canonical(self) -> str:
        """One spelling per composition, which :func:`parse` reads back to an equal object.

        Sites in the order spacer, A, B, X, labels sorted; then solvate and dopants; phases joined by ``+``.
        """
        if self.shares:
            phases = zip(self.shares, self.phases, strict=True)
            written = " + ".join(f"({phase.canonical}){share:.6g}" for share, phase in phases)
        elif self.phases:
            written = " + ".join(phase.canonical for phase in self.phases)
        else:
            written = "".join(
                f"{_bracketed(plain_name(label))}{_amount(ions[label])}"
                for ions in self.sites.values()
                for label in sorted(ions)
            )
            written += "".join(f"·{_amount(v)}{molecule}" for molecule, v in sorted(self.solvate.items()))
        if self.polymorph == "delta":
            written = f"delta-{written}"
        if self.dopants:
            doped = (
                element if amount is None else f"{element}{amount:.6g}"
                for element, amount in sorted(self.dopants.items())
            )
            written += f":{','.join(doped)}"
        return written

    @property
    def key(self) -> tuple:
        """What makes two compositions the same: ions per B atom, dopants, solvate, delta phase or not."""
        metals = sum(self.B.values())
        ratios = tuple(
            (site, label, round(amount / metals, 4))
            for site, ions in self.sites.items()
            for label, amount in sorted(ions.items())
        )
        delta = self.polymorph == "delta"  # the non-perovskite phase is another material
        phases = tuple(phase.key for phase in self.phases)
        dopants = tuple(sorted(self.dopants.items()))
        return ratios, dopants, tuple(sorted(self.solvate.items())), delta, phases

    def replaced(self, **changes: Any) -> Perovskite:
        """A copy with some fields changed (as :func:`dataclasses.replace`)."""
        return replace(self, **changes)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Perovskite) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def elements(self) -> dict[str, float]:
        """Atoms per formula unit with the organic ions and solvent molecules written out; no dopants."""
        atoms: dict[str, float] = {}
        for ions in self.sites.values():
            for label, amount in ions.items():
                for element, count in atoms_of(label).items():
                    atoms[element] = atoms.get(element, 0.0) + count * amount
        for molecule, amount in self.solvate.items():
            for element, count in SOLVATES[molecule].items():
                atoms[element] = atoms.get(element, 0.0) + count * amount
        return {element: round(amount, 10) for element, amount in atoms.items()}

    @cached_property
    def composition(self) -> Composition:
        """The pymatgen composition of :attr:`elements`."""
        from pymatgen.core import Composition

        return Composition(self.elements)

    @property
    def expanded(self) -> str:
        """pymatgen's formula with the organic ions written out, e.g. ``H6 C1 Pb1 I3 N1``."""
        return self.composition.formula


def _bracketed(name: str) -> str:
    return name if name in ELEMENTS or name in ("MA", "FA") else f"({name})"


def _amount(amount: float) -> str:
    return "" if amount == 1 else f"{amount:.6g}"
