"""events: digits named from event streams that the devices of the pixels add up."""

from __future__ import annotations

import os
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.vision.data.event_sets import load_nmnist, saccades
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.light import LIGHT_OPTIONS, absorbed_percent, light_of
from perovdata.vision.parts.readout import name_by_read_out, score_sensor
from perovdata.vision.parts.scoring import accuracy_of, over_seeds
from perovdata.vision.parts.sensor import PAUSE_OPTION, Timing, sensor_draws
from perovdata.vision.task import EVENT_COST, LIGHT, SHORT_TERM, Option, Plan, Scores, Task

#: Weight of a pulse in the float sum after this many bins: the textbook memory.
_FADE_BINS = 3.0


class EventsCourse:
    """One device per pixel and polarity; one read after the last event."""

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options = plan.options
        self.timing = Timing(
            options["interval_s"], options["delay_s"], options["adc_bits"], options["pause_s"]
        )
        self.light = light_of(options)
        self.stand_ins = {"ppf_amplitude_1": 1.0, "ppf_tau_1": _FADE_BINS * options["interval_s"]}
        if options["source"] == "nmnist":
            folder = plan.data_dir or os.environ.get("PEROVDATA_DATA_DIR")
            if not folder:
                raise InputError(
                    "task option source: nmnist needs argument data_dir, the folder of Train and Test"
                )
            data = load_nmnist(folder, options["bins"], options["per_class"])
        else:
            data = saccades(plan.images)
        self.source = data.source
        self.n_classes = int(data.train_labels.max()) + 1
        self.n_train = len(data.train_labels)
        self.pulses = np.concatenate([data.train, data.test], axis=1)
        self.labels = jnp.asarray(np.concatenate([data.train_labels, data.test_labels]))
        self.seeds = plan.seeds

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        weights = np.exp(-np.arange(len(self.pulses))[::-1] / _FADE_BINS)
        summed = jnp.asarray(np.tensordot(weights, self.pulses, axes=1), jnp.float32)
        named = name_by_read_out(summed, self.labels, self.n_train, self.n_classes)
        return np.full(len(self.seeds), float(accuracy_of(named, self.labels[self.n_train :])))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        pulses = jnp.asarray(self.pulses)
        out = over_seeds(
            [
                score_sensor(
                    params,
                    pulses,
                    sensor_draws(seed, *pulses.shape),
                    self.labels,
                    self.timing,
                    self.n_train,
                    self.n_classes,
                    self.light,
                )
                for seed in self.seeds
            ]
        )
        return Scores(
            accuracy=out["accuracy"],
            confusion=out["confusion"],
            extras=absorbed_percent(params, self.light, len(self.seeds)),
            **sensor_cost(params, self.pulses, self.timing),
        )


def events_task() -> Task:
    """The task's definition."""
    return Task(
        name="events",
        shows="whether the memory of the pixels turns an event stream into a picture that can be named",
        image_set="digits",
        encoder="on- and off-events of small eye movements, one pulse per pixel, polarity and time bin",
        array="one volatile device per pixel and polarity, read once at the end",
        network="linear read-out (ridge regression), trained per device",
        protocol="events made from the pictures, or N-MNIST where the user has it",
        score="accuracy of the read-out",
        uses=(*SHORT_TERM, *LIGHT, "electrical_erase"),
        costs=EVENT_COST,
        prepare=EventsCourse,
        options={
            "source": Option(
                "generated", "generated, or nmnist from data_dir", choices=("generated", "nmnist")
            ),
            "bins": Option(8, "time bins of an N-MNIST stream", 1, 1000),
            "per_class": Option(200, "N-MNIST files per digit to train with; a quarter to test", 2, 10_000),
            **LIGHT_OPTIONS,
            "interval_s": Option(0.1, "time between bins, s", 1e-9, 1e6),
            "delay_s": Option(0.05, "time from the last bin to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            **PAUSE_OPTION,
        },
    )
