"""Reported material properties by composition: measured or missing, and always with the rule.

The table ``properties.csv`` holds what sources report. A value counts as measured only where its row says
so: calculated values differ from measured ones by up to an electronvolt and are never mixed in.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Literal

from perovdata.chemistry import FormulaError, Perovskite, parse
from perovdata.errors import unknown_choice
from perovdata.files import tables_dir

# The properties of a composition that bear on a synapse, for an overview; the band gap is predicted as well.
PROPERTIES_SHOWN = (
    "ion_migration_activation_energy",
    "exciton_binding_energy",
    "carrier_mobility",
    "dielectric_constant",
)


@dataclass(frozen=True)
class PropertyValue:
    """A property of one composition.

    Parameters
    ----------
    value : float
        Median of the measured values; NaN if missing.
    low, high : float
        Smallest and largest measured value.
    unit : str
        Unit of the three.
    n_sources : int
        Number of distinct sources behind the value.
    origin : {"measured", "missing"}
        Where the value comes from.
    rule : str
        How it was obtained, or why there is none.
    sources : tuple of str
        DOI, or page where there is none, of each source.
    """

    value: float
    low: float
    high: float
    unit: str
    n_sources: int
    origin: Literal["measured", "missing"]
    rule: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    value: float
    unit: str
    method: str
    source: str
    prototype: str | None


@cache
def _rows() -> dict[str, dict[tuple, list[_Row]]]:
    """Rows of the table by property and composition key; rows without a readable formula cannot be joined."""
    found: dict[str, dict[tuple, list[_Row]]] = {}
    with open(tables_dir() / "properties.csv", encoding="utf-8", newline="") as stream:
        for cells in csv.DictReader(stream):
            of_property = found.setdefault(cells["property"], {})
            try:
                perovskite = parse(cells["composition"])
            except FormulaError:
                continue
            source = cells["doi"] or cells["url"]
            row = _Row(float(cells["value"]), cells["unit"], cells["method"], source, perovskite.prototype)
            of_property.setdefault(perovskite.key, []).append(row)
    return found


def lookup_property(perovskite: Perovskite, name: str) -> PropertyValue:
    """Look a property up for a composition.

    Parameters
    ----------
    perovskite : Perovskite
        The composition. Dopants are not counted: the value is that of the host.
    name : str
        Property of the table, e.g. ``"bandgap"``, ``"ion_migration_activation_energy"``.

    Returns
    -------
    PropertyValue
        Measured values of the very composition where there are any, else missing. For the band gap, which
        can be predicted, see :func:`perovdata.materials.bandgap`.

    Raises
    ------
    perovdata.errors.InputError
        If the table has no such property.
    """
    table = _rows()
    if name not in table:
        raise unknown_choice("property", name, table)
    rows = table[name].get(_host_key(perovskite), [])
    measured = [row for row in rows if row.method == "measured"]
    host = "; of the undoped host" if perovskite.dopants else ""
    if measured:
        values = [row.value for row in measured]
        sources = _sources(measured)
        rule = f"median of {len(values)} measured value{'s' if len(values) > 1 else ''}{host}"
        return PropertyValue(
            median(values),
            min(values),
            max(values),
            measured[0].unit,
            len(sources),
            "measured",
            rule,
            sources,
        )
    return _missing(name, f"no measured value{', only calculated or quoted ones' if rows else ''}")


def class_median(perovskite: Perovskite, name: str) -> float:
    """Median of a property over the measured compositions of the same formula type.

    Parameters
    ----------
    perovskite : Perovskite
    name : str
        Property of the table.

    Returns
    -------
    float
        Median of the medians of the compositions; NaN where none of that type was measured. A class value
        stands in for a property that scatters more between methods than between compositions, such as the
        activation energy of ion migration.
    """
    medians = []
    for rows in _rows()[name].values():
        values = [row.value for row in rows if row.method == "measured" and row.prototype is not None]
        if values and rows[0].prototype == perovskite.prototype:
            medians.append(median(values))
    return median(medians) if medians else math.nan


def _host_key(perovskite: Perovskite) -> tuple:
    """Key of the composition without its dopants."""
    ratios, _dopants, *rest = perovskite.key
    return ratios, (), *rest


def _sources(rows: list[_Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.source for row in rows))


def _missing(name: str, rule: str) -> PropertyValue:
    unit = next((row.unit for rows in _rows()[name].values() for row in rows), "")
    return PropertyValue(math.nan, math.nan, math.nan, unit, 0, "missing", rule, ())
