"""What a vision task is: the common definition that every task fills in."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError, unknown_choice
from perovdata.vision.data.images import Images

_SPREAD = ("stuck_on", "stuck_off", "read_noise", "read_noise_relative")
#: Fields of SynapseParameters that a task reads which writes an erased array once,
POTENTIATION = (
    "g_max",
    "g_min",
    "n_pulses_ltp",
    "n_states",
    "nonlinearity_ltp",
    "c2c_sigma",
    "c2c_relative",
    "d2d_label_sigma",
    "d2d_g_max",
    "d2d_g_min",
    "d2d_correlation",
    *_SPREAD,
)
#: that one reads which writes in both directions,
LONG_TERM = (*POTENTIATION, "n_pulses_ltd", "nonlinearity_ltd")
#: that a task reads which writes very often,
WEAR = ("endurance_cycles", "endurance_exponent")
#: that a task reads which waits before it looks,
RETENTION = ("retention_tau", "retention_beta", "retention_nu", "retention_t0", "retention_floor")
#: and that a sensor reads.
SHORT_TERM = (
    "ppf_amplitude_1",
    "ppf_tau_1",
    "ppf_amplitude_2",
    "ppf_tau_2",
    "persistent_fraction",
    "persistent_tau",
    "stm_saturation",
    "rise_tau",
    "epsc_fast_tau",
    "c2c_relative",
    "d2d_g_max",
    *_SPREAD,
)

#: Fields that move every decay time with the temperature.
THERMAL = ("activation_energy", "reference_temperature")
#: Fields that decide what a task costs, beside those that decide its score: an array of weights, a sensor,
ARRAY_COST = ("read_voltage", "read_width", "write_voltage", "pulse_width", "energy_per_pulse")
EVENT_COST = ("energy_per_pulse", "epsc_amplitude", "read_voltage", "pulse_width")
#: and an array that is only written.
PULSE_COST = ("energy_per_pulse",)

#: Fields that say how much light of a given strength and colour acts.
LIGHT = (
    "intensity_reference",
    "intensity_exponent",
    "intensity_saturation",
    "bandgap",
    "absorption_width",
    "film_thickness",
    "film_reflectance",
)


@dataclass(frozen=True)
class Option:
    """A setting of a task that a user may change.

    Attributes
    ----------
    default : int, float, str, tuple of float or None
        Its type is the type accepted; None: a number, unless given the task decides.
    meaning : str
        One line, with the unit.
    low, high : float
        Closed range of numbers (of every member of a tuple).
    choices : tuple of str
        Closed list for text.
    """

    default: Any
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def read(self, name: str, value: Any) -> Any:
        """Check a value given as text or as a number; raises InputError."""
        if isinstance(self.default, str):
            if value not in self.choices:
                raise unknown_choice(f"task option {name}", value, self.choices)
            return value
        if isinstance(self.default, tuple):
            parts = value.split(",") if isinstance(value, str) else np.atleast_1d(value).tolist()
            return tuple(self._number(name, part, float) for part in parts)
        return self._number(name, value, float if self.default is None else type(self.default))

    def _number(self, name: str, value: Any, kind: type) -> Any:
        try:
            number = kind(value)
            exact = kind is float or float(value) == number
        except (TypeError, ValueError):
            exact = False
        if not exact or math.isnan(number) or not self.low <= number <= self.high:
            accepted = f"{'a whole number' if kind is int else 'a number'} from {self.low:g} to {self.high:g}"
            raise InputError(f"task option {name}: '{value}' is not {accepted} ({self.meaning})")
        return number


def read_options(task: Task, given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a task, those given checked, the others at their default."""
    for name in given:
        if name not in task.options:
            raise unknown_choice(f"option of task {task.name}", name, task.options)
    return {
        name: option.read(name, given[name]) if name in given else option.default
        for name, option in task.options.items()
    }


@dataclass(frozen=True)
class Plan:
    """What one run asks of a task.

    Attributes
    ----------
    images : Images
    seeds : tuple of int
        One per repetition; they fix sample order, start, noise of frames and of devices, and are the
        same for every parameter set of this plan (common random numbers: comparisons are paired).
    epochs : int or None
        For tasks that train; None: the task's own number.
    protocol : str
    options : dict
        From :func:`read_options`.
    data_dir : path or None
        As the user gave it.
    """

    images: Images
    seeds: tuple[int, ...]
    epochs: int | None
    protocol: str
    options: dict[str, Any]
    data_dir: str | os.PathLike[str] | None = None


@dataclass(frozen=True)
class EnergyTerm:
    """What one part of the system takes for an image.

    Attributes
    ----------
    values : ndarray, shape (P,)
        J; NaN where the device does not state what it takes.
    origin : str
        ``device`` or ``assumed``.
    basis : str
        The formula.
    """

    values: np.ndarray
    origin: str
    basis: str


@dataclass
class Scores:
    """What a task measures on P parameter sets and S seeds.

    Attributes
    ----------
    accuracy : ndarray, shape (P, S)
        Percent.
    curve : ndarray, shape (P, S, C), optional
        Percent at the C checkpoints of ``Course.checkpoints``.
    confusion : ndarray of int, shape (P, S, K, K), optional
        True class by named class.
    energy_per_image_J, energy_training_J, latency_per_image_s, area_m2 : ndarray, shape (P,)
        NaN where the device does not state what it takes.
    energy_terms : dict of str to EnergyTerm
        Parts of the energy of an image.
    extras : dict of str to ndarray, shape (P, S, ...)
        Further figures of the task.
    pictures : dict of str to ndarray, shape (n, height, width)
        What the array saw, for the first parameter set and seed.
    """

    accuracy: np.ndarray
    curve: np.ndarray | None = None
    confusion: np.ndarray | None = None
    energy_per_image_J: np.ndarray | None = None
    energy_training_J: np.ndarray | None = None
    latency_per_image_s: np.ndarray | None = None
    area_m2: np.ndarray | None = None
    energy_terms: dict[str, EnergyTerm] = field(default_factory=dict)
    extras: dict[str, np.ndarray] = field(default_factory=dict)
    pictures: dict[str, np.ndarray] = field(default_factory=dict)


class Course(Protocol):
    """A task made ready: data loaded, software network trained.

    The course of a task with ``mixed_seeds`` also has ``score_mixed(params, seeds, report)``, with seeds of
    shape (P, S); the others are made ready anew for every group of sets of one seed.
    """

    @property
    def checkpoints(self) -> tuple[str, tuple[float, ...]]:
        """Name of the curve's axis and its values; ("", ()) without a curve."""

    @property
    def stand_ins(self) -> dict[str, float]:
        """Parameter values that stand in for a device without short-term memory; empty if none is needed."""

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets; a long run reports the share done, 0 to 1."""


@dataclass(frozen=True)
class Task:
    """A reproducible vision benchmark.

    Attributes
    ----------
    name : str
    shows : str
        What it tells about a device.
    image_set : str
        Default image set.
    encoder, array, network, protocol, score : str
        One line each.
    chance_percent : float or None
        Accuracy of guessing where it does not follow from the classes of the images.
    uses : tuple of str
        Fields of SynapseParameters that decide the score. A task that reads a decay time also has the option
        ``temperature_K`` and reads :data:`THERMAL`.
    costs : tuple of str
        Fields that decide what it costs.
    prepare : callable
        Plan -> Course.
    options : dict of str to Option
    protocols : tuple of str
    max_sets : int
        Parameter sets run at once: what Ctrl-C can lose.
    pad : bool
        Round the number of sets up (:func:`perovdata.engine.padded`): few shapes, few compilations. False
        where the engine under the task does so itself.
    mixed_seeds : bool
        Sets of different seeds run together and take no longer than sets of one seed.
    """

    name: str
    shows: str
    image_set: str
    encoder: str
    array: str
    network: str
    protocol: str
    score: str
    uses: tuple[str, ...]
    prepare: Callable[[Plan], Course]
    chance_percent: float | None = None
    options: dict[str, Option] = field(default_factory=dict)
    protocols: tuple[str, ...] = ("default",)
    max_sets: int = 64
    pad: bool = True
    mixed_seeds: bool = False
    costs: tuple[str, ...] = PULSE_COST

    def __post_init__(self) -> None:
        if not {"retention_tau", "ppf_tau_1"} & set(self.uses):
            return
        warm = Option(300.0, "temperature at which states are kept, K", 1, 1500)
        object.__setattr__(self, "options", {**self.options, "temperature_K": warm})
        object.__setattr__(self, "uses", tuple(dict.fromkeys((*self.uses, *THERMAL))))

    def not_read(self, stated: Iterable[str]) -> list[str]:
        """Of the fields that a device states, those that neither decide the score nor the cost."""
        return [name for name in stated if name not in {*self.uses, *self.costs}]

    def chance(self, images: Images) -> float:
        """Accuracy of guessing, percent."""
        return 100.0 / len(images.classes) if self.chance_percent is None else self.chance_percent
