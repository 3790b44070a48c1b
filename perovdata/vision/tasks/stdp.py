"""snn-stdp: a spiking network groups pictures without labels, by the device's own update law.

Inputs spike at random with a rate given by the grey value. Every output neuron leaks and integrates the
current of its column; the first over its threshold spikes, silences the others, and its devices take pulses:
up where the input spiked a short time before, down elsewhere. A threshold that rises with every spike keeps
one neuron from taking all. Labels are only used afterwards, to call every neuron by the class it answers to
most. D. Querlioz, O. Bichler, P. Dollfus, C. Gamrat, IEEE Trans. Nanotechnol. 12, 288 (2013),
10.1109/TNANO.2013.2250995; P. U. Diehl, M. Cook, Front. Comput. Neurosci. 9, 99 (2015),
10.3389/fncom.2015.00099.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.arrays.kernel import DeviceConstants, make_constants, spread, tabulated_pulses
from perovdata.devices import (
    Devices,
    SynapseParameters,
    add_cycle_noise,
    exponential,
    hold_stuck,
    quantise,
    sample_devices,
)
from perovdata.vision.data.scenes import stretch
from perovdata.vision.parts.scoring import accuracy_of, confusion_matrix, over_seeds
from perovdata.vision.task import LONG_TERM, Option, Plan, Scores, Task

_SHOWN = 10
# Per time step: mean probability of a spike over the pixels of a picture, what a potential keeps, how long an
# input counts as recent (steps).
_RATE, _KEPT, _RECENT = 0.3, 0.9, 2
# Threshold of the start in charges of one step through a typical column, and what a spike adds to it.
_THRESHOLD, _RISE = 5.0, 0.05


def _spike_rates(images: np.ndarray) -> np.ndarray:
    """Probability of a spike per time step, shape (n, pixels): the same mean for every picture."""
    flat = stretch(images).reshape(len(images), -1)
    mean = flat.mean(axis=1, keepdims=True)
    return np.clip(_RATE * flat / np.maximum(mean, 1e-6), 0, 1).astype(np.float32)


class _Net(NamedTuple):
    """State of the network of P devices: (P, neurons, inputs) and (P, neurons)."""

    g: jax.Array
    potential: jax.Array
    threshold: jax.Array
    pulses: jax.Array


class StdpCourse:
    """The same spikes for every device; the float network moves its weights by the same share, exactly."""

    stand_ins: ClassVar[dict[str, float]] = {}
    checkpoints = ("", ())

    def __init__(self, plan: Plan) -> None:
        options, images = plan.options, plan.images
        n_train = options["train_images"]
        order = np.random.default_rng(0).permutation(len(images.train))[:n_train]
        self.train = _spike_rates(images.train[order])
        self.train_labels = jnp.asarray(images.train_labels[order])
        self.test = _spike_rates(images.test)
        self.test_labels = jnp.asarray(images.test_labels)
        self.shape = images.shape
        self.n_classes = len(images.classes)
        self.epochs = plan.epochs or options["passes"]
        self.neurons, self.steps, self.share = options["neurons"], options["steps"], options["share"]
        self.seeds = plan.seeds

    def ceiling(self) -> np.ndarray:
        """Accuracy of the same network in float, percent, one per seed."""
        software = SynapseParameters.make(n_pulses_ltp=2.0**20, n_pulses_ltd=2.0**20)
        return np.array([float(self._one(software, seed)["accuracy"][0]) for seed in self.seeds])

    def _one(self, params: SynapseParameters, seed: int) -> dict:
        rng = np.random.default_rng(seed)
        order = np.concatenate([rng.permutation(len(self.train)) for _ in range(self.epochs)])
        laws = make_constants(params, [seed])[0]
        return _learn_and_name(
            params.with_law(None), laws, jnp.asarray(self.train), self.train_labels,
            jnp.asarray(self.test), self.test_labels, jnp.asarray(order), seed, self.share,
            self.neurons, self.steps, self.n_classes,
        )  # fmt: skip

    def score(self, params: SynapseParameters, report: Callable[[float], None]) -> Scores:
        """Run P parameter sets."""
        out = over_seeds([self._one(params, seed) for seed in self.seeds])
        weights = out.pop("weights")[0, 0]
        pulses = out.pop("pulses")
        return Scores(
            accuracy=out["accuracy"],
            confusion=out["confusion"],
            energy_training_J=np.asarray(params.energy_per_pulse, float) * pulses.mean(axis=1),
            extras={"pulses_per_device": pulses / (self.neurons * self.train.shape[1])},
            pictures={"weights of the first neurons": weights[:_SHOWN].reshape(-1, *self.shape)},
        )


@partial(jax.jit, static_argnames=("neurons", "steps", "n_classes"))
def _learn_and_name(
    params: SynapseParameters,
    laws: DeviceConstants,
    train: jax.Array,
    train_labels: jax.Array,
    test: jax.Array,
    test_labels: jax.Array,
    order: jax.Array,
    seed: int,
    share: float,
    neurons: int,
    steps: int,
    n_classes: int,
) -> dict[str, jax.Array]:
    keys = jax.random.split(jax.random.key(seed), 5)
    shape = (neurons, train.shape[1])
    cells = sample_devices(keys[0], params, shape)
    start = hold_stuck(jax.random.uniform(keys[1], shape, minval=0.2, maxval=0.8), cells.stuck)
    unit = 0.5 * train.sum(axis=1).mean() * _THRESHOLD
    net = _Net(
        start,
        jnp.zeros((params.n_sets, neurons)),
        jnp.full((params.n_sets, neurons), unit),
        jnp.zeros(params.n_sets),
    )
    present = partial(_present, params, spread(laws, 2), cells, share, unit, train)
    spike_keys = jax.random.split(keys[2], len(order))
    net, _ = jax.lax.scan(partial(present, steps), net, (order, spike_keys))

    weights = _conductance(net.g, cells, params)
    count = partial(_count_spikes, weights, net.threshold, params)
    answers_train = count(train, keys[3], steps)
    answers_test = count(test, keys[4], steps)
    # Mean answer of each neuron per class, (P, neurons, classes); it is called by the largest.
    one_hot = jax.nn.one_hot(train_labels, n_classes)
    per_class = jnp.einsum("pnj,nk->pjk", answers_train, one_hot) / jnp.maximum(one_hot.sum(axis=0), 1)
    called = jax.nn.one_hot(jnp.argmax(per_class, axis=-1), n_classes) * (
        per_class.sum(-1, keepdims=True) > 0
    )
    votes = jnp.einsum("pnj,pjk->pnk", answers_test, called) / jnp.maximum(called.sum(axis=1), 1)[:, None]
    named = jnp.argmax(votes, axis=-1)
    return {
        "accuracy": accuracy_of(named, test_labels),
        "confusion": jax.vmap(lambda one: confusion_matrix(one, test_labels, n_classes))(named),
        "weights": weights,
        "pulses": net.pulses,
    }


def _conductance(g: jax.Array, cells: Devices, params: SynapseParameters) -> jax.Array:
    """Conductance in units of g_max: what a read sees of the state, one of ``n_states`` levels."""
    g = quantise(g, params)
    return (cells.g_min + g * (cells.g_max - cells.g_min)) / params.g_max[:, None, None]


def _present(
    params: SynapseParameters,
    laws: DeviceConstants,
    cells: Devices,
    share: float,
    unit: jax.Array,
    train: jax.Array,
    steps: int,
    net: _Net,
    image_and_key: tuple[jax.Array, jax.Array],
) -> tuple[_Net, None]:
    """Show one picture for some time steps; the winners of the spikes learn."""
    image, key = image_and_key
    spike_key, noise_key, read_key = jax.random.split(key, 3)
    spikes = jax.random.uniform(spike_key, (steps, train.shape[1])) < train[image]
    noise = jax.random.normal(noise_key, spikes.shape)
    read = jax.random.normal(read_key, (steps, net.g.shape[1]))
    n_sets = net.g.shape[0]
    set_index = jnp.arange(n_sets)

    def step(carry: Any, at: Any) -> tuple[Any, None]:
        net, since = carry
        spiked, write_noise, read_noise, table_key = at
        since = jnp.where(spiked, 0, since + 1)
        drive = spiked.astype(jnp.float32)
        weights = _conductance(net.g, cells, params)
        charge = _noisy_sum(weights, drive, params, read_noise)
        potential = _KEPT * net.potential + charge
        margin = potential - net.threshold
        winner = jnp.argmax(margin, axis=1)
        fires = margin[set_index, winner] >= 0
        # Only the winner's devices take pulses.
        g = net.g[set_index, winner]
        up = since < _RECENT
        full = jnp.where(up, params.n_pulses_ltp[:, None], params.n_pulses_ltd[:, None])
        count = jnp.maximum(1.0, jnp.round(share * full))
        signed = jnp.where(up, count, -count)
        curvature = jnp.where(
            up, cells.curvature_ltp[set_index, winner], cells.curvature_ltd[set_index, winner]
        )
        new = exponential(g, signed / full, curvature)
        new = jnp.clip(add_cycle_noise(new, g, signed, params, write_noise), 0.0, 1.0)
        if laws.tables is not None:
            cell = jnp.arange(g.shape[1], dtype=jnp.uint32)
            new = jnp.where(laws.law < 0, new, tabulated_pulses(g, count, up, laws, table_key, cell))
        new = hold_stuck(new, cells.stuck[set_index, winner])
        g = net.g.at[set_index, winner].set(jnp.where(fires[:, None], new, g))
        # What the winner's threshold gains, all others lose together: no neuron sleeps, none takes all.
        share_of_rise = jax.nn.one_hot(winner, net.g.shape[1]) - 1.0 / net.g.shape[1]
        threshold = net.threshold + jnp.where(fires[:, None], _RISE * unit * share_of_rise, 0.0)
        net = _Net(
            g,
            jnp.where(fires[:, None], 0.0, potential),
            threshold,
            net.pulses + jnp.where(fires, count.sum(axis=1), 0.0),
        )
        return (net, since), None

    rested = net._replace(potential=jnp.zeros_like(net.potential))
    table_keys = jax.random.bits(noise_key, (steps, 2), jnp.uint32)
    inputs = (spikes, noise, read, table_keys)
    (net, _), _ = jax.lax.scan(step, (rested, jnp.full(train.shape[1], _RECENT)), inputs)
    return net, None


def _noisy_sum(
    weights: jax.Array, drive: jax.Array, params: SynapseParameters, noise: jax.Array
) -> jax.Array:
    """Current of every column, with the noise of its reads; in units of g_max."""
    total = jnp.einsum("pji,i->pj", weights, drive)
    window = 1.0 - params.g_min / params.g_max
    relative = jnp.einsum("pji,i->pj", weights**2, drive)
    sigma = jnp.sqrt(
        (params.read_noise * window)[:, None] ** 2 * drive.sum()
        + params.read_noise_relative[:, None] ** 2 * relative
    )
    return total + sigma * noise


def _count_spikes(
    weights: jax.Array,
    threshold: jax.Array,
    params: SynapseParameters,
    images: jax.Array,
    key: jax.Array,
    steps: int,
) -> jax.Array:
    """Spikes of every neuron while each picture is shown, without learning, shape (P, n, neurons)."""
    keys = jax.random.split(key, steps)

    def one(device: tuple[jax.Array, jax.Array, SynapseParameters]) -> jax.Array:
        w, limit, p = device
        window = 1.0 - p.g_min / p.g_max

        def step(carry: Any, key: jax.Array) -> tuple[Any, None]:
            potential, count = carry
            spike_key, read_key = jax.random.split(key)
            drive = (jax.random.uniform(spike_key, images.shape) < images).astype(jnp.float32)
            sigma = jnp.sqrt(
                (p.read_noise * window) ** 2 * drive.sum(axis=1, keepdims=True)
                + p.read_noise_relative**2 * (drive @ (w * w).T)
            )
            charge = drive @ w.T + sigma * jax.random.normal(read_key, (len(images), w.shape[0]))
            potential = _KEPT * potential + charge
            margin = potential - limit
            fires = jnp.max(margin, axis=1, keepdims=True) >= 0
            winner = jax.nn.one_hot(jnp.argmax(margin, axis=1), w.shape[0])
            return (jnp.where(fires, 0.0, potential), count + jnp.where(fires, winner, 0.0)), None

        zero = jnp.zeros((len(images), w.shape[0]))
        (_, count), _ = jax.lax.scan(step, (zero, zero), keys)
        return count

    return jax.lax.map(one, (weights, threshold, params))


def stdp_task() -> Task:
    """The task's definition."""
    return Task(
        name="snn-stdp",
        shows="whether the device's own update law lets a spiking network learn without labels",
        image_set="digits",
        encoder="random spikes, rate = grey value",
        array="one device per weight, inputs x 100",
        network="leaky integrate-and-fire neurons, winner takes all, rising thresholds",
        protocol="at a spike of the winner: pulses up where the input spiked just before, down elsewhere",
        score="accuracy after calling every neuron by the class that it answers to most",
        uses=LONG_TERM,
        prepare=StdpCourse,
        options={
            "neurons": Option(100, "output neurons", 2, 10_000),
            "steps": Option(15, "time steps per picture", 3, 1000),
            "passes": Option(1, "passes over the training pictures", 1, 1000),
            "share": Option(1 / 32, "pulses per update, share of a full sweep (at least one pulse)", 1e-6, 1),
            "train_images": Option(1200, "training pictures", 10, 1_000_000),
        },
    )
