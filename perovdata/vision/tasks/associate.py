"""associate: an array of weights completes a damaged picture (associative recall)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import (
    SynapseParameters,
    add_cycle_noise,
    exponential,
    hold_stuck,
    quantise,
    retained,
    sample_devices,
)
from perovdata.vision.parts.scoring import each_set, over_seeds
from perovdata.vision.task import POTENTIATION, RETENTION, Option, Plan, Scores, Task

__all__ = ["associate_task"]

_SHOWN = 6
_SWEEPS = 10


class AssociateCourse:
    """A Hopfield network whose weights are differences of two devices.

    The pictures are one per class; their weights follow from the projection rule, which keeps even
    correlated pictures as fixed points (L. Personnaz, I. Guyon, G. Dreyfus, J. Physique Lett. 46, L359
    (1985), 10.1051/jphyslet:01985004608035900).
    """

    stand_ins: ClassVar[dict[str, float]] = {}
    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        patterns = []
        for index in range(len(images.classes)):
            mean = images.train[images.train_labels == index].mean(axis=0)
            patterns.append(mean >= np.quantile(mean, 0.6))  # the same share of white in every picture
        self.patterns = (2.0 * np.array(patterns).reshape(len(patterns), -1) - 1).astype(np.float32)
        self.shape = images.shape
        weights = self.patterns.T @ np.linalg.pinv(self.patterns.T)
        np.fill_diagonal(weights, 0)
        self.weights = (weights / np.abs(weights).max()).astype(np.float32)
        self.age_s = options["age_s"]
        self.seeds = plan.seeds
        self.cues = [self._cues(seed, options["cues"], options["flipped"]) for seed in plan.seeds]

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        return np.array([self._software(*cue) for cue in self.cues])

    def _cues(self, seed: int, n_each: int, flipped: float) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        truth = np.tile(np.arange(len(self.patterns)), n_each)
        cue = self.patterns[truth].copy()
        for row in cue:
            row[rng.choice(row.size, round(flipped * row.size), replace=False)] *= -1
        return cue, truth

    def _software(self, cue: np.ndarray, truth: np.ndarray) -> float:
        state = cue
        for _ in range(_SWEEPS):
            state = np.where(state @ self.weights >= 0, 1.0, -1.0)
        return 100 * float(np.mean(_recalled(state, self.patterns[truth])))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        runs = [
            _recall(params, self.weights, self.patterns, *map(jnp.asarray, cue), seed, self.age_s)
            for seed, cue in zip(self.seeds, self.cues, strict=True)
        ]
        out = over_seeds(runs)
        state = out.pop("state")[0, 0].reshape(-1, *self.shape)
        pulses = np.asarray(params.n_pulses_ltp, float) * float(np.abs(self.weights).sum())
        return Scores(
            accuracy=out["accuracy"],
            energy_training_J=np.asarray(params.energy_per_pulse, float) * pulses,
            extras={"overlap": out["overlap"]},
            pictures={
                "stored": self.patterns[:_SHOWN].reshape(-1, *self.shape),
                "cue": self.cues[0][0][:_SHOWN].reshape(-1, *self.shape),
                "recalled": state[:_SHOWN],
            },
        )


def _recalled(state, pattern):
    """At least 95 % of the pixels right."""
    return (state == pattern).mean(axis=-1) >= 0.95


@jax.jit
def _recall(params, weights, patterns, cue, truth, seed, age_s):
    keys = jax.random.split(jax.random.key(seed), 3)
    shape = (2, *weights.shape)
    write = jax.random.normal(keys[1], shape)
    read = jax.random.normal(keys[2], (_SWEEPS, *cue.shape))
    target = jnp.stack([jnp.maximum(weights, 0.0), jnp.maximum(-weights, 0.0)])

    def one(device):
        cells = sample_devices(keys[0], device, shape)
        pulses = jnp.round(target * device.n_pulses_ltp)
        blank = jnp.zeros(shape)
        g = exponential(blank, pulses / device.n_pulses_ltp, cells.curvature_ltp)
        g = quantise(jnp.clip(add_cycle_noise(g, blank, pulses, device, write), 0.0, 1.0), device)
        g = hold_stuck(g * retained(device, age_s), cells.stuck)
        conductance = cells.g_min + g * (cells.g_max - cells.g_min)
        w = (conductance[0] - conductance[1]) / (device.g_max - device.g_min)
        # Noise of the reads of a column adds up over its devices: two per row, all rows driven by +-1.
        level = jnp.sqrt((conductance**2).sum(axis=(0, 1))) / (device.g_max - device.g_min)
        sigma = jnp.sqrt(
            2 * weights.shape[0] * device.read_noise**2 + (device.read_noise_relative * level) ** 2
        )

        def sweep(state, noise):
            return jnp.where(state @ w + sigma * noise >= 0, 1.0, -1.0), None

        state, _ = jax.lax.scan(sweep, cue, read)
        pattern = patterns[truth]
        return {
            "accuracy": 100.0 * jnp.mean(_recalled(state, pattern)),
            "overlap": jnp.mean(state * pattern),
            "state": state[:_SHOWN],
        }

    return each_set(one, params)


def associate_task() -> Task:
    """The task's definition."""
    return Task(
        name="associate",
        shows="whether stored weights are exact enough to complete a damaged picture",
        image_set="digits",
        encoder="black and white, one mean picture per class; a share of the pixels of the cue is flipped",
        array="pixels x pixels weights, each the difference of two devices",
        network="Hopfield network with the projection rule, ten synchronous sweeps",
        protocol="open-loop programming from the straight line, read after the waiting time",
        score="share of the cues after which at least 95 % of the pixels are right",
        uses=(*POTENTIATION, *RETENTION),
        prepare=AssociateCourse,
        chance_percent=0.0,
        options={
            "cues": Option(20, "cues per picture", 1, 100_000),
            "flipped": Option(0.15, "share of the pixels of a cue that is wrong", 0, 1),
            "age_s": Option(1.0, "time between programming and recall, s", 0, 1e10),
        },
    )
