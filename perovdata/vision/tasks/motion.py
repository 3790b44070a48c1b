"""motion: direction and speed of a moving figure from one read of an array that remembers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.data.events import on_event_counts
from perovdata.vision.data.scenes import DIRECTIONS, moving_figures, stretch
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.light import LIGHT_OPTIONS, absorbed_percent, light_of, share_of
from perovdata.vision.parts.readout import name_by_read_out
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set, over_seeds
from perovdata.vision.parts.sensor import PAUSE_OPTION, SensorDraws, Timing, sense, sensor_draws
from perovdata.vision.task import EVENT_COST, LIGHT, SHORT_TERM, Option, Plan, Scores, Task

_SPEEDS = (1, 2)
_SHOWN = 6


class MotionCourse:
    """Scenes on a closed field, so that neither the last frame nor the place tells the motion.

    The read-out sees the correlation of the last frame with the memory picture for every shift between
    them: the trail that a figure leaves lies behind it, the longer the faster it moves.
    """

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.timing = Timing(
            options["interval_s"], options["delay_s"], options["adc_bits"], options["pause_s"]
        )
        self.light = light_of(options)
        self.stand_ins = {"ppf_amplitude_1": 1.0, "ppf_tau_1": 3 * options["interval_s"]}
        self.n_train = len(images.train)
        self.n_classes = len(DIRECTIONS) * len(_SPEEDS)
        self.seeds = plan.seeds
        both = np.concatenate([images.train, images.test])
        self.reach = int(max(_SPEEDS) * (options["frames"] - 1)) + 1
        self.pulses, self.last, self.labels = [], [], []
        for seed in plan.seeds:
            frames, labels = moving_figures(
                both, options["frames"], _SPEEDS, options["figure"], np.random.default_rng(seed)
            )
            pulses = frames
            if options["input"] == "events":
                # As many time bins as frames: the first frame shows nothing that changed.
                pulses = np.concatenate([np.zeros_like(frames[:1]), np.minimum(on_event_counts(frames), 1)])
            self.pulses.append(pulses)
            self.last.append(jnp.asarray(frames[-1]))
            self.labels.append(jnp.asarray(labels))
        self.shape = self.pulses[0].shape[2:]

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        ready = zip(self.pulses, self.last, self.labels, strict=True)
        return np.array([self._software(*one) for one in ready])

    def _software(self, pulses: np.ndarray, last: jax.Array, labels: jax.Array) -> float:
        age = np.arange(len(pulses))[::-1]
        trail = jnp.asarray(np.tensordot(np.exp(-age / 3), pulses, axes=1), jnp.float32)
        named = name_by_read_out(_shifts(last, trail, self.reach), labels, self.n_train, self.n_classes)
        return float(accuracy_of(named, labels[self.n_train :]))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        runs = []
        for seed, pulses, last, labels in zip(self.seeds, self.pulses, self.last, self.labels, strict=True):
            flat = jnp.asarray(pulses.reshape(*pulses.shape[:2], -1))
            draws = sensor_draws(seed, *flat.shape)
            runs.append(
                _watch(
                    params,
                    flat,
                    last,
                    draws,
                    labels,
                    self.timing,
                    self.light,
                    self.n_train,
                    self.n_classes,
                    self.reach,
                )
            )
        out = over_seeds(runs)
        seen = out.pop("seen")[0, 0].reshape(_SHOWN, *self.shape)
        test = slice(self.n_train, self.n_train + _SHOWN)
        return Scores(
            accuracy=out["accuracy"],
            confusion=out["confusion"],
            extras={
                "accuracy_direction": out["accuracy_direction"],
                "accuracy_speed": out["accuracy_speed"],
                **absorbed_percent(params, self.light, len(self.seeds)),
            },
            pictures={"last frame": np.asarray(self.last[0][test]), "memory of the array": stretch(seen)},
            **sensor_cost(params, self.pulses[0], self.timing),
        )


def _shifts(last: jax.Array, memory: jax.Array, reach: int) -> jax.Array:
    """Correlation of last frame and memory for all shifts up to ``reach`` pixels, per scene.

    Scaled to the total of each picture, so that the size of the figure does not matter.
    """
    spectrum = jnp.conj(jnp.fft.rfft2(last)) * jnp.fft.rfft2(memory)
    correlation = jnp.fft.irfft2(spectrum, s=last.shape[-2:])
    near = jnp.arange(-reach, reach + 1)
    near = near[: last.shape[-1]]
    window = correlation[:, near[:, None], near[None, :]].reshape(len(last), -1)
    total = last.sum(axis=(1, 2)) * memory.sum(axis=(1, 2))
    return window / jnp.maximum(total, 1e-6)[:, None]


@partial(jax.jit, static_argnames=("n_train", "n_classes", "reach"))
def _watch(
    params: SynapseParameters,
    pulses: jax.Array,
    last: jax.Array,
    draws: SensorDraws,
    labels: jax.Array,
    timing: Timing,
    light: np.ndarray | None,
    n_train: int,
    n_classes: int,
    reach: int,
) -> dict[str, jax.Array]:
    def one(device: SynapseParameters) -> dict[str, jax.Array]:
        memory = sense(device, pulses * share_of(device, light), draws, timing)
        features = _shifts(last, memory.reshape(last.shape), reach)
        named = name_by_read_out(features, labels, n_train, n_classes)
        truth = labels[n_train:]
        n_directions = len(DIRECTIONS)
        return {
            "accuracy": accuracy_of(named, truth),
            "accuracy_direction": accuracy_of(named % n_directions, truth % n_directions),
            "accuracy_speed": accuracy_of(named // n_directions, truth // n_directions),
            "confusion": confusion_matrix(named, truth, n_classes),
            "seen": memory[n_train : n_train + _SHOWN],
        }

    return each_set(one, params)


def motion_task() -> Task:
    """The task's definition."""
    return Task(
        name="motion",
        shows="whether the memory of the pixels tells direction and speed of a moving figure",
        image_set="digits",
        encoder="frames, or the on-events of an event camera, one pulse per pixel",
        array="one volatile device per pixel of a field of twice the figure's size, read once at the end",
        network="correlation of last frame and memory, linear read-out (ridge regression) per device",
        protocol="closed field, random start: no single frame tells the motion",
        score="accuracy of direction (8) and speed (2) together",
        chance_percent=100 / (len(DIRECTIONS) * len(_SPEEDS)),
        uses=(*SHORT_TERM, *LIGHT, "electrical_erase"),
        costs=EVENT_COST,
        prepare=MotionCourse,
        options={
            "frames": Option(5, "frames per scene", 2, 100),
            "figure": Option("digit", "what moves", choices=("digit", "bar")),
            "input": Option("frames", "what the pixels receive", choices=("frames", "events")),
            **LIGHT_OPTIONS,
            "interval_s": Option(0.1, "time between frames, s", 1e-9, 1e6),
            "delay_s": Option(0.05, "time from the last frame to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            **PAUSE_OPTION,
        },
    )
