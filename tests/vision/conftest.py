"""Shared: small image files, and the two extreme devices."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from perovdata.devices import SynapseParameters

from .idx_files import IDX_NAMES, idx_bytes


@pytest.fixture
def idx_folder(tmp_path):
    """The four files with random 28 x 28 pictures: two gzipped, two not."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "idx"
    folder.mkdir()
    for name, n_dims in IDX_NAMES.items():
        n = 30 if name.startswith("train") else 10
        array = rng.integers(0, 256, (n, 28, 28)) if n_dims == 3 else np.arange(n) % 10
        if name.startswith("train"):
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
        else:
            (folder / name).write_bytes(idx_bytes(array))
    return folder


@pytest.fixture(scope="session")
def extremes() -> SynapseParameters:
    """Two sets: an ideal device, and one of random noise (no window, all noises, all stuck)."""
    noise = SynapseParameters.make(
        g_max=1e-6,
        g_min=0.999e-6,
        n_pulses_ltp=32,
        n_pulses_ltd=32,
        c2c_sigma=1,
        read_noise=1,
        read_noise_relative=1,
        stuck_on=0.5,
        stuck_off=0.5,
        ppf_amplitude_1=0.5,
        ppf_tau_1=1,
    )
    return SynapseParameters.stack([SynapseParameters.make(), noise])
