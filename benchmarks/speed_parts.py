"""Rows of the speed table that are measured inside a process: ``python benchmarks/speed_parts.py NAME``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from table import seconds

Row = dict[str, Any]


def cpu(work: Callable[[], object], repeat: int = 3) -> float:
    """Least processor seconds of several runs."""
    return seconds(work, repeat, time.process_time)


def many_designs(quick: bool) -> Row:
    """Designs a second of ``predict --input``, imports and the reading of the bundle included."""
    import predict_speed
    from speed_table import cpu_of

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "designs.csv"
        predict_speed.write_designs(source)
        lines = source.read_text().splitlines(keepends=True)
        n = 2_000 if quick else len(lines) - 1
        source.write_text("".join(lines[: n + 1]))
        asked = ["predict", "--input", str(source), "--output", f"{folder}/out.csv"]
        return {"now": n / cpu_of([sys.executable, "-m", "perovdata", *asked])}


def fitting(quick: bool) -> Row:
    """``fit`` of ten headed sweeps of 100 pulses up and down."""
    from speed_table import cpu_of

    rng = np.random.default_rng(0)
    up = np.arange(101) / 100
    rise = (1 - np.exp(-2 * up)) / (1 - np.exp(-2))
    sweep = 1e-7 + 1e-6 * np.concatenate([rise, 1 - rise[1:]])
    lines = ["cycle,pulse,direction,conductance_S"]
    for cycle in range(10):
        noisy = sweep + 5e-9 * rng.standard_normal(sweep.size)
        for i, g in enumerate(noisy):
            lines.append(f"{cycle},{i},{'LTP' if i <= 100 else 'LTD'},{g:.6e}")
    with tempfile.TemporaryDirectory() as folder:
        curve = Path(folder) / "curve.csv"
        curve.write_text("\n".join(lines) + "\n")
        asked = ["fit", str(curve), "--output", f"{folder}/device.yaml"]
        return {"now": cpu_of([sys.executable, "-m", "perovdata", *asked])}


def tracing(quick: bool) -> Row:
    """Seconds that JAX spends on tracing, lowering and loading the programs of a task (thread time)."""
    import jax

    from perovdata.devices import preset
    from perovdata.vision import run

    run("digits-online", preset("ag-a-si"), epochs=1)  # programs into the cache
    jax.clear_caches()
    spent = 0.0

    def listen(event: str, seconds: float, **_: Any) -> None:
        nonlocal spent
        if event.startswith("/jax/core/compile"):
            spent += seconds

    jax.monitoring.register_event_duration_secs_listener(listen)
    run("digits-online", preset("ag-a-si"), epochs=1)
    return {"now": spent}


def padding(quick: bool) -> Row:
    """Most lanes computed beyond those asked, percent."""
    from perovdata.engine import blocks

    return {"now": max(100 * (sum(map(len, blocks(n))) / n - 1) for n in range(1, 257))}


def small_call(quick: bool) -> Row:
    """Milliseconds of a call of ``apply_pulses`` on 16 devices."""
    import jax.numpy as jnp

    from perovdata.arrays import apply_pulses
    from perovdata.devices import preset

    params, g, n = preset("ag-a-si"), jnp.full((1, 16), 0.5), jnp.ones((1, 16), jnp.int32)
    apply_pulses(params, g, n).block_until_ready()
    calls = 200 if quick else 1000

    def many() -> None:
        for event in range(calls):
            apply_pulses(params, g, n, event=event).block_until_ready()

    return {"now": cpu(many) / calls * 1e3}


def wires_256(quick: bool) -> Row:
    """Effective conductances of one array, beside a sparse factorisation of the same equations."""
    from wires import factorise

    from perovdata.arrays import effective_conductance

    g = np.random.default_rng(0).uniform(1e-5, 1e-4, (256, 256))
    ours = cpu(lambda: effective_conductance(g, 1.0, 1.0))
    return {"now": ours, "peer": "SciPy splu", "peer_value": cpu(lambda: factorise(g, 1.0), 1)}


def online(sets: int, quick: bool) -> Row:
    """Microseconds a sample and set, one epoch of 8,000 with a test of 500, beside a NumPy loop."""
    from online import images, numpy_loop

    from perovdata.arrays import train_online
    from perovdata.devices import SynapseParameters, preset

    x, y, x_test, y_test = images()
    params = SynapseParameters.stack([preset("ag-a-si")] * sets)

    def train() -> None:
        train_online(params, x, y, x_test[:500], y_test[:500])

    train()
    ours = cpu(train, 1 if quick else 2) / sets / 8000 * 1e6
    peer = cpu(lambda: numpy_loop(x, y), 1) * 8000 / 300 / 8000 * 1e6
    return {"now": ours, "peer": "NumPy loop", "peer_value": peer}


def inference_one(quick: bool) -> Row:
    """Seconds for 10,000 images and one set, beside NumPy with one normal per cell and image."""
    from inference import network, per_cell_seconds

    from perovdata.arrays import infer

    params, weights, x = network(1)
    infer(params, weights, x, adc_bits=8)
    ours = cpu(lambda: infer(params, weights, x, adc_bits=8))
    return {"now": ours, "peer": "NumPy, noise per cell", "peer_value": per_cell_seconds(weights, x)}


def memory(quick: bool) -> Row:
    """Peak MB of ``simulate`` on digits."""
    code = (
        "import re, sys; from pathlib import Path; from perovdata.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "text = Path('/proc/self/status').read_text()\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', text).group(1), file=sys.stderr)"
    )
    asked = ["simulate", "--preset", "ag-a-si", "--task", "digits-online", "--json"]
    done = subprocess.run([sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True)
    return {"now": int(done.stderr.split()[-1]) * 1024 / 1e6}


PARTS: dict[str, Callable[[bool], Row]] = {
    "many_designs": many_designs,
    "fitting": fitting,
    "tracing": tracing,
    "padding": padding,
    "small_call": small_call,
    "wires_256": wires_256,
    "online_one": lambda quick: online(1, quick),
    "online_batch": lambda quick: online(8 if quick else 64, quick),
    "inference_one": inference_one,
    "memory": memory,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    print(json.dumps(PARTS[asked.name](asked.quick)))
