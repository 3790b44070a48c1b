"""What a fit found, and how it leaves: JSON, device file, draws, figure, rows for the tables."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from perovdata.devices import DeviceFile, SynapseParameters, dump_device, with_former_names
from perovdata.files import write_atomic
from perovdata.fitting.estimate import Curve, Estimate
from perovdata.fitting.table_rows import record


@dataclass(frozen=True)
class FitResult:
    """Result of fitting one file.

    Parameters
    ----------
    kind : str
        "pd", "ppf", "decay", "jump" or "iv-endurance".
    law : str
        Law whose parameters are given.
    parameters : dict of str to Estimate
        Fields of the device file and further quantities, SI units.
    level : float
        Of the confidence intervals.
    r2, aicc : float
        Of the law on all readings.
    n_points : int
        Readings used.
    device : DeviceFile
        Ready for ``simulate --device``.
    warnings : list of str
        What the data cannot support and what was assumed.
    comparison : list of dict
        The laws tried, best first: law, n_parameters, r2, aicc, delta_aicc, weight.
    conventions : dict
        The same curve in other conventions of the literature.
    residuals : dict
        Pattern of the residuals.
    metrics : dict of str to Estimate
        Metrics of the dataset that the curve gives, in their units there.
    curves : list of Curve
        For the figure.
    axes : tuple of str
        Names of the figure's axes.
    columns : list of dict
        How each column of the file was read: index, heading, read_as, unit.
    segments : list of dict
        How the readings were cut into sweeps.
    """

    kind: str
    law: str
    parameters: dict[str, Estimate]
    level: float
    r2: float
    aicc: float
    n_points: int
    device: DeviceFile
    warnings: list[str] = field(default_factory=list)
    comparison: list[dict[str, Any]] = field(default_factory=list)
    conventions: dict[str, Any] = field(default_factory=dict)
    residuals: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Estimate] = field(default_factory=dict)
    curves: list[Curve] = field(default_factory=list)
    axes: tuple[str, str] = ("", "")
    columns: list[dict[str, Any]] = field(default_factory=list)
    segments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def synapse(self) -> SynapseParameters:
        """Nominal parameters, one set."""
        return self.device.parameters

    def draws(self, n: int, seed: int = 0) -> SynapseParameters:
        """Draw n parameter sets within the uncertainty of the fit."""
        return self.device.draws(n, seed)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``perovdata fit --json``."""
        return {
            "kind": self.kind,
            "law": self.law,
            "parameters": with_former_names({name: _plain(e) for name, e in self.parameters.items()}),
            "level": self.level,
            "r2": self.r2,
            "aicc": self.aicc,
            "n_points": self.n_points,
            "warnings": list(self.warnings),
            "columns": self.columns,
            "segments": self.segments,
            "laws": [
                {key: row[key] for key in ("law", "r2", "delta_aicc", "weight")} for row in self.comparison
            ],
            "comparison": self.comparison,
            "conventions": self.conventions,
            "residuals": self.residuals,
            "metrics": {name: _plain(e) for name, e in self.metrics.items()},
        }

    def to_yaml(self, path: str | os.PathLike[str]) -> None:
        """Write the device file for ``simulate --device``."""
        write_atomic(path, dump_device(self.device))

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Write the figure (PNG, SVG or PDF by the suffix)."""
        from perovdata.fitting.figure import save_figure

        title = f"{self.device.name}: R² = {self.r2:.4f}"
        wide = self.kind in ("ppf", "decay")
        save_figure(path, self.curves, law=self.law, axes=self.axes, title=title, wide=wide)

    def record(self, device_id: str | None = None) -> dict[str, Any]:
        """A record for ``dataset add`` with one value per metric of the tables."""
        conditions = f"{self.law} law fitted, R2 {self.r2:.4f}"
        return record(self.device.name, self.metrics, conditions, device_id)


def _plain(estimate: Estimate) -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "unit": estimate.unit}


#: A fit of one kind of measurement.
Fitter = Callable[..., FitResult]
