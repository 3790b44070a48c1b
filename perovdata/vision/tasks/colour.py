"""colour: figures over each other, one per colour of light, seen through the films of the pixel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters, absorptance, one_behind_another
from perovdata.vision.data.scenes import WAVELENGTHS_NM, colour_mixtures, stretch
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.light import Lamp, lamp_of
from perovdata.vision.parts.readout import name_by_read_out
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set, over_seeds
from perovdata.vision.parts.sensor import SensorDraws, Timing, sense, sensor_draws
from perovdata.vision.task import EVENT_COST, LIGHT, SHORT_TERM, Option, Plan, Scores, Task

_SHOWN = 6


class ColourCourse:
    """Mixtures; every pixel has one device per filter and film.

    The filters of a pixel leak. Without filters only the films tell colours apart: several of them, side by
    side or one behind another (parameter sets of K films).
    """

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.timing = Timing(options["interval_s"], options["delay_s"], options["adc_bits"])
        self.n_pulses = options["pulses"]
        self.stand_ins = {
            "ppf_amplitude_1": 1.0,
            "ppf_tau_1": 1e4 * self.n_pulses * options["interval_s"],
        }
        self.wavelengths = options["wavelengths_nm"]
        self.lamp = lamp_of(options)
        self.piled = options["arrangement"] == "stacked"
        self.filters = _filters(options["filters"], options["crosstalk"], len(self.wavelengths))
        self.n_train = len(images.train)
        self.n_classes = len(images.classes)
        self.seeds = plan.seeds
        self.scenes, self.labels, self.shape = [], [], images.shape
        for seed in plan.seeds:
            rng = np.random.default_rng(seed)
            train, train_figures = colour_mixtures(
                images.train, images.train_labels, len(self.wavelengths), rng
            )
            test, test_figures = colour_mixtures(images.test, images.test_labels, len(self.wavelengths), rng)
            scenes = np.concatenate([train, test], axis=1).reshape(len(train), -1, images.train[0].size)
            self.scenes.append(scenes)
            self.labels.append(jnp.asarray(np.concatenate([train_figures, test_figures], axis=1)))

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        return np.array([self._software(*pair) for pair in zip(self.scenes, self.labels, strict=True)])

    def _software(self, scenes: np.ndarray, labels: jax.Array) -> float:
        """The same read-out on the light behind filters, or without filters on every colour by itself."""
        filters = self.filters if len(self.filters) > 1 else np.eye(len(scenes))
        named = _read_out(_pixels(filters, jnp.asarray(scenes)), labels, self.n_train, self.n_classes)
        return float(accuracy_of(named, labels[:, self.n_train :]).mean())

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        shares = _film_shares(params, self.lamp, self.piled)
        n_films = shares.shape[1]
        n_devices = len(self.filters) * n_films
        n_scenes, n_pixels = self.scenes[0].shape[1:]
        runs = []
        for seed, scenes, labels in zip(self.seeds, self.scenes, self.labels, strict=True):
            draws = sensor_draws(seed, self.n_pulses, n_scenes, n_devices * n_pixels)
            runs.append(
                _see(
                    (params, shares),
                    jnp.asarray(scenes),
                    self.filters,
                    draws,
                    labels,
                    self.timing,
                    self.n_train,
                    self.n_classes,
                )
            )
        out = over_seeds(runs)
        seen = out.pop("seen")[0, 0].reshape(_SHOWN, n_devices, *self.shape)
        names = self._device_names(n_films)
        light = np.asarray(_pixels(self.filters, self.scenes[0])) * n_films
        return Scores(
            accuracy=out["by_colour"].mean(axis=2),
            confusion=out["confusion"],
            extras=self._extras(out["by_colour"], np.asarray(shares)),
            pictures={name: stretch(seen[:, index]) for index, name in enumerate(names)},
            **sensor_cost(params, np.broadcast_to(light, (self.n_pulses, *light.shape)), self.timing),
        )

    def _extras(self, by_colour: np.ndarray, shares: np.ndarray) -> dict[str, np.ndarray]:
        """Accuracy per colour and the light of it that the films absorb together, percent."""
        together = 100.0 * (shares.sum(axis=1) if self.piled else shares.mean(axis=1))
        extras = {}
        for index, wavelength in enumerate(self.wavelengths):
            extras[f"accuracy_{wavelength:.0f}_nm"] = by_colour[:, :, index]
            extras[f"absorbed_{wavelength:.0f}_nm"] = np.repeat(together[:, index, None], len(self.seeds), 1)
        return extras

    def _device_names(self, n_films: int) -> list[str]:
        filters = [f"behind the {w:.0f} nm filter" for w in self.wavelengths[: len(self.filters)]]
        films = [f"film {k + 1}" for k in range(n_films)] if n_films > 1 else ["device"]
        if len(self.filters) == 1:
            return films
        return [f"{film} {place}" for place in filters for film in films]


def _filters(kind: str, crosstalk: float, n_colours: int) -> np.ndarray:
    """Light of each colour (column) behind each filter (row); the sum behind one filter is at most 1."""
    if kind == "none":
        return np.full((1, n_colours), 1.0 / n_colours)
    leak = np.full((n_colours, n_colours), crosstalk) + (1 - crosstalk) * np.eye(n_colours)
    return leak / leak.sum(axis=1, keepdims=True)


def _film_shares(params: SynapseParameters, lamp: Lamp, piled: bool) -> jax.Array:
    """Share of the strongest colour's light that each film of a pixel takes from each; shape (P, K, C)."""
    films = absorptance(params)
    films = films[:, None] if films.ndim == 2 else films
    return (one_behind_another(films) if piled else films) @ (lamp.power[:, None] * lamp.spectra).T


def _pixels(mixing: jax.Array | np.ndarray, scenes: jax.Array | np.ndarray) -> jax.Array:
    """Light of the scenes on the devices of the pixels: shape (n, devices x pixels)."""
    light = jnp.einsum("dc,cnp->ndp", mixing, scenes)
    return light.reshape(len(light), -1)


def _read_out(features: jax.Array, labels: jax.Array, n_train: int, n_classes: int) -> jax.Array:
    """Names per colour, shape (C, n_test): one read-out each, on the same features."""
    return jax.vmap(lambda figures: name_by_read_out(features, figures, n_train, n_classes))(labels)


@partial(jax.jit, static_argnames=("n_train", "n_classes"))
def _see(
    sets: tuple[SynapseParameters, jax.Array],
    scenes: jax.Array,
    filters: jax.Array,
    draws: SensorDraws,
    labels: jax.Array,
    timing: Timing,
    n_train: int,
    n_classes: int,
) -> dict[str, jax.Array]:
    n_pulses = draws.event.shape[0]

    def one(device_and_shares: tuple[SynapseParameters, jax.Array]) -> dict[str, jax.Array]:
        device, shares = device_and_shares
        mixing = (filters[:, None] * shares[None]).reshape(-1, len(scenes))
        absorbed = _pixels(mixing, scenes)
        features = sense(device, jnp.broadcast_to(absorbed, (n_pulses, *absorbed.shape)), draws, timing)
        named = _read_out(features, labels, n_train, n_classes)
        truth = labels[:, n_train:]
        return {
            "by_colour": accuracy_of(named, truth),
            "confusion": confusion_matrix(named.ravel(), truth.ravel(), n_classes),
            "seen": features[n_train : n_train + _SHOWN],
        }

    return each_set(one, sets)


def colour_task() -> Task:
    """The task's definition."""
    return Task(
        name="colour",
        shows="whether the spectral window lets the device see figures in blue, green and red light",
        image_set="digits",
        encoder="figures over each other, one per colour of light, a few pulses of steady light",
        array="one photonic device per pixel, filter (they leak) and film, read once",
        network="one linear read-out (ridge regression) per colour, trained per device",
        protocol="the read-out is trained on what the noisy devices show",
        score="accuracy of the names, mean over the colours",
        uses=(*SHORT_TERM, *LIGHT),
        costs=EVENT_COST,
        prepare=ColourCourse,
        options={
            "pulses": Option(3, "light pulses per scene", 1, 1000),
            "wavelengths_nm": Option(WAVELENGTHS_NM, "colours of the light, nm", 350, 1100),
            "linewidth_nm": Option(
                None, "full width at half maximum, nm; default: lines, in daylight bands of 60", 0, 300
            ),
            "illumination": Option(
                "sources",
                "one source per colour, or daylight that the figures reflect in their bands",
                choices=("sources", "daylight"),
            ),
            "filters": Option("rgb", "one device behind each colour's filter", choices=("rgb", "none")),
            "crosstalk": Option(0.1, "share of the other colours that a filter lets pass", 0, 1),
            "arrangement": Option(
                "stacked", "films of a pixel of several", choices=("stacked", "side-by-side")
            ),
            "interval_s": Option(0.1, "time between pulses, s", 1e-9, 1e6),
            "delay_s": Option(0.1, "time from the last pulse to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
        },
    )
