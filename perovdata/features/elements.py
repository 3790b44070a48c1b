"""Statistics of element properties over a composition, as matminer's Magpie preset computes them.

The element tables are the ones that matminer ships (Magpie; Ward et al. 2016, 10.1038/npjcompumats.2016.28).
They are read from matminer's folder without importing its featurizers, whose import alone takes longer than
a prediction may; the tests hold the numbers against matminer's ``ElementProperty``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from perovdata.chemistry import ELEMENTS_BY_NUMBER

# Properties that tell the metals and halides of this field apart (Magpie table: name of the feature). The
# table of polarizabilities is left out: it gives bismuth 0.4 A^3, less than hydrogen.
ELEMENT_PROPERTIES: dict[str, str] = {
    "MendeleevNumber": "mendeleev_number",
    "AtomicWeight": "atomic_weight",
    "MeltingT": "melting_temperature",
    "Column": "column",
    "Row": "row",
    "CovalentRadius": "covalent_radius",
    "Electronegativity": "electronegativity",
    "NpValence": "p_electrons",
    "NUnfilled": "unfilled_states",
    "GSvolume_pa": "volume_per_atom",
    "FirstIonizationEnergy": "first_ionization_energy",
}
STATISTICS = ("mean", "range", "avg_dev")


@cache
def _table(name: str) -> dict[str, float]:
    """One Magpie table: element to value; elements without a value are left out."""
    spec = find_spec("matminer")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "utils" / "data_files" / "magpie_elementdata" / f"{name}.table"
    values = {}
    for element, line in zip(ELEMENTS_BY_NUMBER, path.read_text(encoding="utf-8").splitlines(), strict=False):
        try:
            values[element] = float(line)
        except ValueError:  # "Missing", "None", "NA"
            continue
    return values


def element_statistics(atoms: Mapping[str, float]) -> dict[str, float]:
    """Mean, range and average deviation of each element property.

    Parameters
    ----------
    atoms : mapping of str to float
        Amount of each element; fractions are welcome.

    Returns
    -------
    dict of str to float
        ``<property>_<statistic>``; NaN if an element has no value in the table, or if there are no atoms.
        ``avg_dev`` is the mean absolute deviation from the mean, weighted by amount.
    """
    total = sum(atoms.values())
    found: dict[str, float] = {}
    for table, label in ELEMENT_PROPERTIES.items():
        values = [_table(table).get(element, math.nan) for element in atoms]
        if not total or any(math.isnan(v) for v in values):
            found.update({f"{label}_{statistic}": math.nan for statistic in STATISTICS})
            continue
        shares = [amount / total for amount in atoms.values()]
        mean = sum(s * v for s, v in zip(shares, values, strict=True))
        found[f"{label}_mean"] = mean
        found[f"{label}_range"] = max(values) - min(values)
        found[f"{label}_avg_dev"] = sum(s * abs(v - mean) for s, v in zip(shares, values, strict=True))
    return found
