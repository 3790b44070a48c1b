"""The options that describe a design, the same for every command that takes one."""

from __future__ import annotations

from typing import Annotated

import typer

from perovdata.dataset.schema.vocabularies import NOT_STATED, VOCABULARIES

__all__ = [
    "Additive",
    "DeviceType",
    "Dimensionality",
    "Geometry",
    "Heterolayer",
    "Layers",
    "Mechanism",
    "Mode",
    "Morphology",
    "Stack",
    "Stimulus",
    "Thickness",
    "Wavelength",
]

_PANEL = "Design (all optional)"


def _text(help_text: str, *names: str):
    return typer.Option(*names, help=help_text, rich_help_panel=_PANEL)


def _choice(vocabulary: str):
    terms = ", ".join(t for t in VOCABULARIES[vocabulary] if t != NOT_STATED)
    return typer.Option(help=f"One of: {terms}.", rich_help_panel=_PANEL, metavar="TERM")


Layers = Annotated[float | None, _text("Layers per slab.", "--n")]
Dimensionality = Annotated[str | None, _choice("dimensionality")]
Morphology = Annotated[str | None, _choice("morphology")]
DeviceType = Annotated[str | None, _choice("device_type")]
Geometry = Annotated[str | None, _choice("geometry")]
Stack = Annotated[str | None, _text("Layers joined by '/', e.g. ITO/PEDOT:PSS/MAPbI3/Ag.")]
Heterolayer = Annotated[str | None, _text("Second active material, e.g. graphene.")]
Additive = Annotated[str | None, _text("Dopant, ligand or polymer.")]
Stimulus = Annotated[str | None, _choice("stimulus")]
Wavelength = Annotated[float | None, _text("Wavelength in nm.")]
Thickness = Annotated[float | None, _text("Film thickness in nm.")]
Mechanism = Annotated[str | None, _choice("mechanism")]
Mode = Annotated[str | None, _choice("mode")]
