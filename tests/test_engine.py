"""Several devices: virtual ones of the CPU stand for GPUs; blocks go to all of them and compute the same."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from perovdata.engine import blocks, bucket, padded, unpadded

_PROGRAM = """
import json
import jax, jax.numpy as jnp, numpy as np
from perovdata.arrays import Protocol, train_online
from perovdata.devices import SynapseParameters, preset
from perovdata.engine import run_blocks

used = run_blocks(lambda k: next(iter((jnp.arange(3) + k).devices())).id, range(6))
rng = np.random.default_rng(0)
x, y = (rng.random((80, 12)) < 0.4).astype(np.float32), rng.integers(0, 3, 80)
params = SynapseParameters.stack([preset("ag-a-si")] * 5)
result = train_online(
    params, x, y, x, y, hidden=6, seeds=8, protocol=Protocol(samples_per_epoch=60), keep_weights=True
)
print(json.dumps({
    "devices": len(jax.local_devices()),
    "used": used,
    "weights": [c.astype(float).round(7).tolist() for c in result.conductance],
    "predictions": result.predictions.tolist(),
}))
"""


def _run(devices: int) -> dict:
    flags = f"--xla_force_host_platform_device_count={devices}"
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags},
    )
    return json.loads(run.stdout.splitlines()[-1])


def test_blocks_go_to_all_devices_and_compute_the_same_there():
    one, three = _run(1), _run(3)
    assert (one["devices"], three["devices"]) == (1, 3)
    assert three["used"] == [0, 1, 2, 0, 1, 2]
    assert set(one["used"]) == {0}
    assert three["weights"] == one["weights"]
    assert three["predictions"] == one["predictions"]


_COMPILED = """
import jax, jax.numpy as jnp
import perovdata.engine

def deep(x):
    for _ in range(300):
        x = jnp.sin(x) + jnp.cos(x) * x
    return x

print(float(jax.jit(deep)(0.5)))
"""


def test_a_program_that_the_cache_holds_torn_is_compiled_again_in_silence(tmp_path):
    def told() -> tuple[str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
        env["PEROVDATA_CACHE_DIR"] = str(tmp_path)
        run = subprocess.run(
            [sys.executable, "-c", _COMPILED], capture_output=True, text=True, check=True, env=env
        )
        return run.stdout, run.stderr

    first = told()
    kept = sorted((tmp_path / "jax").glob("*-cache"))
    assert kept
    for path in kept:  # as a process that was killed while it wrote leaves them
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert told() == first == (first[0], "")


def test_buckets_are_powers_of_two():
    assert [bucket(n) for n in (0, 1, 2, 3, 64, 65)] == [1, 1, 2, 4, 64, 128]


@pytest.mark.parametrize("n", range(1, 260))
def test_blocks_hold_every_lane_once_and_few_repeats(n):
    parts = blocks(n)
    assert sum(map(len, parts)) <= 1.12 * n
    assert {len(part) for part in parts} <= {padded(len(part)) for part in parts}
    np.testing.assert_array_equal(unpadded([10 * part for part in parts], parts), 10 * np.arange(n))


def test_few_sizes_are_compiled_for():
    sizes = {padded(n) for n in range(1, 4097)}
    assert len(sizes) < 90
    assert all(n <= padded(n) <= 1.125 * n for n in range(1, 4097))
