"""The compositions for which band gaps were learned, and their site fractions.

The model knows one class: perovskites ABX3 with A = Cs, MA, FA, B = Pb, Sn and X = I, Br, Cl. Elsewhere it
was useless when tried, so a composition outside gets no number but the reason.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite

#: Site fractions that describe a composition; those of MA, Pb and I follow.
FRACTIONS = ("Cs", "FA", "Sn", "Br", "Cl")
_SITES = {"A": ("Cs", "MA", "FA"), "B": ("Pb", "Sn"), "X": ("I", "Br", "Cl")}


def outside(perovskite: Perovskite) -> str | None:
    """Why a composition is outside the domain; None if it is inside.

    Dopants do not count: the gap is that of the host.
    """
    if perovskite.phases:
        return "a mixture of phases has no single gap"
    if perovskite.solvate:
        return "solvates were not learned"
    if perovskite.polymorph == "delta":
        return "the delta phase is not a perovskite"
    for site, learned in _SITES.items():
        strangers = sorted(set(getattr(perovskite, site)) - set(learned))
        if strangers:
            return f"{', '.join(strangers)} on the {site} site; learned were {', '.join(learned)} only"
    if perovskite.spacer:
        return f"{', '.join(perovskite.spacer)} beside or in place of the A site was not learned"
    if perovskite.prototype != "ABX3":
        return f"{perovskite.prototype or 'a formula whose charges do not add up'} is not ABX3"
    return None


def fractions(perovskites: Iterable[Perovskite]) -> npt.NDArray[np.float64]:
    """Site fractions of compositions of the domain, shape (n, 5), in the order of :data:`FRACTIONS`."""
    return np.array([_row(p) for p in perovskites], dtype=float).reshape(-1, len(FRACTIONS))


def _row(perovskite: Perovskite) -> list[float]:
    a, b, x = (sum(getattr(perovskite, site).values()) for site in ("A", "B", "X"))
    return [
        perovskite.A.get("Cs", 0.0) / a,
        perovskite.A.get("FA", 0.0) / a,
        perovskite.B.get("Sn", 0.0) / b,
        perovskite.X.get("Br", 0.0) / x,
        perovskite.X.get("Cl", 0.0) / x,
    ]


def family(perovskite: Perovskite) -> str:
    """Which B and X ions a composition holds, e.g. ``"Pb|Br,I"``."""
    return "|".join(",".join(sorted(getattr(perovskite, site))) for site in ("B", "X"))


def chemical_system(perovskite: Perovskite) -> str:
    """Which ions a composition holds on its three sites, e.g. ``"Cs,FA|Pb|Br,I"``."""
    return f"{','.join(sorted(perovskite.A))}|{family(perovskite)}"
