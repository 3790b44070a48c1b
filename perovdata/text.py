"""A user's text shown as it was typed, by programs that take some characters for commands."""

from __future__ import annotations

import re

#: What no printable text holds: control characters, line ends, halves of surrogate pairs.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
#: First characters by which spreadsheets take a cell for a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def figure_text(text: str) -> str:
    """A text for a figure: matplotlib reads what stands between two ``$`` as mathematics."""
    return text.replace("$", r"\$")


def spreadsheet_text(text: str) -> str:
    """A text for a cell of a CSV file that a spreadsheet may open: an apostrophe makes it text.

    Numbers stay what they are, and so does a sign alone, which no spreadsheet runs.
    """
    if len(text) < 2 or not text.startswith(FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def counted(number: int, what: str) -> str:
    """``1 reading``, ``3 readings``: a number with a noun that takes an s."""
    return f"{number} {what}{'' if number == 1 else 's'}"
