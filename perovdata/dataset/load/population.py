"""What a family of devices is reported to do: values to draw from where no model can be fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from perovdata.dataset.load.typed_tables import stamp
from perovdata.dataset.schema.metrics import METRICS
from perovdata.files import tables_dir

if TYPE_CHECKING:
    import numpy as np

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
    reported = _reported()
    others = reported.paper != exclude_paper
    found = {}
    for name, index in reported.of_metric.items():
        rows = index[others[index]]
        own = rows[reported.family[rows] == family]
        scope = "all families"
        if family is not None and len(set(reported.paper[own])) >= MIN_PAPERS:
            rows, scope = own, family
        if len(set(reported.paper[rows])) >= MIN_PAPERS:
            found[name] = _population(reported, rows, scope)
    return found


class _Reported(NamedTuple):
    """The reported values, column by column: frames take longer to pick apart than a device to draw."""

    device: np.ndarray
    paper: np.ndarray
    family: np.ndarray
    middle: np.ndarray  #: of a range, on the scale on which the metric varies; else the value
    stated: list[tuple[str, float, str]]  #: operator, value, unit
    of_metric: dict[str, np.ndarray]  #: rows that report the quantity that the metric means


def _reported() -> _Reported:
    folder = tables_dir()
    return _columns(folder, tuple(stamp(folder, name) for name in ("papers", "devices", "measurements")))


@lru_cache(maxsize=2)
def _columns(folder: Path, stamps: tuple) -> _Reported:
    """Columns of the tables in this folder, as long as their files carry these stamps."""
    import numpy as np

    from perovdata.dataset.load.synapses import load_synapses

    frame = load_synapses()
    high, low = (frame[name].to_numpy(float, na_value=np.nan) for name in ("value_high", "value"))
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isfinite(high) & (low > 0), np.sqrt(low * high), low)
    metric, definition = frame["metric"].to_numpy(object), frame["definition"].to_numpy(object)
    of_metric = {
        name: np.array([i for i in np.flatnonzero(metric == name) if definition[i] not in other], int)
        for name, other in ((name, METRICS[name].other_quantity) for name in sorted(set(metric)))
    }
    device, paper, family = (frame[name].to_numpy(object) for name in ("device_id", "paper_id", "family"))
    stated = list(zip(frame["operator"], low.tolist(), frame["unit"], strict=True))
    return _Reported(device, paper, family, middle, stated, of_metric)


def _population(reported: _Reported, rows: np.ndarray, scope: str) -> Population:
    import numpy as np

    papers, of_paper, size = np.unique(reported.paper[rows], return_inverse=True, return_counts=True)
    weights = 1.0 / size[of_paper]
    return Population(reported.middle[rows], weights / weights.sum(), scope, len(papers))


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
    from perovdata.errors import InputError

    reported = _reported()
    if device_id not in reported.device:
        known = reported.device
        raise InputError(
            f"record '{device_id}': not a device with measurements in the tables "
            f"({known[0]} ... {known[-1]}; see 'perovdata dataset show')"
        )
    values, notes = {}, {}
    for metric, index in reported.of_metric.items():
        rows = index[reported.device[index] == device_id]
        if not len(rows):
            continue
        values[metric] = median(reported.middle[rows].tolist())
        bounds = [reported.stated[row] for row in rows if reported.stated[row][0] not in ("=", "~", "range")]
        if bounds:
            operator, value, unit = bounds[0]
            notes[metric] = f"stated as {operator} {value:g} {unit}"
    return values, notes
