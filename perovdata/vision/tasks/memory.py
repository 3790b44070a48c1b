"""memory: pictures are written into an array, one device per pixel, and looked at again later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.arrays import Crossbar
from perovdata.devices import SynapseParameters
from perovdata.vision.data.scenes import stretch
from perovdata.vision.parts.picture_quality import psnr, ssim
from perovdata.vision.parts.scoring import accuracy_of
from perovdata.vision.parts.softnet import Mlp, mlp_logits, train_mlp
from perovdata.vision.task import POTENTIATION, RETENTION, EnergyTerm, Option, Plan, Scores, Task

_SHOWN = 6
_JUDGED = 100
#: Pictures in one array: what all lanes together hold in memory at once.
_PER_ARRAY = 500
AGES_S = (1.0, 60.0, 3600.0, 86_400.0, 2_592_000.0, 31_536_000.0)


class MemoryCourse:
    """Grey values become pulse numbers; a network trained on the originals names what is left."""

    stand_ins: ClassVar[dict[str, float]] = {}

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        self.ages = options["ages_s"]
        self.checkpoints = ("age_s", options["ages_s"])
        self.adc_bits = options["adc_bits"]
        self.pictures = images.test
        self.labels = images.test_labels
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
        flat = self.pictures.reshape(len(self.pictures), -1)
        looks: list[list[tuple[np.ndarray, ...]]] = [[] for _ in self.ages]
        given = np.zeros(params.n_sets)
        for index, start in enumerate(range(0, len(flat), _PER_ARRAY)):
            part = flat[start : start + _PER_ARRAY]
            array = Crossbar(
                params,
                part.T.shape,
                seeds=len(self.seeds),
                seed=self.seeds,
                paired=True,
                array=index,
                scheme="reference",
            )
            # The reference column stands at mid grey.
            state = array.program(2 * part.T - 1, method="proportional")
            given += np.asarray(state.given).reshape(params.n_sets, -1).sum(axis=1)
            for look, age in zip(looks, self.ages, strict=True):
                weights, state = array.read_cells(state, elapsed=age)
                state = array.disturb(state, 1)
                shown = _look(weights, part, self.net, self.adc_bits, self.pictures.shape[1:])
                look.append(tuple(map(np.asarray, shown)))
            report(min(start + _PER_ARRAY, len(flat)) / len(flat))
        named, correlation = (
            np.stack([np.concatenate([part[k] for part in look], axis=2) for look in looks], axis=2)
            for k in (0, 1)
        )
        seen = np.stack([look[0][2][:, :, :_JUDGED] for look in looks], axis=2)
        accuracy = np.asarray(accuracy_of(named, self.labels))
        pairs = self.labels * self.n_classes + named[:, :, 0]
        counts = np.apply_along_axis(np.bincount, 2, pairs, minlength=self.n_classes**2)
        by_age = correlation.mean(axis=-1)
        clean = self.pictures[:_JUDGED]
        pulses = given / (len(flat) * len(self.seeds))
        energy = np.asarray(params.energy_per_pulse, float) * pulses
        shown = {f"after {age:g} s": seen[0, 0, index, :_SHOWN] for index, age in enumerate(self.ages)}
        return Scores(
            accuracy=accuracy[:, :, 0],
            curve=accuracy,
            confusion=counts.reshape(*counts.shape[:2], self.n_classes, self.n_classes),
            energy_per_image_J=energy,
            energy_terms={"writing": EnergyTerm(energy, "device", "energy_per_pulse per pulse")},
            extras={
                "psnr_dB": psnr(seen[:, :, 0], clean).mean(axis=-1),
                "ssim": ssim(seen[:, :, 0], clean).mean(axis=-1),
                "correlation": by_age[:, :, 0],
                "accuracy_at_the_end": accuracy[:, :, -1],
                "correlation_by_age": by_age,
            },
            pictures={"written": clean[:_SHOWN], **shown},
        )


@partial(jax.jit, static_argnames="shape")
def _look(
    seen: jax.Array, flat: jax.Array, net: Mlp, adc_bits: int, shape: tuple[int, int]
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Names (P, S, n), correlations (P, S, n) and pictures of what was read, (P, S, pixels, n)."""
    steps = 2.0**adc_bits - 1
    grey = jnp.moveaxis(jnp.clip((seen + 1) / 2, 0.0, 1.0), 2, 3)
    shown = jnp.round(grey * steps) / steps
    pictures = stretch(shown.reshape(*shown.shape[:-1], *shape))
    named = jnp.argmax(mlp_logits(net, pictures.reshape(shown.shape)), axis=-1)
    return named, _correlation(shown, flat), pictures


def _correlation(a: jax.Array, b: jax.Array) -> jax.Array:
    """Pearson's correlation of the pixels of every picture; 0 for a flat picture."""
    a = a - a.mean(axis=-1, keepdims=True)
    b = b - b.mean(axis=-1, keepdims=True)
    norm = jnp.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return jnp.where(norm > 0, (a * b).sum(axis=-1) / jnp.where(norm > 0, norm, 1.0), 0.0)


def memory_task() -> Task:
    """The task's definition."""
    return Task(
        name="memory",
        shows="how faithfully an array keeps a picture, and for how long",
        image_set="digits",
        encoder="grey value = share of the pulses of a full potentiation, from an erased array",
        array="one device per pixel and picture, read after each waiting time",
        network="pixels-64-10 in float, trained on the originals",
        protocol="open loop, no verification; automatic gain per picture",
        score="accuracy of naming the picture at the first age; curve over the ages; PSNR, SSIM, correlation",
        uses=(*POTENTIATION, *RETENTION, "read_disturb"),
        prepare=MemoryCourse,
        options={
            "ages_s": Option(AGES_S, "waiting times, s, the first one scores", 0, 1e10),
            "adc_bits": Option(8, "resolution of the read, bits", 1, 16),
            "hidden": Option(64, "hidden units of the network", 1, 10_000),
        },
    )
