"""Writers of the tables at once, and killed ones: ``tests/stress/table_writers.py --runs 200 --kills 200``.

Each run adds records with `perovdata dataset add` in processes of their own. Writers at once: the tables must
be those of the same additions one after another, in some order. Kills: SIGKILL before the k-th call that
changes the file system, for every k; readers must then see the tables of before or of after, and the same
command once more must leave what an undisturbed one leaves.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from perovdata.cli import main
from perovdata.dataset.check.csv_lines import read_tables
from perovdata.dataset.check.table_files import unfinished
from perovdata.dataset.check.validation import validate
from perovdata.dataset.schema.reserved import is_reserved
from perovdata.files import tables_dir

_CHANGES = ("fsync", "replace", "rename", "unlink", "mkdir", "rmdir")
_LEFT = {".tables.lock", ".last_commit.json"}
_METALS, _HALIDES = ("Pb", "Sn", "Ge"), ("Cl", "Br", "I")


def doi(writer: int, number: int) -> str:
    """A DOI that no table has and that is not reserved."""
    names = (f"10.5555/stress.{writer}.{number}.{k}" for k in range(100))
    return next(name for name in names if not is_reserved(name, ""))


def record(writer: int, number: int, draw: random.Random, bad: bool = False) -> dict:
    """A record of a paper that no table has; `bad` makes one value unusable."""
    value = {"metric": "endurance", "operator": ">", "value": draw.randint(10, 10**6), "unit": "cycles"}
    levels = {"metric": "n_states", "operator": "=", "value": draw.randint(2, 256), "unit": "1"}
    return {
        "record_id": f"w{writer}r{number}",
        "paper": {
            "doi": doi(writer, number),
            "url": f"https://example.org/{writer}/{number}",
            "title": f"Stress {writer} {number}",
            "year": 2024,
            "first_author": f"Writer{'abcdefg'[writer]} N",
        },
        "source_kind": "abstract",
        "design": {"composition": f"Cs{draw.choice(_METALS)}{draw.choice(_HALIDES)}3"},
        "measurements": [value, levels, *([{"metric": "endurance", "value": "many"}] if bad else [])],
    }


def submission(folder: Path, writer: int, draw: random.Random, bad: bool = False) -> Path:
    """A file of one to four records."""
    path = folder / f"writer{writer}.jsonl"
    lines = [json.dumps(record(writer, k, draw, bad)) for k in range(draw.randint(1, 4))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def in_child(work: Callable[[], object]) -> int:
    """Start a process that does the work and ends with its exit code; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        with (
            open(os.devnull, "w") as null,
            contextlib.redirect_stderr(null),
            contextlib.redirect_stdout(null),
        ):
            work()
            code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a process: its exit code, or the number of the signal that ended it, negative."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def add(tables: Path, source: Path, *options: str) -> None:
    """``perovdata dataset add`` in this process."""
    sys.argv = ["perovdata", "dataset", "add", str(source), "--tables", str(tables), "--yes", *options]
    main()


def state(tables: Path) -> dict:
    """The tables as a reader sees them."""
    return read_tables(tables)[0]


def fresh(place: Path, name: str) -> Path:
    """A copy of the shipped tables."""
    target = place / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in tables_dir().glob("*.csv"):
        shutil.copy(path, target)
    return target


def writers_at_once(place: Path, seed: int) -> str | None:
    """One run of two to four writers; what went wrong, or None."""
    draw = random.Random(seed)
    sources = [submission(place, writer, draw) for writer in range(draw.randint(2, 4))]
    tables = fresh(place, "at_once")
    codes = [ended(pid) for pid in [in_child(lambda s=s: add(tables, s)) for s in sources]]
    if any(codes):
        return f"exit codes {codes}"
    if not validate(tables).ok:
        return "the validator finds errors"
    found = state(tables)
    dois = [row["doi"] for row in found["papers"]]
    try:
        order = sorted(range(len(sources)), key=lambda w: dois.index(doi(w, 0)))
    except ValueError:
        return "an addition was lost"
    serial = fresh(place, "serial")
    for writer in order:
        ended(in_child(lambda w=writer: add(serial, sources[w])))
    return None if state(serial) == found else "the tables are those of no order"


def _dying(before_call: int, work: Callable[[], object]) -> None:
    """Do the work, and die before the k-th change of the file system."""
    calls = 0

    def counted(real: Callable) -> Callable:
        def call(*args: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == before_call:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)

        return call

    for name in _CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    work()


def kill_points(place: Path, seed: int, most: int, step: int = 1) -> tuple[int, int, list[str]]:
    """Kill one addition before each `step`-th of its changes of the file system.

    Returns
    -------
    kills : int
        Kills done, `most` at most.
    between : int
        Those that fell between the commit and its end.
    faults : list of str
        What was not as it must be.
    """
    draw = random.Random(seed)
    source = submission(place, 0, draw, bad=draw.random() < 0.5)
    accounts = {name: place / name for name in ("rejects.csv", "report.json")}
    options = ("--rejects", str(accounts["rejects.csv"]), "--report", str(accounts["report.json"]))

    def accounted() -> dict[str, bytes]:
        return {name: path.read_bytes() for name, path in accounts.items() if path.exists()}

    def restart() -> Path:
        for path in accounts.values():
            path.unlink(missing_ok=True)
        return fresh(place, "killed")

    tables = restart()
    before = state(tables)
    ended(in_child(lambda: add(tables, source, *options)))
    after, told = state(tables), accounted()
    kills, between, faults = 0, 0, []
    for point in range(1, most * step + 1, step):
        tables = restart()
        killed = in_child(lambda k=point, t=tables: _dying(k, lambda: add(t, source, *options)))
        if ended(killed) != -signal.SIGKILL:
            break
        kills += 1
        between += bool(unfinished(tables))
        if state(tables) not in (before, after) or not validate(tables).ok:
            faults.append(f"seed {seed}, kill {point}: mixed tables")
        ended(in_child(lambda t=tables: add(t, source, *options)))
        if state(tables) != after:
            faults.append(f"seed {seed}, kill {point}: the addition was lost")
        if accounted() != told:
            faults.append(f"seed {seed}, kill {point}: rejects or report differ")
        left = {p.name for p in tables.iterdir() if p.suffix != ".csv" or p.name.startswith(".")} - _LEFT
        if left:
            faults.append(f"seed {seed}, kill {point}: left behind {sorted(left)}")
    return kills, between, faults


def run(runs: int, kills: int, seed: int = 0, step: int = 1) -> list[str]:
    """Both searches; prints a line each and returns the faults."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for k in range(runs):
            fault = writers_at_once(place, seed + k)
            faults += [f"seed {seed + k}: {fault}"] if fault else []
        print(f"writers at once: {runs} runs of 2 to 4 writers, {len(faults)} mixed or lost")
        done = between = 0
        while done < kills:
            killed, inside, found = kill_points(place, seed, kills - done, step)
            done, between, seed = done + killed, between + inside, seed + 1
            faults += found
        print(f"writers killed: {done} kills ({between} between commit and end), {len(faults)} faults in all")
    return faults


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--step", type=int, default=1, help="kill before each step-th change only")
    options = parser.parse_args()
    problems = run(options.runs, options.kills, step=options.step)
    print("\n".join(problems))
    sys.exit(bool(problems))
