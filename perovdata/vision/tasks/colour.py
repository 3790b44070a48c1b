"""colour: three figures over each other, one per wavelength, seen through the device's spectral window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.data.scenes import WAVELENGTHS_NM, colour_mixtures, stretch
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.readout import name_by_read_out
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set, over_seeds
from perovdata.vision.parts.sensor import Timing, sense, sensor_draws
from perovdata.vision.task import SHORT_TERM, Option, Plan, Scores, Task

__all__ = ["colour_task"]

_SHOWN = 6


class ColourCourse:
    """Mixtures; every pixel has three devices, each behind a filter that leaks."""

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.timing = Timing(options["interval_s"], options["delay_s"], options["adc_bits"])
        self.n_pulses = options["pulses"]
        self.stand_ins = {
            "ppf_amplitude_1": 1.0,
            "ppf_tau_1": 1e4 * self.n_pulses * options["interval_s"],
        }
        self.n_train = len(images.train)
        self.n_classes = len(images.classes)
        self.seeds = plan.seeds
        # Light of colour i behind the filter of colour j; the sum behind one filter is at most 1.
        leak = np.full((3, 3), options["crosstalk"]) + (1 - options["crosstalk"]) * np.eye(3)
        leak /= leak.sum(axis=0)
        self.light, self.labels, self.shape = [], [], images.shape
        for seed in plan.seeds:
            rng = np.random.default_rng(seed)
            train, train_figures = colour_mixtures(images.train, images.train_labels, rng)
            test, test_figures = colour_mixtures(images.test, images.test_labels, rng)
            scenes = np.concatenate([train, test], axis=1).reshape(3, -1, images.train[0].size)
            # (wavelength, scene, pixels of the three filters one after the other)
            self.light.append(
                np.concatenate([scenes * leak[:, j, None, None] for j in range(3)], axis=2).astype(np.float32)
            )
            self.labels.append(jnp.asarray(np.concatenate([train_figures, test_figures], axis=1)))
        self.ceiling = np.array([self._software(*pair) for pair in zip(self.light, self.labels, strict=True)])

    def _software(self, light: np.ndarray, labels) -> float:
        named = _read_out(jnp.asarray(light.sum(axis=0)), labels, self.n_train, self.n_classes)
        return float(accuracy_of(named, labels[:, self.n_train :]).mean())

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        runs = []
        for seed, light, labels in zip(self.seeds, self.light, self.labels, strict=True):
            draws = sensor_draws(seed, self.n_pulses, *light.shape[1:])
            runs.append(
                _see(params, jnp.asarray(light), draws, labels, self.timing, self.n_train, self.n_classes)
            )
        out = over_seeds(runs)
        seen = out.pop("seen")[0, 0].reshape(_SHOWN, 3, *self.shape)
        extras = {
            f"accuracy_{wavelength:.0f}_nm": out["by_colour"][:, :, index]
            for index, wavelength in enumerate(WAVELENGTHS_NM)
        }
        pulses = np.broadcast_to(self.light[0].sum(axis=0), (self.n_pulses, *self.light[0].shape[1:]))
        return Scores(
            accuracy=out["by_colour"].mean(axis=2),
            confusion=out["confusion"],
            extras=extras,
            pictures={
                f"device behind the {wavelength:.0f} nm filter": stretch(seen[:, index])
                for index, wavelength in enumerate(WAVELENGTHS_NM)
            },
            **sensor_cost(params, pulses, self.timing),
        )


def _read_out(features, labels, n_train: int, n_classes: int):
    """Names per colour, shape (3, n_test): one read-out each, on the same features."""
    return jax.vmap(lambda figures: name_by_read_out(features, figures, n_train, n_classes))(labels)


@partial(jax.jit, static_argnames=("n_train", "n_classes"))
def _see(params, light, draws, labels, timing: Timing, n_train: int, n_classes: int):
    n_pulses = draws.event.shape[0]
    pulses = jnp.broadcast_to(light[:, None], (light.shape[0], n_pulses, *light.shape[1:]))
    wavelengths = jnp.asarray(WAVELENGTHS_NM)

    def one(device):
        features = sense(device, pulses, draws, timing, wavelengths)
        named = _read_out(features, labels, n_train, n_classes)
        truth = labels[:, n_train:]
        return {
            "by_colour": accuracy_of(named, truth),
            "confusion": confusion_matrix(named.ravel(), truth.ravel(), n_classes),
            "seen": features[n_train : n_train + _SHOWN],
        }

    return each_set(one, params)


def colour_task() -> Task:
    """The task's definition."""
    return Task(
        name="colour",
        shows="whether the spectral window lets the device see figures in blue, green and red light",
        image_set="digits",
        encoder="three figures over each other at 450, 532 and 635 nm, a few pulses of steady light",
        array="three photonic devices per pixel behind filters that leak, read once",
        network="one linear read-out (ridge regression) per colour, trained per device",
        protocol="the read-out is trained on what the noisy devices show",
        score="accuracy of the three names, mean over the colours",
        uses=(*SHORT_TERM, "bandgap", "absorption_width"),
        prepare=ColourCourse,
        options={
            "pulses": Option(3, "light pulses per scene", 1, 1000),
            "crosstalk": Option(0.1, "share of the other colours that a filter lets pass", 0, 1),
            "interval_s": Option(0.1, "time between pulses, s", 1e-9, 1e6),
            "delay_s": Option(0.1, "time from the last pulse to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
        },
    )
