"""How well a fit knows its parameters: a joint normal on transformed scales, from which draws are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from perovdata.checks import check_counts, check_seed
from perovdata.devices.fields import FIELDS
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.renamed import current_name
from perovdata.errors import InputError, unknown_choice
from perovdata.quasirandom import Part, choose, normals

#: Scale on which a field is taken as normal.
SCALES = ("linear", "log")
_LARGEST_STEP = 600.0  # of a logarithm: beyond every range of a field, within a double


@dataclass(frozen=True)
class Uncertainty:
    """Joint normal uncertainty of some fields.

    Parameters
    ----------
    fields : tuple of str
        K fields of :data:`~perovdata.devices.FIELDS`.
    scales : tuple of str
        "linear" or "log" (natural logarithm of the field is normal) for each.
    covariance : ndarray, shape (K, K)
        On these scales.
    """

    fields: tuple[str, ...]
    scales: tuple[str, ...]
    covariance: np.ndarray

    def draws(self, nominal: SynapseParameters, n: int, seed: int = 0) -> SynapseParameters:
        """Draw n parameter sets around the first nominal set.

        Draws beyond a field's physical range are set to its end (a fit at the edge of the possible); one with
        ``g_min >= g_max`` is passed over for the next of its scrambling.
        """
        check_counts(draws=n)
        check_seed(seed)
        base = {name: float(column[0]) for name, column in nominal.as_dict().items()}
        size, chosen = n, None
        while chosen is None:
            draws = self._around(base, size, seed)
            chosen = choose(draws["g_min"] < draws["g_max"], n)
            size *= 2
        return SynapseParameters.make(**{name: column[chosen] for name, column in draws.items()})

    def _around(self, base: Mapping[str, float], n: int, seed: int) -> dict[str, np.ndarray]:
        """Columns of all fields, shape (n,) each."""
        draws = {name: np.full(n, value) for name, value in base.items()}
        steps = normals(Part.DEVICE, n, seed, self.covariance)
        for name, scale, step in zip(self.fields, self.scales, steps.T, strict=True):
            value = (
                base[name] * np.exp(np.minimum(step, _LARGEST_STEP)) if scale == "log" else base[name] + step
            )
            draws[name] = np.clip(value, FIELDS[name].low, FIELDS[name].high)
        return draws

    def to_dict(self) -> dict[str, Any]:
        """Plain form for a device file."""
        return {
            "fields": list(self.fields),
            "scales": list(self.scales),
            "covariance": [[float(v) for v in row] for row in self.covariance],
        }

    @classmethod
    def from_dict(cls, block: Mapping[str, Any]) -> Uncertainty:
        """Read the plain form; InputError names what is wrong."""
        if not isinstance(block, Mapping) or set(block) != {"fields", "scales", "covariance"}:
            raise InputError("uncertainty: a mapping of fields, scales and covariance is expected")
        for key in ("fields", "scales"):
            if not isinstance(block[key], list) or not all(isinstance(item, str) for item in block[key]):
                raise InputError(f"uncertainty, {key}: '{str(block[key])[:40]}' is not a list of names")
        fields, scales = tuple(map(current_name, block["fields"])), tuple(block["scales"])
        if not fields or len(set(fields)) < len(fields):
            raise InputError("uncertainty, fields: at least one field, each once, is expected")
        for name in fields:
            if name not in FIELDS:
                raise unknown_choice("uncertainty, field", name, FIELDS)
        for scale in scales:
            if scale not in SCALES:
                raise unknown_choice("uncertainty, scale", scale, SCALES)
        try:
            covariance = np.array(block["covariance"], dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise InputError("uncertainty, covariance: not a table of numbers") from None
        k = len(fields)
        if covariance.shape != (k, k) or len(scales) != k or not np.isfinite(covariance).all():
            raise InputError(
                f"uncertainty: {k} fields need {k} scales and a {k} x {k} covariance of finite numbers"
            )
        if not np.allclose(covariance, covariance.T, rtol=1e-4) or np.linalg.eigvalsh(
            covariance
        ).min() < -1e-6 * max(np.abs(covariance).max(), 1e-300):
            raise InputError("uncertainty, covariance: not symmetric and positive semi-definite")
        return cls(fields, scales, covariance)
