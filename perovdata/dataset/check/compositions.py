"""What the formula of a device tells, and whether the row agrees with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from perovdata.dataset.check.problems import Problem, Severity
from perovdata.dataset.check.rows import Entry, Sheets, number
from perovdata.dataset.schema.schema import known
from perovdata.errors import InputError

if TYPE_CHECKING:
    from perovdata.chemistry import Perovskite

_OPEN_AMOUNT = re.compile(r"(?<!D)[xyz]|n[-+−]\d|δ")  # Dy is the one element symbol that ends in one of them


def is_open(formula: str) -> bool:
    """Whether a formula leaves amounts open, as in ``CsPbBrxI3-x`` or ``(PEA)2(MA)n-1PbnI3n+1``."""
    return bool(_OPEN_AMOUNT.search(formula))


def parsed_composition(row: Mapping[str, str]) -> Perovskite:
    """Parse the formula of a device's row, with its number of layers where the formula leaves n open.

    Raises
    ------
    InputError
        If the formula cannot be read.
    """
    from perovdata.chemistry import parse

    formula, layers = row["composition"], number(row["n_layers"])
    if is_open(formula) and not math.isnan(layers) and layers == int(layers):
        return parse(formula, n=int(layers))
    return parse(formula)


def check_compositions(sheets: Sheets) -> Iterator[Problem]:
    """Formulas parse, and agree with the lead-free flag and the dimensionality."""
    for entry in sheets.each("devices"):
        if entry["composition"]:
            yield from _composition_problems(entry)


def _composition_problems(entry: Entry) -> Iterator[Problem]:
    formula = entry["composition"]
    try:
        parsed = parsed_composition(entry.row)
    except InputError as error:
        if is_open(formula):
            yield entry.warning(
                "composition",
                "amounts left open: cannot train a composition model",
                "a formula with numbers, if the source gives them",
            )
        else:
            yield entry.problem(
                "composition", f"does not parse ({error})", "a halide formula such as CsPbBr3 or (PEA)2PbI4"
            )
        return
    if entry["lead_free"] in ("true", "false") and (entry["lead_free"] == "true") != bool(parsed.lead_free):
        yield entry.problem("lead_free", f"{formula} says otherwise", str(bool(parsed.lead_free)).lower())
    stated, derived = entry["dimensionality"], parsed.dimensionality
    explained = "dimensionality" in entry["design_notes"]
    if derived and known(stated) and stated != derived and not explained:
        severity: Severity = "error" if {stated, derived} == {"2D", "3D"} else "warning"
        yield entry.problem(
            "dimensionality",
            f"{formula} by its stoichiometry is {derived}",
            f"{derived}, or a word on the dimensionality in design_notes",
            severity,
        )


def check_light(sheets: Sheets) -> Iterator[Problem]:
    """A photon of the stimulus has at least the energy of the band gap, as far as the gap is known.

    The shortest wavelength counts, against the lower end of the gap's interval. Below it the light is
    absorbed elsewhere (another layer, defects, two photons), or a number is wrong.
    """
    from perovdata.materials import bandgaps, cutoff_wavelength

    lit = [
        e for e in sheets.each("devices") if e["composition"] and not math.isnan(e.number("wavelength_nm"))
    ]
    read = [(entry, perovskite) for entry in lit if (perovskite := _readable(entry)) is not None]
    for (entry, _), gap in zip(read, bandgaps([p for _, p in read]), strict=True):
        longest = cutoff_wavelength(gap).high
        if entry.number("wavelength_nm") > longest:
            yield entry.warning(
                "wavelength_nm",
                f"photons below the band gap of {entry['composition']} ({gap.value:.2f} eV, {gap.origin}): "
                "something else absorbs",
                f"at most {longest:.0f} nm",
            )


def _readable(entry: Entry) -> Perovskite | None:
    try:
        return parsed_composition(entry.row)
    except InputError:
        return None  # found by check_compositions


def check_optics(sheets: Sheets) -> Iterator[Problem]:
    """Formulas of the optical tables parse, and no spectrum gives one wavelength twice."""
    from perovdata.chemistry import parse

    formulas = {e["composition"]: e for t in ("bandgaps", "absorption") for e in sheets.each(t)}
    for formula, entry in formulas.items():
        try:
            parse(formula)
        except InputError as error:
            yield entry.problem(
                "composition", f"does not parse ({error})", "a halide formula such as CsPbBr3 or (PEA)2PbI4"
            )
    seen: dict[tuple[str, str, float], int] = {}
    for entry in sheets.each("absorption"):
        key = entry["composition"], entry["doi"], entry.number("wavelength_nm")
        if key in seen:
            yield entry.problem(
                "wavelength_nm",
                f"same spectrum and wavelength as line {seen[key]}",
                "one row per spectrum and wavelength",
            )
        seen.setdefault(key, entry.line)
