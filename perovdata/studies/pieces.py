"""Sweeps over many parameter sets: in pieces, on many processes or machines, resumable.

Each piece is a range of parameter sets; its result is written to its own file as soon as it is there, so an
interrupted sweep goes on where it stopped and a lost worker costs only the piece it was computing. Random
numbers follow the index of a set in the whole sweep: the cut into pieces does not change any result.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.files import write_atomic

if TYPE_CHECKING:
    from dask.distributed import Client

Work = Callable[..., dict[str, np.ndarray]]

#: Workers that may die over one piece before it counts as the piece's fault.
_ALLOWED_LOSSES = 3


def sweep(
    work: Work,
    params: SynapseParameters,
    folder: str | Path,
    *,
    options: dict[str, Any] | None = None,
    sets_per_piece: int = 16,
    scheduler: str | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, np.ndarray]:
    """Run a function over all parameter sets and gather its results.

    Parameters
    ----------
    work : callable
        ``work(params, first_set, **options)`` gives named arrays with the sets of ``params`` as leading axis.
        With a scheduler or several processes it must be importable by name in a worker.
    params : SynapseParameters
        P sets.
    folder : path-like
        Where the pieces lie; a folder of the same sweep is resumed.
    options : dict, optional
        Further arguments of ``work``; they must be plain values (JSON) since they identify the sweep.
    sets_per_piece : int
    scheduler : str, optional
        Address of a Dask scheduler, e.g. ``tcp://host:8786``; default: this machine.
    processes : int
        Without a scheduler: 1 computes here, more starts so many local processes (extra ``sweep``).
    progress : callable, optional
        Called with (pieces done, pieces in all).

    Returns
    -------
    dict of ndarray
        Leading axis P.

    Raises
    ------
    InputError
        A folder of another sweep, an unreachable scheduler, arguments out of range.
    RuntimeError
        Pieces that failed, named with their sets; the others are written, a second call computes only these.
    """
    options = options or {}
    if sets_per_piece < 1 or processes < 1:
        raise InputError(f"sets_per_piece {sets_per_piece} and processes {processes} must be at least 1")
    folder = Path(folder)
    _claim(folder, work, params, options, sets_per_piece)
    starts = list(range(0, params.n_sets, sets_per_piece))
    missing = [s for s in starts if not _piece_file(folder, s).exists()]
    done = len(starts) - len(missing)
    if progress is not None:
        progress(done, len(starts))

    failed: dict[int, str] = {}
    for start, outcome in _compute(work, params, options, missing, sets_per_piece, scheduler, processes):
        if isinstance(outcome, BaseException):
            failed[start] = f"{type(outcome).__name__}: {outcome}"
            continue
        _store(_piece_file(folder, start), outcome, min(sets_per_piece, params.n_sets - start))
        done += 1
        if progress is not None:
            progress(done, len(starts))
    if failed:
        listing = "; ".join(
            f"sets {s}..{min(s + sets_per_piece, params.n_sets) - 1}: {why}"
            for s, why in sorted(failed.items())
        )
        raise RuntimeError(
            f"{len(failed)} of {len(starts)} pieces failed ({listing}); the others are in {folder}"
        )
    return _gather(folder, starts)


def _claim(folder: Path, work: Work, params: SynapseParameters, options: dict, sets_per_piece: int) -> None:
    """Mark the folder as this sweep's, or check that it is."""
    digest = hashlib.sha256()
    for name, column in _arrays(params).items():
        digest.update(name.encode() + np.ascontiguousarray(column).tobytes())
    if params.laws:
        digest.update(np.ascontiguousarray(params.law).tobytes())
        digest.update(repr([(law.name, law.to_dict()) for law in params.laws]).encode())
    try:
        plain = json.loads(json.dumps(options, sort_keys=True))
    except TypeError as error:
        raise InputError(f"sweep options: {error}; give plain numbers, texts, lists") from None
    mine = {
        "work": f"{work.__module__}.{work.__qualname__}",
        "sets": params.n_sets,
        "parameters_sha256": digest.hexdigest(),
        "options": plain,
        "sets_per_piece": sets_per_piece,
    }
    manifest = folder / "sweep.json"
    if not manifest.exists():
        write_atomic(manifest, json.dumps(mine, indent=1, sort_keys=True) + "\n")
        return
    try:
        there = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError:
        raise InputError(f"file {manifest}: not a sweep's description; give another folder") from None
    for key, value in mine.items():
        if there.get(key) != value:
            raise InputError(
                f"folder {folder} holds another sweep ({key}: {there.get(key)!r}, now {value!r});"
                " give another folder"
            )


def _arrays(params: SynapseParameters) -> dict[str, np.ndarray]:
    """What :meth:`SynapseParameters.make` needs to build the sets again."""
    spectra = {} if params.absorption is None else {"absorption": np.asarray(params.absorption)}
    return {**params.as_dict(), **spectra}


def _piece_file(folder: Path, start: int) -> Path:
    return folder / f"piece-{start:07d}.npz"


def _store(path: Path, result: dict[str, np.ndarray], n_sets: int) -> None:
    arrays = {name: np.asarray(value) for name, value in result.items()}
    for name, value in arrays.items():
        if value.shape[:1] != (n_sets,):
            raise InputError(
                f"sweep: '{name}' has shape {value.shape}; its leading axis must be the {n_sets} sets"
            )
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_atomic(path, buffer.getvalue())


def _gather(folder: Path, starts: list[int]) -> dict[str, np.ndarray]:
    pieces = []
    for start in starts:
        with np.load(_piece_file(folder, start), allow_pickle=False) as archive:
            pieces.append({name: archive[name] for name in archive.files})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _run_piece(work: Work, columns: dict[str, Any], first_set: int, options: dict) -> dict:
    """What a worker does: plain arrays (and laws) in, plain arrays out."""
    law, laws = columns["law"], columns["laws"]
    params = SynapseParameters.make(**{k: v for k, v in columns.items() if k not in ("law", "laws")})
    result = work(dataclasses.replace(params, law=law, laws=laws), first_set, **options)
    return {name: np.asarray(value) for name, value in result.items()}


def _compute(
    work: Work,
    params: SynapseParameters,
    options: dict,
    starts: list[int],
    size: int,
    scheduler: str | None,
    processes: int,
) -> Iterator[tuple[int, Any]]:
    """Yield (first set, result or exception) as pieces come in."""
    parts = {start: params.take(slice(start, start + size)) for start in starts}
    columns = {s: {**_arrays(p), "law": np.asarray(p.law), "laws": p.laws} for s, p in parts.items()}
    if scheduler is None and (processes == 1 or len(starts) <= 1):
        for start in starts:
            try:
                outcome: Any = _run_piece(work, columns[start], start, options)
            except Exception as error:  # one bad piece must not cost the others
                outcome = error
            yield start, outcome
        return
    with _client(scheduler, min(processes, len(starts))) as client:
        from dask.distributed import as_completed

        futures = {
            client.submit(_run_piece, work, columns[start], start, options, pure=False): start
            for start in starts
        }
        for future in as_completed(futures):
            failure = future.exception()
            yield futures[future], future.result() if failure is None else failure
            future.release()


@contextmanager
def _client(scheduler: str | None, processes: int) -> Iterator[Client]:
    """A Dask client: of the given scheduler, or of so many local processes."""
    try:
        import dask
        from dask.distributed import Client, LocalCluster
    except ImportError:
        raise InputError("sweep: several processes or a scheduler need the extra 'sweep' (dask)") from None
    with dask.config.set({"distributed.scheduler.allowed-failures": _ALLOWED_LOSSES}):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=processes, threads_per_worker=1, processes=True, dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise InputError(f"argument scheduler: '{scheduler}' cannot be reached ({error})") from None
        with client:
            yield client


def task_accuracy(
    params: SynapseParameters,
    first_set: int,
    *,
    task: str,
    seeds: int = 1,
    seed: int = 0,
    epochs: int | None = None,
    data_dir: str | None = None,
) -> dict[str, np.ndarray]:
    """Work of a sweep: accuracy of a vision task.

    Parameters
    ----------
    params : SynapseParameters
        The sets of one piece.
    first_set : int
        Index of the first of them in the sweep, which tells their seeds.
    task, seeds, seed, epochs, data_dir
        As for :func:`perovdata.vision.run`.

    Returns
    -------
    dict of ndarray
        ``accuracy``, shape (P, S), percent.
    """
    from perovdata.studies.draws import seeds_for
    from perovdata.vision import run

    own_seeds = seeds_for(task, first_set + params.n_sets, seed)[first_set:]
    result = run(task, params, seeds=seeds, seed=own_seeds, epochs=epochs, data_dir=data_dir)
    if result.interrupted:
        raise KeyboardInterrupt
    return {"accuracy": np.asarray(result.accuracy)}
