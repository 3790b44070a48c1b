"""Raw noisy pulse updates: many sets of a million devices, one to three pulses of either sign on each."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
from table import Row, seconds, show

from perovdata.arrays import apply_pulses
from perovdata.devices import ExponentialLaw, MeasuredLaw, SynapseParameters, preset, step_exponential

DEVICES = 1 << 20


def rows(sets: int = 64) -> list[Row]:
    """Ours, JAX with its own generator, and NumPy, in updates per second."""
    params = SynapseParameters.stack([preset("ag-a-si")] * sets)
    rng = np.random.default_rng(0)
    pulses = rng.choice(np.array([-3, -2, -1, 1, 2, 3], np.int8), (sets, DEVICES))
    g, n = jnp.full((sets, DEVICES), 0.5), jnp.asarray(pulses)
    event = 0

    def ours() -> None:
        nonlocal g, event
        event += 1
        g = apply_pulses(params, g, n, event=event, donate=True)
        g.block_until_ready()

    ours()
    rate = sets * DEVICES / seconds(ours)
    found = [
        Row(
            f"pulse updates, {sets} sets x 1 M devices", rate / 1e6, "M/s", 350, larger_is_better=True, **peer
        )
        for peer in (
            {"peer": "JAX, threefry normals, same run", "peer_value": threefry() / 1e6},
            {"peer": "NumPy, one thread, same run", "peer_value": numpy_rate() / 1e6},
        )
    ]
    table = measured_rate(n)
    found.append(
        Row(
            "  the same by a measured table",
            table / 1e6,
            "M/s",
            rate / 3e6,
            "exponential, same run",
            rate / 1e6,
            True,
        )
    )
    aihwkit = aihwkit_rate()
    if aihwkit:
        found.append(
            Row(found[0].work, rate / 1e6, "M/s", 350, "aihwkit ExpStep, same run", aihwkit / 1e6, True)
        )
    if (
        jax.default_backend() != "cpu"
    ):  # there the kernel is bound by memory: read and write g, read one byte n
        copy = jax.jit(lambda a: a + 1.0)
        copy(g).block_until_ready()
        bandwidth = 8 * g.size / seconds(lambda: copy(g).block_until_ready())
        found.append(Row("  share of the memory bound, 9 bytes an update", 100 * rate * 9 / bandwidth, "%"))
    return found


def measured_rate(n: jax.Array) -> float:
    """Updates per second of devices that follow the jump table of 20 cycles."""
    sets = len(n)
    params = SynapseParameters.stack([preset("ag-a-si").with_law(measured_law())] * sets)
    g = jnp.full(n.shape, 0.5)
    event = 0

    def ours() -> None:
        nonlocal g, event
        event += 1
        g = apply_pulses(params, g, n, event=event, donate=True)
        g.block_until_ready()

    ours()
    return sets * DEVICES / seconds(ours)


def measured_law(cycles: int = 20, pulses: int = 100, sigma: float = 0.035) -> MeasuredLaw:
    """Table of noisy sweeps of the benchmark's device."""
    rng = np.random.default_rng(0)
    law, sweeps = ExponentialLaw(label=(2.4, -4.88)), []
    for sign in (1, -1):
        g = np.full(cycles, 0.0 if sign > 0 else 1.0)
        rows = [g]
        for _ in range(pulses):
            g = np.clip(g + law.change(g, sign, pulses) + sigma * rng.standard_normal(cycles), 0, 1)
            rows.append(g)
        sweeps.append(np.array(rows).T)
    return MeasuredLaw.from_cycles(*sweeps)


def threefry(sets: int = 4) -> float:
    """The same law with JAX's own normals."""
    params = SynapseParameters.stack([preset("ag-a-si")] * sets)
    n = jnp.asarray(np.random.default_rng(0).choice(np.array([-2.0, -1.0, 1.0, 2.0]), (sets, DEVICES)))

    @jax.jit
    def step(key, g):
        return step_exponential(g, n, params, jax.random.normal(key, g.shape))

    g = jnp.full((sets, DEVICES), 0.5)
    step(jax.random.key(0), g).block_until_ready()
    return sets * DEVICES / seconds(lambda: step(jax.random.key(1), g).block_until_ready())


def numpy_rate() -> float:
    """The same law in NumPy, float32, SFC64 normals."""
    rng = np.random.Generator(np.random.SFC64(0))
    g = np.full(DEVICES, 0.5, np.float32)
    n = rng.choice(np.array([-2.0, -1.0, 1.0, 2.0], np.float32), DEVICES)
    a = np.where(n > 0, np.float32(0.499 * 97), np.float32(-0.2 * 100))
    b = (1 / (1 - np.exp(-np.where(n > 0, 97, 100) / a))).astype(np.float32)

    def step() -> None:
        new = b + (g - b) * np.exp(-n / a)
        new += np.float32(0.035) * np.sqrt(np.abs(n)) * rng.standard_normal(DEVICES, np.float32)
        np.clip(new, 0, 1, out=g)

    return DEVICES / seconds(step)


def aihwkit_rate() -> float | None:
    """aihwkit's ExpStep tile, if installed: one pulse on every cell of 1024 x 1024."""
    try:
        import torch
        from aihwkit.simulator.configs import SingleRPUConfig
        from aihwkit.simulator.configs.devices import ExpStepDevice
        from aihwkit.simulator.tiles.analog import AnalogTile
    except ImportError:
        return None
    device = ExpStepDevice()
    tile = AnalogTile(1024, 1024, SingleRPUConfig(device=device))
    tile.set_learning_rate(device.dw_min)  # inputs and errors of one then ask for one pulse; 0.01 for ten
    x, d = torch.ones(8, 1024), torch.ones(8, 1024)
    return 8 * DEVICES / seconds(lambda: tile.update(x, d))


if __name__ == "__main__":
    show(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 64))
