"""The band gap of a composition: measured, predicted or missing, with an interval or the reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite
from perovdata.materials.gap_domain import fractions, outside
from perovdata.materials.gap_models import SHIPPED
from perovdata.materials.gap_store import gap_model, gap_store, key_of
from perovdata.materials.layered_gap import alien, bulk_of, law_half_width, layered_edges, well_law
from perovdata.materials.spectra import HC_EV_NM
from perovdata.quasirandom import Part, uniforms

_DATABASE = "10.1038/s41560-021-00941-3"


@dataclass(frozen=True)
class Gap:
    """A gap (or the wavelength that belongs to it) of one composition.

    Parameters
    ----------
    value, low, high : float
        Best value and 90 % interval for a measurement of it, in `unit`; NaN if missing.
    unit : {"eV", "nm"}
        Unit of the three.
    origin : {"measured", "predicted", "missing"}
        Where the value comes from.
    rule : str
        How it was obtained, or why there is none.
    sources : tuple of str
        DOI, or page where there is none, of what it rests on.
    in_domain : bool
        Whether the composition belongs to the class for which the skill was tested.
    """

    value: float
    low: float
    high: float
    unit: Literal["eV", "nm"]
    origin: Literal["measured", "predicted", "missing"]
    rule: str
    sources: tuple[str, ...]
    in_domain: bool

    def told(self, between: str = "to") -> tuple[str, str]:
        """Value and interval as people read them, each with its unit; "not known" and "" if missing."""
        if self.origin == "missing":
            return "not known", ""
        digits = 3 if self.unit == "eV" else 0
        low, high = (f"{end:.{digits}f}" for end in (self.low, self.high))
        return f"{self.value:.{digits}f} {self.unit}", f"{low} {between} {high} {self.unit}"


def bandgap(perovskite: Perovskite) -> Gap:
    """The optical band gap of a composition.

    Parameters
    ----------
    perovskite : Perovskite
        The composition. Dopants are not counted: the value is that of the host. Particles small enough for
        confinement have a wider gap than the material.

    Returns
    -------
    Gap
        In eV. Measured where a paper reports it or the database holds it at least twice; predicted for the
        other ABX3 with A = Cs, MA, FA, B = Pb, Sn, X = I, Br, Cl, and for layered compounds of these; else
        missing with the reason.
    """
    return bandgaps([perovskite])[0]


def bandgaps(perovskites: Sequence[Perovskite]) -> list[Gap]:
    """The optical band gaps of many compositions at once (see :func:`bandgap`)."""
    hosts = [p.replaced(dopants={}, formula=p.formula) if p.dopants else p for p in perovskites]
    found: list[Gap | None] = [_measured_gap(p) for p in hosts]
    bulk_at: dict[int, Perovskite] = {}
    for i, p in enumerate(hosts):
        if found[i] is not None:
            continue
        why = outside(p)
        bulk, why_bulk = (p, "") if why is None else bulk_of(p)
        if bulk is None:
            found[i] = _missing(why_bulk or why or "")
        else:
            bulk_at[i] = bulk
    mean, sd = _predicted(list(bulk_at.values()))
    for i, value, half in zip(bulk_at, mean.tolist(), sd.tolist(), strict=True):
        layered = bool(hosts[i].spacer)
        found[i] = _layered(hosts[i], value, half) if layered else _bulk(hosts[i], value, half)
    gaps = [gap for gap in found if gap is not None]
    return [_of_host(gap) if p.dopants else gap for p, gap in zip(perovskites, gaps, strict=True)]


def _predicted(bulk: list[Perovskite]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and 90 % half width of the bulk model, in eV."""
    if not bulk:
        return np.empty(0), np.empty(0)
    mean, sd = gap_model().predict(fractions(bulk))
    # Micro-electronvolts: further digits only show the order in which a machine adds.
    return np.round(mean, 6), np.round(gap_store().factor * sd, 6)


def _measured_gap(perovskite: Perovskite) -> Gap | None:
    """Median of the measured values, if they are enough to overrule the model.

    The interval is never narrower than the scatter between repeated measurements of one composition.
    """
    rows = gap_store().measured.get(key_of(perovskite), [])
    inside = outside(perovskite) is None
    if not rows or (inside and len(rows) == 1 and rows[0][1] == _DATABASE):
        return None
    values = [value for value, _ in rows]
    middle, floor = float(np.median(values)), gap_store().scatter
    count = f"{len(values)} measured values" if len(values) > 1 else "one measured value"
    return Gap(
        value=middle,
        low=min(*values, middle - floor),
        high=max(*values, middle + floor),
        unit="eV",
        origin="measured",
        rule=f"median of {count}; repeated measurements scatter by {floor:.2f} eV (90 %)",
        sources=tuple(dict.fromkeys(source for _, source in rows)),
        in_domain=inside or bulk_of(perovskite)[0] is not None,
    )


def _bulk(perovskite: Perovskite, value: float, half: float) -> Gap:
    own = len(gap_store().measured.get(key_of(perovskite), []))
    lone = "; a lone database value of this composition is among the training rows" if own else ""
    rule = f"{SHIPPED} on {len(gap_store().y)} measured gaps of ABX3{lone}"
    return Gap(value, value - half, value + half, "eV", "predicted", rule, (_DATABASE,), True)


def _layered(perovskite: Perovskite, bulk: float, bulk_half: float) -> Gap:
    law = well_law(float(_predicted([_reference()])[0][0]))
    value = bulk + law.confinement(float(perovskite.n or 1))
    half = math.hypot(bulk_half, law_half_width(law, perovskite))
    strange = alien(perovskite)
    far = f"; extrapolated: no spectrum of a layered compound with {', '.join(strange)}" if strange else ""
    rule = (
        f"gap of the bulk plus {law.a:.3g} eV / (n + {law.b:.2f})^2, fitted to {len(layered_edges())} red "
        f"edges of layered lead iodides{far}"
    )
    sources = (_DATABASE, *dict.fromkeys(s.doi for s, _ in layered_edges()))
    inside = not strange and (perovskite.n or 0) <= 5
    return Gap(value, value - half, value + half, "eV", "predicted", rule, sources, inside)


@cache
def _reference() -> Perovskite:
    """The bulk of the measured layered series, MAPbI3."""
    bulk, _ = bulk_of(layered_edges()[0][0].perovskite)
    assert bulk is not None
    return bulk


def _missing(rule: str) -> Gap:
    return Gap(math.nan, math.nan, math.nan, "eV", "missing", f"not measured, and {rule}", (), False)


def _of_host(gap: Gap) -> Gap:
    return Gap(**{**gap.__dict__, "rule": f"{gap.rule}; of the undoped host"})


def bandgap_draws(perovskite: Perovskite, n: int, seed: int, film: int = 0) -> npt.NDArray[np.float64]:
    """Draws of the band gap, in eV, shape (n,); NaN where it is missing.

    They deviate from the value as the model's held-out errors do, scaled so that 90 % fall into the interval.
    The draws of two films (0, 1 ... 15) of one pixel are independent.
    """
    gap = bandgap(perovskite)
    if gap.origin == "missing":
        return np.full(n, math.nan)
    store = gap_store()
    side = 2 * uniforms(Part.FILMS, n, seed)[:, 2 * film] - 1
    rank = np.minimum((np.abs(side) * len(store.errors)).astype(int), len(store.errors) - 1)
    deviation = np.array(store.errors)[rank] / store.factor
    return np.where(
        side < 0,
        gap.value - deviation * (gap.value - gap.low),
        gap.value + deviation * (gap.high - gap.value),
    )


def cutoff_wavelength(gap: Gap) -> Gap:
    """The longest wavelength that a gap absorbs, ``h c / E``, in nm."""
    value, low, high = (HC_EV_NM / e for e in (gap.value, gap.high, gap.low))
    rule = gap.rule if gap.origin == "missing" else "h c / band gap"
    return Gap(value, low, high, "nm", gap.origin, rule, gap.sources, gap.in_domain)


def optical_properties(perovskites: Sequence[Perovskite | None]) -> list[dict[str, Gap]]:
    """``bandgap`` and ``cutoff_wavelength`` of compositions, as the commands show them.

    Parameters
    ----------
    perovskites : sequence of Perovskite or None
        None where the formula leaves amounts open: both are then missing.
    """
    known = iter(bandgaps([p for p in perovskites if p is not None]))
    gaps = [_missing("the formula leaves amounts open") if p is None else next(known) for p in perovskites]
    return [{"bandgap": gap, "cutoff_wavelength": cutoff_wavelength(gap)} for gap in gaps]
