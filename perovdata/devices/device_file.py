"""Device files: YAML that people write and `perovdata fit` writes, read into parameters.

Flat keys are the fields of :data:`~perovdata.devices.FIELDS`; ``ppf`` may group its four. Besides them a
file may have ``name`` (text), ``notes`` (anything) and ``uncertainty``, how well a fit knows the parameters
(:class:`~perovdata.devices.uncertainty.Uncertainty`). ``law`` names the update law that the arrays run
(without it: the exponential of the labels); the numbers of the laws stand under ``measured`` (the jump table)
and ``law_parameters`` (the others, by name), so that one file may hold several.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from perovdata.checks import check_counts
from perovdata.devices.fields import FIELDS
from perovdata.devices.laws import ExponentialLaw, Law, MeasuredLaw, make_law
from perovdata.devices.parameters import SynapseParameters
from perovdata.devices.renamed import RENAMED, current_name, without_removed
from perovdata.devices.uncertainty import Uncertainty
from perovdata.documents import read_yaml
from perovdata.errors import InputError, unknown_choice
from perovdata.files import write_atomic

_LONGEST_SWEEP = 5000
_PPF = ("amplitude_1", "tau_1", "amplitude_2", "tau_2")
_OTHER_KEYS = ("name", "notes", "ppf", "uncertainty", "law", "law_parameters", "measured")


@dataclass(frozen=True)
class DeviceFile:
    """The content of a device file.

    Parameters
    ----------
    name : str
    parameters : SynapseParameters
        Nominal values.
    uncertainty : Uncertainty, optional
        What a fit leaves open.
    notes : dict
        Free: origin, file fitted, quality of the fit.
    laws : dict of str to Law
        Laws whose numbers the file holds, by name, besides the exponential of the labels.
    law : str
        The one that the parameters follow.
    """

    name: str
    parameters: SynapseParameters
    uncertainty: Uncertainty | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    laws: dict[str, Law] = field(default_factory=dict)
    law: str = ExponentialLaw.name

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", self.parameters.with_law(self._chosen()))

    def _chosen(self) -> Law | None:
        if self.law == ExponentialLaw.name:
            return None
        if self.law not in self.laws:
            raise unknown_choice(f"law of device {self.name}", self.law, [ExponentialLaw.name, *self.laws])
        return self.laws[self.law]

    def with_law(self, law: str) -> DeviceFile:
        """The same device run by another of its laws; raises InputError for one that it does not hold."""
        return dataclasses.replace(self, law=law)

    def draws(self, n: int, seed: int = 0) -> SynapseParameters:
        """Draw n parameter sets within the uncertainty of the fit (without one: n copies)."""
        check_counts(draws=n)
        if self.uncertainty is None:
            return self.parameters.take(np.arange(n) % self.parameters.n_sets)
        return self.uncertainty.draws(self.parameters, n, seed).with_law(self._chosen())

    def exponential_misfit(self) -> float | None:
        """How far the exponential of the labels is from the measured sweeps (rms, fraction of the window).

        None without a measured law, and for sweeps of more pulses than anyone measures one by one.
        """
        measured = self.laws.get(MeasuredLaw.name)
        longest = float(max(self.parameters.n_pulses_ltp[0], self.parameters.n_pulses_ltd[0]))
        if not isinstance(measured, MeasuredLaw) or longest > _LONGEST_SWEEP:
            return None
        p = {name: float(column[0]) for name, column in self.parameters.as_dict().items()}
        closest = ExponentialLaw(label=(p["nonlinearity_ltp"], p["nonlinearity_ltd"]))
        return measured.misfit(closest, (p["n_pulses_ltp"], p["n_pulses_ltd"]))


def load_device(path: str | os.PathLike[str]) -> DeviceFile:
    """Read a device file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    DeviceFile

    Raises
    ------
    InputError
        No such file, not YAML, unknown key, value out of range.
    """
    path = Path(path)
    content = without_removed(_read_mapping(path))
    for former, name in RENAMED.items():
        if former in content and name in content:
            raise InputError(f"{path.name}, key {former}: {name} is given too, the name it has now")
    content = {current_name(key) if isinstance(key, str) else key: value for key, value in content.items()}
    for key in content:
        if key not in FIELDS and key not in _OTHER_KEYS:
            raise unknown_choice(f"{path.name}, key", key, [*_OTHER_KEYS, *FIELDS])
    values = {key: _number(path, key, content[key]) for key in FIELDS if key in content}
    values |= _ppf(path, content.get("ppf"))
    notes = content.get("notes") or {}
    if not isinstance(notes, dict):
        raise InputError(f"{path.name}, key notes: '{notes}' is not a mapping")
    try:
        parameters = SynapseParameters.make(**values)
        block = content.get("uncertainty")
        uncertainty = None if block is None else Uncertainty.from_dict(block)
        law = str(content.get("law") or ExponentialLaw.name)
        name = _name(content.get("name"), path.stem)
        return DeviceFile(name, parameters, uncertainty, notes, _laws(content), law)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def save_device(path: str | os.PathLike[str], device: DeviceFile) -> None:
    """Write a device file atomically; neutral fields are left out."""
    write_atomic(path, dump_device(device))


def dump_device(device: DeviceFile) -> str:
    """The YAML text of a device file."""
    content: dict[str, Any] = {"name": device.name}
    ideal = set(device.parameters.ideal_fields)
    ppf: dict[str, Any] = {}
    for name, column in device.parameters.as_dict().items():
        if name in ideal:
            continue
        # The shortest digits that give the same float32 again.
        numbers = [None if np.isnan(v) else float(np.format_float_scientific(v)) for v in column]
        value = numbers[0] if len(numbers) == 1 else numbers
        if name.startswith("ppf_"):
            ppf[name.removeprefix("ppf_")] = value
        else:
            content[name] = value
    if ppf:
        content["ppf"] = ppf
    if device.laws:
        content["law"] = device.law
        content |= _law_blocks(device)
    if device.uncertainty is not None:
        content["uncertainty"] = device.uncertainty.to_dict()
    if device.notes:
        content["notes"] = device.notes
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)


def _law_blocks(device: DeviceFile) -> dict[str, Any]:
    """The laws' numbers as a file holds them; the table tells how far the closest exponential is from it."""
    others = {name: law.to_dict() for name, law in device.laws.items() if name != MeasuredLaw.name}
    blocks: dict[str, Any] = {"law_parameters": others} if others else {}
    misfit = device.exponential_misfit()
    if MeasuredLaw.name in device.laws:
        told = {} if misfit is None else {"exponential_misfit": float(f"{misfit:.3g}")}
        blocks[MeasuredLaw.name] = {**told, **device.laws[MeasuredLaw.name].to_dict()}
    return blocks


def _name(value: Any, default: str) -> str:
    if isinstance(value, list | dict):
        raise InputError(f"key name: '{str(value)[:40]}' is no text")
    return default if value is None or value == "" else str(value)


def _laws(content: dict[str, Any]) -> dict[str, Law]:
    """The laws that a file holds, by name."""
    blocks = content.get("law_parameters") or {}
    if not isinstance(blocks, dict):
        raise InputError(f"key law_parameters: '{blocks}' is not a mapping from a law's name to its numbers")
    found = {str(name): make_law(str(name), block) for name, block in blocks.items()}
    if content.get(MeasuredLaw.name) is not None:
        found[MeasuredLaw.name] = make_law(MeasuredLaw.name, content[MeasuredLaw.name])
    return found


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        content = read_yaml(path)
    except InputError as error:
        raise InputError(f"device {error}; lines like 'g_max: 1.0e-6' are expected") from None
    if not isinstance(content, dict):
        raise InputError(
            f"device file '{path}': lines like 'g_max: 1.0e-6' are expected, got '{str(content)[:60]}'"
        )
    return content


def _number(path: Path, key: str, value: Any) -> Any:
    """YAML 1.1 reads '1e-6' (no point) as text: accept it as the number it is."""
    if isinstance(value, list):
        items = [_number(path, key, v) for v in value]
        # A quantity that only some sets state is unknown (NaN) in the others.
        return [np.nan if v is None else v for v in items]
    if isinstance(value, bool):
        raise InputError(f"{path.name}, key {key}: '{value}' is not a number")
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise InputError(f"{path.name}, key {key}: '{value}' is not a number") from None
    if value is not None and not isinstance(value, (int, float)):
        raise InputError(f"{path.name}, key {key}: a mapping is not a number")
    return value


def _ppf(path: Path, block: Any) -> dict[str, Any]:
    if block is None:
        return {}
    if not isinstance(block, dict):
        raise InputError(f"{path.name}, key ppf: '{block}' is not a mapping of {', '.join(_PPF)}")
    for key in block:
        if key not in _PPF:
            raise unknown_choice(f"{path.name}, key ppf", key, _PPF)
    return {f"ppf_{key}": _number(path, f"ppf.{key}", value) for key, value in block.items()}
