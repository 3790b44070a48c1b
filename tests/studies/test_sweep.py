"""Sweeps: pieces do not change results, interruption and lost workers cost only what was not written."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.studies.pieces import sweep

P = 7


def params() -> SynapseParameters:
    return SynapseParameters.make(g_max=1e-6, c2c_sigma=np.linspace(0.01, 0.05, P))


def pulse(sets: SynapseParameters, first_set: int, *, count: int = 3) -> dict:
    """Noisy pulses on ten devices per set."""
    import jax.numpy as jnp

    from perovdata.arrays import apply_pulses

    g = jnp.full((sets.n_sets, 10), 0.5)
    return {"g": apply_pulses(sets, g, np.full((1, 1), count), first_set=first_set)}


def fail_once(sets: SynapseParameters, first_set: int, *, marks: str) -> dict:
    mark = Path(marks) / f"{first_set}"
    if first_set == 2 and not mark.exists():
        mark.write_text("tried", encoding="utf-8")
        raise OSError("disk on fire")
    mark.write_text("done", encoding="utf-8")
    return {"first": np.arange(first_set, first_set + sets.n_sets)}


def kill_own_worker_once(sets: SynapseParameters, first_set: int, *, marks: str) -> dict:
    """The worker that takes the piece of set 2 is killed half-way, as by the system."""
    mark = Path(marks) / f"{first_set}-{time.time_ns()}"
    mark.write_text("begun", encoding="utf-8")
    if first_set == 2 and len(list(Path(marks).glob("2-*"))) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.2)
    return {"first": np.arange(first_set, first_set + sets.n_sets)}


def test_pieces_give_the_numbers_of_one_run(tmp_path):
    whole = sweep(pulse, params(), tmp_path / "a", sets_per_piece=P)["g"]
    pieces = sweep(pulse, params(), tmp_path / "b", sets_per_piece=3)["g"]
    assert whole.shape == (P, 10)
    assert np.array_equal(whole, pieces)
    assert len(np.unique(whole)) == whole.size  # every set drew its own noise


def test_failed_piece_is_named_and_only_it_is_computed_again(tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    options = {"marks": str(marks)}
    with pytest.raises(RuntimeError, match=r"1 of 4 pieces failed \(sets 2\.\.3: OSError: disk on fire\)"):
        sweep(fail_once, params(), tmp_path / "out", options=options, sets_per_piece=2)
    written = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "out").glob("piece-*")}
    assert len(written) == 3
    seen = []
    result = sweep(
        fail_once,
        params(),
        tmp_path / "out",
        options=options,
        sets_per_piece=2,
        progress=lambda *d: seen.append(d),
    )
    assert result["first"].tolist() == list(range(P))
    assert seen == [(3, 4), (4, 4)]
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == t for name, t in written.items())


def test_killed_worker_costs_only_its_piece(tmp_path):
    pytest.importorskip("dask.distributed")
    marks = tmp_path / "marks"
    marks.mkdir()
    result = sweep(
        kill_own_worker_once,
        params(),
        tmp_path / "out",
        options={"marks": str(marks)},
        sets_per_piece=2,
        processes=2,
    )
    assert result["first"].tolist() == list(range(P))
    begun = [path.name.split("-")[0] for path in marks.iterdir()]
    assert begun.count("2") == 2  # the lost piece was computed again ...
    assert all(begun.count(start) == 1 for start in ("0", "4", "6"))  # ... and no other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": {"count": 4}}, "holds another sweep"),
        ({"sets_per_piece": 2}, "holds another sweep"),
        ({"sets_per_piece": 0}, "must be at least 1"),
        ({"options": {"count": object()}}, "plain numbers"),
    ],
)
def test_bad_input(tmp_path, change, message):
    sweep(pulse, params(), tmp_path, sets_per_piece=4)
    with pytest.raises(InputError, match=message):
        sweep(pulse, params(), tmp_path, **{"sets_per_piece": 4, **change})


def test_unreachable_scheduler(tmp_path):
    pytest.importorskip("dask.distributed")
    with pytest.raises(InputError, match="cannot be reached"):
        sweep(pulse, params(), tmp_path, scheduler="nonsense")


def test_command_gives_what_one_run_gives(tmp_path):
    import json

    from typer.testing import CliRunner

    from perovdata.cli.application import app
    from perovdata.studies import simulate

    words = [
        "study",
        "sweep",
        "--preset",
        "epiram",
        "--task",
        "digits-online",
        "--epochs",
        "1",
        "--seed",
        "3",
    ]
    done = CliRunner().invoke(app, [*words, "--output", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    one = simulate(preset="epiram", task="digits-online", epochs=1, seeds=1, seed=3)
    assert json.loads(done.stdout)["accuracy"]["values"] == one["accuracy"]["values"]
    assert list((tmp_path / "out").iterdir())
