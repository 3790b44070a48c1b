"""What the page does with a curve: examples, the fit of an upload, figure and device file as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from perovdata.errors import InputError
from perovdata.fitting import COLUMN_ROLES, FitResult, fit, read_table
from perovdata.studies import Simulation, simulate

UNUSED = "not used"
#: After so many seconds the page begins no further step; one takes at most as long as all before it.
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name and its bytes."""

    name: str
    content: bytes


def examples() -> dict[str, Upload]:
    """Made curves (no measurement): a film that saturates, in nanosiemens, and one of paired pulses."""
    rng = np.random.default_rng(3)
    n = np.arange(1, 51)
    up = 20 + 90 * np.log1p(n / 6) / np.log1p(50 / 6)
    down = 110 - 90 * np.log1p(n / 5) / np.log1p(50 / 5)
    train = np.tile(np.concatenate([up, down]), 5) * (1 + 0.004 * rng.standard_normal(500))
    pulses = ["pulse,conductance (nS)", *(f"{k + 1},{g:.4f}" for k, g in enumerate(train))]
    interval = np.geomspace(10, 5000, 25)
    index = 100 + 55 * np.exp(-interval / 60) + 25 * np.exp(-interval / 900)
    index *= 1 + 0.005 * rng.standard_normal(len(interval))
    pairs = [
        "interval (ms),PPF index (%)",
        *(f"{t:.1f},{p:.2f}" for t, p in zip(interval, index, strict=True)),
    ]
    return {
        "potentiation and depression (made)": Upload("example_train.csv", _text(pulses)),
        "paired pulses (made)": Upload("example_pairs.csv", _text(pairs)),
    }


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def headings(upload: Upload) -> list[str]:
    """Headings of the columns, ``column 1`` where there is none; InputError for a file without a table."""
    with TemporaryDirectory() as folder:
        table = read_table(_put(folder, upload))
    return [heading.text or f"column {k + 1}" for k, heading in enumerate(table.headings)]


def fit_upload(
    upload: Upload, *, kind: str = "auto", columns: str | None = None, read_voltage: float | None = None
) -> FitResult:
    """Fit the file; an InputError names it as the person does."""
    with TemporaryDirectory() as folder:
        path = _put(folder, upload)
        try:
            name = Path(upload.name).stem
            return fit(path, kind, columns=columns, read_voltage=read_voltage, name=name)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from None


def _put(folder: str, upload: Upload) -> Path:
    path = Path(folder) / (Path(upload.name).name or "curve.csv")
    path.write_bytes(upload.content)
    return path


def volts(text: str) -> float | None:
    """The read voltage as typed; None for an empty field."""
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InputError(f"read voltage: '{text}' is not a number of volts, e.g. 0.1") from None


def chosen(roles: Mapping[int, str]) -> str:
    """The option ``columns`` of a fit from the role of each column, counted from 1."""
    return ",".join(f"{role}={k}" for k, role in roles.items() if role != UNUSED)


def role_of(read_as: str | None) -> str:
    """What a fit says of a column as a choice of the page."""
    return read_as if read_as in COLUMN_ROLES else UNUSED


def figure(result: FitResult) -> bytes:
    """The figure of the fit, PNG."""
    return _written(result.plot, "fit.png")


def device_file(result: FitResult) -> bytes:
    """The device file, YAML."""
    return _written(result.to_yaml, "device.yaml")


def _written(write: Callable[[Path], object], name: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


def accuracy(result: FitResult, task: str, patience_s: float = PATIENCE_S) -> Simulation:
    """The device in a vision task, with draws and seeds as `perovdata simulate` takes them.

    A more certain median is not begun after `patience_s` seconds; the first 32 draws or 8 seeds always are.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "device.yaml"
        result.to_yaml(path)
        return simulate(device=path, task=task, patience_s=patience_s)
