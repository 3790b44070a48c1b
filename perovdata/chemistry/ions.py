"""The ions a halide perovskite is made of: organic cations, metals, halides and pseudohalides.

Organic abbreviations come from a closed table (``organic_cations.csv``), because element-based readers
misread nearly all of them silently (``BA`` becomes boron, ``FA`` fluorine). No other room and no heavy
library is needed here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from perovdata.files import tables_dir

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr "
    "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb "
    "Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf "
    "Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
)
ELEMENTS_BY_NUMBER: tuple[str, ...] = tuple(_SYMBOLS.split())  # hydrogen first
ELEMENTS = frozenset(ELEMENTS_BY_NUMBER)

# Oxidation states that occur in halides of this kind, the usual one first.
_A_METALS = {"Cs": (1,), "Rb": (1,), "K": (1,), "Na": (1,), "Li": (1,)}
_B_METALS = {
    "Pb": (2,), "Sn": (2, 4), "Ge": (2, 4), "Bi": (3,), "Sb": (3, 5), "Ag": (1,), "Cu": (1, 2), "In": (3, 1),
    "Tl": (1, 3), "Au": (1, 3), "Hg": (2,), "Cd": (2,), "Zn": (2,), "Mn": (2,), "Fe": (2, 3), "Co": (2,),
    "Ni": (2,), "Pd": (2, 4), "Pt": (2, 4), "Mg": (2,), "Ca": (2,), "Sr": (2,), "Ba": (2,), "Eu": (2, 3),
    "Yb": (2, 3), "Sm": (2, 3), "Te": (4,), "Se": (4,), "Ti": (4, 3), "Zr": (4,), "Hf": (4,), "V": (3, 2),
    "Cr": (3, 2), "Mo": (3, 4), "W": (4,), "Ru": (3, 4), "Os": (4,), "Rh": (3,), "Ir": (3, 4), "Re": (4,),
    "Al": (3,), "Ga": (3, 1), "Sc": (3,), "Y": (3,), "La": (3,), "Ce": (3, 4), "Pr": (3,), "Nd": (3,),
    "Gd": (3,), "Tb": (3,), "Dy": (3,), "Ho": (3,), "Er": (3,), "Tm": (3, 2), "Lu": (3,),
    "Nb": (5, 4), "Ta": (5,), "Si": (4,), "As": (3,),
}  # fmt: skip
_HALIDES = ("F", "Cl", "Br", "I")
# Pseudohalides, each spelling to the label under which it is counted and its atoms.
_PSEUDOHALIDES = {
    "SCN": ("SCN", {"S": 1, "C": 1, "N": 1}),
    "NCS": ("SCN", {"S": 1, "C": 1, "N": 1}),
    "OCN": ("OCN", {"O": 1, "C": 1, "N": 1}),
    "CN": ("CN", {"C": 1, "N": 1}),
    "BF4": ("BF4", {"B": 1, "F": 4}),
    "PF6": ("PF6", {"P": 1, "F": 6}),
    "HCOO": ("HCOO", {"H": 1, "C": 1, "O": 2}),
}

# Solvent molecules that a formula may carry after a middle dot, with their atoms.
SOLVATES = {
    "H2O": {"H": 2, "O": 1},
    "D2O": {"H": 2, "O": 1},  # deuterium is counted as hydrogen
    "DMSO": {"C": 2, "H": 6, "S": 1, "O": 1},
    "DMF": {"C": 3, "H": 7, "N": 1, "O": 1},
}

# Effective radius up to which an organic ion is taken for an A-site ion, pm: guanidinium (278) still shares
# the A site of alloys, tetramethylammonium (292) does not.
_LARGEST_A_RADIUS_PM = 280.0
# Without an effective radius in the table, but used on the A site of alloys.
_A_WITHOUT_RADIUS = frozenset({"ACE"})


@dataclass(frozen=True)
class Ion:
    """One ion.

    Parameters
    ----------
    label : str
        How the ion is named in `sites`: an element symbol, a pseudohalide or an abbreviation.
    site : {"A", "spacer", "B", "X"}
        Where it sits unless the stoichiometry says otherwise.
    charges : tuple of int
        Possible charges, the usual one first.
    atoms : mapping of str to int
        Elements of one ion.
    r_eff_pm : float or None
        Effective radius (organic ions only), pm.
    r_vol_pm, r_vdw_pm : float or None
        Radius of the volume-equal sphere and van-der-Waals estimate, pm.
    aromatic_rings : int
        Aromatic rings of the ion.
    flag : str
        Known trouble with the table row; a flagged ion is read only where the charges balance.
    """

    label: str
    site: str
    charges: tuple[int, ...]
    atoms: Mapping[str, int]
    r_eff_pm: float | None = None
    r_vol_pm: float | None = None
    r_vdw_pm: float | None = None
    aromatic_rings: int = 0
    flag: str = ""

    @property
    def organic(self) -> bool:
        """Whether the ion is molecular and sits on the A or the spacer site."""
        return self.site in ("A", "spacer") and sum(self.atoms.values()) > 1

    @property
    def doubtful(self) -> bool:
        """Whether the row's flag tells of trouble (a flag such as ``=GA in papers`` only names a synonym)."""
        return bool(self.flag) and not self.flag.startswith("=")


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _atoms(formula: str) -> dict[str, int]:
    """Elements of a table formula such as ``C8H12N+`` or ``C2H10N2+2``."""
    counts: dict[str, int] = {}
    for element, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula.split("+")[0]):
        counts[element] = counts.get(element, 0) + int(count or 1)
    return counts


@cache
def organic_cations() -> Mapping[str, Ion]:
    """The organic ions of the table, by abbreviation.

    Returns
    -------
    mapping of str to Ion
        Read-only. Ions whose row is kept for the record only (an element, a neutral molecule) are left out.

    Notes
    -----
    Abbreviations, formulas and SMILES come from the ion list of the NOMAD perovskite database; effective
    radii from 10.1021/acs.chemrev.8b00539 and 10.1021/acs.chemmater.9b05273, volume-based radii after
    Kieslich et al. (2014), 10.1039/C4SC02211D.
    """
    return MappingProxyType({ion.label: ion for ion, _ in _table_rows()})


@cache
def _table_rows() -> tuple[tuple[Ion, tuple[str, ...]], ...]:
    """Each organic ion of the table with the names that stand for it."""
    rows = []
    with open(tables_dir() / "organic_cations.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if not row["names"]:
                continue
            radius = _number(row["r_eff_pm"])
            small = radius is not None and radius <= _LARGEST_A_RADIUS_PM
            on_a = small or row["abbreviation"] in _A_WITHOUT_RADIUS
            ion = Ion(
                label=row["abbreviation"],
                site="A" if on_a else "spacer",
                charges=(int(row["charge"]),),
                atoms=MappingProxyType(_atoms(row["formula"])),
                r_eff_pm=radius,
                r_vol_pm=_number(row["r_vol_pm"]),
                r_vdw_pm=_number(row["r_vdw_estimate_pm"]),
                aromatic_rings=int(row["aromatic_rings"] or 0),
                flag=row["flag"],
            )
            rows.append((ion, tuple(row["names"].split(";"))))
    return tuple(rows)


@cache
def ions_by_name() -> Mapping[str, tuple[Ion, ...]]:
    """Every name that a formula may contain, with the ions it may stand for.

    Returns
    -------
    mapping of str to tuple of Ion
        Several ions only where the literature uses one abbreviation for ions of different charge or make.
    """
    names: dict[str, list[Ion]] = {}
    charges: tuple[int, ...]
    for element in ELEMENTS:
        if element in _A_METALS:
            site, charges = "A", _A_METALS[element]
        elif element in _B_METALS:
            site, charges = "B", _B_METALS[element]
        elif element in _HALIDES:
            site, charges = "X", (-1,)
        else:
            continue
        names[element] = [Ion(element, site, charges, MappingProxyType({element: 1}))]
    for spelling, (label, atoms) in _PSEUDOHALIDES.items():
        names[spelling] = [Ion(label, "X", (-1,), MappingProxyType(atoms))]
    for ion, spellings in _table_rows():
        for spelling in spellings:
            names.setdefault(spelling, []).append(ion)
    return MappingProxyType({name: tuple(ions) for name, ions in names.items()})


def atoms_of(label: str) -> Mapping[str, int]:
    """Elements of the ion with this label.

    Raises
    ------
    KeyError
        If no ion has the label.
    """
    cations = organic_cations()
    return cations[label].atoms if label in cations else ions_by_name()[label][0].atoms


@cache
def plain_name(label: str) -> str:
    """A name that stands for the ion with this label and for no other of the same charge.

    Most often the label itself; a few abbreviations (TBA, MBA, TA, AZ) are claimed by several ions, and one
    (PMA) is read as another ion than its row at the origin.
    """
    names = ions_by_name()
    ion = organic_cations().get(label)
    if ion is None:
        return label
    spellings = next(spellings for other, spellings in _table_rows() if other.label == label)
    candidates = (label, *spellings)
    return next((n for n in candidates if _is_plain(names[n], ion)), label)


def _is_plain(meanings: tuple[Ion, ...], ion: Ion) -> bool:
    return [other.label for other in meanings if other.charges == ion.charges] == [ion.label]
