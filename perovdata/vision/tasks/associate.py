"""associate: an array of weights completes a damaged picture (associative recall)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from perovdata.arrays import Crossbar
from perovdata.devices import SynapseParameters
from perovdata.vision.task import POTENTIATION, RETENTION, Option, Plan, Scores, Task

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
        array = Crossbar(params, self.weights.shape, seeds=len(self.seeds), seed=self.seeds, paired=True)
        stored = array.program(self.weights, method="proportional")
        cues, truth = (np.stack(part) for part in zip(*self.cues, strict=True))
        state = np.broadcast_to(cues, (params.n_sets, *cues.shape))
        for sweep in range(_SWEEPS):
            sums, stored = array.read(stored, state, elapsed=self.age_s)
            state = np.where(np.asarray(sums) >= 0, 1.0, -1.0)
            report((sweep + 1) / _SWEEPS)
        pattern = self.patterns[truth]
        pulses = np.asarray(stored.given).reshape(params.n_sets, -1).sum(axis=1) / len(self.seeds)
        return Scores(
            accuracy=100.0 * _recalled(state, pattern).mean(axis=-1),
            energy_training_J=np.asarray(params.energy_per_pulse, float) * pulses,
            extras={"overlap": (state * pattern).mean(axis=(-2, -1))},
            pictures={
                "stored": self.patterns[:_SHOWN].reshape(-1, *self.shape),
                "cue": self.cues[0][0][:_SHOWN].reshape(-1, *self.shape),
                "recalled": state[0, 0, :_SHOWN].reshape(-1, *self.shape),
            },
        )


def _recalled(state: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    """At least 95 % of the pixels right."""
    return (state == pattern).mean(axis=-1) >= 0.95


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
