"""Where people wait, in CPU seconds of one core: before, target, now (``--quick``: less work, rougher).

Every row runs in processes of its own, on one core and with one BLAS thread; what is told is processor time
of the process and its children, so that other work on the machine disturbs little. Rows of devices that a
peer computes too name the peer and the ratio, measured in the same process. ``--only`` picks rows by a part
of their name; ``--cold`` adds the rows that start from an empty cache, ``--pipeline`` the whole pipeline in a
clone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import speed_parts

ROOT = Path(__file__).resolve().parents[1]
COMPOSITION = "(PEA)2SnI4"


@dataclass(frozen=True)
class Found:
    """What a row measured: the figure, and the same of a peer or bound beside it."""

    now: float
    peer: str = ""
    peer_value: float | None = None


@dataclass(frozen=True)
class Line:
    """A row: what is waited for, unit, figure before this table was kept, target, how it is measured.

    ``measure(quick)`` gives the figure in the unit.
    """

    where: str
    unit: str
    before: float | None
    target: float
    measure: Callable[[bool], Found]
    larger_is_better: bool = False
    needs: str = ""  #: "cold", "pipeline", "mnist" or nothing

    def met(self, now: float) -> bool:
        """Whether the target is reached."""
        return now >= self.target if self.larger_is_better else now <= self.target

    def ratio(self, found: Found) -> float | None:
        """How many times better than the peer."""
        if found.peer_value is None:
            return None
        ours, peers = found.now, found.peer_value
        return ours / peers if self.larger_is_better else peers / ours


def cpu_of(command: list[str], cwd: Path | None = None, **environment: str) -> float:
    """Processor seconds of a command and its children, in user and system mode."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def command(*arguments: str, warm: bool = True) -> Callable[[bool], Found]:
    """Measure a command of perovdata; ``warm``: once before, so that programs and ceilings are cached."""

    def measure(quick: bool) -> Found:
        if warm:
            cpu_of([sys.executable, "-m", "perovdata", *arguments])
        return Found(cpu_of([sys.executable, "-m", "perovdata", *arguments]))

    return measure


def cold(*arguments: str) -> Callable[[bool], Found]:
    """Measure a command outside the repository that finds an empty cache."""

    def measure(quick: bool) -> Found:
        with tempfile.TemporaryDirectory() as folder:
            line = [sys.executable, "-m", "perovdata", *arguments]
            return Found(cpu_of(line, cwd=Path(folder), PEROVDATA_CACHE_DIR=f"{folder}/cache"))

    return measure


def draws(quick: bool) -> Found:
    """``study sweep`` of one design, scaled to 1,000 draws."""
    n = 64 if quick else 1000
    with tempfile.TemporaryDirectory() as folder:
        sweep = ["study", "sweep", COMPOSITION, "--draws", str(n), "--output", f"{folder}/sweep"]
        return Found(cpu_of([sys.executable, "-m", "perovdata", *sweep]) * 1000 / n)


def pipeline(quick: bool) -> Found:
    """All stages, forced, in a clone of this repository."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", str(ROOT), folder], check=True)
        return Found(cpu_of(["dvc", "repro", "--force"], cwd=Path(folder), PYTHONPATH=folder))


def part(name: str) -> Callable[[bool], Found]:
    """Measure a function of :mod:`speed_parts` in a process of its own."""

    def measure(quick: bool) -> Found:
        line = [sys.executable, str(Path(speed_parts.__file__)), name, *(["--quick"] if quick else [])]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()[-500:]}")
        return Found(**json.loads(done.stdout.splitlines()[-1]))

    return measure


ON_DIGITS = ("simulate", "--preset", "ag-a-si", "--task", "digits-online", "--json")
ON_MNIST = ("simulate", "--preset", "ag-a-si", "--task", "mnist-online", "--epochs", "8", "--seeds", "3")

LINES = (
    Line("mnist-online, 8 epochs x 3 seeds", "CPU-s", 35.2, 9, command(*ON_MNIST), needs="mnist"),
    Line("first predict, empty cache", "CPU-s", 137, 2, cold("predict", COMPOSITION), needs="cold"),
    Line("predict, one design", "CPU-s", 1.4, 0.8, command("predict", COMPOSITION)),
    Line("simulate --preset on digits, warm", "CPU-s", 3.7, 2.5, command(*ON_DIGITS)),
    Line(
        "simulate --preset on digits, warm, one seed", "CPU-s", 4.3, 2.5, command(*ON_DIGITS, "--seeds", "1")
    ),
    Line("simulate --preset on digits, first", "CPU-s", 8.5, 6, cold(*ON_DIGITS), needs="cold"),
    Line("predict --input", "designs/s", 547, 5000, part("many_designs"), larger_is_better=True),
    Line("1,000 draws of a design, digits-online", "CPU-s", 300, 60, draws),
    Line("study limits", "CPU-s", 57, 15, command("study", "limits", COMPOSITION, "--task", "digits-online")),
    Line(
        "study requirements",
        "CPU-s",
        75,
        20,
        command("study", "requirements", "--task", "digits-online", "--accuracy", "90"),
    ),
    Line("whole pipeline, forced", "CPU-s", 294, 180, pipeline, needs="pipeline"),
    Line("fit, 10 sweeps x 100 pulses", "CPU-s", 2.4, 1.2, part("fitting")),
    Line("tracing, warm compile cache", "CPU-s", 1.8, 1, part("tracing")),
    Line("padding, worst of 1 to 256 lanes", "%", 88, 12, part("padding")),
    Line("apply_pulses, fixed cost of a call", "ms", 0.75, 0.15, part("small_call")),
    Line("exact wires 256 x 256", "CPU-s", 1.11, 0.5, part("wires_256")),
    Line("online 400-100-10, one set", "us/sample", 24.9, 15, part("online_one")),
    Line("online 400-100-10, 64 sets", "us/sample", 15, 10, part("online_batch")),
    Line("inference 10,000 x 784-100-10, one set", "CPU-s", None, 0.3, part("inference_one")),
    Line("memory of simulate on digits", "MB", 800, 500, part("memory")),
)


def show(rows: Iterable[tuple[Line, Found]]) -> None:
    """Print a Markdown table, each row when it is measured."""
    print("| where | unit | before | target | now | met | peer or bound, same run | times better |")
    print("|---|---|---|---|---|---|---|---|")
    for line, found in rows:
        peer = f"{found.peer}: {found.peer_value:.3g}" if found.peer_value is not None else ""
        ratio = line.ratio(found)
        cells = (
            line.where,
            line.unit,
            "" if line.before is None else f"{line.before:g}",
            f"{'>=' if line.larger_is_better else '<='} {line.target:g}",
            f"{found.now:.3g}",
            "yes" if line.met(found.now) else "**no**",
            peer,
            "" if ratio is None else f"{ratio:.2g}",
        )
        print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less work in each row")
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    parser.add_argument("--cold", action="store_true", help="also what starts from an empty cache")
    parser.add_argument("--pipeline", action="store_true", help="also all stages, in a clone")
    asked = parser.parse_args()
    have = {"": True, "cold": asked.cold, "pipeline": asked.pipeline}
    have["mnist"] = bool(os.environ.get("PEROVDATA_DATA_DIR"))
    if hasattr(os, "sched_setaffinity"):  # children inherit it
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

    def rows() -> Iterator[tuple[Line, Found]]:
        for line in LINES:
            if have[line.needs] and asked.only in line.where:
                print(line.where, file=sys.stderr, flush=True)
                yield line, line.measure(asked.quick)

    show(rows())


if __name__ == "__main__":
    main()
