"""Films: what the composition says of the light that a device absorbs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite, parse
from perovdata.devices import FIELDS, GRID_NM, SynapseParameters
from perovdata.errors import InputError
from perovdata.materials import absorption, absorption_draws, bandgap, bandgap_draws

__all__ = ["HALIDE_SERIES", "parsed_layers", "with_film", "with_layers"]

#: The halide series of the three common A cations, from the widest gap to the narrowest.
HALIDE_SERIES = tuple(
    f"{cation}Pb{halide}"
    for cation in ("Cs", "MA", "FA")
    for halide in ("Cl3", "(Cl0.5Br0.5)3", "Br3", "(Br0.5I0.5)3", "I3")
)
_PER_CM = 100.0  # 1/m


def with_film(
    parameters: SynapseParameters,
    perovskite: Perovskite,
    *,
    thickness_nm: float | None = None,
    known_gap: float | None = None,
    seed: int = 0,
    level: float = 0.9,
) -> tuple[SynapseParameters, dict[str, dict[str, Any]], dict[str, Any]]:
    """Give parameter sets the gap and the absorption spectrum of their composition.

    Parameters
    ----------
    parameters : SynapseParameters
        P sets.
    perovskite : Perovskite
    thickness_nm : float, optional
        Default: the neutral value of ``film_thickness``.
    known_gap : float, optional
        Measured on this device, eV: takes the place of the composition's.
    seed : int
        Of the draws of gap and spectrum.
    level : float
        Of the intervals in the rows.

    Returns
    -------
    parameters : SynapseParameters
        Unchanged where neither gap nor spectrum is known.
    rows : dict
        ``bandgap`` and ``film_thickness`` as in the table of a :class:`~perovdata.studies.Source`.
    film : dict
        ``composition, absorption`` (measured, predicted or missing), ``rule, sources`` for the result.
    """
    found, gap = absorption(perovskite, GRID_NM), bandgap(perovskite)
    film = {
        "composition": perovskite.formula,
        "absorption": found.origin,
        "rule": found.rule,
        "sources": list(found.sources),
    }
    gaps = _gaps(perovskite, known_gap, parameters.n_sets, seed)
    spectra = absorption_draws(perovskite, GRID_NM, gaps, seed)
    known = np.isfinite(gaps).all()
    if spectra is None and not known:
        return parameters, {}, film
    changed: dict[str, Any] = {} if spectra is None else {"absorption": spectra * _PER_CM}
    rows = {}
    if known:
        changed["bandgap"] = gaps
        if known_gap is not None:
            rows["bandgap"] = _row("bandgap", gaps, "measured", "bandgap of this device", level)
        else:
            rows["bandgap"] = _row("bandgap", gaps, gap.origin, f"of the composition: {gap.rule}", level)
    thickness = FIELDS["film_thickness"].neutral if thickness_nm is None else thickness_nm * 1e-9
    changed["film_thickness"] = thickness
    stated = ("assumed", "no thickness stated") if thickness_nm is None else ("measured", "of the design")
    rows["film_thickness"] = _row("film_thickness", np.array([thickness]), *stated, level)
    return parameters.replace(**changed), rows, film


def parsed_layers(task: str, layers: str | Sequence[str]) -> list[Perovskite]:
    """Compositions of the films of a pixel, the one that the light meets first at the front.

    Raises
    ------
    InputError
        For another task than colour, fewer than two films, a composition whose absorption is unknown.
    """
    formulas = [f.strip() for f in (layers.split(",") if isinstance(layers, str) else layers)]
    if task != "colour":
        raise InputError(f"layers: task {task} has pixels of one film; several are accepted in task colour")
    if len(formulas) < 2:
        raise InputError(f"layers: '{','.join(formulas)}' is not two or more compositions, comma between")
    perovskites = [parse(formula) for formula in formulas]
    for perovskite in perovskites:
        found = absorption(perovskite, GRID_NM)
        if found.origin == "missing":
            raise InputError(f"layers: the absorption of {perovskite.formula} is unknown: {found.rule}")
    return perovskites


def with_layers(
    parameters: SynapseParameters,
    perovskites: Sequence[Perovskite],
    *,
    thickness_nm: float | None = None,
    seed: int = 0,
) -> SynapseParameters:
    """Give every parameter set K films, one device each; they differ in nothing but the light they absorb."""
    spectra = []
    for index, perovskite in enumerate(perovskites):
        own_seed = seed + index  # films of one pixel vary independently
        gaps = bandgap_draws(perovskite, parameters.n_sets, own_seed)
        drawn = absorption_draws(perovskite, GRID_NM, gaps, own_seed)
        assert drawn is not None  # parsed_layers refused it
        spectra.append(drawn)
    thickness = FIELDS["film_thickness"].neutral if thickness_nm is None else thickness_nm * 1e-9
    return parameters.replace(absorption=np.stack(spectra, axis=1) * _PER_CM, film_thickness=thickness)


def _gaps(
    perovskite: Perovskite, known_gap: float | None, n_draws: int, seed: int
) -> npt.NDArray[np.float64]:
    return bandgap_draws(perovskite, n_draws, seed) if known_gap is None else np.full(n_draws, known_gap)


def _row(
    name: str, values: npt.NDArray[np.float64], origin: str, detail: str, level: float
) -> dict[str, Any]:
    tails = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return {
        "unit": FIELDS[name].unit,
        "median": float(np.median(values)),
        "interval": [float(q) for q in tails],
        "origin": origin,
        "metric": name if name == "bandgap" else None,
        "detail": detail,
    }
