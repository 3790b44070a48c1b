"""Published devices by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from perovdata.devices.parameters import SynapseParameters
from perovdata.errors import unknown_choice


@dataclass(frozen=True)
class Preset:
    """A published device.

    Parameters
    ----------
    name : str
    source : str
        Where the numbers stand.
    note : str
        How ranges and bounds of the source were resolved; may be empty.
    values : dict
        The fields that the source states.
    """

    name: str
    source: str
    note: str
    values: dict[str, float]

    @property
    def parameters(self) -> SynapseParameters:
        """The device as one parameter set."""
        return SynapseParameters.make(**self.values)


def _load() -> dict[str, Preset]:
    entries = yaml.safe_load(Path(__file__).with_name("presets.yaml").read_text(encoding="utf-8"))
    return {
        name: Preset(name, entry["source"], entry.get("note", ""), dict(entry["parameters"]))
        for name, entry in entries.items()
    }


#: Published devices by name.
PRESETS: dict[str, Preset] = _load()


def preset(name: str) -> SynapseParameters:
    """Parameters of a published device.

    Parameters
    ----------
    name : str
        A key of :data:`PRESETS`.

    Returns
    -------
    SynapseParameters
        One set.

    Raises
    ------
    InputError
        Unknown name.
    """
    if name not in PRESETS:
        raise unknown_choice("preset", name, PRESETS)
    return PRESETS[name].parameters
