"""Does the array run what was measured? A device by its own cycles, and a device that no label describes.

    PEROVDATA_DATA_DIR=... python benchmarks/measured_law.py [--seeds 8] [--tables 8] [--without-mnist]

First table: devices of the exponential law, trained in closed form and by the table of 20 of their cycles.
Other 20 cycles give another table, so several are made: the difference is their mean with its standard error,
beside the standard deviation from table to table.
Second: what stands between the noisy device and its tables. Its exact jumps as a table say what the
tabulated law costs; straight lines through the same readings, this law's own form, what 20 cycles can tell.
Third: a device whose curve is an S, pulse by pulse in plain NumPy (``benchmarks/literal.py``), against the
engine by the table of 20 of its cycles, by the law's formula, and by the closest exponential's label.
"""

from __future__ import annotations

import argparse

import numpy as np
from literal import Literal
from scipy.stats import norm

from perovdata.arrays import Protocol, train_online
from perovdata.devices import ExponentialLaw, Jumps, MeasuredLaw, SigmoidLaw, SynapseParameters
from perovdata.vision import load_images, run

N, CYCLES = 64, 20
#: Labels and noise of a pulse of the exponential devices.
DEVICES = {"mild": (1.0, -1.0, 0.01), "asymmetric": (2.4, -4.88, 0.01), "noisy": (0.5, -0.5, 0.03)}
#: The S: steepness and midpoint of both directions, noise of a pulse.
STEEPNESS, MIDPOINT, SIGMA = 16.0, 0.5, 0.003
PROTOCOL = Protocol(learning_rates=(0.4, 0.2), samples_per_epoch=4000)
HIDDEN = 50


def exponential_pulse(g: np.ndarray, sign: int, label: tuple[float, float]) -> np.ndarray:
    """State after one pulse of the exponential law, by its recursion."""
    return g + ExponentialLaw(label=label).change(g, sign, N)


def sigmoid_pulse(g: np.ndarray, sign: int) -> np.ndarray:
    """State after one pulse of the S, from its formula: one step further along the logistic curve."""
    low, high = (1 / (1 + np.exp(-STEEPNESS * (x - MIDPOINT))) for x in (0.0, 1.0))
    height = g if sign > 0 else 1 - g
    level = low + height * (high - low)
    place = MIDPOINT + np.log(level / (1 - level)) / STEEPNESS + 1 / N
    end = np.minimum((1 / (1 + np.exp(-STEEPNESS * (place - MIDPOINT))) - low) / (high - low), 1.0)
    return end if sign > 0 else 1 - end


def cycles(pulse, sigma: float, seed: int = 1) -> list[np.ndarray]:
    """Twenty sweeps up and down of a device, each pulse with its own error, within the window."""
    rng = np.random.default_rng(seed)
    found = []
    for sign in (1, -1):
        g = np.full(CYCLES, 0.0 if sign > 0 else 1.0)
        rows = [g]
        for _ in range(N):
            g = np.clip(pulse(g, sign) + sigma * rng.standard_normal(CYCLES), 0, 1)
            rows.append(g)
        found.append(np.array(rows).T)
    return found


def closest_label(sweeps: list[np.ndarray]) -> tuple[float, float]:
    """Label of the exponential closest to the mean sweep in least squares, window free, LTP and LTD."""
    labels = []
    for sign, rows in zip((1, -1), sweeps, strict=True):
        mean = rows.mean(0)
        best, lowest = 0.0, np.inf
        for label in np.linspace(-9.0, 9.0, 361):
            curve = ExponentialLaw(label=(label, label)).curve(sign, N)
            basis = np.stack([np.ones_like(curve), curve], 1)
            misfit = float(np.sum((mean - basis @ np.linalg.lstsq(basis, mean, rcond=None)[0]) ** 2))
            if misfit < lowest:
                best, lowest = float(label), misfit
        labels.append(best)
    return labels[0], labels[1]


class LiteralSigmoid(Literal):
    """The protocol in plain NumPy on devices of the S: pulse after pulse, each with its own error."""

    def _write(self, g: np.ndarray, change: np.ndarray) -> np.ndarray:
        n = np.trunc(np.floor(np.abs(change) / 2 * N + 0.5) / N * N)
        up = np.broadcast_to(change > 0, g.shape)
        state = (g - self.low) / (self.high - self.low)
        for k in range(int(n.max(initial=0))):
            moved = np.where(up, sigmoid_pulse(state, 1), sigmoid_pulse(state, -1))
            moved = np.clip(moved + SIGMA * self.rng.standard_normal(g.shape), 0, 1)
            state = np.where(k < n, moved, state)
        return self.low + state * (self.high - self.low)


def device(label: tuple[float, float], sigma: float) -> SynapseParameters:
    """Exponential device of 64 pulses."""
    return SynapseParameters.make(
        g_max=1e-6, g_min=1e-8, n_pulses_ltp=N, n_pulses_ltd=N, nonlinearity_ltp=label[0],
        nonlinearity_ltd=label[1], c2c_sigma=sigma,
    )  # fmt: skip


def own_table(task: str, seeds: int, tables: int = 1, **options) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Name, accuracy in closed form, shape (seeds,), and by own tables, shape (tables, seeds), percent."""
    found = []
    for name, (ltp, ltd, sigma) in DEVICES.items():
        plain = device((ltp, ltd), sigma)
        pulse = lambda g, sign, label=(ltp, ltd): exponential_pulse(g, sign, label)  # noqa: E731
        measured = [MeasuredLaw.from_cycles(*cycles(pulse, sigma, 1 + k)) for k in range(tables)]
        sets = SynapseParameters.stack([plain, *(plain.with_law(law) for law in measured)])
        accuracy = np.asarray(run(task, sets, seeds=seeds, **options).accuracy)
        found.append((name, accuracy[0], accuracy[1:]))
    return found


def as_table(ltp: np.ndarray, ltd: np.ndarray, sigma: float) -> MeasuredLaw:
    """Jumps that are straight lines of the state (slope, value at 0), with Gaussian noise, as a table."""
    state, levels = np.linspace(0, 1, 65), (np.arange(16) + 0.5) / 16
    rows = [np.polyval(line, state) for line in (ltp, ltd)]
    flat = np.ones_like(state)
    return MeasuredLaw(
        *(
            Jumps(state, m, sigma * flat, m[:, None] + sigma * norm.ppf(levels), flat, (0.0, 1.0))
            for m in rows
        )
    )


def what_cycles_tell(seeds: int, tables: int) -> dict[str, np.ndarray]:
    """Differences from the closed form on digits, one per table: own tables, lines, and the exact jumps."""
    ltp, ltd, sigma = DEVICES["noisy"]
    plain = device((ltp, ltd), sigma)
    pulse = lambda g, sign: exponential_pulse(g, sign, (ltp, ltd))  # noqa: E731
    two = np.array([0.25, 0.75])  # the jumps of an exponential are a straight line of the state
    exact = as_table(*(np.polyfit(two, pulse(two, sign) - two, 1) for sign in (1, -1)), sigma)
    own, lines = [], []
    for k in range(tables):
        sweeps = cycles(pulse, sigma, 1 + k)
        own.append(MeasuredLaw.from_cycles(*sweeps))
        found = []
        for rows in sweeps:
            before, change = rows[:, :-1].ravel(), np.diff(rows, axis=1).ravel()
            inside = (before > 3 * sigma) & (before < 1 - 3 * sigma)  # the ends of the window cut the noise
            found.append(np.polyfit(before[inside], change[inside], 1))
        lines.append(as_table(*found, sigma))
    laws = [*own, *lines, exact]
    sets = SynapseParameters.stack([plain, *(plain.with_law(law) for law in laws)])
    accuracy = np.asarray(run("digits-online", sets, seeds=seeds).accuracy)
    off = accuracy[1:] - accuracy[0]
    return {
        "tables of 20 of its cycles": off[:tables].mean(1),
        "straight lines through the same readings": off[tables:-1].mean(1),
        "its exact jumps as a table": off[-1],
    }


def sigmoid_device(seeds: int, epochs: int = 2) -> tuple[dict[str, np.ndarray], float, tuple[float, float]]:
    """Accuracies on digits per way (percent, one per seed), misfit of the label, and the label."""
    images = load_images("digits")
    x, x_test = (a.reshape(len(a), -1) for a in (images.train, images.test))
    data = (x, images.train_labels, x_test, images.test_labels)
    sweeps = cycles(sigmoid_pulse, SIGMA)
    table, label = MeasuredLaw.from_cycles(*sweeps), closest_label(sweeps)
    plain = device(label, SIGMA)
    law = SigmoidLaw(steepness=(STEEPNESS,) * 2, midpoint=(MIDPOINT,) * 2)
    ways = {"measured law": table, "sigmoid by its formula": law, "label of the closest exponential": None}
    result = train_online(
        SynapseParameters.stack([plain.with_law(way) for way in ways.values()]), *data,
        hidden=HIDDEN, epochs=epochs, seeds=seeds, protocol=PROTOCOL,
    )  # fmt: skip
    found = {"plain NumPy, pulse by pulse": np.array([literal(plain, data, s, epochs) for s in range(seeds)])}
    found |= {name: result.accuracy[k, :, -1] for k, name in enumerate(ways)}
    return found, table.misfit(ExponentialLaw(label=label), (N, N)), label


def literal(params: SynapseParameters, data, seed: int, epochs: int) -> float:
    """Accuracy of the S by the plain simulation, percent."""
    x, y, x_test, y_test = data
    rng = np.random.default_rng([seed, 2026])
    top = PROTOCOL.start_levels - 1
    shapes = ((HIDDEN, x.shape[1]), (10, HIDDEN))
    w1, w2 = (2 * rng.integers(0, top + 1, shape) / top - 1 for shape in shapes)
    network = LiteralSigmoid(params, w1, w2, PROTOCOL, rng)
    network.train(x, y, rng.integers(0, len(x), epochs * PROTOCOL.samples_per_epoch))
    return network.accuracy(x_test, y_test)


def figure(values: np.ndarray) -> str:
    """Mean and its standard error."""
    return f"{values.mean():.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--tables", type=int, default=8, help="of 20 cycles each")
    parser.add_argument("--without-mnist", action="store_true")
    args = parser.parse_args()
    print("| task | device | closed form | own tables | difference | from table to table |")
    print("|---|---|---|---|---|---|")
    tasks: dict[str, dict] = {"digits-online": {}}
    if not args.without_mnist:
        tasks["mnist-online"] = {"epochs": 5}
    for task, options in tasks.items():
        for name, closed, table in own_table(task, args.seeds, args.tables, **options):
            off = (table - closed).mean(axis=1)
            print(
                f"| {task} | {name} | {figure(closed)} | {table.mean():.2f} | {figure(off)} | "
                f"{off.std(ddof=1):.2f} |",
                flush=True,
            )
    print("\n| noisy device, digits | difference from the closed form |\n|---|---|")
    for name, values in what_cycles_tell(args.seeds, args.tables).items():
        print(f"| {name} | {figure(values)} |", flush=True)
    found, misfit, label = sigmoid_device(args.seeds)
    print(f"\nA sigmoid device; the closest label {label[0]:.2f} / {label[1]:.2f} misses its sweeps by "
          f"{100 * misfit:.1f} % of the window (rms)\n\n| way | accuracy on digits |\n|---|---|")  # fmt: skip
    for name, values in found.items():
        print(f"| {name} | {figure(values)} |")


if __name__ == "__main__":
    main()
