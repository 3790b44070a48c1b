"""The HTML page: sections made of texts, figures and tables, filled into one self-contained file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class Column:
    """Head of a table column; numbers stand right, chips are coloured by their text."""

    title: str
    number: bool = False
    chip: bool = False


@dataclass
class Section:
    """One heading with its blocks, in reading order."""

    id: str
    title: str
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.blocks.append({"kind": "text", "text": text})

    def heading(self, text: str) -> None:
        """Add a sub-heading."""
        self.blocks.append({"kind": "heading", "text": text})

    def figure(self, svg: str, caption: str) -> None:
        """Add a figure; its caption says what to see."""
        self.blocks.append({"kind": "figure", "svg": svg, "caption": caption})

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Add a table; a cell is text, a number as text, or ``{"href", "text"}``."""
        self.blocks.append({"kind": "table", "columns": list(columns), "rows": [list(row) for row in rows]})


@dataclass
class Page:
    """The whole report."""

    cards: list[dict[str, str]]
    chain: list[dict[str, str]]
    sections: list[Section]
    footer: str

    def render(self) -> str:
        """The page as HTML text; everything that is not a figure is escaped."""
        environment = Environment(
            loader=PackageLoader("perovdata.report", "."),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template("template.html.j2").render(
            contents=[(section.id, section.title) for section in self.sections],
            cards=self.cards,
            chain=self.chain,
            sections=self.sections,
            footer=self.footer,
        )
