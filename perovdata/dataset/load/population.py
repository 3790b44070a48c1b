"""What a family of devices is reported to do: values to draw from where no model can be fitted."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from perovdata.dataset.schema.metrics import METRICS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: With fewer papers than this, a family's values say nothing about the next device.
MIN_PAPERS = 3


@dataclass(frozen=True)
class Population:
    """Values reported for one metric.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In the metric's unit; bounds stand as their value.
    weights : ndarray, shape (n,)
        Sum to one; every paper weighs the same, however many devices it reports.
    scope : str
        The family the values belong to, or ``"all families"``.
    n_papers : int
        Number of papers behind them.
    """

    values: np.ndarray
    weights: np.ndarray
    scope: str
    n_papers: int

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        """The values below which shares `u` of the papers lie, shape of `u`: draws, if these are uniform."""
        import numpy as np

        order = np.argsort(self.values, kind="stable")
        below = np.cumsum(self.weights[order])
        return self.values[order[np.searchsorted(below / below[-1], u)]]


def populations(family: str | None = None, *, exclude_paper: str | None = None) -> dict[str, Population]:
    """Reported values per metric for a family, with back-off to all families.

    Parameters
    ----------
    family : str or None
        One of the families of :func:`perovdata.dataset.family_of`; None takes all.
    exclude_paper : str or None
        Paper to leave out, so that a device is never completed with its own paper's values.

    Returns
    -------
    dict of str to Population
        Metrics with at least :data:`MIN_PAPERS` papers.
    """
    from perovdata.dataset.load.synapses import load_synapses

    frame = load_synapses()
    frame = frame[frame["paper_id"] != exclude_paper]
    found = {}
    for name, rows in frame.groupby("metric"):
        metric = METRICS[str(name)]
        rows = rows[~rows["definition"].isin(metric.other_quantity)]
        own = rows[rows["family"] == family]
        if family is not None and own["paper_id"].nunique() >= MIN_PAPERS:
            rows, scope = own, family
        else:
            scope = "all families"
        if rows["paper_id"].nunique() >= MIN_PAPERS:
            found[metric.name] = _population(rows, scope)
    return found


def _population(rows: pd.DataFrame, scope: str) -> Population:
    import numpy as np

    high = rows["value_high"].astype(float)
    low = rows["value"].astype(float)
    # A range counts by its middle on the scale on which the metric varies.
    values = np.where(high.notna() & (low > 0), np.sqrt(low * high), low)
    per_paper = rows.groupby("paper_id")["value"].transform("size").to_numpy()
    weights = 1.0 / per_paper
    return Population(values, weights / weights.sum(), scope, int(rows["paper_id"].nunique()))


def measured_metrics(device_id: str) -> tuple[dict[str, float], dict[str, str]]:
    """The metrics stated for one device, and a remark for each that is a bound.

    Returns
    -------
    values : dict of str to float
        One value per metric: the geometric middle of a range; the median of several values.
    notes : dict of str to str
        ``"stated as >= ..."`` for values that are bounds.

    Raises
    ------
    perovdata.errors.InputError
        Unknown device.
    """
    from perovdata.dataset.load.synapses import load_synapses
    from perovdata.errors import InputError

    frame = load_synapses()
    rows = frame[frame["device_id"] == device_id]
    if rows.empty:
        known = frame["device_id"]
        raise InputError(
            f"record '{device_id}': not a device with measurements in the tables "
            f"({known.iloc[0]} ... {known.iloc[-1]}; see 'perovdata dataset show')"
        )
    values, notes = {}, {}
    for metric, group in rows.groupby("metric"):
        group = group[~group["definition"].isin(METRICS[str(metric)].other_quantity)]
        if group.empty:
            continue
        values[str(metric)] = median(_population(group, "").values.tolist())
        bounds = group[~group["operator"].isin(["=", "~", "range"])]
        if not bounds.empty:
            first = bounds.iloc[0]
            notes[str(metric)] = f"stated as {first['operator']} {first['value']:g} {first['unit']}"
    return values, notes
