"""`Simulation`: what a vision system made of a device reaches, as an object, a table and JSON."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perovdata.devices import worded
from perovdata.studies.sources import Source
from perovdata.units import with_error
from perovdata.vision import TaskResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Simulation(Mapping[str, Any]):
    """Outcome of :func:`perovdata.simulate`; as a mapping it is its own JSON.

    Attributes
    ----------
    run : TaskResult
        Arrays: ``run.accuracy`` of shape (draws, seeds), percent, and all else that the task measured.
    source : Source
        The device: parameter sets and where they come from.
    described : dict
        What :meth:`to_dict` gives.
    """

    run: TaskResult
    source: Source
    described: dict[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``perovdata simulate --json``."""
        return dict(self.described)

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter set and seed: accuracy, extras, cost and the stated parameters."""
        from perovdata.studies.saving import draws_frame

        return draws_frame(self.run, self.source)

    def __getitem__(self, key: str) -> Any:
        return self.described[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.described)

    def __len__(self) -> int:
        return len(self.described)

    def __repr__(self) -> str:
        return f"Simulation({self._line()})"

    def _repr_html_(self) -> str:
        told = self.described
        shown = {
            "same network in float": f"{told['ceiling']:.1f} %",
            "guessing": f"{told['chance']:.1f} %",
            "draws x repetitions": f"{told['draws']} x {told['seeds']}",
            "stated, not read": ", ".join(map(worded, told["not_read"])) or "nothing",
            "verdict": told["verdict"]["text"],
        }
        rows = "".join(f"<tr><th>{k}</th><td>{html.escape(str(v))}</td></tr>" for k, v in shown.items())
        return f"<table><caption>{html.escape(self._line())}</caption>{rows}</table>"

    def _line(self) -> str:
        accuracy = self.described["accuracy"]
        low, high = accuracy["interval"]
        median = with_error(accuracy["median"], accuracy["standard_error"], "%")
        name = f"{self.source.name}, {self.described['task']}"
        return f"{name}: {median} ({accuracy['level']:.0%}: {low:.1f} to {high:.1f})"
