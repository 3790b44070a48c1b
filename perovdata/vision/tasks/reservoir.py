"""reservoir-*: pulse streams into devices with short-term memory, a linear read-out behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.data.scenes import binarise, bit_streams
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.readout import name_by_read_out, score_sensor
from perovdata.vision.parts.scoring import accuracy_of, each_set, over_seeds
from perovdata.vision.parts.sensor import PAUSE_OPTION, Timing, sense, sensor_draws
from perovdata.vision.task import EVENT_COST, SHORT_TERM, Option, Plan, Scores, Task


class ReservoirCourse:
    """Streams of bits; every device turns its stream into one current."""

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        interval = options["interval_s"]
        self.timing = Timing(interval, options["delay_s"], options["adc_bits"], options["pause_s"])
        # A trace that halves per interval holds the stream as a binary number: the textbook reservoir.
        self.stand_ins = {"ppf_amplitude_1": 1.0, "ppf_tau_1": interval / np.log(2)}
        crop = 4 if images.shape == (28, 28) else 0
        both = np.concatenate([images.train, images.test])
        # Rows and columns: two looks at the same picture, as the rows alone break it at fixed places.
        black_white = binarise(both, crop)
        looks = (
            [black_white, np.swapaxes(black_white, 1, 2)]
            if options["look"] == "rows-and-columns"
            else [black_white]
        )
        self.pulses = np.concatenate([bit_streams(look, options["bits"]) for look in looks], axis=2)
        self.labels = jnp.asarray(np.concatenate([images.train_labels, images.test_labels]))
        self.n_train = len(images.train)
        self.n_classes = len(images.classes)
        self.seeds = plan.seeds

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        binary = np.tensordot(0.5 ** np.arange(len(self.pulses))[::-1], self.pulses, axes=1)
        named = name_by_read_out(jnp.asarray(binary, jnp.float32), self.labels, self.n_train, self.n_classes)
        return np.full(len(self.seeds), float(accuracy_of(named, self.labels[self.n_train :])))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        pulses = jnp.asarray(self.pulses)
        runs = [
            score_sensor(
                params,
                pulses,
                sensor_draws(seed, *pulses.shape),
                self.labels,
                self.timing,
                self.n_train,
                self.n_classes,
            )
            for seed in self.seeds
        ]
        out = over_seeds(runs)
        states = np.asarray(_distinct_states(params, len(self.pulses), self.timing))
        return Scores(
            accuracy=out["accuracy"],
            confusion=out["confusion"],
            extras={"distinct_states": np.repeat(states[:, None], len(self.seeds), axis=1)},
            **sensor_cost(params, self.pulses, self.timing),
        )


@partial(jax.jit, static_argnames="n_bits")
def _distinct_states(params: SynapseParameters, n_bits: int, timing: Timing) -> jax.Array:
    """How many of the patterns of bits one device without noise tells apart, shape (P,)."""
    patterns = ((jnp.arange(2**n_bits) >> jnp.arange(n_bits)[:, None]) & 1).astype(jnp.float32)[:, :, None]
    quiet = jax.tree.map(jnp.zeros_like, sensor_draws(0, *patterns.shape))
    quiet = quiet._replace(stuck=jnp.full(1, 0.5))

    def one(device: SynapseParameters) -> jax.Array:
        levels = jnp.sort(sense(device, patterns, quiet, timing._replace(pause_s=None))[:, 0])
        return 1 + jnp.sum(jnp.diff(levels) > 0)

    return each_set(one, params)


def reservoir_task(image_set: str) -> Task:
    """The task's definition for an image set."""
    return Task(
        name=f"reservoir-{image_set}",
        shows="whether the short-term memory tells pulse streams apart (reservoir computing)",
        image_set=image_set,
        encoder="rows and columns of the black-and-white picture, cut into streams of 4 pulses",
        array="one volatile device per stream, read once after its last pulse",
        network="linear read-out (ridge regression), trained per device",
        protocol="the read-out is trained on what the noisy devices show",
        score="accuracy of the read-out",
        uses=(*SHORT_TERM, "electrical_erase"),
        costs=EVENT_COST,
        prepare=ReservoirCourse,
        options={
            "bits": Option(4, "pulses per stream", 1, 12),
            "look": Option("rows-and-columns", "how pictures are cut", choices=("rows", "rows-and-columns")),
            "interval_s": Option(0.1, "time between pulses, s", 1e-9, 1e6),
            "delay_s": Option(0.05, "time from the last pulse to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            **PAUSE_OPTION,
        },
    )
