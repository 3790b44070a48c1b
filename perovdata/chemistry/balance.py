"""From ions and amounts to charges and sites.

Oxidation states are the ones that occur in halides (table in :mod:`perovdata.chemistry.ions`); the set that
balances is taken, the usual state first. An abbreviation that the literature uses for several ions, or whose
table row is in doubt, is accepted only where it makes the charges balance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from perovdata.chemistry.errors import FormulaError
from perovdata.chemistry.ions import Ion
from perovdata.chemistry.prototypes import NETWORK_FORMERS
from perovdata.chemistry.reader import Item

_EXACT = 5e-3  # charges; amounts are written with two or three decimals
_MOST_READINGS = 64
_MOST_STATES = 512
_MOST_TRIALS = 2048  # readings times oxidation states: bounds the time
_MIXED_VALENCE = (1 / 3, 1 / 2, 2 / 3)  # shares of the higher state in ordered compounds (Cs2Au2I6, Cs2SbCl6)
# Alkali ions that share the B site with a trivalent metal beside a larger A ion (Cs2NaBiCl6), largest first.
_SMALL_ALKALI = ("Rb", "K", "Na", "Li")
_TRIVALENT_SHARE = 0.45  # of B with the alkali counted in; half in an ideal double perovskite


@dataclass(frozen=True)
class Balanced:
    """Ions with their sites and charges, and what is left over."""

    sites: Mapping[str, Mapping[str, float]]
    charges: Mapping[str, float]
    charge: float
    cation_charge: float
    warnings: tuple[str, ...]


def balance(formula: str, items: Sequence[Item]) -> Balanced:
    """Choose ions, oxidation states and sites for one phase.

    Parameters
    ----------
    formula : str
        For messages.
    items : sequence of Item
        Ions as read.

    Returns
    -------
    Balanced

    Raises
    ------
    FormulaError
        If there is no halide or no metal, or if the charges cannot settle an ambiguous or doubtful name.
    """
    items = [item for item in items if item.amount > 0]
    _check_sites(formula, items)
    chosen, warnings = _settle_names(formula, items)
    amounts, ions = _merge(items, chosen)
    charges, charge = _charges(amounts, ions)
    sites = _sites(amounts, ions, charges)
    cations = sum(amounts[k] * charges[k] for site in ("spacer", "A") for k in sites[site])
    return Balanced(sites, charges, charge, cations, tuple(warnings))


def _check_sites(formula: str, items: Sequence[Item]) -> None:
    """A halide and a metal must be there."""
    present = {ion.site for item in items for ion in item.ions}
    if "X" not in present:
        raise FormulaError(formula, "holds no halide (F, Cl, Br, I) or pseudohalide (SCN, OCN, CN, BF4, PF6)")
    if "B" not in present:
        raise FormulaError(
            formula,
            "holds no metal for the B site (Pb, Sn, Bi, Sb, Ag, Cu ...); an added salt goes with "
            "argument additive",
        )


def _settle_names(formula: str, items: Sequence[Item]) -> tuple[dict[str, Ion], list[str]]:
    """One ion for each name; the charges decide where a name has several meanings."""
    names = list({item.name: item.ions for item in items}.items())
    if all(len(ions) == 1 and not ions[0].doubtful for _, ions in names):
        chosen = {name: ions[0] for name, ions in names}
        if math.prod([len(ion.charges) for ion in chosen.values()]) <= _MOST_STATES:
            return chosen, []
    options = [ions for _, ions in names]
    open_names = [name for name, ions in names if len(ions) > 1]
    doubtful = [ions[0] for _, ions in names if len(ions) == 1 and ions[0].doubtful]
    if math.prod(len(ions) for ions in options) > _MOST_READINGS:
        raise FormulaError(formula, f"too many ambiguous abbreviations: {', '.join(open_names)}")
    states = math.prod(max(len(ion.charges) for ion in ions) for ions in options)
    if states > min(_MOST_STATES, _MOST_TRIALS / math.prod(len(ions) for ions in options)):
        raise FormulaError(formula, "too many metals of several oxidation states to balance the charges")
    if not open_names and not doubtful:
        return dict(zip((name for name, _ in names), (o[0] for o in options), strict=True)), []
    balanced = []
    for combination in product(*options):
        chosen = dict(zip((name for name, _ in names), combination, strict=True))
        amounts, ions = _merge(items, chosen)
        if abs(_charges(amounts, ions)[1]) <= _EXACT:
            balanced.append(chosen)
    if len(balanced) == 1:
        chosen = balanced[0]
        settled = [chosen[name] for name in open_names] + doubtful
        return chosen, [_doubt(ion) for ion in settled if ion.doubtful]
    subject = next((i for i in items if i.name in open_names or i.ions[0] in doubtful), items[0])
    meanings = ", ".join(f"{i.label} ({_plain(i)})" for i in subject.ions)
    why = "the charges do not balance with" if not balanced else "several meanings, all balancing:"
    raise FormulaError(
        formula, f"{why} {meanings}; write an unambiguous name", subject.name, subject.position
    )


def _plain(ion: Ion) -> str:
    atoms = "".join(f"{e}{c if c > 1 else ''}" for e, c in ion.atoms.items())
    return f"{atoms} {ion.charges[0]}+"


def _doubt(ion: Ion) -> str:
    return f"{ion.label} is read as {_plain(ion)}: {ion.flag}"


def _merge(items: Iterable[Item], chosen: Mapping[str, Ion]) -> tuple[dict[str, float], dict[str, Ion]]:
    """Amount and ion per label."""
    amounts: dict[str, float] = {}
    ions: dict[str, Ion] = {}
    for item in items:
        ion = chosen[item.name]
        amounts[ion.label] = round(amounts.get(ion.label, 0.0) + item.amount, 10)
        ions[ion.label] = ion
    return amounts, ions


def _charges(amounts: Mapping[str, float], ions: Mapping[str, Ion]) -> tuple[dict[str, float], float]:
    """Charge per ion and the charge left over, for the oxidation states that leave least.

    A single element may hold two states in a simple ratio (Cs2Au2I6: Au+ and Au3+), however many formula
    units are written.
    """
    labels = list(amounts)
    best: tuple[float, dict[str, float]] | None = None
    for states in product(*(ions[label].charges for label in labels)):
        left = sum(amounts[label] * q for label, q in zip(labels, states, strict=True))
        if best is None or abs(left) < abs(best[0]) - 1e-9:
            best = left, dict(zip(labels, map(float, states), strict=True))
    assert best is not None  # product() yields at least once
    left, charges = best
    if abs(left) > _EXACT:
        for label in labels:
            low, high = min(ions[label].charges), max(ions[label].charges)
            mean = charges[label] - left / amounts[label]
            raised = (mean - low) / (high - low) if high > low else 0.0
            if any(abs(raised - share) < 1e-6 for share in _MIXED_VALENCE):
                charges[label] = mean
                left = 0.0
                break
    return charges, round(left, 6) if abs(left) > 1e-9 else 0.0


def _sites(
    amounts: Mapping[str, float], ions: Mapping[str, Ion], charges: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Ions per site; small alkali ions move to the B site where that gives a known formula type."""
    sites: dict[str, dict[str, float]] = {"spacer": {}, "A": {}, "B": {}, "X": {}}
    for label, amount in amounts.items():
        sites[ions[label].site][label] = amount
    if not sites["spacer"]:
        _move_alkali(sites, charges)
    if not sites["A"] and not sites["spacer"] and "Tl" in sites["B"] and len(sites["B"]) > 1:
        sites["A"]["Tl"] = sites["B"].pop("Tl")
    if sites["A"] and not sites["spacer"]:
        _move_large_a(sites, ions)
    return sites


def _misfit(a: float, b: float, x: float) -> float:
    """How far the counts are from those of a network (1:1:3) or of A3B2X9, relative."""
    return min(abs(a / b / p - 1) + abs(x / b / q - 1) for p, q in ((1, 3), (1.5, 4.5)))


def _move_alkali(sites: dict[str, dict[str, float]], charges: Mapping[str, float]) -> None:
    """Beside a trivalent metal, an alkali ion too many for the A site is the monovalent B metal."""
    a, b, x = (sum(sites[s].values()) for s in ("A", "B", "X"))
    trivalent = sum(amount for label, amount in sites["B"].items() if charges[label] == 3)
    for label in _SMALL_ALKALI:
        amount = sites["A"].get(label, 0.0)
        if not amount or amount == a or trivalent < _TRIVALENT_SHARE * (b + amount):
            continue
        if _misfit(a - amount, b + amount, x) < min(0.15, _misfit(a, b, x)):
            sites["B"][label] = sites["A"].pop(label)
            return


def _move_large_a(sites: dict[str, dict[str, float]], ions: Mapping[str, Ion]) -> None:
    """In a slab made of A-site ions only, the largest organic one separates the slabs."""
    metals, anions = sum(sites["B"].values()), sum(sites["X"].values())
    organic = [label for label in sites["A"] if ions[label].organic]
    if not organic or not metals or not 3.15 < anions / metals <= 4.05:
        return
    if abs(anions / metals - 4) < 0.05:
        moved = organic
    else:
        largest = max(organic, key=lambda label: ions[label].r_eff_pm or 0.0)
        if len(organic) == 1 or largest in NETWORK_FORMERS:
            return
        moved = [largest]
    for label in moved:
        sites["spacer"][label] = sites["A"].pop(label)
