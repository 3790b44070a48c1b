"""The devices that a study is about, as the command line names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perovdata.cli.options import OptionGroup
from perovdata.cli.output import note

if TYPE_CHECKING:
    from perovdata.devices import SynapseParameters


@dataclass(frozen=True)
class DeviceLists(OptionGroup):
    """Devices besides compositions, each option as often as wanted."""

    device: Annotated[list[Path] | None, typer.Option("--device", help="Device file, may be repeated.")] = (
        None
    )
    preset: Annotated[list[str] | None, typer.Option("--preset", help="May be repeated.")] = None
    record: Annotated[list[str] | None, typer.Option("--record", help="May be repeated.")] = None

    @property
    def any(self) -> bool:
        """Whether one is named."""
        return bool(self.device or self.preset or self.record)

    def parameters_by_name(
        self, formulas: list[str] | None, draws: int, seed: int
    ) -> dict[str, SynapseParameters]:
        """Draws of every device and composition by its name."""
        from perovdata.studies import by_name, from_composition, from_device, from_preset, from_record

        return by_name(
            [
                *(from_composition(f, draws=draws, seed=seed, note=note) for f in formulas or []),
                *(from_device(d, draws=draws, seed=seed) for d in self.device or []),
                *(from_preset(p) for p in self.preset or []),
                *(from_record(r, draws=draws, seed=seed) for r in self.record or []),
            ]
        )
