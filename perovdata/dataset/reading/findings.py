"""A value or an accuracy that a reader found, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from perovdata.dataset.reading.document import Evidence


@dataclass(frozen=True)
class Finding:
    """One value of one device.

    Parameters
    ----------
    metric : str
        A metric of the data dictionary.
    operator : str
        A term of the closed list.
    value, value_high : float, float or None
        In the metric's unit; `value_high` only for a range.
    evidence : Evidence
        Where the number stands.
    confidence : float
        0 to 1: how plainly the words tie the number to the metric.
    reason : str
        Why it is not higher.
    composition : str or None
        Formula that the sentence ties the value to; None: the paper's main one.
    definition, conditions, notes : str
        As the columns of ``measurements``.
    """

    metric: str
    operator: str
    value: float
    evidence: Evidence
    confidence: float
    reason: str
    value_high: float | None = None
    composition: str | None = None
    definition: str = ""
    conditions: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Accuracy:
    """One recognition accuracy, as the columns of ``benchmarks``."""

    accuracy_percent: float
    operator: str
    evidence: Evidence
    confidence: float
    reason: str
    composition: str | None = None
    dataset: str = ""
    network: str = ""
    kind: str = "not stated"
    notes: str = ""
