"""What people load: the reported devices with their values, benchmarks, properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perovdata.dataset.load.typed_tables import load_table, row_dicts
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import DESIGN_COLUMNS, TABLES, known
from perovdata.dataset.schema.vocabularies import NOT_STATED, VOCABULARIES
from perovdata.errors import unknown_choice
from perovdata.files import tables_dir

if TYPE_CHECKING:
    import pandas as pd

FAMILIES = ("3D", "2D/quasi-2D", "quantum dots", "lead-free")

_LOWER = {">", ">="}
_UPPER = {"<", "<="}
# Bounds in the narrow sense of exclude_bounds: the reported number is not the value itself.
_BOUNDS = _LOWER | _UPPER | {"up to"}


def family_of(row: Mapping[str, Any]) -> str | None:
    """Which of the four families of the field's reviews a device belongs to.

    Lead-free goes before all; then quantum dots (morphology ``nanocrystal``); then the lattice's
    dimensionality.

    Parameters
    ----------
    row : mapping
        Needs ``lead_free``, ``morphology`` and ``dimensionality``; a missing one is unknown.

    Returns
    -------
    str or None
        ``"3D"``, ``"2D/quasi-2D"``, ``"quantum dots"`` or ``"lead-free"``; None if the facts do not
        tell (for example a 1D lattice with lead).
    """
    lead_free = row.get("lead_free")
    if known(lead_free) and bool(lead_free):
        return "lead-free"
    if row.get("morphology") == "nanocrystal":
        return "quantum dots"
    dimensionality = row.get("dimensionality")
    if dimensionality == "3D":
        return "3D"
    if dimensionality in ("2D", "quasi-2D"):
        return "2D/quasi-2D"
    return None


def bound_for_models(metric: str, operator: str) -> str:
    """How a model should take a reported value.

    Parameters
    ----------
    metric : str
        Name of the metric.
    operator : str
        As reported.

    Returns
    -------
    str
        ``"exact"``, ``"lower"`` (the true value is at least this), ``"upper"`` or ``"interval"``.
        Retention, endurance and stabilities written with ``=``, ``~`` or ``up to`` say how far the
        authors went, so they are lower bounds; elsewhere ``up to`` is the best of several, an upper
        bound of what the device does.
    """
    if operator == "range":
        return "interval"
    if operator in _LOWER:
        return "lower"
    if operator in _UPPER:
        return "upper"
    if METRICS[metric].censored == "lower":
        return "lower"
    return "upper" if operator == "up to" else "exact"


_DEVICE_COLUMNS = (
    "device_id",
    "paper_id",
    "doi",
    "url",
    "year",
    "first_author",
    *DESIGN_COLUMNS,
    "composition_text",
    "bottom_electrode",
    "top_electrode",
    "interlayers",
    "lead_free",
    "family",
)
_VALUE_COLUMNS = (
    "metric",
    "operator",
    "value",
    "value_high",
    "unit",
    "definition",
    "bound_for_models",
    "source_kind",
    "conditions",
    "measurement_id",
)


def load_synapses(
    metric: str | Iterable[str] | None = None,
    *,
    wide: bool = False,
    families: str | Iterable[str] | None = None,
    stimulus: str | Iterable[str] | None = None,
    exclude_bounds: bool = False,
) -> pd.DataFrame:
    """The reported devices with their values.

    Parameters
    ----------
    metric : str or iterable of str, optional
        Keep these metrics only; all by default.
    wide : bool
        False: one row per value. True: one row per device (those without values too, unless `metric`
        is given), one column per metric.
    families : str or iterable of str, optional
        Keep devices of these families (``"3D"``, ``"2D/quasi-2D"``, ``"quantum dots"``, ``"lead-free"``).
    stimulus : str or iterable of str, optional
        Keep devices written by these stimuli.
    exclude_bounds : bool
        Drop values reported as ``>``, ``>=``, ``<``, ``<=`` or ``up to``.

    Returns
    -------
    DataFrame
        Long: device columns, then metric, operator, value, value_high, unit, definition,
        bound_for_models, source_kind, conditions, measurement_id. Design cells that are not stated
        are missing. ``df.attrs["units"]`` holds the unit of every numeric column (in the wide form,
        of every metric).

        Wide: for each metric the median of the device's values on the metric's scale (a range counts
        with its middle), and in ``METRIC_bound`` the common ``bound_for_models`` (``"mixed"`` if
        they differ).

    Raises
    ------
    InputError
        For an unknown metric, family or stimulus.

    Examples
    --------
    >>> frame = load_synapses("energy_per_event", families="lead-free")
    >>> set(frame["family"]), frame.attrs["units"]["energy_per_event"]
    ({'lead-free'}, 'J')
    """
    metrics = _choices("metric", metric, METRICS)
    families = _choices("families", families, FAMILIES)
    stimuli = _choices("stimulus", stimulus, VOCABULARIES["stimulus"])
    folder = tables_dir()
    devices = _device_frame(folder)
    if families is not None:
        devices = devices[devices["family"].isin(families)]
    if stimuli is not None:
        devices = devices[devices["stimulus"].fillna(NOT_STATED).isin(stimuli)]
    values = load_table(folder, "measurements")
    if metrics is not None:
        values = values[values["metric"].isin(metrics)]
    if exclude_bounds:
        values = values[~values["operator"].isin(_BOUNDS)]
    values = _with_bounds(values)
    if wide:
        frame = _wide(devices, values, metrics)
        units = {name: METRICS[name].unit for name in METRICS if name in frame}
    else:
        frame = devices.merge(
            values[["device_id", *_VALUE_COLUMNS]], on="device_id", how="inner", validate="1:m"
        )
        units = {name: METRICS[name].unit for name in METRICS if (frame["metric"] == name).any()}
    frame = frame.reset_index(drop=True)
    frame.attrs = {"units": {**devices.attrs["units"], **units}}
    return frame


def _with_bounds(values: pd.DataFrame) -> pd.DataFrame:
    bounds = [bound_for_models(m, o) for m, o in zip(values["metric"], values["operator"], strict=True)]
    return values.assign(bound_for_models=bounds)


def _choices(what: str, given: str | Iterable[str] | None, accepted: Iterable[str]) -> list[str] | None:
    if given is None:
        return None
    items = [given] if isinstance(given, str) else list(given)
    for item in items:
        if item not in accepted:
            raise unknown_choice(what, item, accepted)
    return items


def _device_frame(folder: Path) -> pd.DataFrame:
    """Devices joined with their paper, design terms that are not stated as missing."""
    devices = load_table(folder, "devices")
    frame = devices.merge(load_table(folder, "papers"), on="paper_id", how="left", validate="m:1")
    frame["family"] = [family_of(row) for row in row_dicts(frame)]
    stated = frame[list(DESIGN_COLUMNS)].where(frame[list(DESIGN_COLUMNS)] != NOT_STATED)
    for column in DESIGN_COLUMNS:
        frame[column] = stated[column].astype(frame[column].dtype)
        if frame[column].dtype == object:
            frame[column] = frame[column].where(frame[column].notna(), None)
    frame = frame[list(_DEVICE_COLUMNS)]
    frame.attrs = dict(devices.attrs)
    return frame


def _wide(devices: pd.DataFrame, values: pd.DataFrame, metrics: list[str] | None) -> pd.DataFrame:
    """One row per device, the median of each metric on its own scale."""
    import numpy as np

    names = [
        m for m in METRICS if (metrics is None and (values["metric"] == m).any()) or m in (metrics or ())
    ]
    out = devices if metrics is None else devices[devices["device_id"].isin(values["device_id"])]
    out = out.set_index("device_id")
    for name in names:
        part = values[values["metric"] == name]
        log = METRICS[name].scale == "log10"
        low = np.log10(part["value"]) if log else part["value"]
        high = np.log10(part["value_high"]) if log else part["value_high"]
        middle = (low + high.fillna(low)) / 2
        groups = part["device_id"]
        median = middle.groupby(groups).median()
        bounds = part["bound_for_models"].groupby(groups)
        out = out.assign(
            **{
                name: 10**median if log else median,
                f"{name}_bound": bounds.first().where(bounds.nunique() == 1, "mixed"),
            }
        )
    return out.reset_index()


def load_background() -> pd.DataFrame:
    """Values of memristive devices of other materials, in the long form of :func:`load_synapses`.

    They are outside the collection's scope: use them to learn how metrics vary together, never as
    devices of a halide perovskite.

    Returns
    -------
    DataFrame
        The columns of ``load_synapses()``, those that do not apply missing, and ``material``.
    """
    frame = load_table(tables_dir(), "background").rename(columns={"background_id": "measurement_id"})
    frame = _with_bounds(frame)
    for column in DESIGN_COLUMNS:
        if column in frame:
            frame[column] = frame[column].where(frame[column] != NOT_STATED, None)
    columns = [*_DEVICE_COLUMNS, *_VALUE_COLUMNS, "material"]
    numeric = {c.name for c in TABLES["devices"].columns if c.type == "number"}
    frame = frame.assign(**{c: float("nan") if c in numeric else None for c in columns if c not in frame})[
        columns
    ]
    frame.attrs = {"units": {name: METRICS[name].unit for name in METRICS if (frame["metric"] == name).any()}}
    return frame


def load_benchmarks() -> pd.DataFrame:
    """Accuracies as claimed by the papers, with the device and the paper they belong to.

    Returns
    -------
    DataFrame
        Columns of ``benchmarks`` and of the device; ``df.attrs["units"]`` gives the units.
    """
    folder = tables_dir()
    devices = _device_frame(folder)
    claims = load_table(folder, "benchmarks")
    frame = claims.merge(devices, on="device_id", how="left", validate="m:1", suffixes=("", "_device"))
    frame.attrs = {"units": {**claims.attrs["units"], **devices.attrs["units"]}}
    return frame


def load_properties() -> pd.DataFrame:
    """Material properties by composition, one value per row with its unit and source.

    Returns
    -------
    DataFrame
        Columns of ``properties``; the unit is a column because it differs from row to row.
    """
    return load_table(tables_dir(), "properties")


def load_bandgaps() -> pd.DataFrame:
    """Optical band gaps of ABX3 perovskites of solar cells, as a database holds them.

    Returns
    -------
    DataFrame
        Columns of ``bandgaps`` (gap in eV). Compositions repeat with different gaps: that is real scatter.
        Rows with a `flag` are not to be trusted. The gaps that single papers report are in
        :func:`load_properties`.
    """
    return load_table(tables_dir(), "bandgaps")


def load_absorption() -> pd.DataFrame:
    """Measured absorption spectra, one wavelength per row.

    Returns
    -------
    DataFrame
        Columns of ``absorption``: composition, wavelength in nm, absorption coefficient in 1/cm, DOI of the
        paper; composition and DOI together name one spectrum.
    """
    return load_table(tables_dir(), "absorption")
