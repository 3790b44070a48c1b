"""Measured curves: read them, find out what they are, fit them into device parameters."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from perovdata.checks import check_level
from perovdata.errors import InputError, unknown_choice
from perovdata.fitting.batch import fit_many, write_table
from perovdata.fitting.estimate import Curve, Estimate
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.recognise import interpret
from perovdata.fitting.signal.traces import ReadRule
from perovdata.fitting.table.chosen import ROLES as COLUMN_ROLES
from perovdata.fitting.table.chosen import choose_columns
from perovdata.fitting.table.reader import read_table

__all__ = [
    "COLUMN_ROLES",
    "KINDS",
    "Curve",
    "Estimate",
    "FitResult",
    "fit",
    "fit_many",
    "read_table",
    "write_table",
]

#: Kinds of measurement that can be fitted.
KINDS = ("auto", "pd", "ppf", "decay", "jump", "iv-endurance")


def fit(
    file: str | os.PathLike[str],
    kind: str = "auto",
    *,
    level: float = 0.95,
    read_voltage: float | None = None,
    name: str | None = None,
    sheet: str | None = None,
    columns: str | None = None,
    decimal: str | None = None,
    read: str = "before-next",
    law: str | None = None,
) -> FitResult:
    """Fit a measured curve into device parameters.

    Parameters
    ----------
    file : path-like
        CSV, TSV, text or Excel, as instruments and people write it.
    kind : {"auto", "pd", "ppf", "decay", "jump", "iv-endurance"}
        What was measured: potentiation and depression against pulses, paired-pulse index against interval,
        current or conductance against time, raw pulses for a jump table, two states against cycles. "auto"
        looks at headings and numbers.
    level : float
        Of the confidence intervals.
    read_voltage : float, optional, V
        Turns currents into conductances where the file has no column for it.
    name : str, optional
        Of the device; the name of the file if not given.
    sheet : str, optional
        Sheet of a workbook.
    columns : str, optional
        What the columns hold, where the file does not say: ``"pulse=1,current=4:nA"``; by number (from 1) or
        heading, with the unit after a colon.
    decimal : {"comma", "point"}, optional
        Settles numbers such as ``1,100``.
    read : str
        When the state after a pulse is taken from a record over time: ``"before-next"`` (the pulse) or
        ``"after MS"`` (milliseconds after the pulse).
    law : str, optional
        Law that the device file shall run, for potentiation and depression; None: the one that describes the
        readings.

    Returns
    -------
    FitResult
        Parameters with intervals, quality, comparison of laws, device file, draws, figure.

    Raises
    ------
    InputError
        A file that is not such a measurement, or that nothing describes; the message shows its first line.
    """
    if kind not in KINDS:
        raise unknown_choice("kind of curve", kind, KINDS)
    check_level(level)
    if read_voltage is not None and not 0 < abs(read_voltage) < 1000:
        raise InputError(f"read voltage: {read_voltage:g} V is not a voltage between 0 and 1000")
    rule = ReadRule.parse(read)
    table = read_table(file, sheet=sheet, decimal=decimal)
    if columns is not None:
        table = choose_columns(table, columns)
    found = interpret(table, kind, read_voltage, rule)
    # The fits pull in SciPy's optimisers: only once there is something to fit.
    from threadpoolctl import threadpool_limits

    from perovdata.fitting.fit_kinds import FITTERS

    wanted = {"law": law} if law is not None else {}
    if wanted and found.kind not in ("pd", "trace"):
        raise InputError(
            f"argument law: for potentiation and depression; {Path(file).name} holds '{found.kind}'"
        )
    # A search visits parameters at which the arithmetic overflows; they lose, and nobody needs to hear of it.
    # Matrices are so small that threads mostly wait for each other.
    with np.errstate(all="ignore"), threadpool_limits(1, user_api="blas"):
        result = FITTERS[found.kind](found.measurement, level=level, name=name or Path(file).stem, **wanted)
    return replace(result, columns=found.columns.told())
