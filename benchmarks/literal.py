"""MLP-NeuroSim's protocol sample by sample in plain double precision: what the fast engine is held against.

Nothing here is shared with `perovdata.arrays` but the parameters' names, the label's closed form and the
settings of a `Protocol`; the noise is NumPy's. One device after the other, about twenty times slower.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from perovdata.arrays import Protocol
from perovdata.devices import SynapseParameters, label_to_a

__all__ = ["Literal"]


class Literal:
    """Two arrays of one device, trained by pulses.

    Parameters
    ----------
    params : SynapseParameters
        One set; used are the window, the pulses of a sweep, the labels and the cycle-to-cycle variation.
    w1, w2 : ndarray, shapes (hidden, inputs) and (classes, hidden)
        Weights at the start.
    protocol : Protocol
        With an input and a hidden threshold, a converter and whole pulses.
    rng : numpy Generator
        Of the cycle-to-cycle noise.
    """

    def __init__(
        self,
        params: SynapseParameters,
        w1: np.ndarray,
        w2: np.ndarray,
        protocol: Protocol,
        rng: np.random.Generator,
    ) -> None:
        self.protocol, self.rng = protocol, rng
        self.p = {name: float(column[0]) for name, column in params.as_dict().items()}
        self.low, self.high = self.p["g_min"], self.p["g_max"]
        self.i_min, self.i_max = (
            protocol.read_voltage / (1 / g + protocol.access_resistance) for g in (self.low, self.high)
        )
        self.a = {
            1: float(label_to_a(self.p["nonlinearity_ltp"])) * self.p["n_pulses_ltp"],
            -1: float(label_to_a(self.p["nonlinearity_ltd"])) * self.p["n_pulses_ltd"],
        }
        self.g1, self.g2 = self._start(w1), self._start(w2)
        self.r1, self.r2 = self._series(self.g1.shape), self._series(self.g2.shape)
        self.i1, self.i2 = self._current(self.g1, self.r1), self._current(self.g2, self.r2)

    def _start(self, w: np.ndarray) -> np.ndarray:
        g = (np.asarray(w, float) + 1) / 2 * (self.high - self.low)
        return np.clip(g + (0 if self.protocol.shifted_start else self.low), self.low, self.high)

    def _series(self, shape: tuple[int, int]) -> np.ndarray:
        """Resistance of access device and wires at every cell."""
        column, row = np.indices(shape)
        wire = (column + 1 + shape[1] - row) * self.protocol.wire_resistance
        return wire + self.protocol.access_resistance

    def _current(self, g: np.ndarray, series: np.ndarray) -> np.ndarray:
        return self.protocol.read_voltage / (1 / g + series)

    def _digitise(self, current: np.ndarray, n_active, rows: int) -> np.ndarray:
        """Pre-activation from a column and the reference column, each converted and truncated."""
        top = 2**self.protocol.adc_bits - 1
        unit = top / (rows * (self.i_max - self.i_min))
        reference = np.trunc(n_active * (self.i_max + self.i_min) / 2 * unit)
        return (np.trunc(current * unit) - reference) * rows / top

    def forward(self, drive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Activations of both layers; drive of shape (..., inputs) holds 0 and 1."""
        a1 = _sigmoid(self._digitise(drive @ self.i1.T, drive.sum(-1)[..., None], drive.shape[-1]))
        fires = (a1 >= self.protocol.hidden_threshold).astype(float)
        a2 = _sigmoid(self._digitise(fires @ self.i2.T, fires.sum(-1)[..., None], fires.shape[-1]))
        return a1, a2

    def _write(self, g: np.ndarray, change: np.ndarray) -> np.ndarray:
        """New conductances after the whole pulses that wanted changes of the weights stand for."""
        up = change > 0
        full = np.where(up, self.p["n_pulses_ltp"], self.p["n_pulses_ltd"])
        share = np.floor(np.abs(change) / 2 * full + 0.5) / full
        n = np.trunc(share * full) * np.where(up, 1, -1)
        state = (g - self.low) / (self.high - self.low)
        if np.isinf(self.a[1]):
            new = state + n / full
        else:
            a = np.where(up, self.a[1], self.a[-1])
            end = 1 / (1 - np.exp(-full / a))
            new = end - (end - state) * np.exp(-n / a)
        if self.p["c2c_sigma"]:
            new = new + self.p["c2c_sigma"] * np.sqrt(np.abs(n)) * self.rng.standard_normal(g.shape)
        return np.where(n != 0, self.low + np.clip(new, 0, 1) * (self.high - self.low), g)

    def learn(self, drive: np.ndarray, label: int) -> None:
        """One sample."""
        a1, a2 = self.forward(drive)
        s2 = -2 * a2 * (1 - a2) * ((np.arange(len(a2)) == label) - a2)
        rate1, rate2 = self.protocol.learning_rates
        change2 = -rate2 * s2[:, None] * a1
        if self.protocol.feedback_after_write:
            self._write_output(change2)
        w2 = np.clip(2 * (self.i2 - self.i_min) / (self.i_max - self.i_min) - 1, -1, 1)
        s1 = a1 * (1 - a1) * (w2.T @ s2)
        # A column whose change is below half a pulse in both directions stays as it is: skipped for speed.
        most = max(self.p["n_pulses_ltp"], self.p["n_pulses_ltd"])
        cells = np.ix_(np.abs(rate1 * s1) / 2 * most >= 0.499, drive > 0)
        if cells[0].size:
            change = np.broadcast_to(-rate1 * s1[cells[0]], (cells[0].size, cells[1].size))
            self.g1[cells] = self._write(self.g1[cells], change)
            self.i1[cells] = self._current(self.g1[cells], self.r1[cells])
        if not self.protocol.feedback_after_write:
            self._write_output(change2)

    def _write_output(self, change: np.ndarray) -> None:
        self.g2 = self._write(self.g2, change)
        self.i2 = self._current(self.g2, self.r2)

    def train(self, x: np.ndarray, y: np.ndarray, order: Iterable[int]) -> None:
        """Samples in the given order; x of shape (n, inputs) in [0, 1]."""
        for sample in order:
            self.learn((x[sample] >= self.protocol.input_threshold).astype(float), y[sample])

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """Percent."""
        a2 = self.forward((x >= self.protocol.input_threshold).astype(float))[1]
        return float(100 * (a2.argmax(-1) == y).mean())

    @property
    def state(self) -> tuple[np.ndarray, np.ndarray]:
        """Conductances of both arrays, fraction of the window."""
        width = self.high - self.low
        return (self.g1 - self.low) / width, (self.g2 - self.low) / width


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))
