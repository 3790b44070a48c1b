"""`simulate`: from a composition, device file, preset or record to the accuracy of a vision system."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.checks import check_counts, check_level, check_seed
from perovdata.dataset import DESIGN_COLUMNS
from perovdata.devices import SynapseParameters, with_former_names
from perovdata.errors import InputError, unknown_choice
from perovdata.studies.draws import seeds_for
from perovdata.studies.films import films_of_pixel
from perovdata.studies.intervals import spread, standard_error
from perovdata.studies.outcome import Simulation
from perovdata.studies.pixel import with_pixel
from perovdata.studies.sources import Source, from_composition, from_device, from_preset, from_record
from perovdata.studies.until_known import until_known
from perovdata.studies.verdict import judge
from perovdata.vision import TASKS, TaskResult, check_request, run

if TYPE_CHECKING:
    from perovdata.models import Predictor


def simulate(
    formula: str | None = None,
    *,
    task: str,
    device: str | os.PathLike[str] | None = None,
    preset: str | None = None,
    record: str | None = None,
    law: str | None = None,
    known: Mapping[str, float] | None = None,
    protocol: str = "default",
    epochs: int | None = None,
    draws: int | None = None,
    seeds: int | None = None,
    seed: int = 0,
    level: float = 0.9,
    data_dir: str | os.PathLike[str] | None = None,
    images: str | os.PathLike[str] | None = None,
    options: Mapping[str, Any] | None = None,
    layers: str | Sequence[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    predictor: Predictor | None = None,
    progress: Callable[[float, int], None] | None = None,
    note: Callable[[str], None] | None = None,
    patience_s: float = math.inf,
    copies: int = 1,
    **design: Any,
) -> Simulation:
    """Run a vision task with the devices that a source describes.

    Parameters
    ----------
    formula : str, optional
        Composition: its metrics are predicted. Exactly one of formula, device, preset, record.
    task : str
        A name of ``perovdata.vision.TASKS``.
    device : path, optional
        Device file (YAML).
    preset : str, optional
        Published device.
    record : str, optional
        Device of the tables.
    law : str, optional
        Update law to run instead of the one that the device file names.
    known : mapping of metric to value, optional
        Already measured, with a formula.
    protocol, epochs, data_dir, images, progress
        As for :func:`perovdata.vision.run`.
    seed : int
        Of the draws, and of the training of the first draw; the others have theirs from it
        (:func:`perovdata.studies.draws.seeds_for`), and further repetitions count up from them.
    draws : int, optional
        Parameter sets of a device with uncertainty. Default: from 32, as many as bring the standard error of
        the median below one point, at most 256; ``precision`` says whether they do.
    seeds : int, optional
        Repetitions of every parameter set; default 1. For a device without uncertainty, which is one set:
        from 8, as many as bring the standard error below one point, at most 128.
    level : float
        Of all intervals.
    options : mapping, optional
        Options of the task.
    layers : str (commas between) or sequence of str, optional
        Task colour: compositions of the films of every pixel, the one that the light meets first at the
        front. They take the place of filters (unless ``options`` say otherwise) and share the synapse of the
        source; without a source, that of the first one.
    output : path, optional
        Folder for ``result.json``, ``draws.parquet`` and pictures.
    predictor : perovdata.models.Predictor, optional
    note : callable, optional
        Gets one line of text if the predictor has to be trained first.
    patience_s : float
        Where draws or seeds are not said: seconds after which no more are begun.
    copies : int
        Of a device without uncertainty: sets alike, each trained with the seed that a draw of its number has,
        so that they pair with the draws of another device.
    **design
        Further columns of the design (``morphology="nanocrystal"``, ``stimulus="optical"`` ...), with a
        formula.

    Returns
    -------
    Simulation
        Its :meth:`~Simulation.to_dict` is what ``perovdata simulate --json`` prints.

    Raises
    ------
    InputError
        For bad input, with one line that says what is accepted.
    """
    options = dict(options or {})
    films, design = films_of_pixel(task, layers, design)
    if films:
        options.setdefault("filters", "none")
        if formula is device is preset is record is None:
            formula = films[0].formula
    values = check_request(task, protocol, options)  # before anything long
    check_counts(draws=draws, seeds=seeds, copies=copies)
    pixel = None

    def read(n_draws: int | None) -> Source:
        nonlocal pixel
        source = resolve(
            formula, device, preset, record, design, known, n_draws, seed, level, predictor, note, law=law
        )
        if films:
            thickness_nm = design.get("thickness_nm")
            source, pixel = with_pixel(
                source, films, values, thickness_nm=thickness_nm, draws=n_draws, seed=seed, level=level
            )
        if copies > 1 and source.parameters.n_sets == 1:
            alike = source.parameters.take(np.zeros(copies, int))
            source = replace(source, parameters=alike, notes=[])
        return source

    def measure(
        sets: SynapseParameters, own_seeds: np.ndarray, told: Callable[[float, int], None] | None
    ) -> TaskResult:
        return run(
            task,
            sets,
            seeds=own_seeds.shape[1],
            seed=own_seeds[:, 0].tolist(),
            epochs=epochs,
            protocol=protocol,
            data_dir=data_dir,
            images=images,
            progress=told,
            **options,
        )

    repeated = until_known(
        read,
        measure,
        draws,
        seeds,
        seeds_of=lambda number: seeds_for(task, number, seed),
        progress=progress,
        patience_s=patience_s,
    )
    source, result = repeated.source, repeated.result
    description = describe(result, source, level)
    description["precision"] = repeated.precision
    description["notes"] += repeated.notes
    if pixel is not None:
        description["pixel"] = pixel
    if output is not None:
        from perovdata.studies.saving import save_result

        save_result(output, result, source, description)
    return Simulation(result, source, description)


def resolve(
    formula: str | None,
    device: str | os.PathLike[str] | None,
    preset: str | None,
    record: str | None,
    design: Mapping[str, Any],
    known: Mapping[str, float] | None,
    draws: int | None,
    seed: int,
    level: float,
    predictor: Predictor | None,
    note: Callable[[str], None] | None,
    *,
    law: str | None = None,
) -> Source:
    """The one source that is given; raises InputError for none or several."""
    given = {"formula": formula, "device": device, "preset": preset, "record": record}
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) != 1:
        what = f"{' and '.join(chosen)} given together" if chosen else "nothing to simulate"
        raise InputError(f"simulate: {what}; accepted is exactly one of {', '.join(given)}")
    check_level(level)
    check_seed(seed)
    for name in design:
        if name not in DESIGN_COLUMNS[1:]:
            raise unknown_choice("design option", name, DESIGN_COLUMNS[1:])
    if formula is None and (design or known):
        extra = ", ".join([*(design or {}), *(known or {})])
        raise InputError(f"simulate: {extra} describe a composition to predict, not {chosen[0]}")
    if law is not None and device is None:
        raise InputError(f"law: '{law}' chooses among the laws of a device file, not {chosen[0]}")
    if formula is not None:
        return from_composition(
            formula, design, known=known, draws=draws, seed=seed, level=level, predictor=predictor, note=note
        )
    if device is not None:
        return from_device(device, law=law, draws=draws, seed=seed, level=level)
    if preset is not None:
        return from_preset(preset, draws=draws, level=level)
    assert record is not None, "the one that is left"
    return from_record(record, draws=draws, seed=seed, level=level)


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    found = {"python": platform.python_version()}
    for package in ("perovdata", "jax", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed as a package"
    return found


def describe(result: TaskResult, source: Source, level: float = 0.9) -> dict[str, Any]:
    """The result as one JSON-ready dict (INTERFACE of ``perovdata simulate``)."""
    n_sets, n_seeds = result.accuracy.shape
    energy = _cost(result.energy_per_image_J, level)
    terms = _terms(result)
    told = {
        "task": result.task,
        "protocol": result.protocol,
        "source": {"kind": source.kind, "name": source.name, **source.details},
        "accuracy": {
            **spread(result.accuracy, level),
            "standard_error": standard_error(result.accuracy),
            "level": level,
            "unit": "%",
            "values": result.accuracy.ravel().tolist(),
        },
        "ceiling": result.ceiling,
        "chance": result.chance,
        "energy_per_image_J": energy["median"],
        "energy_per_image_interval_J": energy["interval"],
        "energy_terms": terms,
        "energy_per_training_J": _cost(result.energy_training_J, level)["median"],
        "latency_per_image_s": _cost(result.latency_per_image_s, level)["median"],
        "area_m2": _cost(result.area_m2, level)["median"],
        "parameters": with_former_names(source.table),
        "not_read": TASKS[result.task].not_read(source.stated),
        "ideal_parameters": list(result.ideal_fields),
        "stand_ins": result.stand_ins,
        "images": result.image_source,
        "options": result.options,
        "draws": n_sets,
        "seeds": n_seeds,
        "seed": int(result.seeds[0, 0]),
        "wall_s": round(result.wall_s, 3),
        "versions": versions(),
        "notes": [*source.notes, *_notes(result, terms)],
    }
    if result.curve is not None:
        by_point = [spread(result.curve[:, :, c], level) for c in range(len(result.checkpoints))]
        told[f"accuracy_by_{result.checkpoint_axis}"] = [point["median"] for point in by_point]
        told[f"accuracy_by_{result.checkpoint_axis}_interval"] = [point["interval"] for point in by_point]
        told[result.checkpoint_axis] = result.checkpoints.tolist()
    if result.confusion is not None:
        told["confusion"] = result.confusion.sum(axis=(0, 1)).tolist()
    columns = {name: column[:n_sets] for name, column in source.parameters.as_dict().items()}
    verdict = judge(result.accuracy, columns, source.table, TASKS[result.task].uses, level=level)
    told["verdict"] = verdict.to_dict()
    told["extras"] = {
        name: spread(values, level) for name, values in result.extras.items() if values.ndim == 2
    }
    return told


def _cost(values: np.ndarray | None, level: float) -> dict[str, Any]:
    return spread([] if values is None else values, level)


def _terms(result: TaskResult) -> dict[str, dict[str, Any]]:
    """Medians of the known parts of the energy of an image."""
    return {
        name: {"median_J": float(np.nanmedian(term.values)), "origin": term.origin, "basis": term.basis}
        for name, term in result.energy_terms.items()
        if np.isfinite(term.values).any()
    }


def _notes(result: TaskResult, terms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    notes = []
    if result.interrupted:
        notes.append(f"interrupted: {len(result.accuracy)} parameter sets were finished")
    if result.energy_per_image_J is None or not np.isfinite(result.energy_per_image_J).any():
        notes.append("energy per image unknown: the device does not state the energy of an event")
    assumed = [name for name, term in terms.items() if term["origin"] == "assumed"]
    if assumed:
        notes.append(f"energy: {', '.join(assumed)} rest on assumptions of the periphery (energy_terms)")
    if result.stand_ins:
        filled = ", ".join(f"{name} {value:g}" for name, value in result.stand_ins.items())
        notes.append(f"no short-term memory stated for some sets: textbook values stand in ({filled})")
    return notes
