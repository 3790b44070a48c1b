"""Random search over everything that reads what strangers wrote: ``tests/stress/readers.py --cpu 3600``.

Sound and hostile examples of each kind are cut, joined, doubled and sprinkled with what breaks readers. A
reader may give a result or raise the project's own InputError, within two seconds of the processor and one
gigabyte. A finding is told as soon as it is there, and its input kept in the folder of ``--keep``; an input
that was slow is read again first, as a busy machine can be slow once.
Each kind is read in a process of its own, so that a crash is a finding and not the end of the search.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from perovdata.chemistry import parse
from perovdata.dataset.add import plan, read_submissions
from perovdata.dataset.add.crossref import read_crossref
from perovdata.dataset.check.validation import validate
from perovdata.dataset.load import read_designs
from perovdata.devices import load_device
from perovdata.errors import InputError
from perovdata.files import data_dir, tables_dir, write_atomic
from perovdata.fitting.table.reader import read_table
from perovdata.models.store.bundle import load_bundle
from perovdata.vision.data.idx import read_idx
from perovdata.vision.data.images import load_images

SLOWEST = 2.0  # s of the processor
LARGEST = 1000  # MB a reader may add to its process
BUNDLE = Path(os.environ.get("PEROVDATA_STRESS_BUNDLE", data_dir() / "model"))

FORMULAS = (
    "FA0.83Cs0.17Pb(I0.9Br0.1)3", "(PEA)2(MA)n-1PbnI3n+1 (n = 4)", "Cs2AgBiBr6", "Cs(FAPA(FAPA(FAPA)))PbI3",
    "(Cs3Bi2I9)0.4 + (CsPbI3)0.6", "MAPbI3·0.5DMSO",
    "CsPbCl3:5%Mn,Yb", "δ-CsPbBrxI3-x, x = 0.5", "(MACl)0.33FAPbI3",
    "[HC(NH2)2]0.83Cs5/6Pb(I0.6Br0.4)3", "(C6H5C2H4NH3)2PbI4", "CuIn(S,Se)2", "MAPbI3 w/ KI", "(4F-PEA)2SnI4",
)  # fmt: skip
BREAKERS = (
    b"9" * 400, b"1e999", b"-1", b"NaN",
    b"inf", b"[" * 60, b"{" * 60, b'"', b"'", b"\x00", b"\xff\xfe", b"\n\n",
    b";", b",,,,", b"&a", b"*a", b"!!int ", b"2026-99-99", b"null", b"true", b"\xe2\x82\x83", b"[/red]",
    b"=cmd|' /C calc'!A0",
    b"$", b"\r", b"\t", b":", b"(" * 9, b"0", b"1" * 30, b"\x1f\x8b", b"PK\x03\x04", b"\xf0\x9f\x98\x80",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of input: examples of it, the ending of its file, and what reads it."""

    suffix: str
    examples: Callable[[Path], list[bytes]]
    read: Callable[[Path], object]


def mutant(draw: random.Random, examples: list[bytes]) -> bytes:
    """An example after one to four changes."""
    text = bytearray(draw.choice(examples))
    for _ in range(draw.randint(1, 4)):
        i, j = sorted(draw.randint(0, len(text)) for _ in range(2))
        j = min(j, i + draw.choice((1, 4, 40, 400)))
        match draw.randrange(6):
            case 0:
                del text[i:j]
            case 1:
                text[i:i] = text[i:j] * draw.choice((1, 2, 20))
            case 2:
                text[i:i] = draw.choice(BREAKERS)
            case 3:
                text[i:j] = draw.choice(BREAKERS)
            case 4:
                other = draw.choice(examples)
                k = draw.randint(0, len(other))
                text[i:j] = other[k : k + 40]
            case _ if i < len(text):
                text[i] = draw.randrange(256)
    return bytes(text[:200_000])


def _formulas(_: Path) -> list[bytes]:
    return [formula.encode() for formula in FORMULAS]


def _curves(_: Path) -> list[bytes]:
    levels = np.linspace(1e-8, 1e-6, 12)
    rows = "\n".join(f"{k},{g:.3e},{levels[-1 - k]:.3e}" for k, g in enumerate(levels))
    german = rows.replace(",", ";").replace(".", ",")
    return [
        f"pulse,LTP (S),LTD (S)\n{rows}\n".encode(),
        f"Puls;G (nS)\n{german}\n".encode(),
        ("Time\tCurrent (A)\n" + "\n".join(f"{k * 0.1}\t{g}" for k, g in enumerate(levels))).encode("utf-16"),
        b"# comment\n1 2\n2 3\n3 4\n4 5\n",
    ]


def _devices(_: Path) -> list[bytes]:
    device = {
        "name": "x", "g_max": 1e-6, "g_min": 1e-8, "n_pulses_ltp": 64, "c2c_variation": 0.03,
        "ppf": {"amplitude_1": 0.5, "tau_1": 0.1}, "notes": {"file": "a.csv"},
        "uncertainty": {"fields": ["g_max"], "scales": ["log"], "covariance": [[0.01]]},
    }  # fmt: skip
    return [
        yaml.safe_dump(device).encode(),
        b"g_max: [1e-6, 2e-6]\n",
        b"uncertainty: {fields: 5}\nlaw: power\n",
    ]


def _records(_: Path) -> list[bytes]:
    value = {"metric": "endurance", "operator": ">", "value": 1e4, "unit": "cycles"}
    record = {
        "paper": {"doi": "10.5555/a.1", "url": "https://example.org/a", "title": "T", "year": 2024},
        "source_kind": "abstract", "design": {"composition": "CsPbBr3", "wavelength_nm": [450, 520]},
        "measurements": [value],
        "benchmarks": [{"dataset": "MNIST", "accuracy_percent": 90}], "notes": "@SUM(1)",
    }  # fmt: skip
    return [
        json.dumps(record).encode() + b"\n",
        json.dumps({**record, "device_id": "d0001"}).encode() + b"\n",
    ]


def _designs(_: Path) -> list[bytes]:
    return [
        b"composition,stack,known_set_voltage\nCsPbBr3,Ag/x/ITO,0.4 V\nMAPbI3,,\n",
        b'formula;thickness-nm\n"CsPbBr3";12,5\n',
    ]


def _crossref(_: Path) -> list[bytes]:
    work = {
        "DOI": "10.5555/a.1", "title": ["T"], "container-title": ["J"],
        "author": [{"given": "A", "family": "B"}],
        "published": {"date-parts": [[2020, 3]]}, "URL": "https://doi.org/10.5555/a.1",
    }  # fmt: skip
    return [json.dumps(work).encode(), json.dumps({"message": work}).encode()]


def _idx(_: Path) -> list[bytes]:
    import gzip

    plain = b"\0\0\x08\x03" + np.array([3, 4, 4], ">u4").tobytes() + bytes(48)
    return [plain, gzip.compress(plain), b"\0\0\x08\x03" + np.array([2**31, 4, 4], ">u4").tobytes()]


def _npz(place: Path) -> list[bytes]:
    path = place / "images.npz"
    np.savez_compressed(path, images=np.zeros((40, 8, 8), np.uint8), labels=np.arange(40) % 4)
    packed = path.read_bytes()
    np.savez(path, images=np.zeros((40, 8, 8), np.uint8), labels=np.arange(40) % 4)
    return [packed, path.read_bytes()]


def _bundles(_: Path) -> list[bytes]:
    """Files of a bundle, the shipped one by default; a mutant replaces the one that begins with its name."""
    return [
        str(path.relative_to(BUNDLE)).encode() + b"\n" + path.read_bytes()
        for path in sorted(BUNDLE.rglob("*"))
        if path.suffix in (".json", ".skops")
    ]


def _read_table_set(path: Path) -> None:
    """One table of a set replaced by the mutant."""
    folder = path.parent / "tables"
    if not folder.is_dir():
        shutil.copytree(tables_dir(), folder)
    (folder / "measurements.csv").write_bytes(path.read_bytes())
    validate(folder)


def _tables(_: Path) -> list[bytes]:
    rows = (tables_dir() / "measurements.csv").read_bytes().splitlines(keepends=True)
    return [b"".join(rows[:20])]


def _read_record(path: Path) -> None:
    plan(tables_dir(), read_submissions(path))


def _read_bundle(path: Path) -> None:
    """The bundle with one file replaced, the checksums made anew: what a stranger can do."""
    import hashlib

    name, _, content = path.read_bytes().partition(b"\n")
    folder = path.parent / "bundle_read"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BUNDLE, folder)
    target = folder / name.decode("utf-8", "replace").replace("\0", "")[:200]
    if not target.is_file():
        return
    target.write_bytes(content)
    sums = {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "checksums.json"
    }
    if target.name != "checksums.json":
        (folder / "checksums.json").write_text(json.dumps(sums))
    load_bundle(folder, check_data=False)


def _read_formula(path: Path) -> None:
    parse(path.read_bytes().decode("utf-8", "replace"))


KINDS = {
    "formula": Kind(".txt", _formulas, _read_formula),
    "curve": Kind(".csv", _curves, read_table),
    "device": Kind(".yaml", _devices, load_device),
    "designs": Kind(".csv", _designs, read_designs),
    "json lines": Kind(".jsonl", _records, _read_record),
    "table": Kind(".csv", _tables, _read_table_set),
    "crossref": Kind(".json", _crossref, read_crossref),
    "idx": Kind(".idx", _idx, lambda path: read_idx(path, 3)),
    "npz": Kind(".npz", _npz, lambda path: load_images(str(path))),
    "bundle": Kind(".part", _bundles, _read_bundle),
}


class _Slow(BaseException):
    """Two seconds of the processor are over."""


def _alarm(*_: object) -> None:
    raise _Slow


def _reading(kind: Kind, path: Path) -> tuple[str | None, float, bool]:
    """Read one file: what was found (None if nothing), seconds of the processor, whether it was refused."""
    start, found, refused = time.process_time(), None, False
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST)
    try:
        kind.read(path)
    except InputError as error:
        refused = True
        if "\n" in str(error):
            found = "several lines"
    except _Slow:
        found = f"over {SLOWEST:g} s"
    except BaseException as error:
        found = f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found, time.process_time() - start, refused


def _keep(folder: Path, name: str, number: int, text: str, content: bytes) -> str:
    """Tell what was found and keep its input, at once; the line that tells it."""
    path = folder / f"{name.replace(' ', '-')}-{number}{KINDS[name].suffix}"
    write_atomic(path, content)
    line = f"{text}: {content[:200]!r} (kept as {path})"
    print(f"# {name}, mutant {number}: {line}", flush=True)
    return line


def search(name: str, cpu: float, seed: int, place: Path, keep: Path, tell: float) -> dict[str, object]:
    """Read mutants of one kind for some seconds of the processor; counts and the first findings."""
    kind, draw = KINDS[name], random.Random(seed)
    examples = kind.examples(place)
    path = place / f"mutant{kind.suffix}"
    found: list[str] = []
    tried = refused = 0
    slowest = 0.0
    signal.signal(signal.SIGVTALRM, _alarm)
    warnings.simplefilter("ignore")
    # The collector would walk the imported libraries in the middle of a reading, at 70 ms a time.
    gc.collect()
    gc.freeze()
    began = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while time.process_time() - began < cpu and len(found) < 20:
        tried += 1
        content = mutant(draw, examples)
        path.write_bytes(content)
        fault, seconds, was_refused = _reading(kind, path)
        if seconds > min(tell, SLOWEST):
            first = seconds
            fault, seconds, was_refused = _reading(kind, path)
            _keep(keep, name, tried, f"{first:.3f} s, then {seconds:.3f} s", content)
        refused += was_refused
        slowest = max(slowest, seconds)
        if fault:
            found.append(_keep(keep, name, tried, fault, content))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    if grown > LARGEST:
        found.append(f"memory grew by {grown:.0f} MB")
    spent = time.process_time() - began
    return {
        "tried": tried,
        "refused": refused,
        "cpu_s": spent,
        "slowest_s": slowest,
        "grown_MB": grown,
        "found": found,
    }


def search_apart(name: str, cpu: float, seed: int, keep: Path, tell: float) -> dict[str, object]:
    """:func:`search` in a process of its own; a crash is a finding with the mutant that caused it."""
    with tempfile.TemporaryDirectory() as folder:
        place, answer = Path(folder), Path(folder) / "answer.json"
        pid = os.fork()
        if not pid:
            try:
                answer.write_text(json.dumps(search(name, cpu, seed, place, keep, tell)))
            finally:
                os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if answer.exists():
            return json.loads(answer.read_text())
        last = (place / f"mutant{KINDS[name].suffix}").read_bytes()
        return {"tried": 0, "refused": 0, "cpu_s": 0.0, "slowest_s": 0.0, "grown_MB": 0.0,
                "found": [_keep(keep, name, 0, f"the process ended with {code}", last)]}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cpu", type=float, default=3600, help="seconds of the processor for all kinds together"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--keep", type=Path, default=Path("build/stress"), help="folder of the inputs found")
    parser.add_argument(
        "--tell", type=float, default=SLOWEST, help="keep and tell also what takes more than this, s"
    )
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    print(
        f"{'kind':<11} {'tried':>9} {'refused':>9} {'CPU s':>7} {'slowest s':>9} {'grown MB':>8}  findings",
        flush=True,
    )
    faults = []
    for name in kinds:
        row = search_apart(name, options.cpu / len(kinds), options.seed, options.keep, options.tell)
        print(
            f"{name:<11} {row['tried']:>9,} {row['refused']:>9,} {row['cpu_s']:>7.0f} "
            f"{row['slowest_s']:>9.3f} {row['grown_MB']:>8.0f}  {len(row['found'])}",
            flush=True,
        )
        faults += [f"{name}: {text}" for text in row["found"]]
    print("\n".join(dict.fromkeys(faults)))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
