"""From the long table to training targets: one interval of possible values per device and metric.

Every reported number becomes an interval label ``[low, high]`` on the metric's model scale: an exact
value has ``low == high``, a lower bound gives ``[v, inf)``, an upper bound ``(-inf, v]``, a range its two
ends; the dataset tells which is which (column ``bound_for_models``). Metrics whose plain ``=`` mostly tells
how far the authors went (retention, endurance,
storage) are *demonstrated* quantities: every one of their numbers is a lower bound, so the true value is
not identified from above. What the literature does identify is the demonstrated span itself; it is the
quantity modelled, and each prediction of it is a lower bound of the true one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from perovdata.dataset import DESIGN_COLUMNS, METRICS, Metric
from perovdata.errors import InputError, unknown_choice

if TYPE_CHECKING:
    import pandas as pd

PREDICTED = tuple(name for name, metric in METRICS.items() if metric.predicted)
CONTEXT_COLUMNS = ("lead_free", "family")


@dataclass(frozen=True)
class Target:
    """What the literature says of one metric.

    Attributes
    ----------
    metric : Metric
        Definition, unit and scale.
    rows : ndarray of int, shape (n,)
        Positions in :attr:`Corpus.designs`.
    labels : ndarray of float, shape (n, 2)
        Interval labels on the model scale that fitting and scoring use.
    reported : ndarray of float, shape (n,)
        The number itself on the model scale (the middle of a range).
    papers : ndarray of str, shape (n,)
        Group of each row.
    weights : ndarray of float, shape (n,)
        One over the number of rows of the paper, so that every paper counts once.
    """

    metric: Metric
    rows: np.ndarray
    labels: np.ndarray
    reported: np.ndarray
    papers: np.ndarray
    weights: np.ndarray

    @property
    def n_papers(self) -> int:
        """Number of papers."""
        return len(set(self.papers))

    @property
    def demonstrated(self) -> bool:
        """Whether the numbers tell how far the authors went."""
        return self.metric.censored == "lower"

    @property
    def bounded(self) -> np.ndarray:
        """Rows whose label is not a single number, shape (n,), bool."""
        return self.labels[:, 0] < self.labels[:, 1]

    def strict_labels(self) -> np.ndarray:
        """Labels of the true value, shape (n, 2): for a demonstrated metric all are ``[v, inf)``."""
        if not self.demonstrated:
            return self.labels
        return np.column_stack([self.reported, np.full(len(self.reported), np.inf)])


@dataclass(frozen=True)
class Corpus:
    """Designs and targets, row by row the same devices.

    Attributes
    ----------
    designs : DataFrame
        One row per device that states a metric: design columns, lead_free, family, paper_id and the
        identifiers shown to people; index is the device id.
    targets : dict of str to Target
    """

    designs: pd.DataFrame
    targets: Mapping[str, Target]

    @property
    def papers(self) -> np.ndarray:
        """Group of each design."""
        return self.designs["paper_id"].to_numpy()

    def design_weights(self) -> np.ndarray:
        """One over the number of designs of the same paper, shape (n,)."""
        return 1.0 / self.designs.groupby("paper_id")["paper_id"].transform("size").to_numpy()


def to_scale(metric: Metric, value: ArrayLike) -> Any:
    """Natural units to the model scale (decades for log10 metrics)."""
    return np.log10(value) if metric.scale == "log10" else np.asarray(value, dtype=float)


def from_scale(metric: Metric, value: ArrayLike) -> Any:
    """Model scale to natural units."""
    return np.power(10.0, value) if metric.scale == "log10" else np.asarray(value, dtype=float)


def interval_label(bound: str, value: float, high: float | None = None) -> tuple[float, float]:
    """Interval of possible values that a reported number leaves open.

    Parameters
    ----------
    bound : {"exact", "lower", "upper", "interval"}
        What the number is, as the dataset says.
    value, high : float
        The number, and the upper end of an interval (both on one scale).

    Returns
    -------
    low, high : float

    Raises
    ------
    InputError
        For an unknown kind or an interval without an upper end above its lower one.
    """
    if bound == "exact":
        return value, value
    if bound == "lower":
        return value, np.inf
    if bound == "upper":
        return -np.inf, value
    if bound == "interval":
        if high is None or not high >= value:
            raise InputError(f"a range needs value_high above value, got {value:g} and {high}")
        return value, float(high)
    raise unknown_choice("bound_for_models", bound, ("exact", "lower", "upper", "interval"))


def _combine(labels: list[tuple[float, float]]) -> tuple[float, float]:
    """One label per device: the mean of what is pinned down, else the tightest bound given."""
    pinned = [(low, high) for low, high in labels if np.isfinite(low) and np.isfinite(high)]
    if pinned:
        low, high = np.mean(pinned, axis=0)
        return float(low), float(high)
    low = max(low for low, _ in labels)
    high = min(high for _, high in labels)
    return (low, high) if low <= high else (high, low)


def build_corpus(long: pd.DataFrame, metrics: Iterable[str] | None = None) -> Corpus:
    """Group the long table into designs and per-metric targets.

    Parameters
    ----------
    long : DataFrame
        Long form of :func:`perovdata.dataset.load_synapses`: one row per measurement.
    metrics : iterable of str, optional
        Metrics to keep; :data:`PREDICTED` by default. Values under a definition that makes another
        quantity of them (light-dark for an on/off ratio of resistances, say) are left out.

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        If a log-scale value is not positive or a range has no upper end.
    """
    wanted = list(PREDICTED) if metrics is None else list(metrics)
    long = long[long["metric"].isin(wanted)]
    other = [d in METRICS[m].other_quantity for m, d in zip(long["metric"], long["definition"], strict=True)]
    long = long[~np.array(other, dtype=bool)]
    designs = long.drop_duplicates("device_id").set_index("device_id", drop=False)
    keep = ["device_id", "paper_id", "doi", "url", *DESIGN_COLUMNS, *CONTEXT_COLUMNS]
    designs = designs[[c for c in keep if c in designs]].sort_index()
    position = {device: i for i, device in enumerate(designs.index)}
    targets = {}
    for name in wanted:
        rows = long[long["metric"] == name]
        if len(rows):
            targets[name] = _target(METRICS[name], rows, position)
    return Corpus(designs, targets)


def _target(metric: Metric, rows: pd.DataFrame, position: Mapping[str, int]) -> Target:
    labels: dict[str, list[tuple[float, float]]] = {}
    reported: dict[str, list[float]] = {}
    papers: dict[str, str] = {}
    row: Any  # a named tuple whose fields are the columns
    for row in rows.itertuples():
        if metric.scale == "log10" and not row.value > 0:
            raise InputError(f"{row.device_id}, {metric.name}: {row.value} is not positive (log scale)")
        value = float(to_scale(metric, row.value))
        high = float(to_scale(metric, row.value_high)) if row.bound_for_models == "interval" else None
        label = interval_label(row.bound_for_models, value, high)
        number = value if high is None else (value + high) / 2
        labels.setdefault(row.device_id, []).append((number, number) if metric.censored == "lower" else label)
        reported.setdefault(row.device_id, []).append(number)
        papers[row.device_id] = row.paper_id
    devices = sorted(labels)
    group = np.array([papers[d] for d in devices], dtype=object)
    count = {p: int((group == p).sum()) for p in set(group)}
    return Target(
        metric=metric,
        rows=np.array([position[d] for d in devices]),
        labels=np.array([_combine(labels[d]) for d in devices], dtype=float),
        reported=np.array([np.mean(reported[d]) for d in devices]),
        papers=group,
        weights=np.array([1.0 / count[p] for p in group]),
    )
