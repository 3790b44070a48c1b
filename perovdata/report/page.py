"""The HTML page: sections made of texts, figures and tables, filled into one self-contained file."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import matplotlib.image
import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from perovdata.report.style import themed


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

    def figure(self, svg: str | Mapping[str, str], caption: str) -> None:
        """Add a figure, or one for each width of page; its caption says what to see."""
        self.blocks.append({"kind": "figure", "svg": _themed(svg), "caption": caption})

    def pictures(self, rows: Mapping[str, Sequence[Any]], caption: str) -> None:
        """Add rows of small pictures: heading -> pictures, shape (n, height, width).

        Grey from 0 to 1; what has negative values is shown from blue over white to red.
        """
        drawn = [{"title": title, "images": _encoded(np.asarray(row))} for title, row in rows.items()]
        self.blocks.append({"kind": "pictures", "rows": drawn, "caption": caption})

    def matrix(self, shares: pd.DataFrame, caption: str) -> None:
        """Add a small matrix of percent whose cells are shaded by it."""
        rows = [(name, [round(float(v)) for v in shares.loc[name]]) for name in shares.index]
        self.blocks.append({"kind": "matrix", "head": list(shares.columns), "rows": rows, "caption": caption})

    def choice(self, label: str, figures: Mapping[str, tuple[str | Mapping[str, str], str]]) -> None:
        """Add figures of which the reader selects one: name -> (SVG, caption)."""
        options = [{"name": n, "svg": _themed(svg), "caption": text} for n, (svg, text) in figures.items()]
        self.blocks.append({"kind": "choice", "label": label, "options": options})

    def chart(self, spec: Mapping[str, Any], caption: str) -> None:
        """Add a chart that answers to the reader, as a Vega-Lite specification."""
        self.blocks.append({"kind": "chart", "json": _inlined(spec), "caption": caption})

    def explorer(self, data: Mapping[str, Any], caption: str) -> None:
        """Add the explorer of the dataset, see :func:`perovdata.report.charts.explorer_data`."""
        self.blocks.append({"kind": "explorer", "json": _inlined(data), "caption": caption})

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
        """The page as HTML text; everything that is not a figure is escaped.

        The script of Vega-Lite (0.9 MB) goes in only where a chart needs it.
        """
        kinds = {block["kind"] for section in self.sections for block in section.blocks}
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
            library=_library() if kinds & {"chart", "explorer"} else "",
            script=files("perovdata.report").joinpath("page.js").read_text(encoding="utf-8"),
        )


def _themed(svg: str | Mapping[str, str]) -> str:
    """The figure in the colours of the page; of two, the style sheet shows the one that fits."""
    if isinstance(svg, str):
        return themed(svg)
    return "".join(f'<div class="on-{width}">{themed(one)}</div>' for width, one in svg.items())


def _encoded(pictures: np.ndarray) -> list[str]:
    """Pictures as PNG inside an address, so that the page asks for nothing outside itself."""
    signed = bool((pictures < 0).any())
    top = float(np.abs(pictures).max()) if signed else 1.0
    look: dict[str, Any] = {
        "cmap": "RdBu_r" if signed else "gray",
        "vmin": -top if signed else 0.0,
        "vmax": top,
    }
    found = []
    for picture in pictures:
        stream = io.BytesIO()
        matplotlib.image.imsave(stream, picture, format="png", metadata={"Software": "perovdata"}, **look)
        found.append("data:image/png;base64," + base64.b64encode(stream.getvalue()).decode())
    return found


def _inlined(data: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element, whatever texts it holds."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _library() -> str:
    """Vega, Vega-Lite and vega-embed in one script, so that the page asks for nothing outside itself."""
    import vl_convert

    # Its type stub asks for a snippet; without one the function gives all three libraries.
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")
