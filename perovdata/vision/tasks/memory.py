"""memory: pictures are written into an array, one device per pixel, and looked at again later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
from perovdata.vision.data.scenes import stretch
from perovdata.vision.parts.picture_quality import psnr, ssim
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, each_set, over_seeds
from perovdata.vision.parts.softnet import Mlp, mlp_logits, train_mlp
from perovdata.vision.task import POTENTIATION, RETENTION, Option, Plan, Scores, Task

__all__ = ["memory_task"]

_SHOWN = 6
_JUDGED = 100
AGES_S = (1.0, 60.0, 3600.0, 86_400.0, 2_592_000.0, 31_536_000.0)


class MemoryCourse:
    """Grey values become pulse numbers; a network trained on the originals names what is left."""

    stand_ins: ClassVar[dict[str, float]] = {}

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.ages = jnp.asarray(options["ages_s"])
        self.checkpoints = ("age_s", options["ages_s"])
        self.adc_bits = options["adc_bits"]
        self.pictures = images.test
        self.labels = jnp.asarray(images.test_labels)
        self.n_classes = len(images.classes)
        self.seeds = plan.seeds
        self.net = train_mlp(
            images.train.reshape(len(images.train), -1),
            images.train_labels,
            options["hidden"],
            self.n_classes,
            epochs=plan.epochs or max(3, 80_000 // len(images.train)),
        )

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        logits = mlp_logits(self.net, stretch(self.pictures).reshape(len(self.pictures), -1))
        return np.full(len(self.seeds), float(accuracy_of(jnp.argmax(logits, axis=-1), self.labels)))

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        runs = [
            _remember(
                params,
                jnp.asarray(self.pictures),
                self.ages,
                seed,
                self.net,
                self.labels,
                self.adc_bits,
                self.n_classes,
            )
            for seed in self.seeds
        ]
        out = over_seeds(runs)
        seen = out.pop("seen")
        clean = self.pictures[: seen.shape[3]]
        # A full potentiation per white pixel, a share of it per grey one.
        energy = np.asarray(params.energy_per_pulse, float) * np.asarray(params.n_pulses_ltp, float)
        white = float(self.pictures.sum(axis=(1, 2)).mean())
        shown = {
            f"after {age:g} s": seen[0, 0, index, :_SHOWN] for index, age in enumerate(self.checkpoints[1])
        }
        return Scores(
            accuracy=out["accuracy"][:, :, 0],
            curve=out["accuracy"],
            confusion=out["confusion"],
            energy_per_image_J=energy * white,
            energy_terms=_energy_terms(energy * white),
            extras={
                "psnr_dB": psnr(seen[:, :, 0], clean).mean(axis=-1),
                "ssim": ssim(seen[:, :, 0], clean).mean(axis=-1),
                "correlation": out["correlation"][:, :, 0],
                "accuracy_at_the_end": out["accuracy"][:, :, -1],
                "correlation_by_age": out["correlation"],
            },
            pictures={"written": clean[:_SHOWN], **shown},
        )


def _energy_terms(energy: np.ndarray) -> dict:
    if not np.isfinite(energy).any():
        return {}
    median = float(np.nanmedian(energy))
    return {"writing": {"median_J": median, "origin": "device", "basis": "energy_per_pulse per pulse"}}


@partial(jax.jit, static_argnames=("n_classes",))
def _remember(params, pictures, ages, seed, net: Mlp, labels, adc_bits, n_classes: int):
    flat = pictures.reshape(len(pictures), -1)
    key_devices, key_write, key_read = jax.random.split(jax.random.key(seed), 3)
    write = jax.random.normal(key_write, flat.shape)
    read = jax.random.normal(key_read, (len(ages), *flat.shape))
    steps = 2.0**adc_bits - 1

    def one(device):
        cells = sample_devices(key_devices, device, flat.shape[1:])
        curvature = cells.curvature_ltp
        # From an erased array: as many pulses as the grey value asks for on a straight line.
        pulses = jnp.round(flat * device.n_pulses_ltp)
        blank = jnp.zeros_like(flat)
        g = exponential(blank, pulses / device.n_pulses_ltp, curvature)
        g = quantise(jnp.clip(add_cycle_noise(g, blank, pulses, device, write), 0.0, 1.0), device)
        g = hold_stuck(g, cells.stuck)
        window = (cells.g_max - cells.g_min) / (device.g_max - device.g_min)
        offset = (cells.g_min - device.g_min) / (device.g_max - device.g_min)

        def look(age_and_noise):
            age, noise = age_and_noise
            left = hold_stuck(g * retained(device, age), cells.stuck)
            value = offset + window * left
            sigma = jnp.sqrt(device.read_noise**2 + (device.read_noise_relative * value) ** 2)
            shown = jnp.round(jnp.clip(value + sigma * noise, 0.0, 1.0) * steps) / steps
            seen = stretch(shown.reshape(pictures.shape))
            named = jnp.argmax(mlp_logits(net, seen.reshape(flat.shape)), axis=-1)
            return accuracy_of(named, labels), named, _correlation(shown, flat), seen[:_JUDGED]

        accuracy, named, correlation, seen = jax.lax.map(look, (ages, read))
        return {
            "accuracy": accuracy,
            "confusion": confusion_matrix(named[0], labels, n_classes),
            "correlation": correlation,
            "seen": seen,
        }

    return each_set(one, params)


def _correlation(a, b):
    """Mean over the pictures of Pearson's correlation of the pixels; 0 for a flat picture."""
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    norm = jnp.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return jnp.mean(jnp.where(norm > 0, (a * b).sum(axis=1) / jnp.where(norm > 0, norm, 1.0), 0.0))


def memory_task() -> Task:
    """The task's definition."""
    return Task(
        name="memory",
        shows="how faithfully an array keeps a picture, and for how long",
        image_set="digits",
        encoder="grey value = share of the pulses of a full potentiation, from an erased array",
        array="one device per pixel, read after each waiting time",
        network="pixels-64-10 in float, trained on the originals",
        protocol="open loop, no verification; automatic gain per picture",
        score="accuracy of naming the picture at the first age; curve over the ages; PSNR, SSIM, correlation",
        uses=(*POTENTIATION, *RETENTION),
        prepare=MemoryCourse,
        options={
            "ages_s": Option(AGES_S, "waiting times, s, the first one scores", 0, 1e10),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            "hidden": Option(64, "hidden units of the network", 1, 10_000),
        },
    )
