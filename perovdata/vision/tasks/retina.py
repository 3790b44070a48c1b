"""retina-denoise: a photonic synapse array looks at noisy frames before a network names the picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.vision.data.scenes import noisy_frames, stretch
from perovdata.vision.parts.cost import sensor_cost
from perovdata.vision.parts.light import LIGHT_OPTIONS, absorbed_percent, light_of, share_of
from perovdata.vision.parts.picture_quality import contrast, psnr, ssim
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set, over_seeds
from perovdata.vision.parts.sensor import PAUSE_OPTION, SensorDraws, Timing, sense, sensor_draws
from perovdata.vision.parts.softnet import Mlp, mlp_logits, train_mlp
from perovdata.vision.task import EVENT_COST, LIGHT, SHORT_TERM, Option, Plan, Scores, Task

_SHOWN = 6
_JUDGED = 100


class RetinaCourse:
    """Frames, and a network trained on clean pictures; the front end is the only thing that varies."""

    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.timing = Timing(
            options["interval_s"], options["delay_s"], options["adc_bits"], options["pause_s"]
        )
        self.light = light_of(options)
        # Infinite on the scale of the exposure: the textbook integrator.
        self.stand_ins = {
            "ppf_amplitude_1": 1.0,
            "ppf_tau_1": 1e4 * options["frames"] * options["interval_s"],
        }
        self.clean = images.test
        self.labels = jnp.asarray(images.test_labels)
        self.n_classes = len(images.classes)
        self.net = train_mlp(
            images.train.reshape(len(images.train), -1),
            images.train_labels,
            options["hidden"],
            self.n_classes,
            epochs=plan.epochs or max(3, 80_000 // len(images.train)),
        )
        self.seeds = plan.seeds
        self.frames = [
            noisy_frames(
                images.test, options["frames"], options["noise"], options["kind"], np.random.default_rng(seed)
            )
            for seed in plan.seeds
        ]
        self.bare = np.array([self._software(frames[-1]) for frames in self.frames])

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        return np.array([self._software(frames.mean(axis=0)) for frames in self.frames])

    def _software(self, pictures: np.ndarray) -> float:
        logits = mlp_logits(self.net, stretch(pictures).reshape(len(pictures), -1))
        return float(accuracy_of(jnp.argmax(logits, axis=-1), self.labels))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        runs = []
        for seed, frames in zip(self.seeds, self.frames, strict=True):
            pulses = frames.reshape(*frames.shape[:2], -1)
            draws = sensor_draws(seed, *pulses.shape)
            runs.append(_look(params, jnp.asarray(pulses), draws, self.net, self.labels, self.timing,
                              self.light, self.clean.shape[1:], self.n_classes))  # fmt: skip
        out = over_seeds(runs)
        seen = out.pop("seen")
        clean = self.clean[: seen.shape[2]]
        figure = clean >= 0.5
        single = np.stack([stretch(frames[-1, : len(clean)]) for frames in self.frames])
        extras = {
            "accuracy_without_front_end": np.broadcast_to(self.bare, out["accuracy"].shape).copy(),
            "gain": out["accuracy"] - self.bare,
            "psnr_dB": psnr(seen, clean).mean(axis=-1),
            "ssim": ssim(seen, clean).mean(axis=-1),
            "contrast": contrast(seen, figure).mean(axis=-1),
        }
        for name, measure in (("psnr_dB", psnr), ("ssim", ssim)):
            before = measure(single, clean).mean(axis=-1)
            extras[f"{name}_without_front_end"] = np.broadcast_to(before, out["accuracy"].shape).copy()
        before = contrast(single, figure).mean(axis=-1)
        extras["contrast_without_front_end"] = np.broadcast_to(before, out["accuracy"].shape).copy()
        extras |= absorbed_percent(params, self.light, len(self.seeds))
        return Scores(
            accuracy=out["accuracy"],
            confusion=out["confusion"],
            extras=extras,
            pictures={
                "clean": clean[:_SHOWN],
                "one noisy frame": single[0, :_SHOWN],
                "after the front end": seen[0, 0, :_SHOWN],
            },
            **sensor_cost(params, self.frames[0], self.timing),
        )


@partial(jax.jit, static_argnames=("shape", "n_classes"))
def _look(
    params: SynapseParameters,
    pulses: jax.Array,
    draws: SensorDraws,
    net: Mlp,
    labels: jax.Array,
    timing: Timing,
    light: np.ndarray | None,
    shape: tuple[int, int],
    n_classes: int,
) -> dict[str, jax.Array]:
    def one(device: SynapseParameters) -> dict[str, jax.Array]:
        pictures = stretch(sense(device, pulses * share_of(device, light), draws, timing).reshape(-1, *shape))
        named = jnp.argmax(mlp_logits(net, pictures.reshape(len(pictures), -1)), axis=-1)
        return {
            "accuracy": accuracy_of(named, labels),
            "confusion": confusion_matrix(named, labels, n_classes),
            "seen": pictures[:_JUDGED],
        }

    return each_set(one, params)


def retina_task() -> Task:
    """The task's definition."""
    return Task(
        name="retina-denoise",
        shows="whether a photonic synapse that accumulates noisy frames helps recognition",
        image_set="digits",
        encoder="each frame one light pulse per pixel, strength = grey value",
        array="one photonic device per pixel, read once after the last frame",
        network="pixels-64-10 in float, trained on clean pictures",
        protocol="automatic gain per picture; the same frames for every device",
        score="accuracy on the denoised pictures; gain over one noisy frame, PSNR, SSIM, contrast",
        uses=(*SHORT_TERM, *LIGHT, "electrical_erase"),
        costs=EVENT_COST,
        prepare=RetinaCourse,
        options={
            "frames": Option(10, "noisy frames", 1, 1000),
            "noise": Option(0.5, "standard deviation of grey values, or share of pixels hit", 0, 10),
            "kind": Option("gaussian", "kind of noise", choices=("gaussian", "salt-pepper")),
            "interval_s": Option(0.1, "time between frames, s", 1e-9, 1e6),
            "delay_s": Option(0.1, "time from the last frame to the read, s", 0, 1e9),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            **PAUSE_OPTION,
            **LIGHT_OPTIONS,
            "hidden": Option(64, "hidden units of the network", 1, 10_000),
        },
    )
