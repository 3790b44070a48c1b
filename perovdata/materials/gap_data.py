"""The measured gaps: those of the database, and those that single papers report."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import FormulaError, Perovskite, parse
from perovdata.files import tables_dir
from perovdata.materials.gap_domain import chemical_system, family, fractions, outside


@dataclass(frozen=True)
class MeasuredGap:
    """One measured gap in eV, with the row that it stands in and its source (DOI or page)."""

    key: str
    perovskite: Perovskite
    value: float
    source: str


@dataclass(frozen=True)
class GapTable:
    """The gaps that models learn from, one row per value.

    Parameters
    ----------
    keys : tuple of str, length n
        Keys of the rows.
    X : ndarray, shape (n, 5)
        Site fractions.
    y : ndarray, shape (n,)
        Gaps in eV.
    composition, system, family : ndarray of str, shape (n,)
        Groups: the very composition, the ions on the three sites, the ions on the B and X sites.
    """

    keys: tuple[str, ...]
    X: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    composition: npt.NDArray[np.str_]
    system: npt.NDArray[np.str_]
    family: npt.NDArray[np.str_]

    def take(self, rows: npt.NDArray[np.bool_]) -> GapTable:
        """The rows of a mask."""
        keys = tuple(key for key, kept in zip(self.keys, rows, strict=True) if kept)
        return GapTable(
            keys, self.X[rows], self.y[rows], self.composition[rows], self.system[rows], self.family[rows]
        )


@cache
def measured_gaps() -> tuple[MeasuredGap, ...]:
    """Measured gaps of all compositions, flagged rows and calculated values left out."""
    found = []
    with open(tables_dir() / "bandgaps.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if not row["flag"]:
                gap = float(row["bandgap_eV"])
                found.append(MeasuredGap(row["bandgap_id"], parse(row["composition"]), gap, row["doi"]))
    with open(tables_dir() / "properties.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["property"] != "bandgap" or row["method"] != "measured":
                continue
            try:
                perovskite = parse(row["composition"])
            except FormulaError:  # amounts that the source leaves open
                continue
            source = row["doi"] or row["url"]
            found.append(MeasuredGap(row["property_id"], perovskite, float(row["value"]), source))
    return tuple(found)


@cache
def training_table() -> GapTable:
    """The measured gaps of the domain."""
    rows = [gap for gap in measured_gaps() if outside(gap.perovskite) is None]
    compositions = [gap.perovskite for gap in rows]
    return GapTable(
        keys=tuple(gap.key for gap in rows),
        X=fractions(compositions),
        y=np.array([gap.value for gap in rows]),
        composition=np.array([p.canonical for p in compositions]),
        system=np.array([chemical_system(p) for p in compositions]),
        family=np.array([family(p) for p in compositions]),
    )


@cache
def duplicate_scatter() -> npt.NDArray[np.float64]:
    """How far repeated measurements of one composition lie from their mean, in eV, sorted.

    Deviations are multiplied by sqrt(k / (k - 1)), k values per composition, so that they spread like those
    of single values around the true one. No model can be better than this.
    """
    table = training_table()
    out = []
    for name in np.unique(table.composition):
        values = table.y[table.composition == name]
        if len(values) > 1:
            out.append(np.abs(values - values.mean()) * np.sqrt(len(values) / (len(values) - 1)))
    return np.sort(np.concatenate(out))
