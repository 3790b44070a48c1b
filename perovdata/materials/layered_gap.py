"""The optical gap of layered perovskites: the bulk gap plus the confinement in n octahedral layers.

``E(n) = E_bulk + a / (n + b)^2``: a particle in a box of n layers whose walls give way by b layers in all
(the textbook box has b = 0; a finite barrier lets the wave function leak out, which a longer box imitates).
The two parameters are fitted to the red edges of the measured spectra, two spacers and n = 1..5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite
from perovdata.materials.gap_domain import outside
from perovdata.materials.spectra import HC_EV_NM, Spectrum, measured_spectra, red_edge

_ALIEN_FACTOR = 2.0  # other metal or halide than in the spectra: no measurement bounds the error of the law
_STUDENT_90 = 1.895  # two-sided 90 %, 7 degrees of freedom: nine edges, two parameters


@dataclass(frozen=True)
class WellLaw:
    """The fitted law: `a` in eV, `b` in layers, and the 90 % half width in eV for a spacer not seen."""

    a: float
    b: float
    half_width: float

    def confinement(self, n: float) -> float:
        """Gap above that of the bulk, in eV."""
        return self.a / (n + self.b) ** 2


def layered_edges() -> list[tuple[Spectrum, float]]:
    """The spectra of layered compounds with the energy of their red edge in eV."""
    return [(s, HC_EV_NM / red_edge(s)) for s in measured_spectra() if s.perovskite.spacer]


@cache
def well_law(bulk: float) -> WellLaw:
    """Fit the law to the measured edges above a bulk gap in eV.

    The half width comes from the errors for one spacer of the law fitted to the other.
    """
    edges = layered_edges()
    n = np.array([float(s.perovskite.n or 0) for s, _ in edges])
    confinement = np.array([energy for _, energy in edges]) - bulk
    spacer = np.array(["".join(s.perovskite.spacer) for s, _ in edges])
    errors = []
    for name in np.unique(spacer):
        out = spacer == name
        a, b = fit_well(n[~out], confinement[~out])
        errors.append(a / (n[out] + b) ** 2 - confinement[out])
    spread = float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
    return WellLaw(*fit_well(n, confinement), _STUDENT_90 * spread)


def fit_well(n: npt.NDArray[np.float64], confinement: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Parameters a and b by least squares; 1/sqrt(E) is a straight line in n, which gives the start."""
    from scipy.optimize import least_squares

    slope, intercept = np.polyfit(n, confinement**-0.5, 1)
    start = slope**-2, intercept / slope
    found = least_squares(lambda p: p[0] / (n + p[1]) ** 2 - confinement, start)
    return float(found.x[0]), float(found.x[1])


def bulk_of(perovskite: Perovskite) -> tuple[Perovskite | None, str]:
    """The ABX3 that a layered compound turns into as n grows, or None with the reason.

    A single layer holds no A cation; MA stands in, as in the measured series.
    """
    if perovskite.n is None or not perovskite.spacer:
        return None, ""
    if any(perovskite.charges.get(label, 0) < 1 for label in perovskite.spacer):
        return None, "the spacer is no cation"
    metals = sum(perovskite.B.values())
    share = metals / sum(perovskite.A.values()) if perovskite.A else 1.0
    a_site = {label: amount * share for label, amount in perovskite.A.items()} or {"MA": metals}
    halides = sum(perovskite.X.values())
    bulk = perovskite.replaced(
        spacer={},
        A=a_site,
        X={label: 3 * metals * amount / halides for label, amount in perovskite.X.items()},
        charge=0.0,
        n=None,
        dimensionality="3D",
        prototype="ABX3",
        dopants={},
    )
    why = outside(bulk)
    return (bulk, "") if why is None else (None, why)


def alien(perovskite: Perovskite) -> list[str]:
    """What of a layered compound no spectrum of the law's series holds."""
    found = [label for label in (*perovskite.B, *perovskite.X) if label not in ("Pb", "I")]
    return found


def law_half_width(law: WellLaw, perovskite: Perovskite) -> float:
    """90 % half width of the law alone: doubled where metal or halide are not those of the spectra."""
    return law.half_width * (_ALIEN_FACTOR if alien(perovskite) else 1.0)
