"""Where parameter sets come from: a composition, a device file, a preset, or a record of the tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from perovdata.chemistry import FormulaError, parse
from perovdata.dataset import SynapseDesign, family_of, load_tables
from perovdata.dataset.load import measured_metrics, populations
from perovdata.devices import (
    FIELDS,
    PRESETS,
    DeviceFile,
    ExponentialLaw,
    SynapseParameters,
    load_device,
    preset,
)
from perovdata.errors import InputError, unknown_choice
from perovdata.routing import Drawn, Routed, route
from perovdata.studies.draws import require_draws
from perovdata.studies.films import film_facts, with_film

if TYPE_CHECKING:
    from perovdata.models import Predictor

DEFAULT_DRAWS = 32
_STANDS_BEHIND: dict[str, Literal["predicted", "rule", "population"]] = {
    "model": "predicted",
    "baseline": "rule",
    "population": "population",
}
EXPONENTIAL = ExponentialLaw.name


@dataclass(frozen=True)
class Source:
    """Parameter sets with where they come from.

    Attributes
    ----------
    name : str
    kind : str
        ``composition``, ``device``, ``preset`` or ``record``.
    parameters : SynapseParameters
        One set per draw.
    table : dict
        Per parameter that is not ideal: unit, median, interval, origin and detail.
    details : dict
        Design, family, applicability ... for the result.
    notes : list of str
        What the user should know.
    """

    name: str
    kind: str
    parameters: SynapseParameters
    table: dict[str, dict[str, Any]]
    details: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def stated(self) -> list[str]:
        """Fields that the device itself states or was measured to have."""
        return [name for name, entry in self.table.items() if entry["origin"] == "measured"]


def from_composition(
    formula: str,
    design: Mapping[str, Any] | None = None,
    *,
    known: Mapping[str, float] | None = None,
    draws: int | None = None,
    seed: int = 0,
    level: float = 0.9,
    predictor: Predictor | None = None,
    note: Callable[[str], None] | None = None,
) -> Source:
    """Predict a design's metrics and turn joint draws of them into parameters.

    Parameters
    ----------
    formula : str
    design : mapping, optional
        Further columns of :class:`~perovdata.dataset.SynapseDesign`.
    known : mapping of metric to value, optional
        Measured already; conditions the prediction.
    draws : int, optional
        Default 32.
    seed : int
    level : float
        Of the intervals in the table.
    predictor : perovdata.models.Predictor, optional
        Default: the one that ``perovdata predict`` uses.
    note : callable, optional
        Gets one line of text if that one has to be trained first.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        For a formula that cannot be read, a term outside its list, an unknown metric.
    """
    # The formula first: its error is the one that the user wants to read.
    perovskite = parse(formula, n=_whole((design or {}).get("n_layers")))
    wanted = SynapseDesign(composition=formula, **dict(design or {}))
    draws = _draws(draws)
    if predictor is None:
        from perovdata.models import load_predictor

        predictor = load_predictor(note=note)
    known = dict(known or {})
    sampled = predictor.sample([wanted], known=known, n_draws=draws, seed=seed)
    predicted = {
        metric: Drawn(np.asarray(values)[0], _STANDS_BEHIND[predictor.kinds[metric]])
        for metric, values in sampled.items()
        if metric not in known and predictor.kinds.get(metric) in _STANDS_BEHIND
    }
    row = wanted.as_row()
    family = family_of(
        {
            **row,
            "lead_free": perovskite.lead_free,
            "dimensionality": row["dimensionality"] or perovskite.dimensionality,
        }
    )
    routed = route(
        known=known,
        predicted=predicted,
        population=populations(),
        n_draws=draws,
        seed=seed,
    )
    routed = with_film(routed, perovskite, row["thickness_nm"], seed)
    table = routed.table(level)
    details = {
        "design": {k: v for k, v in row.items() if v is not None},
        "family": family,
        "film": film_facts(perovskite),
    }
    return Source(formula, "composition", routed.parameters, table, details)


def from_record(device_id: str, *, draws: int | None = None, seed: int = 0, level: float = 0.9) -> Source:
    """Parameters of a device of the tables: what it states, the rest from the population of its family.

    Parameters
    ----------
    device_id : str
    draws : int, optional
        Default 32.
    seed : int
    level : float

    Returns
    -------
    Source

    Raises
    ------
    InputError
        For an unknown device.
    """
    routed, row = route_record(device_id, draws=_draws(draws), seed=seed)
    details = {
        "device_id": device_id,
        "paper_id": row["paper_id"],
        "composition": row["composition"] or None,
        "family": family_of(row),
    }
    return Source(device_id, "record", routed.parameters, routed.table(level), details)


def route_record(device_id: str, *, draws: int, seed: int) -> tuple[Routed, Any]:
    """Route a device of the tables; its own paper does not complete it."""
    devices = load_tables().devices
    rows = devices[devices["device_id"] == device_id]
    if rows.empty:
        first, last = devices["device_id"].iloc[[0, -1]]
        raise InputError(
            f"record '{device_id}': not a device of the tables ({first} ... {last}); "
            "perovdata.dataset.show lists those of a composition"
        )
    row = rows.iloc[0]
    design = {str(column): value for column, value in row.items()}
    values, notes = measured_metrics(device_id)
    routed = route(
        known=values,
        population=populations(family_of(design), exclude_paper=row["paper_id"]),
        n_draws=draws,
        seed=seed,
        notes=notes,
    )
    try:
        perovskite = parse(row["composition"] or "", n=_whole(row["n_layers"]))
    except FormulaError:  # not stated, or amounts that the paper leaves open
        return routed, row
    return with_film(routed, perovskite, row["thickness_nm"], seed), row


def from_device(
    path: str | os.PathLike[str],
    *,
    law: str | None = None,
    draws: int | None = None,
    seed: int = 0,
    level: float = 0.9,
) -> Source:
    """Parameters of a device file; one that a fit wrote is drawn within the uncertainty of the fit.

    Parameters
    ----------
    path : path-like
    law : str, optional
        Update law to run instead of the file's own; one that the file holds.
    draws : int, optional
        Default 32 for a file with uncertainty. A file without describes one device: one set.
    seed : int
    level : float

    Returns
    -------
    Source
    """
    device = load_device(path)
    if law is not None:
        device = device.with_law(law)
    if device.uncertainty is not None:
        parameters, notes = device.draws(_draws(draws), seed), _law_notes(device)
    else:
        parameters, notes = device.parameters, [*_law_notes(device), *_one_set(draws)]
    details = {"law": device.law}
    return Source(
        device.name, "device", parameters, _stated(parameters, level, "device file"), details, notes
    )


def _law_notes(device: DeviceFile) -> list[str]:
    """Which law runs where a file holds several, and how far its label is from what was measured."""
    if not device.laws:
        return []
    others = [name for name in (EXPONENTIAL, *device.laws) if name != device.law]
    notes = [
        f"the arrays run the law '{device.law}' of the device file "
        f"(argument law: {' or '.join(others)} instead)"
    ]
    misfit = device.exponential_misfit()
    if misfit is not None:
        notes.append(
            f"the exponential of the label is {100 * misfit:.2g} % of the window from the measured sweeps"
        )
    return notes


def from_preset(name: str, *, draws: int | None = None, level: float = 0.9) -> Source:
    """Parameters of a published device; raises InputError for an unknown name."""
    if name not in PRESETS:
        raise unknown_choice("preset", name, PRESETS)
    parameters = preset(name)
    table = _stated(parameters, level, PRESETS[name].source)
    return Source(name, "preset", parameters, table, {"source": PRESETS[name].source}, _one_set(draws))


def by_name(sources: Iterable[Source]) -> dict[str, SynapseParameters]:
    """Parameters of every source by its name; sources that share a name are numbered."""
    listed = list(sources)
    names = distinct_names([source.name for source in listed])
    return {name: source.parameters for name, source in zip(names, listed, strict=True)}


def distinct_names(names: Iterable[str]) -> list[str]:
    """The names, those that come again numbered: ``mine``, ``mine (2)``."""
    found: list[str] = []
    for first in names:
        name, number = first, 1
        while name in found:
            number += 1
            name = f"{first} ({number})"
        found.append(name)
    return found


def _one_set(draws: int | None) -> list[str]:
    if draws is None or _draws(draws) == 1:
        return []
    return [f"{draws} draws asked for, but the device states no uncertainty: one set is run"]


def _stated(parameters: SynapseParameters, level: float, detail: str) -> dict[str, dict[str, Any]]:
    tails = (0.5 - level / 2, 0.5 + level / 2)
    ideal = set(parameters.ideal_fields)
    return {
        name: {
            "unit": FIELDS[name].unit,
            "median": float(np.median(column)),
            "interval": [float(q) for q in np.quantile(column, tails)],
            "origin": "measured",
            "metric": None,
            "detail": detail,
        }
        for name, column in parameters.as_dict().items()
        if name not in ideal
    }


def _draws(draws: int | None) -> int:
    if draws is None:
        return DEFAULT_DRAWS
    require_draws(draws)
    return draws


def _whole(value: Any) -> int | None:
    return int(value) if value is not None and float(value).is_integer() else None
