"""What is said about one design: per metric a median, an interval and how far they can be trusted."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from perovdata.dataset import METRICS
from perovdata.materials import Gap
from perovdata.units import quantity, span

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "model": "a model that beat the best naive baseline on hidden papers",
    "baseline": "no model beat the best naive baseline on hidden papers: the baseline is shown",
    "population": "too few papers for a model: what all reported devices do",
    "reported range": "too few papers for any prediction: the reported range only",
    "known": "given by the user",
}


@dataclass(frozen=True)
class MetricPrediction:
    """One metric of one design, in natural units.

    Attributes
    ----------
    unit : str
    median : float or None
        None where nothing can be predicted; `note` says why.
    interval : tuple of float or None
        Central interval of `level` for the next reported device.
    level : float
    kind : str
        One of :data:`KINDS`.
    model, baseline : str or None
        Candidate used, and the best naive baseline.
    skill, skill_over_median : dict or None
        ``value``, ``low``, ``high``: one minus the ratio of mean absolute errors, with its 90 % bootstrap
        interval over papers. The first against the best simple rule (the baseline), the second against the
        median of all papers: whether the design tells anything at all.
    n_papers : int
    reported_range : tuple of float
    at_least : float or None
        For quantities that papers only demonstrate up to a point: the value that `level` of papers would
        demonstrate at least.
    beyond_reported : bool
        Whether an end of the interval passes everything that papers report.
    note : str
    """

    unit: str
    median: float | None
    interval: tuple[float, float] | None
    level: float
    kind: str
    model: str | None
    baseline: str | None
    skill: dict[str, float] | None
    n_papers: int
    reported_range: tuple[float, float]
    skill_over_median: dict[str, float] | None = None
    at_least: float | None = None
    beyond_reported: bool = False
    note: str = ""


@dataclass(frozen=True)
class Prediction:
    """All that is said about one design.

    Attributes
    ----------
    design : dict
        Design columns, None where unknown.
    predictions : dict of str to MetricPrediction
    applicability : dict
        ``score`` (share of reported devices that lie further from the rest), ``distance``, ``threshold``,
        ``extrapolating``.
    nearest : list of dict
        Nearest reported devices: device_id, composition, doi, url, distance, shared (what they have in
        common).
    sharpen : dict of str to list of dict
        Per metric, which other metrics would narrow its interval if measured, and by what share.
    seed : int
    versions : dict of str to str
    properties : dict of str to Gap
        What the composition itself tells: ``bandgap`` and ``cutoff_wavelength``.
    """

    design: dict[str, Any]
    predictions: dict[str, MetricPrediction]
    applicability: dict[str, Any]
    nearest: list[dict[str, Any]]
    sharpen: dict[str, list[dict[str, Any]]]
    seed: int
    versions: dict[str, str]
    properties: dict[str, Gap]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as ``perovdata predict --json`` prints them."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per metric, under the names of ``predict --output``: numbers in the unit of their row.

        ``low`` and ``high`` are the interval, ``kind`` says what the row rests on (:data:`KINDS`).
        """
        import pandas as pd

        rows = [
            {
                "metric": name,
                "unit": p.unit,
                "median": p.median,
                "low": p.interval[0] if p.interval else None,
                "high": p.interval[1] if p.interval else None,
                "level": p.level,
                "kind": p.kind,
                "model": p.model,
                "skill": p.skill["value"] if p.skill else None,
                "papers": p.n_papers,
            }
            for name, p in self.predictions.items()
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        level = next((p.level for p in self.predictions.values()), 0.0)
        head = "".join(
            f"<th>{name}</th>" for name in ("", "median", f"{level:.0%} interval", "papers", "rests on")
        )
        stated = [str(value) for value in self.design.values() if value is not None]
        rows = [_html_row(_gap_cells(name, gap)) for name, gap in self.properties.items()]
        rows += [_html_row(_metric_cells(name, p)) for name, p in self.predictions.items()]
        caption = html.escape(", ".join(stated))
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{''.join(rows)}</table>"


def _gap_cells(name: str, gap: Gap) -> list[str]:
    label = "Band gap" if name == "bandgap" else name.replace("_", " ").capitalize()
    return [label, *gap.told(), "", gap.rule if gap.origin == "missing" else gap.origin]


def _metric_cells(name: str, p: MetricPrediction) -> list[str]:
    label, papers = METRICS[name].label, str(p.n_papers)
    if p.interval is None:
        return [label, "", f"reported: {span(*p.reported_range, p.unit)}", papers, p.kind]
    median = ("≥ " if p.at_least is not None else "") + quantity(p.median, p.unit)
    return [label, median, "given" if p.kind == "known" else span(*p.interval, p.unit), papers, p.kind]


def _html_row(cells: list[str]) -> str:
    head, *rest = (html.escape(cell) for cell in cells)
    return f"<tr><th>{head}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"
