"""Several devices: virtual ones of the CPU stand for GPUs; blocks go to all of them and compute the same."""

import json
import os
import subprocess
import sys

from perovdata.engine import bucket

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


def test_buckets_are_powers_of_two():
    assert [bucket(n) for n in (0, 1, 2, 3, 64, 65)] == [1, 1, 2, 4, 64, 128]
