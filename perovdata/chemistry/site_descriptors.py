"""Numbers that follow from a composition: sizes, tolerance factors, mixing, spacer.

One radius set throughout: Shannon's effective ionic radii (1976, 10.1107/S0567739476001551), as tabulated
in pymatgen, six-fold for B and X and twelve-fold for inorganic A ions, and for organic A ions the effective
radii compiled in 10.1021/acs.chemrev.8b00539, which were derived to go with Shannon's halide radii. Sn2+,
which Shannon does not list, is taken from the same compilation (110 pm). Volume-based radii of organic ions
(Kieslich et al. 2014, 10.1039/C4SC02211D) differ by up to 14 pm and are not mixed in.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from perovdata.chemistry.ions import Ion, atoms_of, organic_cations
from perovdata.chemistry.perovskite import Perovskite

# name: unit and meaning, in the order of the output
DESCRIPTORS: dict[str, str] = {
    "tolerance_factor": "1; Goldschmidt's t of the A, B and X sites",
    "octahedral_factor": "1; rB/rX",
    "tau": "1; Bartel's tau, perovskite below 4.18 (does not reject large cations: read it with t)",
    "a_radius_pm": "pm; mean effective radius on the A site",
    "b_radius_pm": "pm; mean radius on the B site",
    "x_radius_pm": "pm; mean radius on the X site",
    "b_radius_spread_pm": "pm; standard deviation of the radius on the B site",
    "b_charge": "1; mean charge on the B site",
    "b_electronegativity": "Pauling; mean on the B site",
    "x_electronegativity": "Pauling; mean on the X site (halides only)",
    "electronegativity_difference": "Pauling; X minus B",
    "x_per_b": "1; anions per B ion: 3 for a network, 4 for single layers, 6 for isolated octahedra",
    "iodide_fraction": "1; share of the X site",
    "bromide_fraction": "1; share of the X site",
    "chloride_fraction": "1; share of the X site",
    "pseudohalide_fraction": "1; share of the X site",
    "lead_fraction": "1; share of the B site",
    "tin_fraction": "1; share of the B site",
    "bismuth_fraction": "1; share of the B site",
    "antimony_fraction": "1; share of the B site",
    "copper_fraction": "1; share of the B site",
    "silver_fraction": "1; share of the B site",
    "cesium_fraction": "1; share of the A site",
    "methylammonium_fraction": "1; share of the A site",
    "formamidinium_fraction": "1; share of the A site",
    "a_mixing_entropy": "kB per site; ideal mixing on the A site",
    "b_mixing_entropy": "kB per site; ideal mixing on the B site",
    "x_mixing_entropy": "kB per site; ideal mixing on the X site",
    "organic_fraction": "1; share of organic ions among spacer and A cations",
    "n": "1; layers per slab",
    "inv_n": "1; 1/n, 0 for a 3D network",
    "spacer_charge": "1; mean charge of the spacer",
    "spacer_radius_pm": "pm; mean van-der-Waals estimate of the spacer",
    "spacer_volume_A3": "A^3; volume of a sphere of that radius",
    "spacer_aromaticity": "1; mean number of aromatic rings of the spacer",
    "spacer_carbon_atoms": "1; mean number of carbon atoms of the spacer",
    "dopant_count": "1; dopant elements named",
}

_SN2_RADIUS_PM = 110.0
_CAGED = ("ABX3", "A2BB'X6", "A2BX6", "A3B2X9", "A'A(n-1)BnX(3n+1)")  # A ions sit in a cage of octahedra
_PSEUDOHALIDES = ("SCN", "OCN", "CN", "BF4", "PF6", "HCOO")


def goldschmidt_factor(r_a: float, r_b: float, r_x: float) -> float:
    """Tolerance factor ``t = (rA + rX) / (sqrt(2) (rB + rX))``.

    Parameters
    ----------
    r_a, r_b, r_x : float
        Ionic radii, one unit for all.

    Returns
    -------
    float

    References
    ----------
    Goldschmidt (1926), 10.1007/BF01507527; for organic A ions Kieslich et al. (2014), 10.1039/C4SC02211D.
    """
    return (r_a + r_x) / (math.sqrt(2) * (r_b + r_x))


def bartel_tau(r_a: float, r_b: float, r_x: float, a_charge: float = 1.0) -> float:
    """Bartel's ``tau = rX/rB - nA (nA - (rA/rB) / ln(rA/rB))``; below 4.18 a perovskite is expected.

    Parameters
    ----------
    r_a, r_b, r_x : float
        Ionic radii, one unit for all.
    a_charge : float
        Oxidation state of A.

    Returns
    -------
    float
        NaN unless ``rA > rB``.

    References
    ----------
    Bartel et al. (2019), 10.1126/sciadv.aav0693.
    """
    if not r_a > r_b:
        return math.nan
    ratio = r_a / r_b
    return r_x / r_b - a_charge * (a_charge - ratio / math.log(ratio))


def descriptors(perovskite: Perovskite) -> dict[str, float]:
    """All descriptors of a composition.

    Parameters
    ----------
    perovskite : Perovskite

    Returns
    -------
    dict of str to float
        Keys, units and meanings as in :data:`DESCRIPTORS`; NaN where a descriptor is not defined (no A site
        in a cage, an ion without a radius, no spacer) or not known.
    """
    p = perovskite
    a, b, x, spacer = p.A, p.B, p.X, p.spacer
    r_a = _mean(a, lambda k: _a_radius(k, p.charges[k]))
    r_b = _mean(b, lambda k: _b_radius(k, p.charges[k]))
    r_x = _mean(x, _x_radius)
    a_share, b_share, x_share = _shares(a), _shares(b), _shares(x)
    chi_b, chi_x = _mean(b, _electronegativity), _mean(x, _electronegativity)
    caged = p.prototype in _CAGED
    return {
        "tolerance_factor": goldschmidt_factor(r_a, r_b, r_x) if caged else math.nan,
        "octahedral_factor": r_b / r_x,
        "tau": bartel_tau(r_a, r_b, r_x, _mean(a, p.charges.__getitem__)) if caged else math.nan,
        "a_radius_pm": r_a,
        "b_radius_pm": r_b,
        "x_radius_pm": r_x,
        "b_radius_spread_pm": _spread(b, lambda k: _b_radius(k, p.charges[k])),
        "b_charge": _mean(b, p.charges.__getitem__),
        "b_electronegativity": chi_b,
        "x_electronegativity": chi_x,
        "electronegativity_difference": chi_x - chi_b,
        "x_per_b": sum(x.values()) / sum(b.values()),
        "iodide_fraction": x_share("I"),
        "bromide_fraction": x_share("Br"),
        "chloride_fraction": x_share("Cl"),
        "pseudohalide_fraction": sum(map(x_share, _PSEUDOHALIDES)),
        "lead_fraction": b_share("Pb"),
        "tin_fraction": b_share("Sn"),
        "bismuth_fraction": b_share("Bi"),
        "antimony_fraction": b_share("Sb"),
        "copper_fraction": b_share("Cu"),
        "silver_fraction": b_share("Ag"),
        "cesium_fraction": a_share("Cs"),
        "methylammonium_fraction": a_share("MA"),
        "formamidinium_fraction": a_share("FA"),
        "a_mixing_entropy": _mixing_entropy(a),
        "b_mixing_entropy": _mixing_entropy(b),
        "x_mixing_entropy": _mixing_entropy(x),
        "organic_fraction": _organic_fraction(p),
        "n": math.nan if p.n is None else float(p.n),
        "inv_n": 0.0 if p.dimensionality == "3D" else math.nan if p.n is None else 1.0 / p.n,
        "spacer_charge": _mean(spacer, p.charges.__getitem__),
        "spacer_radius_pm": _mean(spacer, _spacer_radius),
        "spacer_volume_A3": _mean(spacer, lambda k: 4 / 3 * math.pi * (_spacer_radius(k) / 100) ** 3),
        "spacer_aromaticity": _mean(spacer, lambda k: float(organic_cations()[k].aromatic_rings)),
        "spacer_carbon_atoms": _mean(spacer, lambda k: float(atoms_of(k).get("C", 0))),
        "dopant_count": float(len(p.dopants)),
    }


def undefined_descriptors(perovskite: Perovskite, values: Mapping[str, float]) -> dict[str, str]:
    """Why each descriptor that is NaN has no value.

    Parameters
    ----------
    perovskite : Perovskite
    values : mapping of str to float
        Result of :func:`descriptors`.

    Returns
    -------
    dict of str to str
        Name of the descriptor to reason.
    """
    p = perovskite
    reasons = {}
    for name in (name for name, value in values.items() if math.isnan(value)):
        if name.startswith("spacer"):
            reasons[name] = "no radius of the spacer is known" if p.spacer else "no spacer cation"
        elif name in ("n", "inv_n"):
            reasons[name] = "the formula has no layer number"
        elif name in ("tolerance_factor", "tau") and p.prototype not in _CAGED:
            reasons[name] = "no A ion in a cage of octahedra in this formula type"
        elif name.startswith(("a_", "cesium", "methyl", "formamid")) and not p.A:
            reasons[name] = "no A-site cation"
        elif name == "organic_fraction":
            reasons[name] = "no A-site or spacer cation"
        else:
            reasons[name] = f"not tabulated for {', '.join(_without_data(p, name)) or 'these ions'}"
    return reasons


def _without_data(p: Perovskite, name: str) -> list[str]:
    """Ions whose missing radius or electronegativity leaves a descriptor undefined."""
    if "electronegativity" in name:
        return [label for label in (*p.B, *p.X) if math.isnan(_electronegativity(label))]
    return [
        *(label for label in p.A if math.isnan(_a_radius(label, p.charges[label]))),
        *(label for label in p.B if math.isnan(_b_radius(label, p.charges[label]))),
        *(label for label in p.X if math.isnan(_x_radius(label))),
    ]


def _mean(site: Mapping[str, float], value: Callable[[str], float]) -> float:
    """Mean of a property over a site, weighted by amount; NaN for an empty site or an unknown ion."""
    total = sum(site.values())
    return sum([amount * value(label) for label, amount in site.items()]) / total if total else math.nan


def _spread(site: Mapping[str, float], value: Callable[[str], float]) -> float:
    mean = _mean(site, value)
    return math.sqrt(max(0.0, _mean(site, lambda label: (value(label) - mean) ** 2)))


def _shares(site: Mapping[str, float]) -> Callable[[str], float]:
    """The share of each ion of a site; NaN for an empty site."""
    total = sum(site.values())
    if not total:
        return lambda label: math.nan
    shares = {label: amount / total for label, amount in site.items()}
    return lambda label: shares.get(label, 0.0)


def _mixing_entropy(site: Mapping[str, float]) -> float:
    """Entropy of ideal mixing, in units of kB per site; 0 for a pure site, NaN for an empty one."""
    total = sum(site.values())
    if not total:
        return math.nan
    return max(0.0, -sum(v / total * math.log(v / total) for v in site.values() if v > 0))


def _organic_fraction(p: Perovskite) -> float:
    cations = {**p.A, **p.spacer}
    total = sum(cations.values())
    organic = sum(amount for label, amount in cations.items() if label in organic_cations())
    return organic / total if total else math.nan


@cache
def _pymatgen_table() -> dict[str, dict[str, Any]]:
    """pymatgen's data of the elements, from its file: importing pymatgen takes longer than a prediction."""
    spec = find_spec("pymatgen")
    assert spec is not None
    for place in spec.submodule_search_locations or ():
        for path in Path(place, "core").glob("periodic_table.json*"):
            raw = path.read_bytes()
            return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    raise FileNotFoundError("pymatgen's periodic_table.json is not where it was")


@cache
def _shannon(element: str, charge: int, coordination: str) -> float:
    """Shannon's effective ionic radius in pm; high spin where there is a choice; NaN if not listed."""
    entries = _pymatgen_table()[element].get("Shannon radii", {}).get(str(charge), {}).get(coordination, {})
    if not entries:
        return math.nan
    spin = "High Spin" if "High Spin" in entries else next(iter(entries))
    return round(100 * entries[spin]["ionic_radius"], 6)


def _a_radius(label: str, charge: float) -> float:
    ion: Ion | None = organic_cations().get(label)
    if ion is not None:
        return math.nan if ion.r_eff_pm is None else ion.r_eff_pm
    return _shannon(label, round(charge), "XII")


def _b_radius(label: str, charge: float) -> float:
    if charge != round(charge):  # two states side by side
        low, high = math.floor(charge), math.ceil(charge)
        return (high - charge) * _b_radius(label, low) + (charge - low) * _b_radius(label, high)
    if (label, charge) == ("Sn", 2):
        return _SN2_RADIUS_PM
    return _shannon(label, round(charge), "VI")


def _x_radius(label: str) -> float:
    return math.nan if label in _PSEUDOHALIDES else _shannon(label, -1, "VI")


def _spacer_radius(label: str) -> float:
    radius = organic_cations()[label].r_vdw_pm
    return math.nan if radius is None else radius


@cache
def _electronegativity(label: str) -> float:
    """Pauling electronegativity, from pymatgen's table; NaN for a pseudohalide."""
    if label in _PSEUDOHALIDES:
        return math.nan
    return float(_pymatgen_table()[label]["X"])
