"""Films: what the composition says of the light that a device absorbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from perovdata.chemistry import FormulaError, Perovskite, parse
from perovdata.devices import FIELDS, GRID_NM, SynapseParameters
from perovdata.errors import InputError
from perovdata.materials import absorption, absorption_draws, bandgap, bandgap_draws
from perovdata.quasirandom import Part
from perovdata.routing import Origin, Routed

#: The halide series of the three common A cations, from the widest gap to the narrowest.
HALIDE_SERIES = tuple(
    f"{cation}Pb{halide}"
    for cation in ("Cs", "MA", "FA")
    for halide in ("Cl3", "(Cl0.5Br0.5)3", "Br3", "(Br0.5I0.5)3", "I3")
)
_PER_CM = 100.0  # 1/m
_MOST_FILMS = Part.FILMS.value[1] // 2  # that are drawn independently


def with_film(routed: Routed, perovskite: Perovskite, thickness_nm: float | None, seed: int) -> Routed:
    """Give parameter sets the gap and the absorption spectrum of their composition.

    Parameters
    ----------
    routed : Routed
        A gap that was measured on the device itself stays; one of a population does not.
    perovskite : Perovskite
    thickness_nm : float or None
        None (or NaN): not stated, the neutral value of ``film_thickness``.
    seed : int
        Of the draws of gap and spectrum.

    Returns
    -------
    Routed
        With ``bandgap``, ``film_thickness`` and the spectrum; unchanged where the composition tells neither
        gap nor spectrum.
    """
    own = routed.origins.get("bandgap")
    is_own = own is not None and own.kind == "measured"
    n_sets = routed.parameters.n_sets
    gaps = np.asarray(routed.parameters.bandgap) if is_own else bandgap_draws(perovskite, n_sets, seed)
    spectra = absorption_draws(perovskite, GRID_NM, gaps, seed)
    known = bool(np.isfinite(gaps).all())
    if spectra is None and not known:
        return routed
    origins = dict(routed.origins)
    fields: dict[str, Any] = {}
    if known:
        fields["bandgap"] = gaps
    if known and not is_own:
        gap = bandgap(perovskite)
        detail = f"of the composition, {gap.rule}"
        origins["bandgap"] = Origin("measured" if gap.origin == "measured" else "predicted", detail)
    if spectra is not None:
        fields["absorption"] = spectra * _PER_CM
    fields["film_thickness"], origins["film_thickness"] = _thickness(thickness_nm)
    return Routed(routed.parameters.replace(**fields), origins)


def film_facts(perovskite: Perovskite) -> dict[str, Any]:
    """Where the absorption of a composition comes from: ``composition, absorption, rule, sources``."""
    found = absorption(perovskite, GRID_NM)
    return {
        "composition": perovskite.formula,
        "absorption": found.origin,
        "rule": found.rule,
        "sources": list(found.sources),
    }


def _thickness(thickness_nm: float | None) -> tuple[float, Origin]:
    if thickness_nm is None or np.isnan(thickness_nm):
        return FIELDS["film_thickness"].neutral, Origin("assumed", "no thickness stated")
    return float(thickness_nm) * 1e-9, Origin("measured", "thickness_nm of the design")


def films_of_pixel(
    task: str, layers: str | Sequence[str] | None, design: Mapping[str, Any]
) -> tuple[list[Perovskite], dict[str, Any]]:
    """Compositions of the films of a colour pixel, and the design without them.

    Parameters
    ----------
    task : str
    layers : str (commas between) or sequence of str, or None
        The film that the light meets first at the front.
    design : mapping
        In task colour its ``stack`` may name the films instead: formulas with commas between. Any other
        stack is that of the device, as everywhere.

    Returns
    -------
    films : list of Perovskite
        Empty: pixels of one film.
    design : dict

    Raises
    ------
    InputError
        For another task than colour, fewer than two films or too many, a composition whose absorption is
        unknown.
    """
    design = dict(design)
    stack = design.get("stack")
    if task == "colour" and stack is not None and "," in stack and _are_formulas(stack):
        if layers is not None:
            raise InputError(f"layers: '{layers}' and the stack '{stack}' both name films; give one of them")
        layers = design.pop("stack")
    if layers is None:
        return [], design
    formulas = [f.strip() for f in (layers.split(",") if isinstance(layers, str) else layers)]
    if task != "colour":
        raise InputError(f"layers: task {task} has pixels of one film; several are accepted in task colour")
    if len(formulas) < 2:
        raise InputError(f"layers: '{','.join(formulas)}' is not two or more compositions, comma between")
    if len(formulas) > _MOST_FILMS:
        raise InputError(f"layers: {len(formulas)} films; accepted are at most {_MOST_FILMS}")
    films = [parse(formula) for formula in formulas]
    for film in films:
        found = absorption(film, GRID_NM)
        if found.origin == "missing":
            raise InputError(f"layers: the absorption of {film.formula} is unknown: {found.rule}")
    return films, design


def _are_formulas(text: str) -> bool:
    try:
        return all(parse(part.strip()) for part in text.split(","))
    except FormulaError:
        return False


def with_layers(
    parameters: SynapseParameters,
    perovskites: Sequence[Perovskite],
    thickness_nm: float | None,
    seed: int,
) -> SynapseParameters:
    """Give every parameter set K films, one device each; they differ in nothing but the light they absorb."""
    spectra = []
    for film, perovskite in enumerate(perovskites):
        gaps = bandgap_draws(perovskite, parameters.n_sets, seed, film)
        drawn = absorption_draws(perovskite, GRID_NM, gaps, seed, film)
        assert drawn is not None  # films_of_pixel refused it
        spectra.append(drawn)
    thickness, _ = _thickness(thickness_nm)
    return parameters.replace(absorption=np.stack(spectra, axis=1) * _PER_CM, film_thickness=thickness)
