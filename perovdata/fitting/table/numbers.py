"""Numbers as people write them: decimal point or comma, thousands; and those that can be two numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

#: How commas and points in a number are meant.
Style = Literal["point", "comma", "thousands"]
STYLES: tuple[Style, ...] = ("point", "comma", "thousands")

#: Cells that say that there is nothing.
MISSING = frozenset({"", "-", "--", "n/a", "na", "#n/a"})

# No part may read what its neighbour can: a line of digits would be tried in every division (62 s for 9,000).
_EXPONENT = r"([eEdD][-+]?\d+)?"
_PATTERN: dict[Style, re.Pattern[str]] = {
    "point": re.compile(rf"[-+]?(\d+(\.\d*)?|\.\d+){_EXPONENT}"),
    "comma": re.compile(rf"[-+]?(\d{{1,3}}(\.\d{{3}})+(,\d+)?|\d+(,\d+)?|,\d+){_EXPONENT}"),
    "thousands": re.compile(rf"[-+]?(\d{{1,3}}(,\d{{3}})+(\.\d*)?|\d+(\.\d*)?|\.\d+){_EXPONENT}"),
}
#: What separates groups of three digits and can mean nothing else: spaces of all widths, apostrophes.
_GROUPS = re.compile(r"(?<=\d)[ '\u2019\u00a0\u2009\u202f](?=\d{3}(?!\d))")
#: A number whose comma is a decimal comma in one reading and separates thousands in the other.
_TWO_READINGS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


def parse_number(cell: str, style: Style) -> float | None:
    """Value of a cell, or None if it is not a number in that style (NaN and infinity are numbers here)."""
    cell = _GROUPS.sub("", cell).replace("\u2212", "-").replace("\u00a0", "")  # minus sign, no-break space
    if _PATTERN[style].fullmatch(cell):
        if style == "comma":
            cell = cell.replace(".", "").replace(",", ".")
        elif style == "thousands":
            cell = cell.replace(",", "")
        return float(cell.replace("d", "e").replace("D", "e"))
    if cell.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(cell)
    return None


def ambiguous(cell: str) -> bool:
    """Whether a cell such as ``1,100`` can be 1100 or 1.1."""
    return _TWO_READINGS.fullmatch(cell) is not None


def decisive_style(cells: Iterable[str]) -> Style | None:
    """The style that at least one number with a comma can only have; None where all can be two numbers."""
    for cell in cells:
        if "," not in cell or ambiguous(cell):
            continue
        as_comma, as_thousands = (parse_number(cell, style) is not None for style in ("comma", "thousands"))
        if as_comma != as_thousands:
            return "comma" if as_comma else "thousands"
        if as_comma:  # "0,123": nobody writes thousands with a leading zero
            return "comma"
    return None
