"""What a formula that cannot be read raises."""

from __future__ import annotations

from perovdata.errors import InputError


class FormulaError(InputError):
    """A formula that cannot be read, with the token and its place.

    Parameters
    ----------
    formula : str
        The formula as given; long ones are shortened in the message.
    problem : str
        What is wrong and what would be accepted.
    token : str, optional
        The part that could not be read.
    position : int, optional
        Where the token starts in `formula`, counted from 1.

    Attributes
    ----------
    variable : str or None
        The variable (``"n"``, ``"x"``, ``"y"``) whose missing value is all that is wrong, else None.
    """

    variable: str | None = None

    def __init__(self, formula: str, problem: str, token: str = "", position: int | None = None) -> None:
        self.formula = formula
        self.token = token
        self.position = position
        shown = formula if len(formula) <= 60 else f"{formula[:57]}..."
        place = f"'{token}' at position {position}: " if token and position else ""
        super().__init__(f"formula '{shown}': {place}{problem}")
