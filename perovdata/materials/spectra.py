"""The measured absorption spectra and their red edges."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import Perovskite, parse
from perovdata.files import tables_dir

#: h c in eV nm (CODATA 2018, exact constants).
HC_EV_NM = 1239.841984
_NOISE = 1e3  # 1/cm: below this the extinction coefficient is its own noise


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One measured spectrum.

    Parameters
    ----------
    perovskite : Perovskite
    wavelength : ndarray, shape (n,)
        In nm, rising.
    absorption : ndarray, shape (n,)
        Absorption coefficient in 1/cm.
    doi : str
        Paper that reports it.
    """

    perovskite: Perovskite
    wavelength: npt.NDArray[np.float64]
    absorption: npt.NDArray[np.float64]
    doi: str


@cache
def measured_spectra() -> tuple[Spectrum, ...]:
    """The spectra of the table ``absorption``, in its order."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with open(tables_dir() / "absorption.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            point = float(row["wavelength_nm"]), float(row["absorption_per_cm"])
            points.setdefault((row["composition"], row["doi"]), []).append(point)
    return tuple(
        Spectrum(parse(formula), np.array([w for w, _ in curve]), np.array([a for _, a in curve]), doi)
        for (formula, doi), curve in ((key, sorted(of_one)) for key, of_one in points.items())
    )


def red_edge(spectrum: Spectrum) -> float:
    """Where absorption ends towards the red: the wavelength at which its logarithm falls fastest, in nm.

    Free of any threshold but the noise of the spectra (1e3 1/cm), and so the same for strong and weak
    absorbers; on a grid of 10 nm it is known to within 5 nm.
    """
    logarithm = np.log(np.maximum(spectrum.absorption, _NOISE))
    steepest = int(np.argmin(np.diff(logarithm) / np.diff(spectrum.wavelength)))
    return float(spectrum.wavelength[steepest : steepest + 2].mean())
