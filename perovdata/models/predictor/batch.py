"""Many designs from a file, one result table: streamed, no row lost, taken up again after an interruption."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from perovdata.checks import check_level, check_seed
from perovdata.dataset.load import DesignFile, open_designs
from perovdata.dataset.schema import DESIGN_COLUMNS, SynapseDesign, known, parse_known
from perovdata.documents import refuse_overwriting
from perovdata.errors import InputError
from perovdata.files import no_regular_file
from perovdata.models.predictor.output_file import GrowingFile
from perovdata.models.predictor.predictor import Predictor

COLUMNS = (
    "row",
    "composition",
    "metric",
    "unit",
    "median",
    "low",
    "high",
    "level",
    "kind",
    "model",
    "skill",
    "n_papers",
    "extrapolating",
    "error",
)
_CHUNK = 2000  # designs; a chunk needs some ten megabytes
_LINE = {"csv": 90, "json": 290}  # bytes of one line of output, about
_FAILURES_TOLD = 20


@dataclass
class Batch:
    """What became of a file of designs.

    Attributes
    ----------
    designs, failed : int
        How many were read, and how many of them could not be predicted.
    failures : list of str
        One line for each of the first failures; the output names all of them.
    ignored : list of str
        Input columns without meaning.
    resumed : int
        Designs that an interrupted run had done already.
    """

    designs: int
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    resumed: int = 0

    def fail(self, source: Path, number: int, error: str) -> None:
        """Count a design that cannot be predicted."""
        self.failed += 1
        if len(self.failures) < _FAILURES_TOLD:
            self.failures.append(f"{source} row {number}: {error}")


def predict_file(
    predictor: Predictor,
    source: Path,
    output: Path,
    *,
    metrics: Sequence[str] | None = None,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Batch:
    """Predict every design of a file.

    Parameters
    ----------
    predictor : Predictor
    source, output : Path
        CSV or JSON lines, by suffix. The output has one row per design and metric (:data:`COLUMNS`), in the
        order of the input; a design that failed has one row with its error. It grows as ``OUTPUT.part`` and
        gets its name when it is whole; an interrupted run is taken up where it stopped.
    metrics, level, seed
        As in :meth:`Predictor.predict`.
    progress : callable, optional
        Called with (done, total).

    Raises
    ------
    InputError
        If the file as a whole is unusable, `output` is the same file, a folder, a pipe or a device, or the
        disk has no room for the result.
    """
    check_level(level)
    check_seed(seed)
    _refuse_output(output, source)
    designs = open_designs(source)
    as_json = output.suffix in (".jsonl", ".ndjson")
    wanted = list(metrics) if metrics is not None else list(predictor.summary)
    _require_room(output, designs.count * len(wanted) * _LINE["json" if as_json else "csv"])
    settings = {
        "input": designs.sha256,
        "metrics": wanted,
        "level": level,
        "seed": seed,
        "versions": predictor.metadata.get("versions", {}),
    }
    result = Batch(designs.count, ignored=designs.ignored)
    header = "" if as_json else ",".join(COLUMNS) + "\n"
    with GrowingFile(output, settings, header) as file:
        done = result.resumed = int(file.progress.get("designs", 0))
        result.failed = int(file.progress.get("failed", 0))
        write = _JsonLines(predictor, level) if as_json else _CsvLines(predictor, level)
        for start, rows in _chunks(designs, done):
            lines = _chunk(predictor, rows, start, source, result, wanted, level, write)
            file.append("".join(lines), {"designs": start + len(rows), "failed": result.failed})
            if progress:
                progress(start + len(rows), designs.count)
    return result


def _chunks(designs: DesignFile, done: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Position and rows of each chunk that is still to be done."""
    rows = islice(designs.rows(), done, None)
    while chunk := list(islice(rows, _CHUNK)):
        yield done, chunk
        done += len(chunk)


def _refuse_output(output: Path, source: Path) -> None:
    """Refuse an output that would replace the designs, or that is no file that can grow and be renamed."""
    refuse_overwriting([source], output=output)
    if other := no_regular_file(output):
        raise InputError(f"argument output: '{output}' is {other}; the name of a file is needed")


def _require_room(output: Path, needed: int) -> None:
    folder = output.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{output}: the result takes about {needed / 1e6:,.1f} MB and {free / 1e6:,.1f} MB are free; "
            "give another place (argument output) or ask for fewer metrics (argument metrics)"
        )


def _design(row: Mapping[str, Any]) -> tuple[SynapseDesign, dict[str, float]]:
    """Design and measured metrics of one row."""
    if not known(row.get("composition")):
        raise InputError("composition: empty; a formula such as CsPbBr3 is needed")
    columns: dict[str, Any] = {c: row.get(c) for c in DESIGN_COLUMNS}
    design = SynapseDesign(**columns)
    measured = dict(
        parse_known(f"{column.removeprefix('known_')}={value}", f"column {column}")
        for column, value in row.items()
        if column.startswith("known_") and known(value)
    )
    return design, measured


def _chunk(
    predictor: Predictor,
    rows: list[dict[str, Any]],
    start: int,
    source: Path,
    result: Batch,
    metrics: list[str],
    level: float,
    write: _CsvLines | _JsonLines,
) -> Iterator[str]:
    designs: dict[int, SynapseDesign] = {}
    measured: dict[int, dict[str, float]] = {}
    errors: dict[int, str] = {}
    for i, row in enumerate(rows):
        try:
            designs[i], measured[i] = _design(row)
        except InputError as error:
            errors[i] = str(error)
    for i, reason in zip(list(designs), predictor.unreadable(list(designs.values())), strict=True):
        if reason:
            errors[i] = reason
            del designs[i]
    place = {i: k for k, i in enumerate(designs)}
    given = [measured[i] for i in designs]
    values, far = predictor.quantiles(list(designs.values()), known=given, metrics=metrics, level=level)
    for i, row in enumerate(rows):
        number = start + i + 1
        if i in errors:
            result.fail(source, number, errors[i])
            yield write.error(number, row.get("composition"), errors[i])
        else:
            k = place[i]
            rounded = {name: values[name][k] for name in metrics if name in values}
            yield write.design(number, designs[i].composition, metrics, rounded, measured[i], bool(far[k]))


class _CsvLines:
    """Lines of the CSV table; what a metric's lines share is put together once."""

    def __init__(self, predictor: Predictor, level: float) -> None:
        self._templates: dict[tuple[str, ...], str] = {}
        self._predictor, self._level = predictor, level

    def error(self, number: int, composition: Any, error: str) -> str:
        return _csv_line([number, composition, *[""] * (len(COLUMNS) - 3), error])

    def design(
        self,
        number: int,
        composition: str,
        metrics: list[str],
        values: Mapping[str, np.ndarray],
        measured: Mapping[str, float],
        far: bool,
    ) -> str:
        given = tuple(name for name in metrics if name in measured)
        if given not in self._templates:
            self._templates[given] = "".join(
                self._template(name, name in measured, name in values) for name in metrics
            )
        first = _csv_line([number, composition])[:-1]
        last = "true,\n" if far else "false,\n"
        cells: list[Any] = []
        for name in metrics:
            if name in measured:
                cells += first, measured[name], measured[name], measured[name], last
            elif name in values:
                low, median, high, _ = values[name].tolist()
                cells += first, median, low, high, last
            else:
                cells += first, last
        return self._templates[given] % tuple(cells)

    def _template(self, name: str, measured: bool, predicted: bool) -> str:
        """A line of one metric with places for the design, the numbers, and how far it is."""
        row = _shared_cells(self._predictor, name, measured, self._level)
        before = _csv_line([row["metric"], row["unit"]])[:-1].replace("%", "%%")
        after = _csv_line([row[c] for c in ("level", "kind", "model", "skill", "n_papers")])[:-1]
        numbers = "%.6g,%.6g,%.6g" if measured or predicted else ",,"
        return f"%s,{before},{numbers},{after.replace('%', '%%')},%s"


class _JsonLines:
    """Lines of the JSON-lines table."""

    def __init__(self, predictor: Predictor, level: float) -> None:
        self._predictor, self._level = predictor, level

    def error(self, number: int, composition: Any, error: str) -> str:
        return self._line({"row": number, "composition": composition, "error": error})

    def design(
        self,
        number: int,
        composition: str,
        metrics: list[str],
        values: Mapping[str, np.ndarray],
        measured: Mapping[str, float],
        far: bool,
    ) -> str:
        lines = []
        for name in metrics:
            low = median = high = None
            if name in measured:
                low = median = high = measured[name]
            elif name in values:
                low, median, high = (float(f"{v:.6g}") for v in values[name][:3].tolist())
            shared = _shared_cells(self._predictor, name, name in measured, self._level)
            numbers = {"median": median, "low": low, "high": high}
            place = {"row": number, "composition": composition, "extrapolating": far}
            lines.append(self._line({**place, **shared, **numbers}))
        return "".join(lines)

    @staticmethod
    def _line(cells: Mapping[str, Any]) -> str:
        return json.dumps({c: cells.get(c) for c in COLUMNS}, allow_nan=False) + "\n"


def _shared_cells(predictor: Predictor, name: str, measured: bool, level: float) -> dict[str, Any]:
    """What the lines of one metric have in common over all designs."""
    one = predictor.told(name, measured, level)
    return {
        "metric": name,
        "unit": one.unit,
        "level": level,
        "kind": one.kind,
        "model": one.model,
        "skill": one.skill["value"] if one.skill else None,
        "n_papers": one.n_papers,
    }


def _csv_line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value
