"""How JAX is started and fed: compilation cache, vector width, shape buckets, memory, worker threads.

Importing this module sets what JAX has to know before it first compiles; nothing that the user has set
already is overridden. The same code runs on CPU and GPU: what differs is only how many lanes go into one
block (:func:`blocks`) and how many blocks run side by side (:func:`run_blocks`).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias, TypeVar

import jax
import numpy as np

from perovdata.errors import InputError
from perovdata.files import cache_dir

T = TypeVar("T")
R = TypeVar("R")

#: What a device law takes: one number, or numbers for many devices.
Values: TypeAlias = jax.Array | np.ndarray | float

#: Largest number of lanes that one CPU thread trains at once: its state then stays in the last-level cache.
_CPU_LANES = 16
_GPU_LANES = 4096
_ALWAYS_THERE = 1 << 20


def _prepare() -> None:
    """Set the compilation cache and the CPU vector width, unless the user has."""
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_cpu_prefer_vector_width" not in flags:
        # XLA's default is 256 bits; hash and polynomials gain 1.7 times from 512 where the CPU has it.
        os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_prefer_vector_width=512".strip()
    if jax.config.values["jax_compilation_cache_dir"] is None:
        try:
            jax.config.update("jax_compilation_cache_dir", str(cache_dir() / "jax"))
        except OSError:
            return  # a read-only home: compile anew each time
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        # What another process has half written, or left torn, is compiled again: no news to a user.
        warnings.filterwarnings("ignore", "Error reading persistent compilation cache entry")


_prepare()


def workers() -> int:
    """Blocks that run side by side: the usable cores on CPU, the number of devices on GPU."""
    if jax.default_backend() == "cpu":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return jax.local_device_count()


def bucket(n: int) -> int:
    """Smallest power of two that is at least n: shapes are padded to it so that few programs are compiled."""
    return 1 << max(0, int(n) - 1).bit_length()


def padded(n: int) -> int:
    """Smallest size of at least n that is compiled for: four leading binary digits, at most 1/8 more."""
    step = 1 << max(0, int(n).bit_length() - 4)
    return -(-int(n) // step) * step


def blocks(n_lanes: int, kinds: np.ndarray | None = None) -> list[np.ndarray]:
    """Lanes of every block: independent lanes in even parts, of sizes that are compiled for (:func:`padded`).

    Small enough to occupy every worker and, on a CPU, to keep the state of one block in cache.

    Parameters
    ----------
    n_lanes : int
    kinds : ndarray of int, shape (n_lanes,), optional
        Lanes of one kind are cheaper together: on a CPU no block mixes kinds that fill half a block each.

    Returns
    -------
    list of ndarray of int
        A block repeats its last lane up to its size; :func:`unpadded` takes the repeats out again.
    """
    on_cpu = jax.default_backend() == "cpu"
    limit = _CPU_LANES if on_cpu else _GPU_LANES
    found, counts = np.unique([0] if kinds is None else kinds, return_counts=True)
    if on_cpu and len(found) > 1 and counts.min() >= limit // 2:
        alike = [np.flatnonzero(kinds == kind) for kind in found]
        parts = [part for lanes in alike for part in np.array_split(lanes, -(-len(lanes) // limit))]
        return [_filled(part) for part in parts]
    turns = -(-n_lanes // (limit * workers()))
    count = min(n_lanes, turns * workers())
    return [_filled(part) for part in np.array_split(np.arange(n_lanes), count)]


def _filled(part: np.ndarray) -> np.ndarray:
    return part[np.minimum(np.arange(padded(len(part))), len(part) - 1)]


def unpadded(results: Sequence[np.ndarray], lanes: Sequence[np.ndarray]) -> np.ndarray:
    """Join what the blocks of :func:`blocks` gave, every lane once, in the order of the lanes."""
    kept = [result[: len(np.unique(index))] for result, index in zip(results, lanes, strict=True)]
    return np.concatenate(kept)[np.argsort(np.concatenate([np.unique(index) for index in lanes]))]


def run_blocks(work: Callable[[T], R], blocks: Iterable[T]) -> list[R]:
    """Run independent blocks on all workers, results in the order of the blocks.

    JAX releases the interpreter while it computes, so threads are enough. On several GPUs block i is
    placed on device i modulo their number.
    """
    blocks = list(blocks)
    devices = jax.local_devices()

    def placed(item: tuple[int, T]) -> R:
        with jax.default_device(devices[item[0] % len(devices)]):
            return work(item[1])

    if min(workers(), len(blocks)) <= 1:
        return [placed(item) for item in enumerate(blocks)]
    with ThreadPoolExecutor(min(workers(), len(blocks))) as pool:
        return list(pool.map(placed, enumerate(blocks)))


def available_memory() -> int:
    """Bytes that can still be allocated where JAX computes (host memory on CPU)."""
    device = jax.local_devices()[0]
    stats = device.memory_stats() if device.platform != "cpu" else None
    if stats and "bytes_limit" in stats:
        return int(stats["bytes_limit"] - stats.get("bytes_in_use", 0))
    limits = [_meminfo_available(), _cgroup_available()]
    return min((limit for limit in limits if limit is not None), default=8 << 30)


def _meminfo_available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def _cgroup_available() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text(encoding="ascii").strip()
        if limit == "max":
            return None
        return int(limit) - int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def require_memory(bytes_each: int, n: int, what: str, fixed: int = 0) -> None:
    """Refuse work that cannot fit, before anything is allocated.

    Parameters
    ----------
    bytes_each : int
        Bytes per unit (a parameter set, an image ...).
    n : int
        Units wanted.
    what : str
        Name of the unit in the plural, for the message.
    fixed : int
        Bytes needed whatever n is.

    Raises
    ------
    InputError
        With the estimate and the largest n that fits.
    """
    if fixed + n * bytes_each <= _ALWAYS_THERE:  # asking the system would take longer than the work
        return
    free = available_memory()
    if fixed + n * bytes_each <= 0.9 * free:
        return
    largest = max(0, int((0.9 * free - fixed) // max(bytes_each, 1)))
    raise InputError(
        f"{n} {what} need about {(fixed + n * bytes_each) / 1e9:.3g} GB and {free / 1e9:.3g} GB are free; "
        f"the largest number that fits is {largest}"
    )
