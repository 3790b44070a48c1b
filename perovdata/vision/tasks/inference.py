"""*-inference: a network trained in float is programmed into arrays and read, fresh and after a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.arrays import Crossbar, CrossbarState
from perovdata.devices import SynapseParameters
from perovdata.vision.parts.cost import Layer, network_cost
from perovdata.vision.parts.scoring import accuracy_of
from perovdata.vision.parts.softnet import mlp_logits, train_mlp
from perovdata.vision.task import ARRAY_COST, LONG_TERM, RETENTION, Option, Plan, Scores, Task
from perovdata.vision.tasks.memory import AGES_S

_CALIBRATION = 100
_SHOWN = 8
#: Images per read: what all lanes together hold in memory at once.
_READ_BATCH = 1000


class InferenceCourse:
    """One float network for everyone, two crossbars of differential pairs per device."""

    stand_ins: ClassVar[dict[str, float]] = {}

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.options = options
        self.checkpoints = ("age_s", options["ages_s"])
        self.shape = images.shape
        self.calibration = images.train[:_CALIBRATION].reshape(-1, images.train[0].size)
        self.test = images.test.reshape(len(images.test), -1)
        self.labels = images.test_labels
        self.n_classes = len(images.classes)
        self.seeds = plan.seeds
        self.net = train_mlp(
            images.train.reshape(len(images.train), -1),
            images.train_labels,
            options["hidden"],
            self.n_classes,
            epochs=plan.epochs or max(5, 80_000 // len(images.train)),
        )

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        named = jnp.argmax(mlp_logits(self.net, self.test), axis=-1)
        return np.full(len(self.seeds), float(accuracy_of(named, self.labels)))

    def _array(self, params: SynapseParameters, weights: jax.Array, index: int) -> Crossbar:
        rows, columns = weights.shape
        return Crossbar(
            params,
            (rows, columns),
            seeds=len(self.seeds),
            seed=self.seeds,
            paired=True,
            array=index,
            input_bits=self.options["input_bits"],
            adc_bits=self.options["adc_bits"],
            access_resistance=self.options["access_ohm"],
            wire_resistance=self.options["wire_ohm"],
            wires=self.options["wires"],
        )

    def _program(self, array: Crossbar, weights: jax.Array) -> CrossbarState:
        o = self.options
        return array.program(weights, method=o["method"], tolerance=o["tolerance"], rounds=o["rounds"])

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        first = self._array(params, self.net.w1, 0)
        second = self._array(params, self.net.w2, 1)
        state_1, state_2 = self._program(first, self.net.w1), self._program(second, self.net.w2)
        written = state_1
        # The converters' range is set once, on training pictures.
        state_1 = first.calibrate(state_1, self.calibration)
        hidden, state_1 = first.read(state_1, self.calibration)
        state_2 = second.calibrate(state_2, jax.nn.sigmoid(hidden))

        named = []
        for count, age in enumerate(self.options["ages_s"]):
            parts = []
            for start in range(0, len(self.test), _READ_BATCH):
                shown = self.test[start : start + _READ_BATCH]
                hidden, state_1 = first.read(state_1, shown, elapsed=age)
                logits, state_2 = second.read(state_2, jax.nn.sigmoid(hidden), elapsed=age)
                state_1, state_2 = first.disturb(state_1, len(shown)), second.disturb(state_2, len(shown))
                parts.append(np.asarray(jnp.argmax(logits, axis=-1)))
            named.append(np.concatenate(parts, axis=2))
            report((count + 1) / len(self.options["ages_s"]))
        curve = np.stack([np.asarray(accuracy_of(n, self.labels)) for n in named], axis=2)

        pairs = self.labels * self.n_classes + named[0]
        counts = np.apply_along_axis(np.bincount, 2, pairs, minlength=self.n_classes**2)
        given = [np.asarray(s.given.sum(axis=(1, 2, 3))).reshape(curve.shape[:2]) for s in (state_1, state_2)]
        hidden = jax.nn.sigmoid(self.calibration @ self.net.w1)
        layers = [
            Layer(
                array.design,
                float((x**2).mean()),
                pulses.mean(axis=1),
                _mean_conductance(state, params.n_sets),
            )
            for array, x, pulses, state in (
                (first, self.calibration, given[0], state_1),
                (second, np.asarray(hidden), given[1], state_2),
            )
        ]
        stored = np.asarray(first.weights(written))
        error = stored - np.asarray(self.net.w1)
        span = float(np.abs(self.net.w1).max())
        return Scores(
            accuracy=curve[:, :, 0],
            curve=curve,
            confusion=counts.reshape(*curve.shape[:2], self.n_classes, self.n_classes),
            extras={
                "accuracy_at_the_end": curve[:, :, -1],
                "weight_error": np.sqrt((error**2).mean(axis=(2, 3))) / span,
                "pulses_per_device": (given[0] + given[1]) / (2 * (self.net.w1.size + self.net.w2.size)),
            },
            **network_cost(params, layers),
            pictures={
                "weights of the first hidden units, float": _maps(np.asarray(self.net.w1), self.shape),
                "the same in the array": _maps(stored[0, 0], self.shape),
            },
        )


def _mean_conductance(state: CrossbarState, n_sets: int) -> np.ndarray:
    return np.clip(np.asarray(state.g.mean(axis=(1, 2, 3))).reshape(n_sets, -1).mean(axis=1), 0, 1)


def _maps(weights: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return weights.T[:_SHOWN].reshape(-1, *shape)


def inference_task(image_set: str) -> Task:
    """The task's definition for an image set."""
    small = image_set == "digits"
    inputs, hidden = (64, 32) if small else (784, 100)
    return Task(
        name=f"{image_set}-inference",
        shows="how exactly weights are stored, and for how long a network trained elsewhere works",
        image_set=image_set,
        encoder="grey values as amplitudes, 8 bits",
        array=f"differential pairs, {inputs} x {hidden} and {hidden} x 10, 8-bit ADC",
        network=f"{inputs}-{hidden}-10, sigmoid, trained in float without regard to the device",
        protocol="write-verify (or open loop), read with noise, converters, wires and drift",
        score="test accuracy at the first age; curve over the ages",
        uses=(*LONG_TERM, *RETENTION, "read_disturb"),
        costs=ARRAY_COST,
        prepare=InferenceCourse,
        max_sets=64 if small else 8,
        options={
            "ages_s": Option(AGES_S, "times since programming, s, the first one scores", 0, 1e10),
            "method": Option("verify", "programming", choices=("verify", "open-loop", "exact")),
            "tolerance": Option(0.01, "of write-verify, share of the window", 1e-6, 1),
            "rounds": Option(20, "of write-verify, most corrections per device", 0, 100_000),
            "input_bits": Option(8, "resolution of the inputs", 1, 16),
            "adc_bits": Option(8, "resolution of a column read", 2, 16),
            "access_ohm": Option(0.0, "series resistance of the selector, ohm", 0, 1e9),
            "wire_ohm": Option(0.0, "wire resistance of one cell pitch, ohm", 0, 1e6),
            "wires": Option("lumped", "wires by distance or node by node", choices=("lumped", "exact")),
            "hidden": Option(hidden, "hidden units", 1, 10_000),
        },
    )
