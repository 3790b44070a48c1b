"""From a formula to a :class:`Perovskite`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from perovdata.chemistry.balance import Balanced, balance
from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.perovskite import Perovskite
from perovdata.chemistry.prototypes import Prototype, classify
from perovdata.chemistry.reader import Phase, read_formula

_T = TypeVar("_T")

_NOMINAL = 0.05  # share of the anion charge up to which a film counts as off stoichiometry
_HOPELESS = 0.5  # beyond this, the formula is not that of a compound
_MOST_LAYERS = 100


def parse(formula: str, n: int | None = None, x: float | None = None, y: float | None = None) -> Perovskite:
    """Read a halide-perovskite formula as researchers write it.

    Understood are, among others: ``CsPbBr3``, ``MAPbI3``, ``CH3NH3PbI3``, ``FA0.83Cs0.17Pb(I0.9Br0.1)3``,
    ``(PEA)2SnI4``, ``(BA)2(MA)n-1PbnI3n+1`` with `n`, ``CsPbBrxI3-x`` with `x`, ``Cs3Cu2I5:Sb`` (doping),
    ``MAPbI3·H2O``, ``Cs3Bi2I9 + CsPbI3`` and ``(Cs3Bi2I9)0.4 + (CsPbI3)0.6`` (mixtures), ``δ-CsPbI3``,
    subscripts and typographic dashes and dots.

    Parameters
    ----------
    formula : str
        The formula.
    n : int, optional
        Octahedral layers per slab, for a formula with ``n`` in it; checked against the stoichiometry where
        the formula has none.
    x, y : float, optional
        Values of the variables ``x`` and ``y`` of a formula.

    Returns
    -------
    Perovskite
        A formula whose charges do not add up is still read, up to half the anion charge, with the rest in
        `charge` and a warning: papers print such formulas, and films are off stoichiometry.

    Raises
    ------
    FormulaError
        Naming the token and its position: unknown ion or element, unbalanced bracket, negative or absurd
        amount, unknown variable, no halide or no metal, an abbreviation that stays ambiguous, charges that
        are far from balance, an `n` that contradicts the formula, an `x` or `y` that is not in it.
    """
    variables = {"n": _layers(formula, n), "x": _fraction(formula, "x", x), "y": _fraction(formula, "y", y)}
    read = read_formula(formula, variables)
    phases = [_phase(formula, phase, read.polymorph) for phase in read.phases]
    if not any(phase.A or phase.spacer or len(phase.B) > 1 for phase in phases):
        raise FormulaError(formula, "holds no A-site or spacer cation (Cs, MA, FA, PEA, BA ...)")
    whole = phases[0] if len(phases) == 1 else _mixture(formula, phases, read.phases)
    dopants = dict(read.dopants)
    if dopants:
        whole = whole.replaced(dopants=dopants)
    if read.n is not None and whole.n != read.n:
        found = "no layer number" if whole.n is None else f"n = {whole.n}"
        raise FormulaError(formula, f"n = {read.n:g} was given, but the stoichiometry says {found}")
    return whole


def _layers(formula: str, n: int | None) -> int | None:
    if n is None:
        return None
    layers = _number(n)
    if layers != math.floor(layers) or not 1 <= layers <= _MOST_LAYERS:
        raise FormulaError(str(formula), f"n = {n} is not a whole number from 1 to {_MOST_LAYERS}")
    return int(layers)


def _fraction(formula: str, name: str, value: float | None) -> float | None:
    if value is not None and not 0 <= _number(value) <= 100:
        raise FormulaError(str(formula), f"{name} = {value} is not a number from 0 to 100")
    return None if value is None else float(value)


def _number(value: Any) -> float:
    """A finite number, or -1 (outside every range here) for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return -1.0
    return number if math.isfinite(number) and not isinstance(value, bool) else -1.0


def _phase(formula: str, phase: Phase, polymorph: str | None) -> Perovskite:
    """One phase: charges, sites, formula type."""
    found = balance(formula, phase.items)
    anions = sum(amount * -found.charges[label] for label, amount in found.sites["X"].items())
    warnings = list(found.warnings)
    kind = Prototype()
    if abs(found.charge) > _HOPELESS * anions:
        raise FormulaError(formula, f"the charges leave {found.charge:+g} with {_states(found)}")
    if abs(found.charge) > 1e-6:
        warnings.append(f"the charges leave {found.charge:+g} with {_states(found)}")
    if abs(found.charge) <= _NOMINAL * anions:
        kind = classify(
            found.sites["spacer"],
            found.sites["A"],
            found.sites["B"],
            found.sites["X"],
            found.cation_charge,
            found.charges,
        )
    if kind.excess:
        warnings.append(_excess(phase.salts, kind.excess))
    if polymorph == "delta":  # the yellow phases of CsPbI3 and FAPbI3 are chains
        kind = Prototype(kind.name)
    return Perovskite(
        formula=formula,
        spacer=found.sites["spacer"],
        A=found.sites["A"],
        B=found.sites["B"],
        X=found.sites["X"],
        charges=found.charges,
        charge=found.charge,
        n=kind.n,
        dimensionality=kind.dimensionality,
        prototype=kind.name,
        solvate=phase.solvate,
        polymorph=polymorph,
        warnings=tuple(warnings),
    )


def _excess(salts: Mapping[str, float], excess: float) -> str:
    """What a film holds beyond ABX3, by the name of the salt where the formula writes one."""
    named = " and ".join(f"{amount:g} {salt}" for salt, amount in salts.items())
    salt = named or f"{excess:g} of a cation-halide salt per metal"
    return f"the formula holds {salt} in excess of ABX3, counted in the sites; read as the 3D network"


def _states(found: Balanced) -> str:
    cations = [label for site in ("spacer", "A", "B") for label in found.sites[site]]
    return ", ".join(f"{label} {found.charges[label]:+g}" for label in cations)


def _mixture(formula: str, phases: list[Perovskite], read: tuple[Phase, ...]) -> Perovskite:
    """The sum of several phases, each with the share as written."""
    stated = all(phase.share is not None for phase in read)
    shares = tuple(phase.share if phase.share is not None else 1.0 for phase in read)
    warnings = [w for phase in phases for w in phase.warnings]
    if not stated:
        warnings.append("the ratio of the phases is not stated; one formula unit of each is counted")
    sums: dict[str, dict[str, float]] = {}
    for site in ("spacer", "A", "B", "X"):
        sums[site] = {}
        for phase, share in zip(phases, shares, strict=True):
            for label, amount in getattr(phase, site).items():
                sums[site][label] = round(sums[site].get(label, 0.0) + share * amount, 10)
    return Perovskite(
        formula=formula,
        **sums,
        charges={label: q for phase in phases for label, q in phase.charges.items()},
        charge=round(sum(p.charge * s for p, s in zip(phases, shares, strict=True)), 6),
        n=_same(phase.n for phase in phases),
        dimensionality=_same(phase.dimensionality for phase in phases),
        prototype=_same(phase.prototype for phase in phases),
        solvate=_summed_solvate(phases, shares),
        polymorph=phases[0].polymorph,
        phases=tuple(phases),
        shares=shares if stated else (),
        warnings=tuple(warnings),
    )


def _same(values: Iterable[_T]) -> _T | None:
    """The common value of all phases, or None."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _summed_solvate(phases: list[Perovskite], shares: tuple[float, ...]) -> Mapping[str, float]:
    total: dict[str, float] = {}
    for phase, share in zip(phases, shares, strict=True):
        for molecule, amount in phase.solvate.items():
            total[molecule] = total.get(molecule, 0.0) + share * amount
    return total
